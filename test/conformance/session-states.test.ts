// [IMPP 6] The states of a client's connection: what each takes, and what the rest gets.

import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Domain, startDomain, VERIFIER, verifierOf } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain();
  (await domain.person('alice')).destroy();
}, 40_000);

const LATER = [
  'CHANGE',
  'FETCH',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'GET-SUBSCRIPTION',
  'GET-WATCHERS',
  'SEND',
  'GET-INBOX',
  'GET-MESSAGE',
  'GET-ACL',
  'SET-ACL',
  'GET-DOCUMENT',
  'SET-DOCUMENT',
  'LOOKUP',
];

async function all(client: Client, methods: readonly string[], token: string): Promise<void> {
  for (const method of methods) {
    const response = await client.request(method, { Target: domain.url('alice') });
    expect(response.kind, method).toBe('ERROR');
    expect(response.get('Error'), method).toBe(token);
  }
  await client.ping();
}

describe('new', () => {
  test('takes HELLO, PING and BYE', async () => {
    const client = await domain.connect();
    await client.ping();
    await client.hello(domain.name);
    const other = await domain.connect();
    await other.succeed('BYE');
    await other.closed();
  });
  test('any other known method is user-authentication-required', async () => {
    const client = await domain.connect();
    await all(
      client,
      ['STARTTLS', 'AUTH', 'REGISTER', 'ATTACH', 'SET-PASSWORD', 'UNREGISTER', ...LATER],
      'user-authentication-required',
    );
    await client.hello(domain.name);
  });
});

describe('open', () => {
  test('a second HELLO is bad-request', async () => {
    const client = await domain.connect();
    await client.hello(domain.name);
    expect(await client.errorOf('HELLO', { Domain: domain.name, Role: 'client' })).toBe('bad-request');
    await client.ping();
  });
  test('what needs authentication is user-authentication-required', async () => {
    const client = await domain.connect();
    await client.hello(domain.name);
    await all(client, ['ATTACH', 'SET-PASSWORD', 'UNREGISTER', ...LATER], 'user-authentication-required');
  });
  test('BYE: OK, close', async () => {
    const client = await domain.connect();
    await client.hello(domain.name);
    await client.succeed('BYE');
    await client.closed();
  });
});

describe('authenticated', () => {
  test('what has its time before or after is bad-request', async () => {
    const client = await domain.login('alice');
    await all(client, ['HELLO', 'STARTTLS', 'AUTH', 'REGISTER', ...LATER], 'bad-request');
    const again = { Mechanism: 'SCRAM-SHA-256', 'Content-Type': 'application/sasl' };
    expect(await client.errorOf('AUTH', again, 'n,,n=alice,r=x')).toBe('bad-request');
    expect(await client.errorOf('HELLO', { Domain: domain.name, Role: 'client' })).toBe('bad-request');
    await client.attach(domain.url('alice'), 'later');
  });
  test('takes SET-PASSWORD without From and Connection-ID', async () => {
    (await domain.person('bob')).destroy();
    const client = await domain.login('bob');
    await client.succeed('SET-PASSWORD', VERIFIER, verifierOf('password of bob'));
    await client.ping();
  });
  test('takes UNREGISTER, and BYE', async () => {
    (await domain.person('carol')).destroy();
    const client = await domain.login('carol');
    await client.succeed('UNREGISTER');
    const other = await domain.login('alice');
    await other.succeed('BYE');
    await other.closed();
  });
});

describe('attached', () => {
  test('HELLO, STARTTLS, AUTH, REGISTER and ATTACH are bad-request', async () => {
    const client = await domain.login('alice', 'phone');
    await all(client, ['HELLO', 'STARTTLS', 'AUTH', 'REGISTER', 'ATTACH'], 'bad-request');
    expect(await client.errorOf('ATTACH', { Device: 'other' })).toBe('bad-request');
    expect(await client.errorOf('FETCH', { Target: domain.url('alice') })).toBe('OK');
  });
});
