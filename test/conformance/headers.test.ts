// [IMPP 5] Headers: routing, what belongs to the home server, and the values that numbers and tokens may have.

import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Client, type Domain, mail, startDomain } from './wire.ts';

let domain: Domain;
let alice: Client;
let mallory: Client;
const ALICE = 'impp://wire.example/alice';

beforeAll(async () => {
  domain = await startDomain();
  (await domain.person('alice')).destroy();
  (await domain.person('mallory')).destroy();
}, 40_000);

beforeEach(async () => {
  alice = await domain.login('alice', 'phone');
  mallory = await domain.login('mallory', 'phone');
});

describe('From and Connection-ID', () => {
  test('are needed in every request of an attached client but PING and BYE', async () => {
    const requests: [string, Record<string, string>][] = [
      ['FETCH', { Target: ALICE }],
      ['GET-ACL', { Target: ALICE }],
      ['GET-DOCUMENT', { Name: 'contacts' }],
      ['GET-WATCHERS', {}],
      ['GET-INBOX', {}],
      ['SUBSCRIBE', { Target: ALICE }],
      ['CHANGE', { Target: ALICE, 'Lease-Time': '0' }],
      ['LOOKUP', { Target: 'impp://wire.example/', Query: 'al' }],
    ];
    for (const [method, headers] of requests) {
      expect(await alice.errorOf(method, headers), method).toBe('OK');
      expect(await alice.errorOf(method, { ...headers, 'Connection-ID': undefined }), method).toBe(
        'bad-request',
      );
      expect(await alice.errorOf(method, { ...headers, From: undefined }), method).toBe('bad-request');
    }
    expect(await alice.errorOf('SET-PASSWORD', { From: undefined })).toBe('bad-request');
    expect(await alice.errorOf('UNREGISTER', { 'Connection-ID': undefined })).toBe('bad-request');
    expect(await alice.errorOf('PING')).toBe('OK');
    expect(await alice.errorOf('BYE')).toBe('OK');
  });

  test('that are not one’s own are permission-denied', async () => {
    expect(await alice.errorOf('FETCH', { Target: ALICE, 'Connection-ID': 'other' })).toBe(
      'permission-denied',
    );
    expect(await alice.errorOf('FETCH', { Target: ALICE, From: domain.url('mallory') })).toBe(
      'permission-denied',
    );
    expect(await mallory.errorOf('GET-ACL', { Target: ALICE, ...alice.identity })).toBe('permission-denied');
    const stolen = { 'Connection-ID': alice.identity['Connection-ID'] };
    expect(await mallory.errorOf('FETCH', { Target: domain.url('mallory'), ...stolen })).toBe(
      'permission-denied',
    );
    expect(await alice.errorOf('FETCH', { Target: ALICE, From: 'impp://other.example/alice' })).toBe(
      'permission-denied',
    );
    await mallory.ping();
  });

  test('come back as To and Connection-ID, in OK and in ERROR', async () => {
    const ok = await alice.request('FETCH', { Target: ALICE });
    expect([ok.get('To'), ok.get('Connection-ID')]).toEqual([ALICE, alice.identity['Connection-ID']]);
    expect(ok.get('From')).toBeUndefined();
    const error = await alice.request('FETCH', { Target: domain.url('nobody') });
    expect(error.get('Error')).toBe('target-unknown');
    expect([error.get('To'), error.get('Connection-ID')]).toEqual([ALICE, alice.identity['Connection-ID']]);
    const unknown = await alice.request('X-NEW', alice.identity);
    expect([unknown.get('To'), unknown.get('Connection-ID')]).toEqual([
      ALICE,
      alice.identity['Connection-ID'],
    ]);
    const denied = await alice.request('FETCH', { Target: ALICE, 'Connection-ID': 'other' });
    expect([denied.get('To'), denied.get('Connection-ID')]).toEqual([ALICE, 'other']);
    const version = alice.compose('FETCH', { Target: ALICE }, undefined, 'v').toString();
    alice.write(version.replace('impp/1.0', 'impp/9.0'));
    const other = await alice.response('v');
    expect(other.get('Error')).toBe('version-not-supported');
    expect([other.get('To'), other.get('Connection-ID')]).toEqual([ALICE, alice.identity['Connection-ID']]);
  });

  test('that PING had come back too, and what it had not does not', async () => {
    const ping = await alice.request('PING', alice.identity);
    expect([ping.get('To'), ping.get('Connection-ID')]).toEqual([ALICE, alice.identity['Connection-ID']]);
    const bare = await alice.request('PING');
    expect([bare.get('To'), bare.get('Connection-ID')]).toEqual([undefined, undefined]);
  });
});

describe('headers that belong to the home server', () => {
  const own: [string, string][] = [
    ['Inbox-Sequence', '1'],
    ['Received', '2026-08-01T10:00:00.000Z'],
    ['Copy', 'sent'],
    ['Replay', 'yes'],
    ['Body-Deferred', '10'],
  ];
  test.each(own)('%s in a request from a client is bad-request', async (name, value) => {
    const body = mail(ALICE, domain.url('mallory'), 'x', '<h@x>');
    const send = { Target: domain.url('mallory'), 'Content-Type': 'message/rfc822', 'Message-ID': '<h@x>' };
    expect(await alice.errorOf('SEND', { ...send, [name]: value }, body)).toBe('bad-request');
    expect(await alice.errorOf('FETCH', { Target: ALICE, [name]: value })).toBe('bad-request');
    expect(await alice.errorOf('PING', { [name]: value })).toBe('bad-request');
    const stranger = await domain.connect();
    expect(await stranger.errorOf('HELLO', { Domain: domain.name, Role: 'client', [name]: value })).toBe(
      'bad-request',
    );
    await alice.ping();
    expect(mallory.arrived).toEqual([]);
  });
  test('but GET-MESSAGE carries Inbox-Sequence', async () => {
    expect(await alice.errorOf('GET-MESSAGE', { 'Inbox-Sequence': '999' })).toBe('message-unknown');
  });
});

describe('values out of range are bad-request, and the connection goes on', () => {
  const requests: [string, string, string[], string[]][] = [
    [
      'SUBSCRIBE',
      'Lease-Time',
      ['-1', '2147483648', '1.5', 'Infinity', 'forever', '0x10', '', '1 2', '99999999999'],
      ['2147483647', 'infinity', '60', '1'],
    ],
    ['CHANGE', 'Lease-Time', ['-1', '2147483648', 'INFINITY', 'x', ''], ['0', 'infinity']],
    ['CHANGE', 'View', ['', 'a b', 'a/b', 'ü', 'v'.repeat(65)], ['default', 'v'.repeat(64), 'a-b._1']],
    ['GET-INBOX', 'Limit', ['0', '201', '-1', 'x', ''], ['1', '200']],
    ['GET-INBOX', 'Before', ['-1', 'x', '', '1.0', '9007199254740992'], ['1', '9007199254740991']],
    ['GET-MESSAGE', 'Inbox-Sequence', ['-1', 'x', '', '9007199254740992'], []],
    ['GET-DOCUMENT', 'Name', ['', 'a b', 'n'.repeat(65), 'ä'], ['contacts', 'n'.repeat(64), 'x-y.z_1']],
    ['FETCH', 'View', ['', 'a b', 'v'.repeat(65)], ['default', 'v'.repeat(64)]],
    ['LOOKUP', 'Query', ['', 'a', 'q'.repeat(129), '😀'], ['al', 'q'.repeat(128), '😀'.repeat(128)]],
    ['SET-DOCUMENT', 'If-Revision', ['-1', 'x', '', '9007199254740992', '1.0'], []],
  ];
  const usual: Record<string, Record<string, string>> = {
    SUBSCRIBE: { Target: ALICE },
    CHANGE: { Target: ALICE, 'Lease-Time': '0' },
    FETCH: { Target: ALICE },
    LOOKUP: { Target: 'impp://wire.example/' },
    'SET-DOCUMENT': { Name: 'x-doc' },
  };
  test.each(requests)('%s %s', async (method, name, bad, good) => {
    for (const value of bad) {
      expect(await alice.errorOf(method, { ...usual[method], [name]: value }), value).toBe('bad-request');
    }
    for (const value of good)
      expect(await alice.errorOf(method, { ...usual[method], [name]: value }), value).toBe('OK');
  });
  test('a Revision below 2^53 is in range', async () => {
    const headers = { Name: 'x-doc', 'Content-Type': 'text/plain' };
    expect(await alice.errorOf('SET-DOCUMENT', { ...headers, 'If-Revision': '9007199254740991' }, 'x')).toBe(
      'conflict',
    );
  });
  test('a missing header is bad-request', async () => {
    for (const [method, headers] of [
      ['FETCH', {}],
      ['SUBSCRIBE', {}],
      ['UNSUBSCRIBE', {}],
      ['GET-SUBSCRIPTION', {}],
      ['CHANGE', { 'Lease-Time': '0' }],
      ['GET-MESSAGE', {}],
      ['GET-DOCUMENT', {}],
      ['SET-DOCUMENT', {}],
      ['SEND', { 'Message-ID': '<a@b>' }],
      ['SEND', { Target: ALICE }],
      ['LOOKUP', { Target: 'impp://wire.example/' }],
      ['LOOKUP', { Query: 'al' }],
    ] as [string, Record<string, string>][]) {
      expect(await alice.errorOf(method, headers), method).toBe('bad-request');
    }
    await alice.ping();
  });
});
