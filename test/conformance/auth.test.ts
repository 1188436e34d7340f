// [IMPP 6] AUTH, in clear at a loopback address.

import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Client,
  type Domain,
  ITERATIONS,
  readChallenge,
  Scram,
  startDomain,
  VERIFIER,
  verifierOf,
  type Wire,
} from './wire.ts';

let domain: Domain;
const SASL = { 'Content-Type': 'application/sasl' };
const SCRAM = { ...SASL, Mechanism: 'SCRAM-SHA-256' };

beforeAll(async () => {
  domain = await startDomain({ settings: ['limits.failed-auth=10000'] });
  (await domain.person('alice')).destroy();
  (await domain.person('bob')).destroy();
}, 40_000);

async function greeted(): Promise<Client> {
  const client = await domain.connect();
  await client.hello(domain.name);
  return client;
}

const first = (user: string) => `n,,n=${user},r=${randomBytes(12).toString('hex')}`;

async function challengeOf(
  client: Client,
  user: string,
): Promise<{ wire: Wire; salt: Buffer; iterations: number }> {
  const wire = await client.succeed('AUTH', SCRAM, first(user));
  return { wire, ...readChallenge(wire.body) };
}

describe('SCRAM-SHA-256', () => {
  test('OK continue with the challenge, then OK done with additional data and the Address', async () => {
    const client = await greeted();
    const exchange = new Scram('SCRAM-SHA-256', 'alice', 'password of alice', client.socket);
    const challenge = await client.request('AUTH', SCRAM, exchange.first());
    expect(challenge.startLine).toBe('OK (AUTH) t2 impp/1.0');
    expect(challenge.get('Auth-State')).toBe('continue');
    expect(challenge.get('Content-Type')).toBe('application/sasl');
    expect(challenge.get('Address')).toBeUndefined();
    expect(readChallenge(challenge.body).iterations).toBe(ITERATIONS);
    const done = await client.request('AUTH', SASL, exchange.final(challenge.body));
    expect(done.kind).toBe('OK');
    expect(done.get('Auth-State')).toBe('done');
    expect(done.get('Content-Type')).toBe('application/sasl');
    expect(done.get('Address')).toBe(domain.url('alice'));
    exchange.verify(done.body);
    await client.attach(domain.url('alice'), 'phone');
  });

  test('no initial response: Content-Length is absent, and an empty challenge asks for it', async () => {
    const client = await greeted();
    const exchange = new Scram('SCRAM-SHA-256', 'alice', 'password of alice', client.socket);
    const empty = await client.request('AUTH', { Mechanism: 'SCRAM-SHA-256' });
    expect(empty.kind).toBe('OK');
    expect(empty.get('Auth-State')).toBe('continue');
    expect(empty.body).toHaveLength(0);
    expect(empty.get('Content-Length') ?? '0').toBe('0');
    const challenge = await client.succeed('AUTH', SASL, exchange.first());
    const done = await client.succeed('AUTH', SASL, exchange.final(challenge.body));
    expect(done.get('Auth-State')).toBe('done');
    exchange.verify(done.body);
  });

  test('an initial response of 0 octets is one, and no message of SCRAM', async () => {
    const client = await greeted();
    expect(await client.errorOf('AUTH', SCRAM, '')).toMatch(/^(bad-request|authentication-failed)$/);
    await client.ping();
  });

  test('the authentication identity is USER, canonical and not encoded', async () => {
    const client = await greeted();
    const user = 'rené.a=b,c';
    await client.succeed('REGISTER', { ...VERIFIER, Target: domain.url('ren%C3%A9.a=b,c') }, verifierOf('s'));
    const done = await client.authenticate(user, 's');
    expect(done.get('Address')).toBe(domain.url('ren%C3%A9.a=b,c'));
    const encoded = await greeted();
    expect((await encoded.authenticate('ren%C3%A9.a=b,c', 's')).get('Error')).toBe('authentication-failed');
  });

  test('the authorisation identity is absent or the account’s canonical URL', async () => {
    const own = await greeted();
    const done = await own.authenticate('alice', 'password of alice', 'SCRAM-SHA-256', domain.url('alice'));
    expect(done.get('Address')).toBe(domain.url('alice'));
    for (const other of [domain.url('bob'), domain.url('Alice'), 'alice', 'impp://other.example/alice']) {
      const client = await greeted();
      const answer = await client.authenticate('alice', 'password of alice', 'SCRAM-SHA-256', other);
      expect(answer.get('Error')).toBe('authentication-failed');
      expect(await client.errorOf('ATTACH', { Device: 'x' })).toBe('user-authentication-required');
    }
  });

  test('passwords are prepared: what looks the same is the same', async () => {
    const client = await greeted();
    await client.succeed(
      'REGISTER',
      { ...VERIFIER, Target: domain.url('prep') },
      verifierOf('p\u00e4ss w\u00f6rd'),
    );
    expect((await client.authenticate('prep', 'pa\u0308ss wo\u0308rd')).kind).toBe('OK');
  });

  test('after a failure the connection goes on, and the right password is taken', async () => {
    const client = await greeted();
    expect((await client.authenticate('alice', 'wrong')).get('Error')).toBe('authentication-failed');
    expect((await client.authenticate('alice', 'password of alice')).kind).toBe('OK');
  });

  test('what binds to a channel that was not offered fails', async () => {
    const client = await greeted();
    expect(await client.errorOf('AUTH', SCRAM, `p=tls-exporter,,n=alice,r=abcdefgh`)).toMatch(
      /^(bad-request|authentication-failed)$/,
    );
  });

  test('c= that does not repeat the header fails', async () => {
    const client = await greeted();
    const exchange = new Scram('SCRAM-SHA-256', 'alice', 'password of alice', client.socket);
    const challenge = await client.succeed('AUTH', SCRAM, exchange.first());
    const final = exchange.final(challenge.body).toString().replace('c=biws', 'c=eSws');
    expect(await client.errorOf('AUTH', SASL, final)).toBe('authentication-failed');
  });

  test('a nonce that is not the server’s fails', async () => {
    const client = await greeted();
    const exchange = new Scram('SCRAM-SHA-256', 'alice', 'password of alice', client.socket);
    const challenge = await client.succeed('AUTH', SCRAM, exchange.first());
    const final = exchange
      .final(challenge.body)
      .toString()
      .replace(/r=[^,]+/, 'r=abcdefghijkl');
    expect(await client.errorOf('AUTH', SASL, final)).toMatch(/^(bad-request|authentication-failed)$/);
  });
});

describe('an unknown user', () => {
  test('gets a challenge with a salt of 16 octets and iterations in use, the same each time', async () => {
    const [one, two, other] = [await greeted(), await greeted(), await greeted()];
    const first = await challengeOf(one, 'nobody');
    const second = await challengeOf(two, 'nobody');
    const third = await challengeOf(other, 'nobody-else');
    expect(first.salt).toHaveLength(16);
    expect(first.iterations).toBe(ITERATIONS);
    expect(second.salt).toEqual(first.salt);
    expect(second.iterations).toBe(first.iterations);
    expect(third.salt).not.toEqual(first.salt);
    expect(first.wire.get('Auth-State')).toBe('continue');
  });
  test('fails in the same words as a wrong password', async () => {
    const [one, two] = [await greeted(), await greeted()];
    const unknown = await one.authenticate('nobody', 'x');
    const wrong = await two.authenticate('alice', 'x');
    expect(unknown.get('Error')).toBe('authentication-failed');
    expect(unknown.headers).toEqual(wrong.headers);
    expect(unknown.body).toEqual(wrong.body);
  });
  test('also where the name could not be one', async () => {
    for (const user of ['Alice', 'a b', 'a/b', 'a@b', 'x'.repeat(65)]) {
      const client = await greeted();
      expect((await client.authenticate(user, 'x')).get('Error'), user).toBe('authentication-failed');
    }
  });
});

describe('an unusable mechanism is operation-not-supported', () => {
  test.each([
    'X-OTHER',
    'PLAIN',
    'SCRAM-SHA-1',
    'SCRAM-SHA-256-PLUS',
    'ANONYMOUS',
    'EXTERNAL',
    'CALLBACK',
    'scram-sha-256',
  ])('%s', async (mechanism) => {
    const client = await greeted();
    expect(await client.errorOf('AUTH', { ...SASL, Mechanism: mechanism }, '\0alice\0x')).toBe(
      'operation-not-supported',
    );
    expect((await client.authenticate('alice', 'password of alice')).kind).toBe('OK');
  });
});

describe('anything out of order is bad-request', () => {
  test('no Mechanism in the first', async () => {
    const client = await greeted();
    expect(await client.errorOf('AUTH', SASL, first('alice'))).toBe('bad-request');
    expect(await client.errorOf('AUTH', {})).toBe('bad-request');
    await client.ping();
  });
  test('a Mechanism in the second', async () => {
    const client = await greeted();
    await client.succeed('AUTH', SCRAM, first('alice'));
    expect(await client.errorOf('AUTH', SCRAM, first('alice'))).toBe('bad-request');
    await client.ping();
  });
  test('abort of nothing', async () => {
    const client = await greeted();
    expect(await client.errorOf('AUTH', { 'Auth-State': 'abort' })).toBe('bad-request');
    await client.ping();
  });
  test('an Auth-State that is not the client’s to say', async () => {
    const client = await greeted();
    expect(await client.errorOf('AUTH', { ...SCRAM, 'Auth-State': 'done' }, first('alice'))).toBe(
      'bad-request',
    );
    await client.ping();
  });
  test('a body without Content-Type', async () => {
    const client = await greeted();
    expect(await client.errorOf('AUTH', { Mechanism: 'SCRAM-SHA-256' }, first('alice'))).toBe('bad-request');
    expect((await client.authenticate('alice', 'password of alice')).kind).toBe('OK');
  });
});

describe('Auth-State: abort', () => {
  test('gives up and gets authentication-failed, uncounted', async () => {
    const client = await greeted();
    for (let at = 0; at < 8; at += 1) {
      await client.succeed('AUTH', SCRAM, first('alice'));
      expect(await client.errorOf('AUTH', { 'Auth-State': 'abort' })).toBe('authentication-failed');
    }
    expect((await client.authenticate('alice', 'password of alice')).kind).toBe('OK');
  });
});

test('five failures on one connection close it', async () => {
  const client = await greeted();
  for (let at = 1; at <= 5; at += 1) {
    expect((await client.authenticate('alice', `wrong ${at}`)).get('Error')).toBe('authentication-failed');
    if (at < 5) await client.ping();
  }
  await client.closed();
});

test('authentication is not repeated on a connection once done', async () => {
  const client = await domain.login('alice');
  expect(await client.errorOf('AUTH', SCRAM, first('alice'))).toBe('bad-request');
  await client.ping();
});

test('exchanges on several connections of one account do not disturb each other', async () => {
  const clients = await Promise.all([greeted(), greeted(), greeted()]);
  const done = await Promise.all(clients.map((client) => client.authenticate('bob', 'password of bob')));
  expect(done.map((it) => it.kind)).toEqual(['OK', 'OK', 'OK']);
});
