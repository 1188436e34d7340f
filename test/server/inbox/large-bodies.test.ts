// Bodies that are never in memory whole: in, out, and what becomes of them in between [IMPP 8].

import { afterEach, describe, expect, test } from 'vitest';

import { createMemoryStorage } from '../../../server/storage/memory.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { ImppError } from '../../../shared/errors.ts';
import { PIECE, WHOLE_BODY } from '../../../shared/impp/limits.ts';
import { type DomainOptions, TestDomain, urlOf } from '../harness.ts';
import type { Peer } from '../peer.ts';
import { arrived, idOf, mail, outcome, send, sent, sequenceOf } from './mail.ts';

let domain: TestDomain;
/** What the server asks of storage. */
let asked: { begun: number; added: number; dropped: number; got: number; largest: number };

const watched = (broken: Partial<Storage> = {}): Storage => {
  const memory = { ...createMemoryStorage(), ...broken };
  asked = { begun: 0, added: 0, dropped: 0, got: 0, largest: 0 };
  return {
    ...memory,
    beginBody: (...args) => {
      asked.begun += 1;
      return memory.beginBody(...args);
    },
    addPiece: (body, number, piece) => {
      asked.added += 1;
      asked.largest = Math.max(asked.largest, piece.length);
      return memory.addPiece(body, number, piece);
    },
    getPiece: (...args) => {
      asked.got += 1;
      return memory.getPiece(...args);
    },
    dropBody: (...args) => {
      asked.dropped += 1;
      return memory.dropBody(...args);
    },
  };
};

const start = async (options: DomainOptions = {}): Promise<void> => {
  const storage = options.storage ?? watched();
  domain = await TestDomain.start({ users: ['alice', 'bob', 'carol'], ...options, storage });
};

afterEach(() => domain.close());

const bulk = (user: string): Promise<Peer> => domain.attach(user, { purpose: 'bulk', device: 'bulk' });

/** A SEND in two halves, the second when the test says so; gives the octets of both. */
const halves = (peer: Peer, size: number, id = 'large', to = 'bob', chunk = size): { rest: () => number } => {
  const body = mail('alice', to, { id, size });
  const head = [
    `SEND ${id} impp/1.0`,
    `From: ${peer.from ?? ''}`,
    `Connection-ID: ${peer.connectionId ?? ''}`,
    `Target: ${urlOf(to)}`,
    `Message-ID: ${idOf(id)}`,
    'Content-Type: message/rfc822',
    `Content-Length: ${body.length}`,
  ].join('\r\n');
  const whole = `${head}\r\n\r\n${body}`;
  const write = (from: number, to: number): void => {
    for (let at = from; at < to; at += chunk) peer.write(whole.slice(at, Math.min(at + chunk, to)));
  };
  const half = whole.length >> 1;
  write(0, half);
  return {
    rest: () => {
      write(half, whole.length);
      return whole.length;
    },
  };
};

const tokenOf = async (peer: Peer, id: string): Promise<string> => {
  const { headers } = await peer.response(id);
  return headers.get('Outcome') ?? headers.get('Error') ?? 'nothing';
};

describe('10 MiB', () => {
  const SIZE = 10_485_760 - 300;

  test('go in and out in pieces, octet for octet, to the receiver and into the sender’s own log', async () => {
    await start();
    const alice = await bulk('alice');
    expect(await outcome(alice, 'bob', { size: SIZE })).toBe('stored');
    expect(asked).toMatchObject({ begun: 1, dropped: 0, largest: PIECE });
    expect(asked.added).toBe(80);
    const bob = await bulk('bob');
    for (const peer of [bob, alice]) {
      const { headers, body } = await peer.demand('GET-MESSAGE', { 'Inbox-Sequence': 1 });
      expect(headers.get('Content-Type')).toBe('message/rfc822');
      expect(Buffer.from(body ?? []).equals(Buffer.from(mail('alice', 'bob', { size: SIZE })))).toBe(true);
    }
    expect(asked.got).toBe(160);
  });

  test('are delivered once the last octet of GET-MESSAGE is sent, and not before', async () => {
    await start();
    const alice = await bulk('alice');
    await sent(alice, 'bob', { size: SIZE });
    const first = await bulk('bob');
    first.hang();
    first.send('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    await domain.settle();
    // It is read from storage no faster than the device takes it.
    expect(asked.got).toBeLessThan(6);
    first.break();
    await domain.settle();
    expect(asked.got).toBeLessThan(6);
    expect(await outcome(alice, 'bob', { size: SIZE })).toBe('stored');
    const second = await bulk('bob');
    await second.demand('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    await domain.settle();
    expect(await outcome(alice, 'bob', { size: SIZE })).toBe('delivered');
  });

  test('that are asked for twice, with a PING in between, come one after the other', async () => {
    await start();
    const alice = await bulk('alice');
    await sent(alice, 'bob', { size: SIZE });
    const bob = await bulk('bob');
    const ids = [1, 1].map((sequence) => bob.send('GET-MESSAGE', { 'Inbox-Sequence': sequence }));
    const ping = bob.send('PING');
    for (const id of ids) expect((await bob.response(id)).body?.length).toBeGreaterThan(SIZE);
    expect((await bob.response(ping)).ok).toBe(true);
  });
});

describe('while a body is coming', () => {
  test('other connections of the same user go on', async () => {
    await start();
    const alice = await bulk('alice');
    const desk = await domain.attach('alice');
    const { rest } = halves(alice, 2_000_000);
    await domain.settle();
    expect(await outcome(desk, 'bob', { id: 'small' })).toBe('stored');
    rest();
    expect(await tokenOf(alice, 'large')).toBe('stored');
    const bob = await domain.attach('bob', { after: 0 });
    await domain.settle();
    expect(arrived(bob)).toEqual(['small', 'large']);
  });

  test('what follows it on its own connection keeps its order', async () => {
    await start();
    const alice = await domain.attach('alice');
    const ids = [
      send(alice, 'bob', { id: 'one' }),
      send(alice, 'bob', { id: 'two', size: 900_000 }),
      send(alice, 'bob', { id: 'three' }),
      send(alice, 'bob', { id: 'four', size: 500_000 }),
      send(alice, 'carol', { id: 'other', size: 500_000 }),
      send(alice, 'bob', { id: 'five' }),
    ];
    for (const id of ids) expect(await tokenOf(alice, id)).toBe('stored');
    const bob = await domain.attach('bob', { after: 0 });
    await domain.settle();
    expect(arrived(bob)).toEqual(['one', 'two', 'three', 'four', 'five']);
  });

  test('the rules may change: it has to be welcome in the end', async () => {
    await start();
    const alice = await bulk('alice');
    const bob = await domain.attach('bob');
    const { rest } = halves(alice, 300_000);
    await domain.settle();
    const acl = `<acl><rule><who>${urlOf('alice')}</who><send>deny</send></rule></acl>`;
    await bob.demand('SET-ACL', { Target: urlOf('bob'), 'Content-Type': 'application/impp-acl' }, acl);
    rest();
    expect(await tokenOf(alice, 'large')).toBe('permission-denied');
    expect(await domain.storage.inboxBounds('bob', 0)).toMatchObject({ last: 0 });
    expect(asked).toMatchObject({ begun: 1, dropped: 1 });
  });

  test('the target may go: nothing is left of it', async () => {
    await start();
    const alice = await bulk('alice');
    const bob = await domain.attach('bob');
    const { rest } = halves(alice, 600_000);
    await domain.settle();
    await bob.demand('UNREGISTER');
    rest();
    expect(await tokenOf(alice, 'large')).toBe('target-unknown');
    await domain.settle();
    expect(asked).toMatchObject({ begun: 1, dropped: 1 });
  });

  test('the connection may break: nothing is left of it', async () => {
    await start();
    const alice = await bulk('alice');
    halves(alice, 3_000_000);
    await domain.settle();
    expect(asked.added).toBeGreaterThan(5);
    alice.break();
    await domain.settle();
    expect(asked).toMatchObject({ begun: 1, dropped: 1 });
    expect(domain.errors).toEqual([]);
  });

  test('a peer that ends its side, or breaks the framing behind it, leaves nothing either', async () => {
    await start();
    const ends = await bulk('alice');
    halves(ends, 400_000);
    await domain.settle();
    ends.end();
    await ends.closed();
    expect(asked).toMatchObject({ begun: 1, dropped: 1 });
    const breaks = await bulk('alice');
    const { rest } = halves(breaks, 400_000, 'other');
    rest();
    breaks.write('no start line\r\n\r\n');
    expect(await tokenOf(breaks, 'other')).toBe('stored');
    await breaks.closed();
  });

  test('the server may go down: it waits until nothing is left of it', async () => {
    await start();
    const alice = await bulk('alice');
    halves(alice, 400_000);
    await domain.settle();
    await domain.close();
    expect(asked).toMatchObject({ begun: 1, dropped: 1 });
  });
});

describe('repeats', () => {
  test('of what is in are not stored again', async () => {
    await start();
    const alice = await bulk('alice');
    expect(await outcome(alice, 'bob', { size: 200_000 })).toBe('stored');
    expect(await outcome(alice, 'bob', { size: 200_000 })).toBe('stored');
    expect(asked.begun).toBe(1);
    expect((await alice.ask('PING')).ok).toBe(true);
    expect(await domain.storage.inboxBounds('bob', 0)).toMatchObject({ last: 1 });
  });

  test('after a connection that hangs in the middle: the new one is not held up, and the old one adds nothing', async () => {
    await start();
    const old = await bulk('alice');
    const { rest } = halves(old, 400_000);
    await domain.settle();
    const other = await bulk('alice');
    expect(await outcome(other, 'bob', { id: 'large', size: 400_000 })).toBe('stored');
    rest();
    expect(await tokenOf(old, 'large')).toBe('stored');
    await domain.settle();
    expect(asked).toMatchObject({ begun: 2, dropped: 1 });
    expect(await domain.storage.inboxBounds('bob', 0)).toMatchObject({ last: 1 });
  });

  test('are answered though they would be refused by now', async () => {
    await start();
    const alice = await bulk('alice');
    const expires = { Expires: new Date(domain.clock.now() + 60_000).toISOString() };
    expect(await outcome(alice, 'bob', { size: 200_000, headers: expires })).toBe('stored');
    await domain.advance(61_000);
    expect(await outcome(alice, 'bob', { size: 200_000, headers: expires })).toBe('stored');
    expect(asked.begun).toBe(1);
  });
});

describe('a large Bulk-Threshold', () => {
  const config = { limits: { bulkThreshold: 1_000_000 } };
  const SIZE = 700_000;

  test('entries under it come with their body: live, in a replay and in a page', async () => {
    await start({ config });
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    const whole = mail('alice', 'bob', { size: SIZE });
    const id = send(alice, 'bob', { size: SIZE });
    const live = await bob.accept('SEND');
    expect(Buffer.from(live.body ?? []).toString()).toBe(whole);
    expect(await tokenOf(alice, id)).toBe('delivered');
    const phone = await domain.attach('bob', { device: 'phone', after: 0 });
    const replayed = await phone.accept('SEND');
    expect(Buffer.from(replayed.body ?? []).toString()).toBe(whole);
    const page = phone.send('GET-INBOX');
    expect(sequenceOf(await phone.accept('SEND'))).toBe(1);
    expect((await phone.response(page)).headers.get('Count')).toBe('1');
  });

  test('the device hears what comes behind it, and in order', async () => {
    await start({ config });
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    for (const [id, size] of [
      ['a', 10],
      ['b', SIZE],
      ['c', 10],
      ['d', SIZE],
    ] as const)
      send(alice, 'bob', { id, size });
    const got = [];
    for (let n = 0; n < 4; n += 1) got.push(await bob.accept('SEND'));
    expect(got.map((entry) => [sequenceOf(entry), (entry.body?.length ?? 0) > SIZE])).toEqual([
      [1, false],
      [2, true],
      [3, false],
      [4, true],
    ]);
  });
});

describe('methods that need their body whole', () => {
  const octets = (size: number): Uint8Array => new Uint8Array(size).fill(120);

  test('a document of 256 KiB, which the other devices are told of', async () => {
    await start();
    const desk = await domain.attach('alice');
    const phone = await domain.attach('alice', { device: 'phone' });
    const headers = { Name: 'read-marks', 'Content-Type': 'application/x-marks' };
    await desk.demand('SET-DOCUMENT', headers, octets(262_144));
    const notice = await phone.accept('DOCUMENT-NOTIFY');
    expect(notice.headers.get('Name')).toBe('read-marks');
    expect(notice.headers.get('Revision')).toBe('1');
    const { body } = await phone.demand('GET-DOCUMENT', { Name: 'read-marks' });
    expect(Buffer.from(body ?? []).equals(Buffer.from(octets(262_144)))).toBe(true);
  });

  test('one octet more, or more than is ever gathered, is too large, and the connection goes on', async () => {
    await start();
    const alice = await bulk('alice');
    const headers = { Name: 'x', 'Content-Type': 'a/b' };
    for (const [size, limit] of [
      [262_145, 262_144],
      [5_000_000, 1_048_576],
    ] as const) {
      const error = await alice.refusal('SET-DOCUMENT', headers, octets(size));
      expect(error).toMatchObject({ code: 'message-too-large', data: { maxMessageSize: limit } });
    }
    expect((await alice.ask('PING')).ok).toBe(true);
  });

  test('a presence object as large as interactive connections take', async () => {
    await start();
    const alice = await domain.attach('alice');
    const headers = { Target: urlOf('alice'), 'Content-Type': 'application/pkcs7-mime' };
    await alice.demand('CHANGE', headers, octets(1_000_000));
    const shown = await alice.demand('FETCH', { Target: urlOf('alice') });
    expect(shown.body).toHaveLength(1_000_000);
  });

  test('a body that a method has no use for is read away', async () => {
    await start();
    const alice = await domain.attach('alice');
    const response = await alice.ask('PING', { 'Content-Type': 'a/b' }, octets(500_000));
    expect(response.ok).toBe(true);
    expect((await alice.ask('BYE', { 'Content-Type': 'a/b' }, octets(500_000))).ok).toBe(true);
    await alice.closed();
    expect(domain.errors).toEqual([]);
  });
});

describe('storage', () => {
  test('that is behind: reading stops, and goes on', async () => {
    const disk = Promise.withResolvers<void>();
    const memory = createMemoryStorage();
    const addPiece: Storage['addPiece'] = async (...args) => {
      await disk.promise;
      return memory.addPiece(...args);
    };
    await start({ storage: watched({ ...memory, addPiece }) });
    const alice = await bulk('alice');
    const ids = ['a', 'b', 'c', 'd'];
    // As a socket gives them, and not in one piece each.
    const written = ids.map((id) => halves(alice, 9_000_000, id, 'bob', 64 * 1024).rest());
    await domain.settle();
    await domain.settle();
    expect(asked.added).toBe(1);
    const total = written.reduce((sum, octets) => sum + octets, 0);
    // A piece on its way, one that is ready, and what a socket holds: all else has stayed with the sender.
    expect(alice.waiting).toBeGreaterThan(total - 512 * 1024);
    disk.resolve();
    for (const id of ids) expect(await tokenOf(alice, id)).toBe('stored');
  });

  test('that fails: internal-error, nothing is left, and the connection goes on', async () => {
    const addPiece = () => Promise.reject(new ImppError('internal-error', 'the disk is full'));
    await start({ storage: watched({ addPiece }) });
    const alice = await bulk('alice');
    expect(await outcome(alice, 'bob', { size: 2_000_000 })).toBe('internal-error');
    expect(asked).toMatchObject({ begun: 1, added: 1, dropped: 1 });
    expect((await alice.ask('PING')).ok).toBe(true);
  });

  test('that has lost a body while it goes out: the connection ends, since its length has been said', async () => {
    await start();
    const alice = await bulk('alice');
    await sent(alice, 'bob', { size: 2_000_000 });
    const bob = await bulk('bob');
    bob.hang();
    bob.send('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    await domain.settle();
    await domain.storage.setDelivered('bob', 1);
    const later = Number.MAX_SAFE_INTEGER;
    await domain.storage.prune({ before: later, now: 0, quota: 0 });
    bob.resume();
    await bob.closed();
    expect(domain.errors).toHaveLength(1);
  });
});

test('just over what is in memory whole, and a head of its own in pieces, come in like any other', async () => {
  await start();
  const alice = await bulk('alice');
  const text = 'x'.repeat(WHOLE_BODY);
  expect(await outcome(alice, 'bob', { id: 'a', text: text.slice(0, WHOLE_BODY - 300) })).toBe('stored');
  expect(asked.begun).toBe(0);
  expect(await outcome(alice, 'bob', { id: 'b', text })).toBe('stored');
  expect(asked.begun).toBe(1);
  const long = mail('alice', 'bob', { id: 'c', size: 500_000 });
  const headers = { Target: urlOf('bob'), 'Message-ID': idOf('c'), 'Content-Type': 'message/rfc822' };
  const comments = `Comments: ${'c'.repeat(60_000)}\r\n`.repeat(4);
  expect((await alice.demand('SEND', headers, comments + long)).headers.get('Outcome')).toBe('stored');
  const { body } = await alice.demand('GET-MESSAGE', { 'Inbox-Sequence': 3 });
  expect(Buffer.from(body ?? []).toString()).toBe(comments + long);
});
