import { afterEach, describe, expect, test } from 'vitest';

import { attach, type DomainOptions, TestDomain, urlOf } from '../harness.ts';
import type { Peer } from '../peer.ts';
import { acceptAll, arrived, idOf, lasting, mail, outcome, send, sent, sequenceOf } from './mail.ts';

let domain: TestDomain;

const start = async (options: DomainOptions = {}): Promise<void> => {
  domain = await TestDomain.start({ users: ['alice', 'bob', 'carol'], ...options });
};

afterEach(async () => {
  await domain.close();
  expect(domain.errors).toEqual([]);
});

const sendMany = async (from: Peer, to: string, first: number, last: number): Promise<void> => {
  for (let i = first; i <= last; i += 1) await sent(from, to, { id: `n${i}` });
};

/** Takes so many entries, and gives their numbers. */
const numbers = async (peer: Peer, count: number): Promise<number[]> => {
  const taken: number[] = [];
  while (taken.length < count) taken.push(sequenceOf(await peer.accept('SEND')));
  return taken;
};

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('ATTACH with Inbox-After', () => {
  test('replays what the device missed, in order, before anything new', async () => {
    await start();
    const alice = await domain.attach('alice');
    await sendMany(alice, 'bob', 1, 5);
    const bob = await domain.signIn('bob');
    const ok = await attach(bob, 'bob', { after: 2 });
    expect(ok.headers.get('Inbox-First')).toBe('1');
    expect(ok.headers.get('Inbox-Last')).toBe('5');
    expect(ok.headers.get('Count')).toBe('3');
    send(alice, 'bob', { id: 'new' });
    const got = [];
    while (got.length < 4) got.push(await bob.accept('SEND'));
    expect(got.map(sequenceOf)).toEqual([3, 4, 5, 6]);
    expect(got.map((entry) => entry.headers.get('Replay'))).toEqual(['yes', 'yes', 'yes', undefined]);
    expect(got.map((entry) => entry.headers.get('Message-ID'))).toEqual(['n3', 'n4', 'n5', 'new'].map(idOf));
  });

  test('absent: nothing is replayed', async () => {
    await start();
    const alice = await domain.attach('alice');
    await sendMany(alice, 'bob', 1, 2);
    const bob = await domain.signIn('bob');
    const ok = await attach(bob, 'bob');
    expect(ok.headers.get('Inbox-Last')).toBe('2');
    expect(ok.headers.get('Count')).toBe('0');
    await domain.settle();
    expect(arrived(bob)).toEqual([]);
    send(alice, 'bob', { id: 'new' });
    expect(sequenceOf(await bob.accept('SEND'))).toBe(3);
  });

  test('above Inbox-Last counts as Inbox-Last', async () => {
    await start();
    const alice = await domain.attach('alice');
    await sendMany(alice, 'bob', 1, 2);
    const bob = await domain.signIn('bob');
    expect((await attach(bob, 'bob', { after: 77 })).headers.get('Count')).toBe('0');
    send(alice, 'bob', { id: 'new' });
    const entry = await bob.accept('SEND');
    expect([sequenceOf(entry), entry.headers.get('Replay')]).toEqual([3, undefined]);
  });

  test('an empty inbox: Inbox-First 1, Inbox-Last 0', async () => {
    await start();
    const bob = await domain.signIn('bob');
    const { headers } = await attach(bob, 'bob', { after: 0 });
    expect([headers.get('Inbox-First'), headers.get('Inbox-Last'), headers.get('Count')]).toEqual([
      '1',
      '0',
      '0',
    ]);
  });

  test('entries that have expired are skipped and not counted', async () => {
    await start();
    const alice = await domain.attach('alice');
    const Expires = new Date(domain.clock.now() + 1_000).toISOString();
    await sent(alice, 'bob', { id: 'a' });
    await sent(alice, 'bob', { id: 'b', headers: { Expires } });
    await sent(alice, 'bob', { id: 'c' });
    domain.clock.advance(1_000);
    const bob = await domain.signIn('bob');
    expect((await attach(bob, 'bob', { after: 0 })).headers.get('Count')).toBe('2');
    expect(await numbers(bob, 2)).toEqual([1, 3]);
    await domain.settle();
    expect(arrived(bob)).toEqual([]);
  });

  test('a device gets no more than its Max-Pending at a time, and all in the end', async () => {
    await start();
    const alice = await domain.attach('alice');
    await sendMany(alice, 'bob', 1, 100);
    const bob = await domain.attach('bob', { after: 0, maxPending: 3 });
    await domain.settle();
    expect(arrived(bob)).toEqual(['n1', 'n2', 'n3']);
    expect(await numbers(bob, 100)).toEqual(range(1, 100));
  });

  test('what comes while a replay goes on waits behind it', async () => {
    await start();
    const alice = await domain.attach('alice');
    await sendMany(alice, 'bob', 1, 40);
    const bob = await domain.attach('bob', { after: 0, maxPending: 1 });
    const open = range(41, 80).map((i) => send(alice, 'bob', { id: `n${i}` }));
    expect(await numbers(bob, 80)).toEqual(range(1, 80));
    for (const id of open) expect((await alice.response(id)).headers.get('Outcome')).toBe('delivered');
  });

  test('a taken-over connection: what it had not acknowledged comes again only through Inbox-After', async () => {
    await start();
    const alice = await domain.attach('alice');
    const older = await domain.attach('bob', { device: 'desk' });
    send(alice, 'bob', { id: 'a' });
    await older.next('SEND');
    const newer = await domain.attach('bob', { device: 'desk' });
    await domain.settle();
    expect(arrived(newer)).toEqual([]);
    const newest = await domain.attach('bob', { device: 'desk', after: 0 });
    expect(sequenceOf(await newest.accept('SEND'))).toBe(1);
  });

  test('an acknowledged replay is delivered', async () => {
    await start();
    const alice = await domain.attach('alice');
    await sent(alice, 'bob');
    const bob = await domain.attach('bob', { after: 0 });
    await bob.accept('SEND');
    await domain.settle();
    expect(await outcome(alice, 'bob')).toBe('delivered');
  });
});

describe('GET-INBOX', () => {
  const page = async (
    bob: Peer,
    headers: Record<string, number>,
  ): Promise<{ numbers: number[]; count: string | undefined }> => {
    const id = bob.send('GET-INBOX', headers);
    await domain.settle();
    const before = arrived(bob).length;
    const response = await bob.response(id);
    // OK has come, and nothing after it.
    expect(arrived(bob).length).toBe(before);
    const entries = await acceptAll(bob);
    for (const entry of entries) expect(entry.headers.get('Replay')).toBe('yes');
    return { numbers: entries.map(sequenceOf), count: response.headers.get('Count') };
  };

  const prepare = async (count: number, options: { maxPending?: number } = {}): Promise<Peer> => {
    await start();
    const alice = await domain.attach('alice');
    await sendMany(alice, 'bob', 1, count);
    return domain.attach('bob', options);
  };

  test('the newest 50 without Before and Limit, ascending; OK with Count after the last', async () => {
    const bob = await prepare(60);
    expect(await page(bob, {})).toEqual({ numbers: range(11, 60), count: '50' });
  });

  test('the entries just before Before', async () => {
    const bob = await prepare(9);
    expect(await page(bob, { Before: 6, Limit: 3 })).toEqual({ numbers: [3, 4, 5], count: '3' });
    expect(await page(bob, { Before: 3, Limit: 200 })).toEqual({ numbers: [1, 2], count: '2' });
    expect(await page(bob, { Before: 1 })).toEqual({ numbers: [], count: '0' });
    expect(await page(bob, { Before: 0 })).toEqual({ numbers: [], count: '0' });
    expect(await page(bob, { Before: 1000, Limit: 1 })).toEqual({ numbers: [9], count: '1' });
  });

  test.each([{ Limit: 0 }, { Limit: 201 }, { Limit: 'many' }, { Before: -1 }])(
    '%o: bad-request',
    async (headers) => {
      const bob = await prepare(1);
      expect((await bob.refusal('GET-INBOX', headers)).code).toBe('bad-request');
    },
  );

  test('OK follows the last of them on the wire, also to a device that answers one at a time', async () => {
    const bob = await prepare(100, { maxPending: 1 });
    const id = bob.send('GET-INBOX', { Limit: 100 });
    const seen: number[] = [];
    while (seen.length < 100) {
      expect(bob.received.includes(`OK (GET-INBOX) ${id}`)).toBe(false);
      seen.push(sequenceOf(await bob.accept('SEND')));
    }
    expect((await bob.response(id)).headers.get('Count')).toBe('100');
    expect(seen).toEqual(range(1, 100));
  });

  test('OK does not wait for the device to answer what it is sent', async () => {
    const bob = await prepare(5);
    expect((await bob.ask('GET-INBOX')).headers.get('Count')).toBe('5');
    expect(arrived(bob)).toHaveLength(5);
  });

  test('pages asked for at once come one after the other', async () => {
    const bob = await prepare(6);
    const ids = [
      bob.send('GET-INBOX', { Before: 7, Limit: 3 }),
      bob.send('GET-INBOX', { Before: 4, Limit: 3 }),
    ];
    for (const id of ids) await bob.response(id);
    expect((await acceptAll(bob)).map(sequenceOf)).toEqual([4, 5, 6, 1, 2, 3]);
  });

  test('expired entries are passed over, and the page is filled all the same', async () => {
    await start();
    const alice = await domain.attach('alice');
    const Expires = new Date(domain.clock.now() + 1_000).toISOString();
    for (let i = 1; i <= 8; i += 1) {
      await sent(alice, 'bob', { id: `n${i}`, headers: i > 2 && i < 7 ? { Expires } : {} });
    }
    domain.clock.advance(1_000);
    const bob = await domain.attach('bob');
    expect(await page(bob, { Limit: 3 })).toEqual({ numbers: [2, 7, 8], count: '3' });
  });

  test('what a device acknowledges this way it has', async () => {
    const bob = await prepare(1);
    await page(bob, {});
    await domain.settle();
    expect((await domain.storage.entry('bob', 1))?.isDelivered).toBe(true);
  });

  test('an anonymous or empty inbox has no entries', async () => {
    await start();
    const bob = await domain.attach('bob');
    expect(await page(bob, {})).toEqual({ numbers: [], count: '0' });
  });
});

describe('GET-MESSAGE', () => {
  test('OK with the body and what stands around it', async () => {
    await start();
    const alice = await domain.attach('alice');
    await sent(alice, 'bob', { headers: { 'X-Other': 'not here' } });
    const received = new Date(domain.clock.now()).toISOString();
    const bob = await domain.attach('bob');
    const { headers, body } = await bob.demand('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    expect(Object.fromEntries(headers.entries())).toEqual({
      To: urlOf('bob'),
      'Connection-ID': bob.connectionId,
      Origin: urlOf('alice'),
      Target: urlOf('bob'),
      'Message-ID': idOf('m1'),
      Received: received,
      'Inbox-Sequence': '1',
      'Content-Type': 'message/rfc822',
      'Content-Length': String(body?.length),
    });
    expect(Buffer.from(body ?? '').toString()).toMatch(/Hello$/);
    const copy = await alice.demand('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    expect(copy.headers.get('Copy')).toBe('sent');
  });

  test('message-unknown: never there, expired, or another’s', async () => {
    await start();
    const alice = await domain.attach('alice');
    const Expires = new Date(domain.clock.now() + 1_000).toISOString();
    await sent(alice, 'bob', { headers: { Expires } });
    const bob = await domain.attach('bob');
    const carol = await domain.attach('carol');
    expect((await carol.refusal('GET-MESSAGE', { 'Inbox-Sequence': 1 })).code).toBe('message-unknown');
    expect((await bob.refusal('GET-MESSAGE', { 'Inbox-Sequence': 2 })).code).toBe('message-unknown');
    expect((await bob.refusal('GET-MESSAGE', { 'Inbox-Sequence': 0 })).code).toBe('message-unknown');
    expect((await bob.ask('GET-MESSAGE', { 'Inbox-Sequence': 1 })).ok).toBe(true);
    domain.clock.advance(1_000);
    expect((await bob.refusal('GET-MESSAGE', { 'Inbox-Sequence': 1 })).code).toBe('message-unknown');
  });

  test('without a number: bad-request', async () => {
    await start();
    const bob = await domain.attach('bob');
    expect((await bob.refusal('GET-MESSAGE')).code).toBe('bad-request');
    expect((await bob.refusal('GET-MESSAGE', { 'Inbox-Sequence': 'x' })).code).toBe('bad-request');
  });
});

describe('large messages', () => {
  const LARGE = 64 * 1024;

  test('over Bulk-Threshold: without its body, Body-Deferred; delivered when fetched on a bulk connection', async () => {
    await start();
    const alice = await domain.attach('alice', { purpose: 'bulk' });
    const bob = await domain.attach('bob');
    const id = send(alice, 'bob', { size: LARGE });
    const asked = await bob.next('SEND');
    expect(asked.body).toBe(undefined);
    const size = Number(asked.headers.get('Body-Deferred'));
    expect(size).toBeGreaterThan(LARGE);
    bob.ok(asked, { 'Body-Deferred': size });
    await domain.settle();
    expect(alice.unread).toEqual([]);
    const bulk = await domain.attach('bob', { purpose: 'bulk' });
    const fetched = await bulk.demand('GET-MESSAGE', { 'Inbox-Sequence': sequenceOf(asked) });
    expect(fetched.body?.length).toBe(size);
    expect((await alice.response(id)).headers.get('Outcome')).toBe('delivered');
    await domain.settle();
    expect((await domain.storage.entry('bob', 1))?.isDelivered).toBe(true);
  });

  test('announced but not fetched in 2 s: stored', async () => {
    await start();
    const alice = await domain.attach('alice', { purpose: 'bulk' });
    const bob = await domain.attach('bob');
    const id = send(alice, 'bob', { size: LARGE });
    const asked = await bob.next('SEND');
    bob.ok(asked, { 'Body-Deferred': asked.headers.get('Body-Deferred') });
    await domain.advance(2_000);
    expect((await alice.response(id)).headers.get('Outcome')).toBe('stored');
    expect((await domain.storage.entry('bob', 1))?.isDelivered).toBe(false);
  });

  test('exactly at the threshold it comes whole, one over it deferred', async () => {
    await start({ config: { limits: { bulkThreshold: 1_000 } } });
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    // Without its text.
    const head = mail('alice', 'bob', { id: 'm0', text: '' }).length;
    send(alice, 'bob', { id: 'm8', size: 1_000 - head });
    const whole = await bob.accept('SEND');
    expect(whole.body?.length).toBe(1_000);
    send(alice, 'bob', { id: 'm9', size: 1_001 - head });
    const deferred = await bob.accept('SEND');
    expect([deferred.body, deferred.headers.get('Body-Deferred')]).toEqual([undefined, '1001']);
  });

  test('over the device’s own Max-Message-Size it is deferred, live, in a replay and in a page', async () => {
    await start();
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob', { maxMessageSize: 500 });
    const deferral = async (): Promise<string | undefined> => {
      const asked = await bob.next('SEND');
      bob.ok(asked, { 'Body-Deferred': asked.headers.get('Body-Deferred') });
      return asked.body === undefined ? asked.headers.get('Body-Deferred') : undefined;
    };
    send(alice, 'bob', { size: 800 });
    const size = await deferral();
    expect(Number(size)).toBeGreaterThan(800);
    await bob.demand('GET-INBOX');
    expect(await deferral()).toBe(size);
    const small = await domain.attach('bob', { device: 'small', maxMessageSize: 500, after: 0 });
    expect((await small.accept('SEND')).headers.get('Body-Deferred')).toBe(size);
    expect((await bob.refusal('GET-MESSAGE', { 'Inbox-Sequence': 1 })).code).toBe('message-too-large');
    await domain.settle();
    expect((await domain.storage.entry('bob', 1))?.isDelivered).toBe(false);
  });

  test('fetched on an interactive connection, or by a delegate, it is not delivered yet', async () => {
    await start();
    const body = Buffer.from(`<acl><rule><who>${urlOf('carol')}</who><read>allow</read></rule></acl>`);
    await domain.storage.setDocument('bob', 'acl', { type: 'application/impp-acl', body }, { limit: 32 });
    const alice = await domain.attach('alice', { purpose: 'bulk' });
    expect(await outcome(alice, 'bob', { size: LARGE })).toBe('stored');
    const bob = await domain.attach('bob');
    const carol = await domain.attach('carol', { purpose: 'bulk', target: urlOf('bob') });
    for (const peer of [bob, carol]) await peer.demand('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    await domain.settle();
    expect((await domain.storage.entry('bob', 1))?.isDelivered).toBe(false);
  });

  test('many bodies asked for at once come one after the other, and nobody is cut off', async () => {
    await start();
    const alice = await domain.attach('alice', { purpose: 'bulk' });
    for (let i = 0; i < 6; i += 1) await sent(alice, 'bob', { id: `n${i}`, size: 9_000_000 });
    const bulk = await domain.attach('bob', { purpose: 'bulk' });
    const ids = [1, 2, 3, 4, 5, 6].map((n) => bulk.send('GET-MESSAGE', { 'Inbox-Sequence': n }));
    for (const id of ids) expect((await bulk.response(id)).body?.length).toBeGreaterThan(9_000_000);
    expect(bulk.isClosed).toBe(false);
  });

  test('a bulk connection is sent nothing by itself', async () => {
    await start();
    const alice = await domain.attach('alice');
    const bulk = await domain.attach('bob', { purpose: 'bulk', after: 0 });
    expect(await outcome(alice, 'bob')).toBe('stored');
    await domain.settle();
    expect(arrived(bulk)).toEqual([]);
  });
});

describe('what is kept', () => {
  const day = 24 * 3600 * 1000;

  test('delivered entries for the time of retention, undelivered ones until some device has them', async () => {
    await start({ storage: lasting() });
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    send(alice, 'bob', { id: 'had' });
    await bob.accept('SEND');
    bob.break();
    await domain.settle();
    await sent(alice, 'bob', { id: 'waiting' });
    const { clock, storage } = domain;
    await domain.close();
    clock.advance(30 * day + 1);
    domain = await TestDomain.start({ clock, storage });
    await domain.settle();
    expect(await storage.inboxBounds('bob', 0)).toEqual({ first: 2, last: 2, count: 1 });
    const late = await domain.signIn('bob');
    const { headers } = await attach(late, 'bob', { after: 0 });
    // Greater than Inbox-After + 1: the device sees that something has passed it by.
    expect(headers.get('Inbox-First')).toBe('2');
    expect(sequenceOf(await late.accept('SEND'))).toBe(2);
  });

  test('every hour what has run out goes', async () => {
    await start();
    const alice = await domain.attach('alice');
    const Expires = new Date(domain.clock.now() + 1_000).toISOString();
    await sent(alice, 'bob', { headers: { Expires } });
    alice.isPolite = true;
    await domain.advance(3_600_000);
    expect(await domain.storage.inboxBounds('bob', 0)).toMatchObject({ last: 0 });
  });

  test('nothing is lost by a restart, and the numbers go on', async () => {
    await start({ storage: lasting() });
    let alice = await domain.attach('alice');
    await sendMany(alice, 'bob', 1, 3);
    const { clock, storage } = domain;
    await domain.close();
    domain = await TestDomain.start({ clock, storage });
    alice = await domain.attach('alice');
    await sendMany(alice, 'bob', 4, 5);
    const bob = await domain.attach('bob', { after: 0 });
    const entries = [];
    while (entries.length < 5) entries.push(await bob.accept('SEND'));
    expect(entries.map(sequenceOf)).toEqual([1, 2, 3, 4, 5]);
    expect(entries.map((entry) => entry.headers.get('Message-ID'))).toEqual(
      [1, 2, 3, 4, 5].map((i) => idOf(`n${i}`)),
    );
  });

  test('going down: what has been committed is answered', async () => {
    await start({ storage: lasting() });
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    const id = send(alice, 'bob');
    await bob.next('SEND');
    await domain.close();
    expect((await alice.response(id)).headers.get('Outcome')).toBe('stored');
    expect(await domain.storage.inboxBounds('bob', 0)).toMatchObject({ last: 1 });
  });
});
