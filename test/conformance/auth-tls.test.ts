// [IMPP 6] AUTH under TLS: channel binding, PLAIN; ANONYMOUS where configured; the limit of an address.

import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Domain, mail, Scram, startDomain, VERIFIER, verifierOf } from './wire.ts';

let domain: Domain;
let open: Domain;
let strict: Domain;
const SASL = { 'Content-Type': 'application/sasl' };
const PLAIN = { ...SASL, Mechanism: 'PLAIN' };

beforeAll(async () => {
  [domain, open, strict] = await Promise.all([
    startDomain({ certificate: true, settings: ['limits.failed-auth=10000'] }),
    startDomain({ settings: ['auth.mechanisms=SCRAM-SHA-256,ANONYMOUS'] }),
    startDomain({
      certificate: true,
      settings: ['limits.failed-auth=6', 'auth.mechanisms=SCRAM-SHA-256-PLUS,SCRAM-SHA-256'],
    }),
  ]);
  (await domain.person('alice')).destroy();
  (await strict.person('alice')).destroy();
}, 40_000);

async function secured(at = domain): Promise<Client> {
  const client = await at.connectSecure({ minimum: 'TLSv1.3' });
  await client.hello(at.name);
  return client;
}

describe('SCRAM-SHA-256-PLUS', () => {
  test('binds to the channel with tls-exporter', async () => {
    const client = await secured();
    const done = await client.authenticate('alice', 'password of alice', 'SCRAM-SHA-256-PLUS');
    expect(done.get('Auth-State')).toBe('done');
    expect(done.get('Address')).toBe(domain.url('alice'));
    await client.attach(domain.url('alice'), 'phone');
  });
  test('after STARTTLS as well', async () => {
    const client = await domain.connect();
    await client.hello(domain.name);
    await client.succeed('STARTTLS');
    if (domain.tls) await client.secure(domain.tls);
    await client.hello(domain.name);
    expect((await client.authenticate('alice', 'password of alice', 'SCRAM-SHA-256-PLUS')).kind).toBe('OK');
  });
  test('bound to another channel fails', async () => {
    const [client, other] = [await secured(), await secured()];
    const exchange = new Scram('SCRAM-SHA-256-PLUS', 'alice', 'password of alice', other.socket);
    const challenge = await client.succeed(
      'AUTH',
      { ...SASL, Mechanism: 'SCRAM-SHA-256-PLUS' },
      exchange.first(),
    );
    expect(await client.errorOf('AUTH', SASL, exchange.final(challenge.body))).toBe('authentication-failed');
  });
  test('with another kind of binding fails', async () => {
    const client = await secured();
    const first = 'p=tls-unique,,n=alice,r=abcdefghijkl';
    expect(await client.errorOf('AUTH', { ...SASL, Mechanism: 'SCRAM-SHA-256-PLUS' }, first)).toMatch(
      /^(authentication-failed|bad-request)$/,
    );
    expect((await client.authenticate('alice', 'password of alice', 'SCRAM-SHA-256-PLUS')).kind).toBe('OK');
  });
  test('a client that could bind and believes the server could not (y) is refused: someone took it from the list', async () => {
    const client = await secured();
    const answer = await client.request(
      'AUTH',
      { ...SASL, Mechanism: 'SCRAM-SHA-256' },
      'y,,n=alice,r=abcdefghijkl',
    );
    const last = answer.kind === 'ERROR' ? answer : await client.request('AUTH', SASL, 'c=eSws,r=x,p=AAAA');
    expect(last.get('Error')).toMatch(/^(authentication-failed|bad-request)$/);
  });
  test('SCRAM-SHA-256 without binding is taken', async () => {
    expect((await (await secured()).authenticate('alice', 'password of alice')).kind).toBe('OK');
  });
});

describe('PLAIN', () => {
  test('is taken under TLS, with the initial response', async () => {
    const client = await secured();
    const done = await client.request('AUTH', PLAIN, '\0alice\0password of alice');
    expect(done.kind).toBe('OK');
    expect(done.get('Auth-State')).toBe('done');
    expect(done.get('Address')).toBe(domain.url('alice'));
    expect(done.body).toHaveLength(0);
  });
  test('is taken without one, after an empty challenge', async () => {
    const client = await secured();
    const empty = await client.succeed('AUTH', { Mechanism: 'PLAIN' });
    expect(empty.get('Auth-State')).toBe('continue');
    const done = await client.succeed('AUTH', SASL, '\0alice\0password of alice');
    expect(done.get('Auth-State')).toBe('done');
  });
  test('with the account’s URL as authorisation identity, and no other', async () => {
    const client = await secured();
    expect(await client.errorOf('AUTH', PLAIN, `${domain.url('bob')}\0alice\0password of alice`)).toBe(
      'authentication-failed',
    );
    expect(await client.errorOf('AUTH', PLAIN, `${domain.url('alice')}\0alice\0password of alice`)).toBe(
      'OK',
    );
  });
  test('a wrong password and an unknown user fail alike', async () => {
    const client = await secured();
    const wrong = await client.request('AUTH', PLAIN, '\0alice\0wrong');
    const unknown = await client.request('AUTH', PLAIN, '\0nobody\0wrong');
    expect(wrong.get('Error')).toBe('authentication-failed');
    expect(unknown.headers).toEqual(wrong.headers);
  });
  test('prepares the password with OpaqueString: NFC, and other spaces as the one of ASCII', async () => {
    const client = await secured();
    await client.succeed(
      'REGISTER',
      { ...VERIFIER, Target: domain.url('prep') },
      verifierOf('p\u00e4ss wort'),
    );
    expect(await client.errorOf('AUTH', PLAIN, '\0prep\0pa\u0308ss\u3000wort')).toBe('OK');
  });
  test('that is not what RFC 4616 says fails', async () => {
    for (const text of ['alice', '\0alice', '\0\0', '\0alice\0a\0b', '\0\0password']) {
      const client = await secured();
      expect(await client.errorOf('AUTH', PLAIN, text), JSON.stringify(text)).toMatch(
        /^(authentication-failed|bad-request)$/,
      );
      expect(await client.errorOf('ATTACH', { Device: 'd' })).toBe('user-authentication-required');
    }
  });
  test('may be switched off', async () => {
    const client = await strict.connectSecure();
    const ok = await client.hello(strict.name);
    expect(ok.get('Auth-Mechanisms')).not.toContain('PLAIN');
    expect(await client.errorOf('AUTH', PLAIN, '\0alice\0password of alice')).toBe('operation-not-supported');
  });
});

describe('ANONYMOUS where configured', () => {
  const anonymous = async (body = 'trace') => {
    const client = await open.connect();
    const ok = await client.hello(open.name);
    expect(ok.get('Auth-Mechanisms')).toBe('SCRAM-SHA-256 ANONYMOUS');
    return { client, done: await client.request('AUTH', { ...SASL, Mechanism: 'ANONYMOUS' }, body) };
  };
  test('gives a name of its own that begins anonymous-', async () => {
    const [one, two] = [await anonymous(), await anonymous('')];
    expect(one.done.get('Auth-State')).toBe('done');
    expect(one.done.get('Address')).toMatch(/^impp:\/\/wire\.example\/anonymous-[a-z0-9._~-]+$/);
    expect(two.done.get('Address')).not.toBe(one.done.get('Address'));
  });
  test('attaches and asks as anyone does', async () => {
    await open.person('zoe');
    const { client, done } = await anonymous();
    await client.attach(done.get('Address') ?? '', 'kiosk');
    // The built-in rules deny anonymous principals.
    expect(await client.errorOf('FETCH', { Target: open.url('zoe') })).toBe('permission-denied');
    expect(await client.errorOf('SUBSCRIBE', { Target: open.url('zoe') })).toBe('permission-denied');
    await client.ping();
  });
  test('what it may is for a rule for `anonymous` to say', async () => {
    const yves = await open.person('yves');
    const { client, done } = await anonymous();
    const url = done.get('Address') ?? '';
    await client.attach(url, 'kiosk');
    const send = async (id: string) => {
      const headers = { Target: open.url('yves'), 'Content-Type': 'message/rfc822', 'Message-ID': id };
      return client.errorOf('SEND', headers, mail(url, open.url('yves'), 'x', id));
    };
    const rule = async (who: string) => {
      const text = `<acl><rule><who>${who}</who><subscribe>allow</subscribe><fetch>allow</fetch><send>allow</send></rule></acl>`;
      await yves.succeed(
        'SET-ACL',
        { Target: open.url('yves'), 'Content-Type': 'application/impp-acl' },
        text,
      );
    };
    await rule('*');
    expect(await send('<1@x>')).toBe('permission-denied');
    expect(await client.errorOf('FETCH', { Target: open.url('yves') })).toBe('permission-denied');
    await rule('anonymous');
    expect(await send('<2@x>')).toBe('OK');
    expect((await yves.incoming('SEND')).get('From')).toBe(url);
    expect(await client.errorOf('FETCH', { Target: open.url('yves') })).toBe('OK');
    const ok = await client.succeed('SUBSCRIBE', { Target: open.url('yves') });
    expect(ok.get('Subscription-State')).toBe('active');
  });
  test('is no account: no password, no end', async () => {
    const { client } = await anonymous();
    expect(await client.errorOf('SET-PASSWORD', VERIFIER, verifierOf('x'))).toBe('permission-denied');
    expect(await client.errorOf('UNREGISTER')).toBe('permission-denied');
    await client.ping();
  });
  test('cannot be logged into as an account', async () => {
    const { done } = await anonymous();
    const user = (done.get('Address') ?? '').split('/').pop() ?? '';
    const client = await open.connect();
    await client.hello(open.name);
    expect((await client.authenticate(user, '')).get('Error')).toBe('authentication-failed');
  });
});

test('failed AUTH from one IP address: then too-many-requests before SASL starts, with Retry-After', async () => {
  for (let at = 0; at < 6; at += 1) {
    const client = await strict.connect();
    await client.hello(strict.name);
    expect((await client.authenticate('alice', 'wrong')).get('Error')).toBe('authentication-failed');
    client.destroy();
  }
  const client = await strict.connect();
  await client.hello(strict.name);
  const refused = await client.request(
    'AUTH',
    { ...SASL, Mechanism: 'SCRAM-SHA-256' },
    'n,,n=alice,r=abcdefghijkl',
  );
  expect(refused.get('Error')).toBe('too-many-requests');
  expect(Number(refused.get('Retry-After'))).toBeGreaterThan(0);
  expect(Number(refused.get('Retry-After'))).toBeLessThanOrEqual(600);
});
