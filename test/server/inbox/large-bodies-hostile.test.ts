// Large bodies from those who mean harm, and what may not get through because it comes in pieces.

import { afterEach, describe, expect, test } from 'vitest';

import { createMemoryStorage } from '../../../server/storage/memory.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { type DomainOptions, HOST, TestDomain, urlOf } from '../harness.ts';
import type { HeaderPairs, Peer } from '../peer.ts';
import { arrived, idOf, mail, outcome, send } from './mail.ts';

let domain: TestDomain;
let begun: number;
let dropped: number;

const start = async (options: DomainOptions = {}): Promise<void> => {
  const memory = createMemoryStorage();
  begun = 0;
  dropped = 0;
  const storage: Storage = {
    ...memory,
    beginBody: (...args) => {
      begun += 1;
      return memory.beginBody(...args);
    },
    dropBody: (...args) => {
      dropped += 1;
      return memory.dropBody(...args);
    },
  };
  domain = await TestDomain.start({ users: ['alice', 'bob', 'carol'], ...options, storage });
};

afterEach(() => domain.close());

const bulk = (): Promise<Peer> => domain.attach('alice', { purpose: 'bulk', device: 'bulk' });

const headers: HeaderPairs = {
  Target: urlOf('bob'),
  'Message-ID': idOf('m1'),
  'Content-Type': 'message/rfc822',
};

const isAlive = async (peer: Peer): Promise<boolean> => (await peer.ask('PING')).ok;

/** The head of a SEND that promises `octets`, and what has come of them. */
const begin = (peer: Peer, octets: number, beginning = ''): void =>
  peer.write(
    `SEND begun impp/1.0\r\nFrom: ${peer.from ?? ''}\r\nConnection-ID: ${peer.connectionId ?? ''}\r\n` +
      `Target: ${urlOf('bob')}\r\nMessage-ID: ${idOf('m1')}\r\nContent-Type: message/rfc822\r\n` +
      `Content-Length: ${octets}\r\n\r\n${beginning}`,
  );

describe('refused without being stored, and the connection goes on', () => {
  const SIZE = 2_000_000;

  test.each<[string, string, HeaderPairs]>([
    ['a Target that is not there', 'target-unknown', { Target: urlOf('nobody') }],
    ['a Message-ID that is none', 'bad-request', { 'Message-ID': 'x' }],
    ['another type', 'type-not-understood', { 'Content-Type': 'text/plain' }],
    ['Expires in the past', 'bad-request', { Expires: '2001-01-01T00:00:00.000Z' }],
    ['what is not to be stored', 'message-too-large', { Storage: 'none' }],
    ['another’s From', 'permission-denied', { From: urlOf('bob') }],
    ['a header of the home server', 'bad-request', { 'Inbox-Sequence': '1' }],
    ['no hop left', 'connection-failure', { 'Max-Forwards': '0' }],
  ])('%s', async (_, code, more) => {
    await start();
    const alice = await bulk();
    const error = await alice.refusal('SEND', { ...headers, ...more }, mail('alice', 'bob', { size: SIZE }));
    expect(error.code).toBe(code);
    expect(begun).toBe(0);
    expect(await isAlive(alice)).toBe(true);
  });

  test('what would not fit, by its Content-Length', async () => {
    await start({ config: { limits: { inboxQuota: 1_500_000 } } });
    const alice = await bulk();
    expect(await outcome(alice, 'bob', { size: SIZE })).toBe('mailbox-full');
    expect(await outcome(alice, 'bob', { id: 'b', size: 1_000_000 })).toBe('stored');
    expect(await outcome(alice, 'bob', { id: 'c', size: 1_000_000 })).toBe('mailbox-full');
    expect(dropped).toBe(0);
    expect(await isAlive(alice)).toBe(true);
  });

  test('two that come at once and fit only one at a time: the second to end does not', async () => {
    await start({ config: { limits: { inboxQuota: 1_500_000 } } });
    const [one, other] = [await bulk(), await bulk()];
    const body = mail('alice', 'bob', { size: 1_000_000 });
    begin(one, body.length, body.slice(0, 500_000));
    await domain.settle();
    expect(await outcome(other, 'bob', { id: 'other', size: 1_000_000 })).toBe('stored');
    one.write(body.slice(500_000));
    expect((await one.response('begun')).headers.get('Error')).toBe('mailbox-full');
    await domain.settle();
    expect([begun, dropped]).toEqual([2, 1]);
  });

  test('who is not welcome', async () => {
    await start();
    const bob = await domain.attach('bob');
    const acl = `<acl><rule><who>${urlOf('alice')}</who><send>deny</send></rule></acl>`;
    await bob.demand('SET-ACL', { Target: urlOf('bob'), 'Content-Type': 'application/impp-acl' }, acl);
    const alice = await bulk();
    expect(await outcome(alice, 'bob', { size: SIZE })).toBe('permission-denied');
    expect(begun).toBe(0);
  });

  test('a body over the limit: read away without being stored; twice the limit closes', async () => {
    await start();
    const alice = await bulk();
    expect(await outcome(alice, 'bob', { size: 10_485_760 })).toBe('message-too-large');
    expect(await isAlive(alice)).toBe(true);
    begin(alice, 20_971_520);
    expect((await alice.response('begun')).headers.get('Error')).toBe('message-too-large');
    await alice.closed();
    expect(begun).toBe(0);
  });

  test.each([
    ['a body without Content-Type', 'Target: x\r\n', 'impp/1.0', 'bad-request'],
    ['another version', 'Content-Type: message/rfc822\r\n', 'impp/9.9', 'version-not-supported'],
  ])('%s', async (_, more, version, code) => {
    await start();
    const alice = await bulk();
    alice.write(`SEND f ${version}\r\n${more}Content-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`);
    expect((await alice.response('f')).headers.get('Error')).toBe(code);
    expect(await isAlive(alice)).toBe(true);
  });
});

describe('what is inside is checked before it is stored', () => {
  const filler = `\r\n${'x'.repeat(400_000)}`;

  test.each([
    ['another sender', mail('bob', 'bob', { size: 200_000 })],
    ['another receiver', mail('alice', 'carol', { size: 200_000 })],
    ['no From', `To: <bob@${HOST}>\r\n${filler}`],
    ['no fields at all', `\r\n${filler}`],
    ['a line that is no field', `From: <alice@${HOST}>\r\nnonsense\r\n${filler}`],
    ['line ends of two kinds', `From: <alice@${HOST}>\nTo: <bob@${HOST}>\r\n${filler}`],
    [
      'a second From behind the first piece',
      `From: <alice@${HOST}>\r\n${`X-Long: ${'x'.repeat(70_000)}\r\n`.repeat(3)}From: <bob@${HOST}>\r\n${filler}`,
    ],
    [
      'a second From behind the longest header section that is read',
      `From: <alice@${HOST}>\r\nX-Long: ${'x'.repeat(300_000)}\r\nFrom: <bob@${HOST}>\r\n${filler}`,
    ],
    ['a header section without end', `From: <alice@${HOST}>\r\nX-Long: ${'x'.repeat(900_000)}`],
    ['From only in the content', `Subject: x\r\n\r\nFrom: <alice@${HOST}>\r\n${filler}`],
  ])('%s', async (_, body) => {
    await start();
    const alice = await bulk();
    expect((await alice.refusal('SEND', headers, body)).code).toBe('bad-request');
    expect(begun).toBe(0);
    expect(await domain.storage.inboxBounds('bob', 0)).toMatchObject({ last: 0 });
    expect(await isAlive(alice)).toBe(true);
  });

  test.each([
    ['lines that end in LF', `From: <alice@${HOST}>\nTo: <bob@${HOST}>\n\n${'x'.repeat(200_000)}`],
    ['nothing but fields', `From: <alice@${HOST}>\r\nX-Long: ${'x'.repeat(100_000)}\r\n`],
    ['a From in the content, too', mail('alice', 'bob', { text: `From: <bob@${HOST}>${filler}` })],
  ])('%s pass', async (_, body) => {
    await start();
    const alice = await bulk();
    await alice.demand('SEND', headers, body);
    const { body: back } = await alice.demand('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    expect(Buffer.from(back ?? []).toString()).toBe(body);
  });

  test('wherever the pieces of the socket end, it is found', async () => {
    await start();
    const body = mail('bob', 'bob', { size: 70_000 });
    const alice = await bulk();
    begin(alice, body.length);
    for (const octet of body.slice(0, 300)) {
      alice.write(octet);
      await new Promise((resolve) => setImmediate(resolve));
    }
    alice.write(body.slice(300));
    expect((await alice.response('begun')).headers.get('Error')).toBe('bad-request');
  });
});

describe('a peer that stops in the middle of a body', () => {
  const config = { idleTimeout: 100 };

  test('is silent like any other: PING after half of Idle-Timeout, then the end, and nothing is left', async () => {
    await start({ config });
    const alice = await domain.attach('alice');
    alice.isPolite = false;
    begin(alice, 900_000, mail('alice', 'bob', { size: 300_000 }));
    await domain.advance(49_000);
    expect(begun).toBe(1);
    expect(alice.unread).toHaveLength(0);
    await domain.advance(2_000);
    await alice.next('PING');
    await domain.advance(31_000);
    await alice.closed();
    await domain.settle();
    expect(dropped).toBe(1);
  });

  test('and one that sends it slowly is alive, though it answers nothing meanwhile', async () => {
    await start({ config });
    const alice = await domain.attach('alice');
    const carol = await domain.attach('carol');
    const body = mail('alice', 'bob', { size: 900_000 });
    begin(alice, body.length, body.slice(0, 100_000));
    // A message for the slow one, whose OK stands behind the body.
    const id = send(carol, 'alice', { id: 'hers' });
    for (let at = 100_000; at < body.length; at += 100_000) {
      await domain.advance(20_000);
      alice.write(body.slice(at, at + 100_000));
    }
    expect((await alice.response('begun')).headers.get('Outcome')).toBe('stored');
    await alice.accept('SEND');
    expect((await carol.response(id)).headers.get('Outcome')).toBe('stored');
    expect(alice.isClosed).toBe(false);
  });
});

describe('a peer that reads a body slowly', () => {
  test('is alive as long as it takes something; what it is asked behind it has its time afterwards', async () => {
    await start({ config: { idleTimeout: 100 } });
    const carol = await domain.attach('carol', { purpose: 'bulk' });
    expect(await outcome(carol, 'alice', { size: 9_000_000 })).toBe('stored');
    const alice = await domain.attach('alice', { maxMessageSize: 10_000_000 });
    alice.hang();
    const got = alice.send('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    await domain.settle();
    const id = send(carol, 'alice', { id: 'hers' });
    for (let count = 0; count < 6; count += 1) {
      await domain.advance(25_000);
      await alice.sip();
      await alice.sip();
    }
    expect(alice.isClosed).toBe(false);
    expect(alice.received.length).toBeLessThan(8_000_000);
    alice.resume();
    expect((await alice.response(got)).body?.length).toBeGreaterThan(9_000_000);
    await alice.accept('SEND');
    expect((await carol.response(id)).headers.get('Outcome')).toBe('stored');
  });

  test('and takes nothing for 30 seconds is cut off', async () => {
    await start();
    const carol = await domain.attach('carol');
    expect(await outcome(carol, 'alice', { size: 1_000_000 })).toBe('stored');
    const alice = await domain.attach('alice');
    alice.hang();
    alice.send('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    await domain.settle();
    await domain.advance(32_000);
    await domain.settle();
    expect([...domain.server.domain.endpoints.ofUser('alice')]).toHaveLength(0);
  });

  test('and asks for it again and again has them wait, not in memory', async () => {
    await start({ config: { limits: { requestsPerSecond: 1e6, requestBurst: 1e6 } } });
    const alice = await bulk();
    await outcome(alice, 'bob', { size: 5_000_000 });
    const bob = await domain.attach('bob', { purpose: 'bulk' });
    bob.hang();
    const before = process.memoryUsage().arrayBuffers;
    const ids = Array.from({ length: 100 }, () => bob.send('GET-MESSAGE', { 'Inbox-Sequence': 1 }));
    await domain.settle();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
    bob.break();
    expect(ids).toHaveLength(100);
  });
});

test('unfinished bodies on many connections hold what has come, not what was promised', async () => {
  await start({ config: { limits: { connections: 100 } } });
  const peers = await Promise.all(Array.from({ length: 50 }, bulk));
  const before = process.memoryUsage().arrayBuffers;
  for (const peer of peers) begin(peer, 10_000_000, 'From: x');
  await domain.settle();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 64 * 1024);
  expect(begun).toBe(0);
});

test('an ID that is open, in the middle of a body, is a fault; what was coming is not entered', async () => {
  await start();
  const alice = await bulk();
  // It does not answer, so that the first one stays open.
  const bob = await domain.attach('bob');
  const body = mail('alice', 'bob', { size: 200_000 });
  begin(alice, body.length, body);
  begin(alice, body.length, body.slice(0, 1000));
  await domain.advance(3_000);
  expect((await alice.response('begun')).headers.get('Outcome')).toBe('stored');
  expect((await alice.response('begun')).headers.get('Error')).toBe('bad-request');
  await alice.closed();
  expect(arrived(bob)).toEqual(['m1']);
  expect(begun).toBe(1);
});
