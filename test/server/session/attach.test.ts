import { describe, expect, test } from 'vitest';
import { formatAccessRules, parseAccessRules } from '../../../shared/impp/access-rules.ts';
import { errorOf } from '../../../shared/impp/serializer.ts';
import { attach, HOST, type TestDomain, urlOf } from '../harness.ts';
import { lastingStorage, start } from './domain.ts';

const grantRead = (who: string, until?: string): Uint8Array => {
  const end = until === undefined ? '' : `<until>${until}</until>`;
  const markup = `<acl><rule><who>${who}</who>${end}<read>allow</read></rule></acl>`;
  return formatAccessRules(parseAccessRules(Buffer.from(markup)));
};

const setRules = async (domain: TestDomain, user: string, body: Uint8Array | undefined): Promise<void> => {
  const content = body === undefined ? undefined : { type: 'application/impp-acl', body };
  await domain.storage.setDocument(user, 'acl', content, { limit: 32 });
  domain.server.domain.accounts.forget(user);
};

describe('ATTACH', () => {
  test('makes an endpoint, and says what it is', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.signIn('alice');
    const ok = await attach(alice, 'alice');
    expect(ok.headers.get('Connection-ID')).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(ok.headers.get('Max-Message-Size')).toBe(String(1024 * 1024));
    expect(ok.headers.get('Inbox-First')).toBe('1');
    expect(ok.headers.get('Inbox-Last')).toBe('0');
    expect(ok.headers.get('Count')).toBe('0');
    expect([...domain.server.domain.endpoints.ofUser('alice')]).toHaveLength(1);
  });

  test('the Connection-ID is the same each time for the same account, Device and inbox, and no other', async () => {
    const domain = await start({ users: ['alice', 'bob'] });
    const ids = new Map<string, string | undefined>();
    for (const [user, device] of [
      ['alice', 'desk'],
      ['alice', 'phone'],
      ['bob', 'desk'],
    ] as const) {
      const first = await domain.attach(user, { device });
      ids.set(`${user} ${device}`, first.connectionId);
      first.break();
      await domain.settle();
      const again = await domain.attach(user, { device });
      expect(again.connectionId).toBe(first.connectionId);
    }
    expect(new Set(ids.values()).size).toBe(3);
  });

  test('and stays the same over a restart of the server', async () => {
    const domain = await start({ users: ['alice'], storage: lastingStorage() });
    const before = await domain.attach('alice');
    // The same storage, still open: a server that was killed closes nothing.
    const again = await start({ storage: domain.storage, clock: domain.clock });
    expect((await again.attach('alice')).connectionId).toBe(before.connectionId);
  });

  test('a bulk connection gets an ID of its own and the larger size, and takes nothing over', async () => {
    const domain = await start({ users: ['alice'] });
    const interactive = await domain.attach('alice');
    const signedIn = await domain.signIn('alice');
    const bulk = await attach(signedIn, 'alice', { purpose: 'bulk' });
    expect(bulk.headers.get('Connection-ID')).not.toBe(interactive.connectionId);
    expect(bulk.headers.get('Max-Message-Size')).toBe(String(10 * 1024 * 1024));
    expect((await interactive.ask('PING')).ok).toBe(true);
    expect([...domain.server.domain.endpoints.ofUser('alice')]).toHaveLength(1);
  });

  test('needs a Device that is a token, a Purpose that exists, a decimal Inbox-After', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.signIn('alice');
    for (const headers of [
      {},
      { Device: 'two words' },
      { Device: 'desk', Purpose: 'leisure' },
      { Device: 'desk', 'Inbox-After': '-1' },
      { Device: 'desk', Target: 'impp://A.example/alice' },
    ]) {
      expect((await alice.refusal('ATTACH', headers)).code).toBe('bad-request');
    }
    await attach(alice, 'alice');
  });

  test('a second ATTACH on the connection is bad-request, as are HELLO, AUTH and REGISTER', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    for (const method of ['ATTACH', 'HELLO', 'AUTH', 'REGISTER', 'STARTTLS']) {
      expect((await alice.refusal(method)).code).toBe('bad-request');
    }
  });
});

describe('take-over', () => {
  test('of the same Device to the same inbox sends the older connection away', async () => {
    const domain = await start({ users: ['alice'] });
    const older = await domain.attach('alice');
    const newer = await domain.attach('alice');
    const bye = await older.next('BYE');
    expect(errorOf(bye).code).toBe('conflict');
    await older.closed();
    expect(newer.connectionId).toBe(older.connectionId);
    expect((await newer.ask('PING')).ok).toBe(true);
    expect([...domain.server.domain.endpoints.ofUser('alice')]).toHaveLength(1);
  });

  test('closes an older connection that does not answer BYE', async () => {
    const domain = await start({ users: ['alice'] });
    const older = await domain.attach('alice');
    older.isPolite = false;
    await domain.attach('alice');
    await older.next('BYE');
    expect(older.isClosed).toBe(false);
    await domain.advance(6_000);
    await older.closed();
  });

  test('another Device is none', async () => {
    const domain = await start({ users: ['alice'] });
    const desk = await domain.attach('alice', { device: 'desk' });
    await domain.attach('alice', { device: 'phone' });
    expect((await desk.ask('PING')).ok).toBe(true);
    expect([...domain.server.domain.endpoints.ofInbox('alice')]).toHaveLength(2);
  });

  test('two connections that attach at the same time leave one', async () => {
    const domain = await start({ users: ['alice'] });
    const [one, other] = [await domain.signIn('alice'), await domain.signIn('alice')];
    await Promise.all([attach(one, 'alice'), attach(other, 'alice')]);
    await domain.settle();
    expect([...domain.server.domain.endpoints.ofUser('alice')]).toHaveLength(1);
    expect([one, other].filter((peer) => peer.isClosed)).toHaveLength(1);
  });

  test('reaches a connection on another server of the domain', async () => {
    const { createLocalBus } = await import('../../../server/bus/local.ts');
    const { createServer } = await import('../../../server/server.ts');
    const domain = await start({ users: ['alice'], storage: lastingStorage() });
    const bus = createLocalBus();
    const { config, clock, storage } = domain.server.domain;
    const shared = { ...bus, close: () => Promise.resolve() };
    const servers = await Promise.all([
      createServer({ config, clock, storage, bus: shared }),
      createServer({ config, clock, storage, bus: shared }),
    ]);
    const { duplexPair } = await import('node:stream');
    const { Peer } = await import('../peer.ts');
    const { greet, PASSWORD, scram } = await import('../harness.ts');
    const peers = [];
    for (const server of servers) {
      const [near, far] = duplexPair();
      server.accept(far, '192.0.2.1');
      const peer = new Peer(near);
      await greet(peer);
      await scram(peer, 'alice', PASSWORD);
      await attach(peer, 'alice');
      peers.push(peer);
    }
    expect(errorOf((await peers[0]?.next('BYE')) as never).code).toBe('conflict');
    await peers[0]?.closed();
    expect((await peers[1]?.ask('PING'))?.ok).toBe(true);
    for (const server of servers) await server.close();
  });
});

describe('a delegate', () => {
  test('attaches where the access rules grant read, and nowhere else', async () => {
    const domain = await start({ users: ['alice', 'bob'] });
    const bob = await domain.signIn('bob');
    const target = { Device: 'desk', Target: urlOf('alice') };
    expect((await bob.refusal('ATTACH', target)).code).toBe('permission-denied');
    expect((await bob.refusal('ATTACH', { ...target, Target: urlOf('nobody') })).code).toBe('target-unknown');
    expect((await bob.refusal('ATTACH', { ...target, Target: 'impp://b.example/alice' })).code).toBe(
      'target-unknown',
    );
    await setRules(domain, 'alice', grantRead(urlOf('bob')));
    await attach(bob, 'bob', { target: urlOf('alice') });
    const [endpoint] = [...domain.server.domain.endpoints.ofInbox('alice')];
    expect(endpoint).toMatchObject({ user: 'bob', inbox: 'alice', principal: urlOf('bob') });
  });

  test('has an ID other than that of the same Device at its own inbox', async () => {
    const domain = await start({ users: ['alice', 'bob'] });
    await setRules(domain, 'alice', grantRead(urlOf('bob')));
    const own = await domain.attach('bob');
    const delegate = await domain.attach('bob', { target: urlOf('alice') });
    expect(delegate.connectionId).not.toBe(own.connectionId);
    expect((await own.ask('PING')).ok).toBe(true);
  });

  test('gets BYE with permission-denied when read is withdrawn', async () => {
    const domain = await start({ users: ['alice', 'bob'] });
    await setRules(domain, 'alice', grantRead(urlOf('bob')));
    const bob = await domain.attach('bob', { target: urlOf('alice') });
    await setRules(domain, 'alice', grantRead(urlOf('carol')));
    expect(errorOf(await bob.next('BYE')).code).toBe('permission-denied');
    await bob.closed();
  });

  test('and when it runs out, at that moment', async () => {
    const domain = await start({ users: ['alice', 'bob'] });
    const until = new Date(domain.clock.now() + 3_600_000).toISOString();
    await setRules(domain, 'alice', grantRead(urlOf('bob'), until));
    const bob = await domain.attach('bob', { target: urlOf('alice') });
    await domain.advance(3_599_000);
    expect(bob.isClosed).toBe(false);
    await domain.advance(1_001);
    expect(errorOf(await bob.next('BYE')).code).toBe('permission-denied');
  });

  test('stays when other rules change', async () => {
    const domain = await start({ users: ['alice', 'bob'] });
    await setRules(domain, 'alice', grantRead(urlOf('bob')));
    const bob = await domain.attach('bob', { target: urlOf('alice') });
    await setRules(domain, 'alice', grantRead(`impp://${HOST}/*`));
    await domain.settle();
    expect((await bob.ask('PING')).ok).toBe(true);
  });
});
