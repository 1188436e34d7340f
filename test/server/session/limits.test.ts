import type { ImppError } from '../../../shared/errors.ts';
import { describe, expect, test } from 'vitest';
import { greet, HOST, PASSWORD, scram, type TestDomain, urlOf, verifierLine } from '../harness.ts';
import { start } from './domain.ts';

const WRONG = { code: 'authentication-failed' };

describe('time', () => {
  test('connections that do not authenticate close after 30 s', async () => {
    const domain = await start({ users: ['alice'] });
    const silent = domain.connect();
    const greeted = await domain.hello();
    const alice = await domain.signIn('alice');
    await domain.advance(29_000);
    expect([silent.isClosed, greeted.isClosed]).toEqual([false, false]);
    await domain.advance(2_000);
    await silent.closed();
    expect((await greeted.next('BYE')).headers.get('Error')).toBe('timeout');
    await greeted.closed();
    expect(silent.received).toBe('');
    expect((await alice.ask('PING')).ok).toBe(true);
  });

  test('also one that goes on asking, but not for AUTH', async () => {
    const domain = await start();
    const peer = await domain.hello();
    for (let second = 0; second < 6; second++) {
      await domain.advance(5_000);
      if (second < 5) expect((await peer.ask('PING')).ok).toBe(true);
    }
    await domain.advance(1_000);
    await peer.closed();
  });

  test('PING comes after half of Idle-Timeout in silence, and an answer to it is enough', async () => {
    const domain = await start({ users: ['alice'], config: { idleTimeout: 100 } });
    const alice = await domain.attach('alice');
    alice.isPolite = false;
    await domain.advance(49_000);
    expect(alice.unread).toHaveLength(0);
    await domain.advance(2_000);
    alice.ok(await alice.next('PING'));
    await domain.advance(49_000);
    expect(alice.unread).toHaveLength(0);
    await domain.advance(2_000);
    alice.ok(await alice.next('PING'));
    expect(alice.isClosed).toBe(false);
  });

  test('a peer that does not answer it is dead', async () => {
    const domain = await start({ users: ['alice'], config: { idleTimeout: 40 } });
    const alice = await domain.attach('alice');
    alice.isPolite = false;
    await domain.advance(39_000);
    expect(alice.isClosed).toBe(false);
    await domain.advance(2_000);
    await alice.closed();
    expect([...domain.server.domain.endpoints.ofUser('alice')]).toHaveLength(0);
  });

  test('one PING in a silence, and anything that comes ends it', async () => {
    const domain = await start({ users: ['alice'], config: { idleTimeout: 100 } });
    const alice = await domain.attach('alice');
    alice.isPolite = false;
    await domain.advance(51_000);
    const ping = await alice.next('PING');
    await domain.advance(5_000);
    expect(alice.unread).toHaveLength(0);
    alice.write('OK (NOTHING) 1 impp/1.0\r\n\r\n');
    alice.ok(ping);
    await domain.advance(45_000);
    expect(alice.isClosed).toBe(false);
  });
});

describe('requests of an account', () => {
  test('200 at once and 50 a second, over all its connections; then too-many-requests with Retry-After', async () => {
    const domain = await start({ users: ['alice', 'bob'] });
    const desk = await domain.signIn('alice');
    const phone = await domain.signIn('alice');
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => (n % 2 ? desk : phone).ask('PING')),
    );
    expect(answers.every(({ ok }) => ok)).toBe(true);
    const refused = await desk.ask('PING');
    expect(refused.headers.get('Error')).toBe('too-many-requests');
    expect(refused.headers.get('Retry-After')).toBe('1');
    expect((await phone.refusal('PING')).code).toBe('too-many-requests');
    const bob = await domain.signIn('bob');
    expect((await bob.ask('PING')).ok).toBe(true);
    await domain.advance(1_000);
    const later = await Promise.all(Array.from({ length: 51 }, () => desk.ask('PING')));
    expect(later.filter(({ ok }) => ok)).toHaveLength(50);
  });

  test('acknowledgements are not counted', async () => {
    const domain = await start({
      users: ['alice'],
      config: { limits: { requestBurst: 3, requestsPerSecond: 1 } },
    });
    const alice = await domain.attach('alice');
    const [endpoint] = [...domain.server.domain.endpoints.ofUser('alice')];
    for (let n = 0; n < 20; n++) {
      const settled = new Promise((resolve) => endpoint?.request('SEND', [], undefined, resolve));
      await alice.accept('SEND');
      expect(await settled).toMatchObject({ ok: true });
    }
    expect((await alice.ask('PING')).ok).toBe(true);
  });

  test('a new connection is no new allowance', async () => {
    const domain = await start({
      users: ['alice'],
      config: { limits: { requestBurst: 2, requestsPerSecond: 1 } },
    });
    const one = await domain.signIn('alice');
    await one.demand('PING');
    await one.demand('PING');
    one.break();
    await domain.settle();
    const other = await domain.signIn('alice');
    expect((await other.refusal('PING')).code).toBe('too-many-requests');
  });

  test('BYE always gets through', async () => {
    const domain = await start({
      users: ['alice'],
      config: { limits: { requestBurst: 1, requestsPerSecond: 1 } },
    });
    const alice = await domain.signIn('alice');
    await alice.demand('PING');
    expect((await alice.ask('BYE')).ok).toBe(true);
  });
});

describe('connections of an account', () => {
  test('20, and one more is too-many-requests', async () => {
    const domain = await start({ users: ['alice', 'bob'] });
    const peers = [];
    for (let n = 0; n < 20; n++) peers.push(await domain.signIn('alice'));
    const extra = await domain.hello();
    await expect(scram(extra, 'alice', PASSWORD)).rejects.toMatchObject({ code: 'too-many-requests' });
    await domain.signIn('bob');
    peers[0]?.break();
    await domain.settle();
    await scram(extra, 'alice', PASSWORD);
  });
});

describe('failed AUTH from one address', () => {
  test('20 in ten minutes, then too-many-requests before SASL starts, on new connections too', async () => {
    const domain = await start({ users: ['alice'] });
    for (let n = 0; n < 20; n++) {
      const peer = await domain.hello({ address: '192.0.2.7' });
      await expect(scram(peer, `nobody${n}`, 'wrong')).rejects.toMatchObject(WRONG);
    }
    const refused = await domain.hello({ address: '192.0.2.7' });
    const answer = await refused.ask('AUTH', { Mechanism: 'SCRAM-SHA-256' });
    expect(answer.headers.get('Error')).toBe('too-many-requests');
    expect(Number(answer.headers.get('Retry-After'))).toBe(600);
    await domain.signIn('alice', { address: '192.0.2.8' });
    domain.clock.advance(600_000);
    await domain.settle();
    await domain.signIn('alice', { address: '192.0.2.7' });
  });

  test('of an IPv6 address, its /64', async () => {
    const domain = await start({ users: ['alice'], config: { limits: { failedAuth: 2 } } });
    for (const address of ['2001:db8::1', '2001:db8::2']) {
      await expect(scram(await domain.hello({ address }), 'alice', 'wrong')).rejects.toMatchObject(WRONG);
    }
    const same = await domain.hello({ address: '2001:db8::ffff' });
    expect((await same.refusal('AUTH', { Mechanism: 'SCRAM-SHA-256' })).code).toBe('too-many-requests');
    await domain.signIn('alice', { address: '2001:db8:0:1::1' });
  });

  test('exchanges begun side by side do not get round it', async () => {
    const domain = await start({ users: ['alice'], config: { limits: { failedAuth: 3 } } });
    const attempts = await Promise.allSettled(
      Array.from({ length: 12 }, async () => scram(await domain.hello(), 'alice', 'wrong')),
    );
    const codes = attempts.map((attempt) =>
      attempt.status === 'rejected' ? (attempt.reason as ImppError).code : 'in',
    );
    expect(codes.filter((code) => code === 'authentication-failed').length).toBeLessThan(12);
    expect(codes).not.toContain('in');
    expect((await (await domain.hello()).refusal('AUTH', { Mechanism: 'SCRAM-SHA-256' })).code).toBe(
      'too-many-requests',
    );
  });
});

describe('strangers from one address', () => {
  test('one too many is not let in; one that authenticates or goes makes room', async () => {
    const domain = await start({ users: ['alice'], config: { limits: { unauthenticated: 2 } } });
    const address = '192.0.2.7';
    const one = await domain.hello({ address });
    const other = domain.connect(address);
    const extra = domain.connect(address);
    await extra.closed();
    expect(extra.received).toBe('');
    await domain.hello({ address: '192.0.2.8' });
    await scram(one, 'alice', PASSWORD);
    const third = await domain.hello({ address });
    await domain.connect(address).closed();
    other.break();
    await domain.settle();
    await domain.hello({ address });
    one.break();
    third.break();
    await domain.settle();
    await domain.hello({ address });
    await domain.connect(address).closed();
  });
});

describe('REGISTER from one address', () => {
  const register = async (domain: TestDomain, user: string, address: string): Promise<string> => {
    const peer = await domain.hello({ address });
    const headers = { Target: urlOf(user), 'Content-Type': 'application/scram-verifier' };
    const response = await peer.ask('REGISTER', headers, await verifierLine());
    peer.break();
    return response.ok ? 'OK' : (response.headers.get('Error') ?? '');
  };

  test('so many in an hour, those in vain included; then too-many-requests', async () => {
    const domain = await start({ config: { registration: 'open', limits: { registrations: 3 } } });
    const address = '192.0.2.7';
    expect(await register(domain, 'a', address)).toBe('OK');
    expect(await register(domain, 'a', address)).toBe('conflict');
    expect(await register(domain, 'b', address)).toBe('OK');
    expect(await register(domain, 'c', address)).toBe('too-many-requests');
    expect(await register(domain, 'c', '192.0.2.8')).toBe('OK');
    domain.clock.advance(3_600_000);
    await domain.settle();
    expect(await register(domain, 'd', address)).toBe('OK');
  });

  test('from this machine as many as it likes', async () => {
    const domain = await start({ config: { registration: 'open', limits: { registrations: 1 } } });
    for (const user of ['a', 'b', 'c']) expect(await register(domain, user, '127.0.0.1')).toBe('OK');
  });
});

describe('BYE of a client', () => {
  test('what is pending is finished, then OK, then the connection closes', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    const waiting = Promise.withResolvers<object>();
    domain.server.domain.inboxes.message = () => waiting.promise;
    const pending = alice.send('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    const bye = alice.send('BYE');
    const late = alice.send('GET-MESSAGE', { 'Inbox-Sequence': 2 });
    await domain.settle();
    expect(alice.received).not.toContain('(BYE)');
    waiting.resolve({});
    expect((await alice.response(bye)).ok).toBe(true);
    await alice.closed();
    expect(alice.received.indexOf(`(GET-MESSAGE) ${pending}`)).toBeLessThan(alice.received.indexOf('(BYE)'));
    expect(alice.received).not.toContain(` ${late} `);
  });

  test('what was published just before it ends with it', async () => {
    const domain = await start({ users: ['alice'] });
    const Target = urlOf('alice');
    const other = await domain.attach('alice', { device: 'other' });
    const alice = await domain.attach('alice', { device: 'one' });
    for (const note of ['first', 'second']) {
      const body = `<presence><entity>${Target}</entity><tuple><id>1</id><status>open</status><note>${note}</note></tuple></presence>`;
      alice.send('CHANGE', { Target, 'Content-Type': 'application/presence' }, body);
    }
    await alice.demand('BYE');
    const shown = await other.demand('FETCH', { Target });
    expect(new TextDecoder().decode(shown.body)).toContain('<status>closed</status>');
  });

  test('tells presence that the device has left, a break that it is lost', async () => {
    const domain = await start({ users: ['alice'] });
    const seen: string[] = [];
    const { presentities } = domain.server.domain;
    const detached = presentities.detached.bind(presentities);
    presentities.detached = (endpoint, how) => {
      seen.push(`${endpoint.device} ${how}`);
      detached(endpoint, how);
    };
    await (await domain.attach('alice', { device: 'one' })).demand('BYE');
    (await domain.attach('alice', { device: 'two' })).break();
    await domain.settle();
    await domain.attach('alice', { device: 'three' });
    await domain.attach('alice', { device: 'three' });
    await (await domain.attach('alice', { device: 'four', purpose: 'bulk' })).demand('BYE');
    expect(seen).toEqual(['one bye', 'two lost', 'three taken-over']);
  });
});

describe('the end of the server', () => {
  test('BYE to all, pending work answered, nothing left running', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    const greeted = await domain.hello();
    const silent = domain.connect();
    const waiting = Promise.withResolvers<object>();
    domain.server.domain.inboxes.message = () => waiting.promise;
    const pending = alice.send('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    await domain.settle();
    const closing = domain.close();
    for (const peer of [alice, greeted]) {
      expect((await peer.next('BYE')).headers.get('Error')).toBe('connection-failure');
    }
    waiting.resolve({});
    expect((await alice.response(pending)).ok).toBe(true);
    await closing;
    for (const peer of [alice, greeted, silent]) await peer.closed();
    expect(domain.clock.waiting).toBe(0);
    expect(domain.errors).toEqual([]);
  });

  test('takes no more connections', async () => {
    const domain = await start();
    await domain.close();
    const peer = domain.connect();
    await peer.closed();
    expect(peer.received).toBe('');
  });

  test('peers that do not answer do not hold it up', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    alice.isPolite = false;
    const before = domain.clock.now();
    await domain.close();
    expect(domain.clock.now() - before).toBeLessThan(10_000);
  });
});

test('what is said of others’ names is the address in canonical form only', async () => {
  const domain = await start({ users: ['alice'] });
  const alice = await domain.attach('alice');
  expect((await alice.refusal('FETCH', { Target: `impp://${HOST.toUpperCase()}/alice` })).code).toBe(
    'bad-request',
  );
  expect((await alice.ask('FETCH', { Target: urlOf('alice') })).ok).toBe(true);
  await greet(domain.connect());
});
