// [IMPP 6] REGISTER, SET-PASSWORD, UNREGISTER.

import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { endProgram, startProgram } from '../stories/programs.ts';
import { type Client, type Domain, ITERATIONS, mail, startDomain, VERIFIER, verifierOf } from './wire.ts';

let domain: Domain;
let closed: Domain;
let invited: Domain;
beforeAll(async () => {
  [domain, closed, invited] = await Promise.all([
    startDomain(),
    startDomain({ registration: 'closed' }),
    startDomain({ registration: 'invite' }),
  ]);
}, 40_000);

async function greeted(at = domain): Promise<Client> {
  const client = await at.connect();
  await client.hello(at.name);
  return client;
}

const line = verifierOf('secret');

async function invitation(): Promise<string> {
  const { child, found } = await startProgram(
    'server/index.ts',
    ['invite', 'create', '--data', invited.data, '--domain', invited.name],
    /^(?:.*\s)?([A-Za-z0-9._-]{8,})$/,
  );
  await endProgram(child, 'SIGTERM');
  return found[1] ?? '';
}

describe('REGISTER', () => {
  test('OK makes an account that AUTH knows; the connection stays open', async () => {
    const client = await greeted();
    const ok = await client.request('REGISTER', { ...VERIFIER, Target: domain.url('alice') }, line);
    expect(ok.kind).toBe('OK');
    expect(await client.errorOf('ATTACH', { Device: 'd' })).toBe('user-authentication-required');
    expect((await client.authenticate('alice', 'secret')).get('Address')).toBe(domain.url('alice'));
  });
  test('a taken name is conflict, and the password stays the first', async () => {
    const client = await greeted();
    await client.succeed('REGISTER', { ...VERIFIER, Target: domain.url('bob') }, line);
    expect(
      await client.errorOf('REGISTER', { ...VERIFIER, Target: domain.url('bob') }, verifierOf('other')),
    ).toBe('conflict');
    expect((await client.authenticate('bob', 'secret')).kind).toBe('OK');
  });
  test('two at once for one name: one has it', async () => {
    const clients = await Promise.all([greeted(), greeted(), greeted()]);
    const tokens = await Promise.all(
      clients.map((client) => client.errorOf('REGISTER', { ...VERIFIER, Target: domain.url('rush') }, line)),
    );
    expect(tokens.sort()).toEqual(['OK', 'conflict', 'conflict']);
  });
  test('another HOST is target-unknown', async () => {
    const client = await greeted();
    expect(
      await client.errorOf('REGISTER', { ...VERIFIER, Target: 'impp://other.example/carol' }, line),
    ).toBe('target-unknown');
  });
  test('a reserved name is permission-denied', async () => {
    const client = await greeted();
    expect(await client.errorOf('REGISTER', { ...VERIFIER, Target: domain.url('anonymous-x') }, line)).toBe(
      'permission-denied',
    );
  });
  test('closed is permission-denied', async () => {
    const client = await greeted(closed);
    expect(await client.errorOf('REGISTER', { ...VERIFIER, Target: closed.url('carol') }, line)).toBe(
      'permission-denied',
    );
    expect((await client.authenticate('carol', 'secret')).get('Error')).toBe('authentication-failed');
  });
  test('no Target, no body, no Content-Type: bad-request', async () => {
    const client = await greeted();
    expect(await client.errorOf('REGISTER', VERIFIER, line)).toBe('bad-request');
    expect(await client.errorOf('REGISTER', { Target: domain.url('carol') })).toBe('bad-request');
    expect(await client.errorOf('REGISTER', { Target: domain.url('carol') }, line)).toBe('bad-request');
    expect(await client.errorOf('REGISTER', { ...VERIFIER, Target: domain.url('carol') }, '')).toBe(
      'bad-request',
    );
    await client.ping();
  });

  const [, stored, keys] = line.split('$');
  const broken: [string, string][] = [
    ['fewer iterations than the domain’s', verifierOf('x', ITERATIONS - 1)],
    ['more iterations than the domain’s', verifierOf('x', ITERATIONS + 1)],
    ['a salt of 15 octets', verifierOf('x', ITERATIONS, randomBytes(15))],
    ['a salt of 17 octets', verifierOf('x', ITERATIONS, randomBytes(17))],
    ['no salt', `SCRAM-SHA-256$${ITERATIONS}:$${keys}`],
    ['another scheme', `SCRAM-SHA-1$${stored}$${keys}`],
    ['a scheme in lower case', `scram-sha-256$${stored}$${keys}`],
    ['no ServerKey', `SCRAM-SHA-256$${stored}$${keys?.split(':')[0]}`],
    [
      'a key of 31 octets',
      `SCRAM-SHA-256$${stored}$${randomBytes(31).toString('base64')}:${randomBytes(32).toString('base64')}`,
    ],
    [
      'a key of 33 octets',
      `SCRAM-SHA-256$${stored}$${randomBytes(32).toString('base64')}:${randomBytes(33).toString('base64')}`,
    ],
    ['something that is no base64', `SCRAM-SHA-256$${stored}$${'!'.repeat(44)}:${'!'.repeat(44)}`],
    ['two lines', `${line}\r\n${line}`],
    ['something after it', `${line}:x`],
    ['a password', 'secret'],
    ['octets that are not UTF-8', 'ÿ'],
  ];
  test.each(broken)('%s: bad-request', async (_, body) => {
    const client = await greeted();
    expect(await client.errorOf('REGISTER', { ...VERIFIER, Target: domain.url('nobody') }, body)).toBe(
      'bad-request',
    );
    expect(
      await client.errorOf(
        'REGISTER',
        { ...VERIFIER, Target: domain.url('nobody') },
        Buffer.from([0xff, 0xfe]),
      ),
    ).toBe('bad-request');
    await client.ping();
  });

  test('Registration is invite: Invite is needed, a bad one is permission-denied, a used one is bad', async () => {
    const client = await invited.connect();
    expect((await client.hello(invited.name)).get('Registration')).toBe('invite');
    const register = async (user: string, invite?: string) =>
      client.errorOf('REGISTER', { ...VERIFIER, Target: invited.url(user), Invite: invite }, line);
    expect(await register('carol')).toBe('permission-denied');
    expect(await register('carol', 'made-up-invitation')).toBe('permission-denied');
    expect(await register('carol', await invitation())).toBe('OK');
    const once = await invitation();
    expect(await register('dave', once)).toBe('OK');
    expect(await register('erin', once)).toBe('permission-denied');
    expect((await client.authenticate('carol', 'secret')).kind).toBe('OK');
  });
});

test('an invitation is used up only by the account that it makes', async () => {
  const invite = await invitation();
  const client = await greeted(invited);
  await client.succeed(
    'REGISTER',
    { ...VERIFIER, Target: invited.url('first'), Invite: await invitation() },
    line,
  );
  const second = { ...VERIFIER, Invite: invite };
  expect(await client.errorOf('REGISTER', { ...second, Target: invited.url('first') }, line)).toBe(
    'conflict',
  );
  expect(await client.errorOf('REGISTER', { ...second, Target: invited.url('second') }, 'x')).toBe(
    'bad-request',
  );
  expect(await client.errorOf('REGISTER', { ...second, Target: invited.url('second') }, line)).toBe('OK');
});

describe('SET-PASSWORD', () => {
  test('the new password is taken and the old one is not; the account’s other connections get BYE', async () => {
    const phone = await domain.person('pat', 'phone');
    const desk = await domain.login('pat', 'desk');
    const bare = await domain.login('pat');
    await desk.succeed('SET-PASSWORD', VERIFIER, verifierOf('new'));
    for (const other of [phone, bare]) {
      await other.incoming('BYE');
      await other.closed();
    }
    await desk.ping();
    expect(await desk.errorOf('FETCH', { Target: domain.url('pat') })).toBe('OK');
    expect(desk.arrived).toEqual([]);
    const client = await greeted();
    expect((await client.authenticate('pat', 'password of pat')).get('Error')).toBe('authentication-failed');
    expect((await client.authenticate('pat', 'new')).kind).toBe('OK');
  });
  test('other iterations or salt, no body: bad-request; the password stays', async () => {
    await domain.person('quinn');
    const client = await domain.login('quinn');
    expect(await client.errorOf('SET-PASSWORD', VERIFIER, verifierOf('x', ITERATIONS * 2))).toBe(
      'bad-request',
    );
    expect(await client.errorOf('SET-PASSWORD', VERIFIER, verifierOf('x', ITERATIONS, randomBytes(8)))).toBe(
      'bad-request',
    );
    expect(await client.errorOf('SET-PASSWORD', {})).toBe('bad-request');
    await domain.login('quinn');
  });
});

describe('UNREGISTER', () => {
  test('after the OK all the account’s connections get BYE', async () => {
    const phone = await domain.person('rita', 'phone');
    const desk = await domain.login('rita', 'desk');
    const ok = await desk.request('UNREGISTER');
    expect(ok.kind).toBe('OK');
    await desk.incoming('BYE');
    await phone.incoming('BYE');
    await desk.closed();
    await phone.closed();
  });
  test('the account is gone with all that it holds, and the name stays taken', async () => {
    const sam = await domain.person('sam');
    const tina = await domain.person('tina');
    await sam.succeed('UNREGISTER');
    const client = await greeted();
    expect((await client.authenticate('sam', 'password of sam')).get('Error')).toBe('authentication-failed');
    expect(await client.errorOf('REGISTER', { ...VERIFIER, Target: domain.url('sam') }, line)).toBe(
      'conflict',
    );
    expect(await tina.errorOf('FETCH', { Target: domain.url('sam') })).toBe('target-unknown');
    expect(await tina.errorOf('SUBSCRIBE', { Target: domain.url('sam') })).toBe('target-unknown');
    const send = { Target: domain.url('sam'), 'Content-Type': 'message/rfc822', 'Message-ID': '<s@x>' };
    expect(await tina.errorOf('SEND', send, mail(domain.url('tina'), domain.url('sam'), 'x', '<s@x>'))).toBe(
      'target-unknown',
    );
  });
  test('its watchers’ subscriptions end with target-unknown', async () => {
    const uma = await domain.person('uma');
    const vera = await domain.person('vera');
    const ok = await vera.succeed('SUBSCRIBE', { Target: domain.url('uma') });
    expect(ok.get('Subscription-State')).toBe('pending');
    await uma.succeed('UNREGISTER');
    const end = await vera.incoming('TERMINATE-SUBSCRIPTION');
    expect(end.get('Error')).toBe('target-unknown');
    expect(end.get('Subscription-State')).toBe('ended');
    expect(end.get('From')).toBe(domain.url('uma'));
    expect(end.get('Origin')).toBe(domain.url('uma'));
    expect(end.get('Target')).toBe(domain.url('vera'));
    expect(end.get('Target-Connection-ID')).toBe(vera.identity['Connection-ID']);
    expect(end.body).toHaveLength(0);
    expect(await vera.errorOf('GET-SUBSCRIPTION', { Target: domain.url('uma') })).toMatch(
      /^(target|subscription)-unknown$/,
    );
  });
});
