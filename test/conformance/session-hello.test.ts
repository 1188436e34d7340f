// [IMPP 6, 13] HELLO: what is asked, what is told.

import { beforeAll, describe, expect, test } from 'vitest';
import { type Domain, startDomain } from './wire.ts';

let domain: Domain;
let tuned: Domain;
beforeAll(async () => {
  [domain, tuned] = await Promise.all([
    startDomain(),
    startDomain({
      registration: 'closed',
      settings: [
        'limits.max-message-size=200000',
        'limits.max-bulk-size=300000',
        'limits.max-pending=7',
        'limits.bulk-threshold=1000',
        'idle-timeout=77',
        'auth.iterations=5000',
        'policy=no-pretend,no-invisible',
      ],
    }),
  ]);
}, 40_000);

const HELLO = {
  Domain: 'wire.example',
  Role: 'client',
  Agent: 'x/1',
  'Max-Message-Size': '1048576',
  'Max-Pending': '8',
};

describe('OK (HELLO)', () => {
  test('states what the domain is and takes, by default what section 13 says', async () => {
    const client = await domain.connect();
    const ok = await client.hello(domain.name);
    expect(ok.startLine).toBe('OK (HELLO) t1 impp/1.0');
    expect(ok.get('Domain')).toBe(domain.name);
    expect(ok.get('Agent')).toBeTruthy();
    expect(ok.get('Services')?.split(' ').sort()).toEqual(['im', 'presence']);
    expect(ok.get('Max-Message-Size')).toBe(String(10 * 1024 * 1024));
    expect(ok.get('Max-Pending')).toBe('128');
    expect(ok.get('Idle-Timeout')).toBe('300');
    expect(ok.get('Bulk-Threshold')).toBe('65536');
    expect(ok.get('TLS')).toBe('unavailable');
    expect(ok.get('Auth-Mechanisms')).toBe('SCRAM-SHA-256');
    expect(ok.get('Registration')).toBe('open');
    expect(ok.get('Policy')).toBeUndefined();
    expect(ok.get('Content-Length') ?? '0').toBe('0');
    expect(ok.get('To')).toBeUndefined();
  });
  test('states what the operator has set', async () => {
    const client = await tuned.connect();
    const ok = await client.hello(tuned.name);
    // The largest of any connection.
    expect(ok.get('Max-Message-Size')).toBe('300000');
    expect(ok.get('Max-Pending')).toBe('7');
    expect(ok.get('Idle-Timeout')).toBe('77');
    expect(ok.get('Bulk-Threshold')).toBe('1000');
    expect(ok.get('Iterations')).toBe('5000');
    expect(ok.get('Registration')).toBe('closed');
    expect(ok.get('Policy')?.split(' ').sort()).toEqual(['no-invisible', 'no-pretend']);
  });
  test('stands in the canonical spelling of the page', async () => {
    const client = await domain.connect();
    const ok = await client.hello(domain.name);
    const names = ok.headers.map(([name]) => name);
    for (const name of [
      'Domain',
      'Agent',
      'Services',
      'Max-Message-Size',
      'Max-Pending',
      'Idle-Timeout',
      'Bulk-Threshold',
      'TLS',
      'Auth-Mechanisms',
      'Iterations',
      'Registration',
    ]) {
      expect(names).toContain(name);
    }
  });
});

describe('HELLO', () => {
  test('needs no more than Domain and Role', async () => {
    const client = await domain.connect();
    await client.succeed('HELLO', { Domain: domain.name, Role: 'client' });
  });
  test('with the wrong Domain is target-unknown; the right one may follow', async () => {
    const client = await domain.connect();
    expect(await client.errorOf('HELLO', { ...HELLO, Domain: 'other.example' })).toBe('target-unknown');
    expect(await client.errorOf('AUTH', {})).toBe('user-authentication-required');
    await client.succeed('HELLO', HELLO);
  });
  test.each<[string, Record<string, string | undefined>]>([
    ['no Domain', { Domain: undefined }],
    ['another Role', { Role: 'gateway' }],
    ['an ill-formed Max-Message-Size', { 'Max-Message-Size': 'much' }],
    ['an ill-formed Max-Pending', { 'Max-Pending': '-1' }],
  ])('with %s is bad-request, and the connection goes on', async (_, change) => {
    const client = await domain.connect();
    expect(await client.errorOf('HELLO', { ...HELLO, ...change })).toBe('bad-request');
    await client.succeed('HELLO', HELLO);
  });
  test('may carry headers that the page does not know', async () => {
    const client = await domain.connect();
    await client.succeed('HELLO', { ...HELLO, 'X-Colour': 'blue' });
  });
  test('in one portion with what follows it', async () => {
    const client = await domain.connect();
    const follows = client.compose('AUTH', { Mechanism: 'X-NONE' }, undefined, 'b');
    client.write(Buffer.concat([client.compose('HELLO', HELLO, undefined, 'a'), follows]));
    expect((await client.response('a')).kind).toBe('OK');
    expect((await client.response('b')).get('Error')).toBe('operation-not-supported');
  });
});
