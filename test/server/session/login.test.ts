import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../../server/accounts/crypto.ts';
import { formatVerifier, makeVerifier } from '../../../shared/impp/sasl/verifier.ts';
import { scramClient } from '../../../shared/impp/sasl/scram.ts';
import { attach, greet, HOST, ITERATIONS, PASSWORD, scram, urlOf, verifierLine } from '../harness.ts';
import type { Peer } from '../peer.ts';
import { lastingStorage, start } from './domain.ts';

const SASL = { 'Content-Type': 'application/sasl' };
const WRONG = { code: 'authentication-failed', message: 'the name or the password is not right' };

const challengeFor = async (peer: Peer, user: string): Promise<string> => {
  const response = await peer.demand(
    'AUTH',
    { Mechanism: 'SCRAM-SHA-256', ...SASL },
    `n,,n=${user},r=abcdefgh`,
  );
  return Buffer.from(response.body ?? []).toString();
};

const saltAndCount = (challenge: string): string => challenge.slice(challenge.indexOf(',s='));

describe('HELLO', () => {
  test('says what the server is and takes', async () => {
    const domain = await start();
    const ok = await greet(domain.connect());
    expect(Object.fromEntries(ok.headers.entries())).toEqual({
      Domain: HOST,
      Agent: 'parleyd/0.1.0',
      Services: 'im presence',
      'Max-Message-Size': String(10 * 1024 * 1024),
      'Max-Pending': '128',
      'Idle-Timeout': '300',
      'Bulk-Threshold': '65536',
      TLS: 'unavailable',
      'Auth-Mechanisms': 'SCRAM-SHA-256',
      Iterations: String(ITERATIONS),
      Registration: 'closed',
    });
  });

  test('Policy says what the organisation restricts', async () => {
    const domain = await start({ config: { policy: ['no-pretend', 'no-invisible'], registration: 'open' } });
    const ok = await greet(domain.connect());
    expect(ok.headers.get('Policy')).toBe('no-pretend no-invisible');
    expect(ok.headers.get('Registration')).toBe('open');
  });

  test('a wrong Domain is target-unknown, and another may be asked for', async () => {
    const domain = await start();
    const peer = domain.connect();
    expect((await peer.refusal('HELLO', { Domain: 'b.example', Role: 'client' })).code).toBe(
      'target-unknown',
    );
    await greet(peer);
  });

  test('a header that is missing or out of range is bad-request', async () => {
    const domain = await start();
    const peer = domain.connect();
    for (const headers of [
      { Role: 'client' },
      { Domain: HOST },
      { Domain: HOST, Role: 'friend' },
      { Domain: HOST, Role: 'client', 'Max-Pending': 'many' },
      { Domain: HOST, Role: 'client', 'Max-Pending': '0' },
      { Domain: HOST, Role: 'client', 'Max-Message-Size': '-1' },
    ]) {
      expect((await peer.refusal('HELLO', headers)).code).toBe('bad-request');
    }
    await greet(peer);
  });

  test('a domain has to say which one it is', async () => {
    const domain = await start();
    const link = { Domain: HOST, Role: 'domain' };
    expect((await domain.connect().refusal('HELLO', link)).code).toBe('bad-request');
  });
});

describe('states', () => {
  const METHODS = [
    'SET-PASSWORD',
    'UNREGISTER',
    'ATTACH',
    'SEND',
    'FETCH',
    'CHANGE',
    'SUBSCRIBE',
    'GET-ACL',
    'GET-INBOX',
  ];

  test('before authentication, what needs it is user-authentication-required', async () => {
    const domain = await start();
    const fresh = domain.connect();
    for (const method of [...METHODS, 'STARTTLS', 'AUTH', 'REGISTER']) {
      expect((await fresh.refusal(method)).code).toBe('user-authentication-required');
    }
    expect((await fresh.ask('PING')).ok).toBe(true);
    await greet(fresh);
    for (const method of METHODS)
      expect((await fresh.refusal(method)).code).toBe('user-authentication-required');
    expect((await fresh.ask('PING')).ok).toBe(true);
  });

  test('after it, what is out of its state is bad-request', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.signIn('alice');
    for (const method of ['HELLO', 'STARTTLS', 'AUTH', 'REGISTER', 'SEND', 'FETCH', 'GET-ACL']) {
      expect((await alice.refusal(method)).code).toBe('bad-request');
    }
    expect((await alice.ask('PING')).ok).toBe(true);
    await attach(alice, 'alice');
  });

  test('BYE is answered in each of them, and closes', async () => {
    const domain = await start({ users: ['alice'] });
    for (const peer of [
      domain.connect(),
      await domain.hello(),
      await domain.signIn('alice'),
      await domain.attach('alice'),
    ]) {
      expect((await peer.ask('BYE')).ok).toBe(true);
      await peer.closed();
    }
  });
});

describe('AUTH', () => {
  test('by SCRAM-SHA-256 ends with Auth-State done and the Address', async () => {
    const domain = await start({ users: ['alice'] });
    const peer = await domain.hello();
    const done = await scram(peer, 'alice', PASSWORD);
    expect(done.headers.get('Auth-State')).toBe('done');
    expect(done.headers.get('Address')).toBe(urlOf('alice'));
    expect(done.headers.get('Content-Type')).toBe('application/sasl');
  });

  test('without an initial response is continued without a challenge', async () => {
    const domain = await start({ users: ['alice'] });
    const peer = await domain.hello();
    const go = await peer.demand('AUTH', { Mechanism: 'SCRAM-SHA-256' });
    expect(go.headers.get('Auth-State')).toBe('continue');
    expect(go.body).toBeUndefined();
    const crypto = nodeCrypto;
    const exchange = scramClient({
      mechanism: 'SCRAM-SHA-256',
      user: 'alice',
      password: PASSWORD,
      crypto,
      serverOffersPlus: false,
    });
    const challenge = await peer.demand('AUTH', SASL, await exchange.initial());
    expect(challenge.headers.get('Auth-State')).toBe('continue');
    const done = await peer.demand('AUTH', SASL, await exchange.respond(challenge.body ?? new Uint8Array()));
    await exchange.finish(done.body ?? new Uint8Array());
  });

  test('the authorisation identity is absent or one’s own URL', async () => {
    const domain = await start({ users: ['alice', 'bob'] });
    await scram(await domain.hello(), 'alice', PASSWORD, { authzid: urlOf('alice') });
    await expect(
      scram(await domain.hello(), 'alice', PASSWORD, { authzid: urlOf('bob') }),
    ).rejects.toMatchObject(WRONG);
  });

  test('a wrong password and an unknown user are the same in words', async () => {
    const domain = await start({ users: ['alice'] });
    for (const user of ['alice', 'nobody', 'anonymous-1', 'Alice']) {
      const peer = await domain.hello();
      await expect(scram(peer, user, 'wrong')).rejects.toMatchObject(WRONG);
      const texts = peer.received.slice(peer.received.indexOf('ERROR'));
      expect(texts).toBe(
        `ERROR (AUTH) t3 impp/1.0\r\nError: authentication-failed\r\nReason: ${WRONG.message}\r\n\r\n`,
      );
    }
  });

  test('the challenge for an unknown user is a keyed function of the name, restarts included', async () => {
    const domain = await start({ users: ['alice'], storage: lastingStorage() });
    const first = saltAndCount(await challengeFor(await domain.hello(), 'nobody'));
    expect(first).toMatch(/^,s=[A-Za-z0-9+/]{22}==,i=4096$/);
    expect(saltAndCount(await challengeFor(await domain.hello(), 'nobody'))).toBe(first);
    expect(saltAndCount(await challengeFor(await domain.hello(), 'noone'))).not.toBe(first);
    const again = await start({ storage: domain.storage });
    expect(saltAndCount(await challengeFor(await again.hello(), 'nobody'))).toBe(first);
  });

  test('its Iterations are out of those in use at the domain', async () => {
    const domain = await start({ storage: lastingStorage() });
    const verifier = formatVerifier(await makeVerifier(PASSWORD, nodeCrypto.random(16), 10_000, nodeCrypto));
    for (const user of ['old', 'older']) {
      await domain.storage.createAccount({ user, services: ['im'], verifier, createdAt: 0 });
    }
    await domain.addAccount('new');
    const again = await start({ storage: domain.storage });
    const counts = new Map<string, number>();
    // Two of three have the one, by a secret that is new each time: that half have the other happens once in a billion runs.
    for (let n = 0; n < 330; n++) {
      const peer = await again.hello();
      const count = (await challengeFor(peer, `nobody${n}`)).replace(/^.*,i=/, '');
      counts.set(count, (counts.get(count) ?? 0) + 1);
      peer.break();
    }
    expect([...counts.keys()].sort()).toEqual(['10000', '4096']);
    expect(counts.get('10000')).toBeGreaterThan(counts.get('4096') ?? 0);
  });

  test('a look-alike is never signed in, whatever the proof', async () => {
    const domain = await start();
    const peer = await domain.hello();
    for (const proof of ['', 'AAAA', Buffer.alloc(32).toString('base64')]) {
      const challenge = await challengeFor(peer, 'nobody');
      const nonce = challenge.slice(2, challenge.indexOf(','));
      const error = await peer.refusal('AUTH', SASL, `c=biws,r=${nonce},p=${proof}`);
      expect(['authentication-failed', 'bad-request']).toContain(error.code);
    }
  });

  test('anything out of order is bad-request', async () => {
    const domain = await start({ users: ['alice'] });
    const peer = await domain.hello();
    expect((await peer.refusal('AUTH', SASL, 'x')).code).toBe('bad-request');
    expect((await peer.refusal('AUTH', {})).code).toBe('bad-request');
    expect((await peer.refusal('AUTH', { 'Auth-State': 'abort' })).code).toBe('bad-request');
    expect((await peer.refusal('AUTH', { 'Auth-State': 'done', Mechanism: 'SCRAM-SHA-256' })).code).toBe(
      'bad-request',
    );
    await challengeFor(peer, 'alice');
    expect((await peer.refusal('AUTH', { Mechanism: 'SCRAM-SHA-256', ...SASL }, 'n,,n=a,r=b')).code).toBe(
      'bad-request',
    );
    expect((await peer.refusal('AUTH', { Mechanism: 'SCRAM-SHA-256', ...SASL }, 'nonsense')).code).toBe(
      'bad-request',
    );
    expect(
      (await peer.refusal('AUTH', { Mechanism: 'SCRAM-SHA-256', 'Content-Type': 'text/plain' }, 'n')).code,
    ).toBe('type-not-understood');
    await scram(peer, 'alice', PASSWORD);
  });

  test('an unusable mechanism is operation-not-supported', async () => {
    const domain = await start();
    const peer = await domain.hello();
    for (const mechanism of [
      'SCRAM-SHA-256-PLUS',
      'PLAIN',
      'ANONYMOUS',
      'EXTERNAL',
      'CALLBACK',
      'DIGEST-MD5',
      '',
    ]) {
      expect((await peer.refusal('AUTH', { Mechanism: mechanism })).code).toBe('operation-not-supported');
    }
  });

  test('abort gives up and is not counted', async () => {
    const domain = await start({ users: ['alice'] });
    const peer = await domain.hello();
    for (let n = 0; n < 8; n++) {
      await challengeFor(peer, 'alice');
      expect((await peer.refusal('AUTH', { 'Auth-State': 'abort' })).code).toBe('authentication-failed');
    }
    await scram(peer, 'alice', PASSWORD);
  });

  test('five failures on one connection close it', async () => {
    const domain = await start({ users: ['alice'] });
    const peer = await domain.hello();
    for (let n = 1; n <= 5; n++) {
      expect(peer.isClosed).toBe(false);
      await expect(scram(peer, 'alice', `wrong${n}`)).rejects.toMatchObject(WRONG);
    }
    await peer.closed();
  });

  test('a right password after four wrong ones is right', async () => {
    const domain = await start({ users: ['alice'] });
    const peer = await domain.hello();
    for (let n = 1; n <= 4; n++) await expect(scram(peer, 'alice', 'wrong')).rejects.toMatchObject(WRONG);
    await scram(peer, 'alice', PASSWORD);
  });

  test('ANONYMOUS, where configured, gives a name of its own to each', async () => {
    const domain = await start({ config: { auth: { mechanisms: ['SCRAM-SHA-256', 'ANONYMOUS'] } } });
    const names = new Set<string | undefined>();
    for (let n = 0; n < 3; n++) {
      const peer = await domain.hello();
      const done = await peer.demand('AUTH', { Mechanism: 'ANONYMOUS', 'Content-Length': 0 }, '');
      const address = done.headers.get('Address');
      expect(address).toMatch(/^impp:\/\/a\.example\/anonymous-[0-9a-f]{24}$/);
      names.add(address);
      expect((await peer.refusal('SET-PASSWORD')).code).toBe('permission-denied');
      expect((await peer.refusal('UNREGISTER')).code).toBe('permission-denied');
      const ok = await attach(peer, address?.slice(`impp://${HOST}/`.length) ?? '');
      expect(ok.headers.get('Inbox-Last')).toBe('0');
    }
    expect(names.size).toBe(3);
  });
});

describe('REGISTER', () => {
  const TYPE = { 'Content-Type': 'application/scram-verifier' };

  test('makes an account with both services, which can sign in', async () => {
    const domain = await start({ config: { registration: 'open' } });
    const peer = await domain.hello();
    await peer.demand('REGISTER', { Target: urlOf('alice'), ...TYPE }, await verifierLine());
    await scram(peer, 'alice', PASSWORD);
    await attach(peer, 'alice');
    expect(domain.server.domain.accounts.find('alice')).toBeDefined();
    expect((await domain.storage.getAccount('alice'))?.services).toEqual(['im', 'presence']);
  });

  test('a taken name is conflict, a reserved one permission-denied, another HOST target-unknown', async () => {
    const domain = await start({ users: ['alice'], config: { registration: 'open' } });
    const peer = await domain.hello();
    const line = await verifierLine();
    const refused = async (target: string) =>
      (await peer.refusal('REGISTER', { Target: target, ...TYPE }, line)).code;
    expect(await refused(urlOf('alice'))).toBe('conflict');
    expect(await refused(urlOf('anonymous-me'))).toBe('permission-denied');
    expect(await refused('impp://b.example/alice')).toBe('target-unknown');
    expect(await refused(`impp://${HOST}/`)).toBe('target-unknown');
    expect(await refused(`impp://${HOST}/Alice`)).toBe('bad-request');
    expect((await peer.refusal('REGISTER', TYPE, line)).code).toBe('bad-request');
  });

  test('the verifier must have the form, the domain’s Iterations and a salt of 16 octets', async () => {
    const domain = await start({ config: { registration: 'open' } });
    const peer = await domain.hello();
    const good = await verifierLine();
    const [, salt = '', keys = ''] = /:([^$]+)\$(.+)$/.exec(good) ?? [];
    const target = { Target: urlOf('alice'), ...TYPE };
    for (const line of [
      '',
      'nonsense',
      `SCRAM-SHA-1$${ITERATIONS}:${salt}$${keys}`,
      `SCRAM-SHA-256$${ITERATIONS + 1}:${salt}$${keys}`,
      `SCRAM-SHA-256$${ITERATIONS}:${Buffer.alloc(15).toString('base64')}$${keys}`,
      `SCRAM-SHA-256$${ITERATIONS}:${Buffer.alloc(17).toString('base64')}$${keys}`,
      `SCRAM-SHA-256$${ITERATIONS}:${salt}$${keys.slice(0, -4)}`,
      `SCRAM-SHA-256$${ITERATIONS}:${salt}$${keys}\n${good}`,
    ]) {
      expect((await peer.refusal('REGISTER', target, line)).code).toBe('bad-request');
    }
    expect((await peer.refusal('REGISTER', { ...target, 'Content-Type': 'text/plain' }, good)).code).toBe(
      'type-not-understood',
    );
    expect((await peer.refusal('REGISTER', target)).code).toBe('bad-request');
    await peer.demand('REGISTER', target, good);
  });

  test('is permission-denied where registration is closed', async () => {
    const domain = await start();
    const peer = await domain.hello();
    const error = await peer.refusal('REGISTER', { Target: urlOf('alice'), ...TYPE }, await verifierLine());
    expect(error.code).toBe('permission-denied');
  });

  test('needs a good invitation where registration is by invite, and uses it up', async () => {
    const domain = await start({ config: { registration: 'invite' } });
    const now = domain.clock.now();
    await domain.storage.createInvite({ token: 'welcome', createdAt: now, expiresAt: now + 1000, uses: 1 });
    const peer = await domain.hello();
    const line = await verifierLine();
    const register = (user: string, invite?: string) =>
      peer.ask('REGISTER', { Target: urlOf(user), Invite: invite, ...TYPE }, line);
    expect((await register('alice')).headers.get('Error')).toBe('permission-denied');
    expect((await register('alice', 'guess')).headers.get('Error')).toBe('permission-denied');
    expect((await register('alice', 'welcome')).ok).toBe(true);
    expect((await register('bob', 'welcome')).headers.get('Error')).toBe('permission-denied');
  });
});

describe('SET-PASSWORD', () => {
  const TYPE = { 'Content-Type': 'application/scram-verifier' };

  test('changes it, and the other connections get BYE', async () => {
    const domain = await start({ users: ['alice'] });
    const other = await domain.attach('alice', { device: 'phone' });
    const alice = await domain.attach('alice');
    await alice.demand('SET-PASSWORD', TYPE, await verifierLine('a new one'));
    expect((await other.next('BYE')).headers.get('Error')).toBe('user-authentication-required');
    await other.closed();
    expect((await alice.ask('PING')).ok).toBe(true);
    await expect(scram(await domain.hello(), 'alice', PASSWORD)).rejects.toMatchObject(WRONG);
    await scram(await domain.hello(), 'alice', 'a new one');
  });

  test('an exchange begun with the former password leads nowhere afterwards', async () => {
    const domain = await start({ users: ['alice'] });
    const thief = await domain.hello();
    const exchange = scramClient({
      mechanism: 'SCRAM-SHA-256',
      user: 'alice',
      password: PASSWORD,
      crypto: nodeCrypto,
      serverOffersPlus: false,
    });
    const challenge = await thief.demand(
      'AUTH',
      { Mechanism: 'SCRAM-SHA-256', ...SASL },
      await exchange.initial(),
    );
    const alice = await domain.signIn('alice');
    await alice.demand('SET-PASSWORD', TYPE, await verifierLine('a new one'));
    const proof = await exchange.respond(challenge.body ?? new Uint8Array());
    expect(await thief.refusal('AUTH', SASL, proof)).toMatchObject(WRONG);
    await scram(thief, 'alice', 'a new one');
  });

  test('works before ATTACH as well', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.signIn('alice');
    await alice.demand('SET-PASSWORD', TYPE, await verifierLine('a new one'));
  });

  test('needs an AUTH of the last five minutes', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    await domain.advance(5 * 60_000);
    await alice.demand('SET-PASSWORD', TYPE, await verifierLine());
    await domain.advance(1);
    const error = await alice.refusal('SET-PASSWORD', TYPE, await verifierLine());
    expect(error.code).toBe('user-authentication-required');
  });

  test('other Iterations are bad-request', async () => {
    const domain = await start({ users: ['alice'] });
    const alice = await domain.attach('alice');
    const line = (await verifierLine()).replace('$4096:', '$4097:');
    expect((await alice.refusal('SET-PASSWORD', TYPE, line)).code).toBe('bad-request');
  });
});

describe('UNREGISTER', () => {
  test('ends the account; after the OK all its connections get BYE', async () => {
    const domain = await start({ users: ['alice'], config: { registration: 'open' } });
    const other = await domain.attach('alice', { device: 'phone' });
    const alice = await domain.attach('alice');
    await alice.demand('UNREGISTER');
    await alice.next('BYE');
    await other.next('BYE');
    await alice.closed();
    await other.closed();
    expect(alice.received.indexOf('OK (UNREGISTER)')).toBeLessThan(alice.received.indexOf('BYE '));
    await expect(scram(await domain.hello(), 'alice', PASSWORD)).rejects.toMatchObject(WRONG);
    expect(await domain.server.domain.accounts.find('alice')).toBeUndefined();
  });

  test('the name stays taken for a year', async () => {
    const domain = await start({ users: ['alice'], config: { registration: 'open' } });
    await (await domain.signIn('alice')).demand('UNREGISTER');
    const register = async () =>
      (await domain.hello()).ask(
        'REGISTER',
        { Target: urlOf('alice'), 'Content-Type': 'application/scram-verifier' },
        await verifierLine(),
      );
    expect((await register()).headers.get('Error')).toBe('conflict');
    // Nothing is connected: the year passes in one step.
    await domain.advance(60_000);
    domain.clock.advance(365 * 86_400_000 - 61_000);
    expect((await register()).headers.get('Error')).toBe('conflict');
    await domain.advance(60_000);
    expect((await register()).ok).toBe(true);
  });
});
