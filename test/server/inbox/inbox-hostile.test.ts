import { afterEach, describe, expect, test } from 'vitest';

import { createMemoryStorage } from '../../../server/storage/memory.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { ImppError } from '../../../shared/errors.ts';
import { attach, type DomainOptions, TestDomain, urlOf } from '../harness.ts';
import { acceptAll, arrived, idOf, mail, outcome, send, sent, sequenceOf } from './mail.ts';

let domain: TestDomain;

const start = async (options: DomainOptions = {}): Promise<void> => {
  const limits = { requestsPerSecond: 1e6, requestBurst: 1e6, maxPending: 1_000 };
  domain = await TestDomain.start({ users: ['alice', 'bob', 'carol'], config: { limits }, ...options });
};

afterEach(async () => {
  await domain.close();
});

describe('headers that are the home server’s', () => {
  test.each([
    ['Inbox-Sequence', '1'],
    ['Received', '2026-01-05T12:00:00.000Z'],
    ['Copy', 'sent'],
    ['Replay', 'yes'],
    ['Body-Deferred', '10'],
  ])('a SEND with %s is refused', async (name, value) => {
    await start();
    const alice = await domain.attach('alice');
    expect(await outcome(alice, 'bob', { headers: { [name]: value } })).toBe('bad-request');
    expect(await domain.storage.inboxBounds('bob', 0)).toMatchObject({ last: 0 });
  });
});

describe('a head that would grow over the limit on its way', () => {
  // A device that found its framing broken would come back, and be sent the same again, for ever.
  const fields = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-${i}`, 'x']));

  test('59 headers pass, and reach a device with all that is added; 60 do not', async () => {
    await start();
    const alice = await domain.attach('alice');
    // From, Connection-ID, Target, Message-ID, Content-Type, Content-Length stand there anyway.
    expect(await outcome(alice, 'bob', { id: 'a', headers: fields(53) })).toBe('stored');
    expect(await outcome(alice, 'bob', { id: 'b', headers: fields(54) })).toBe('bad-request');
    const bob = await domain.attach('bob', { after: 0, maxMessageSize: 10 });
    const entry = await bob.accept('SEND');
    expect(entry.headers.size).toBe(59 + 2 + 2 - 1);
    const phone = await domain.attach('alice', { device: 'phone', after: 0, maxMessageSize: 10 });
    expect((await phone.accept('SEND')).headers.get('Copy')).toBe('sent');
  });

  test('a section that leaves no room is refused; the largest that is taken arrives', async () => {
    await start();
    const alice = await domain.attach('alice');
    const longest = async (letter: string, from: number, to: number): Promise<number> => {
      let [low, high] = [from, to];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        const headers = { 'X-Long': letter.repeat(middle) };
        if ((await outcome(alice, 'bob', { id: `${letter.charCodeAt(0)}-${middle}`, headers })) === 'stored')
          low = middle;
        else high = middle;
      }
      return low;
    };
    expect(await longest('x', 10_000, 16_384)).toBeGreaterThan(15_700);
    expect(await longest('語', 3_000, 5_461)).toBeGreaterThan(5_200);
    const bob = await domain.attach('bob', { after: 0 });
    await domain.settle();
    const entries = await acceptAll(bob);
    expect(entries.length).toBeGreaterThan(10);
    expect(bob.isClosed).toBe(false);
  });
});

describe('Message-ID', () => {
  const long = (octets: number) => `<${'a'.repeat(octets - 7)}@b.ex>`.slice(0, octets);

  test.each(['<a@b>', '<a.b+c!#$%&*/=?^_`{|}~-@x.y>', '<1@[127.0.0.1]>', long(250)])('%s', async (id) => {
    await start();
    const alice = await domain.attach('alice');
    expect(await outcome(alice, 'bob', { headers: { 'Message-ID': id } })).toBe('stored');
  });

  test.each([
    undefined,
    '',
    '<>',
    '<@>',
    'a@b',
    '<a@b',
    'a@b>',
    '<a>',
    '<a@>',
    '<@b>',
    '<a@b@c>',
    '<a b@c>',
    '<.a@b>',
    '<a.@b>',
    '<a..b@c>',
    '<a@b.>',
    '<a@[x>',
    '<a@[x]y>',
    '<a@b><c@d>',
    '<ä@b>',
    '<"a"@b>',
    long(251),
  ])('%s is malformed', async (id) => {
    await start();
    const alice = await domain.attach('alice');
    expect(await outcome(alice, 'bob', { headers: { 'Message-ID': id } })).toBe('bad-request');
  });
});

describe('a device that does not answer', () => {
  test('is sent no more than 64 entries; the rest stays in the log, and others are not slowed', async () => {
    await start();
    const alice = await domain.attach('alice');
    const hung = await domain.attach('bob', { device: 'hung', maxPending: 1_000 });
    const well = await domain.attach('bob', { device: 'well', maxPending: 1_000 });
    const ids = Array.from({ length: 300 }, (_, i) => send(alice, 'bob', { id: `n${i}` }));
    const got: number[] = [];
    while (got.length < 300) got.push(sequenceOf(await well.accept('SEND')));
    for (const id of ids) expect((await alice.response(id)).headers.get('Outcome')).toBe('delivered');
    expect(got).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
    expect(arrived(hung)).toHaveLength(64);
    // It wakes up, and has missed nothing.
    const late: number[] = [];
    while (late.length < 300) late.push(sequenceOf(await hung.accept('SEND')));
    expect(late).toEqual(got);
  });

  test('holds no more than a megabyte of bodies', async () => {
    await start();
    const alice = await domain.attach('alice');
    const hung = await domain.attach('bob', { maxPending: 1_000 });
    for (let i = 0; i < 40; i += 1) send(alice, 'bob', { id: `n${i}`, size: 60_000 });
    await domain.settle();
    await domain.settle();
    expect(arrived(hung).length).toBeGreaterThan(10);
    expect(arrived(hung).length).toBeLessThanOrEqual(18);
  });

  test('a page is held back, too', async () => {
    await start();
    const alice = await domain.attach('alice');
    for (let i = 0; i < 100; i += 1) await sent(alice, 'bob', { id: `n${i}`, size: 60_000 });
    const hung = await domain.attach('bob', { maxPending: 1_000 });
    for (let i = 0; i < 50; i += 1) hung.send('GET-INBOX', { Limit: 100 });
    await domain.settle();
    expect(arrived(hung).length).toBeLessThanOrEqual(19);
    await domain.advance(30_000);
    expect(hung.isClosed).toBe(true);
    expect(domain.errors).toEqual([]);
  });

  test('what is stored nowhere does not queue for it', async () => {
    await start();
    const alice = await domain.attach('alice');
    const hung = await domain.attach('bob', { maxPending: 2 });
    const ids = Array.from({ length: 50 }, (_, i) =>
      send(alice, 'bob', { id: `n${i}`, headers: { Storage: 'none' } }),
    );
    await domain.settle();
    expect(arrived(hung)).toHaveLength(2);
    await domain.advance(2_000);
    for (const id of ids) expect((await alice.response(id)).headers.get('Error')).toBe('mailbox-unavailable');
  });
});

test('the same Message-ID 200 times at once is one entry and 200 answers', async () => {
  await start();
  const alice = await domain.attach('alice');
  const bob = await domain.attach('bob');
  const ids = Array.from({ length: 200 }, () => send(alice, 'bob'));
  expect(sequenceOf(await bob.accept('SEND'))).toBe(1);
  for (const id of ids) expect((await alice.response(id)).headers.get('Outcome')).toBe('delivered');
  expect(arrived(bob)).toEqual([]);
  expect(await domain.storage.inboxBounds('alice', 0)).toMatchObject({ last: 1 });
});

test('what another sent under the same Message-ID is neither hidden nor answered for', async () => {
  await start();
  const alice = await domain.attach('alice');
  const carol = await domain.attach('carol');
  expect(await outcome(alice, 'bob', { text: 'hers' })).toBe('stored');
  expect(await outcome(carol, 'bob', { text: 'mine' })).toBe('stored');
  const bob = await domain.attach('bob', { after: 0 });
  await domain.settle();
  expect((await acceptAll(bob)).map((entry) => entry.headers.get('From'))).toEqual([
    urlOf('alice'),
    urlOf('carol'),
  ]);
});

describe('a storage that fails', () => {
  const failing = (broken: Partial<Storage>): Storage => ({ ...createMemoryStorage(), ...broken });
  const fail = () => Promise.reject(new ImppError('internal-error', 'the disk is full'));

  test('at the entry: internal-error, nothing is delivered, and it is not remembered', async () => {
    const memory = createMemoryStorage();
    let isBroken = true;
    const storage: Storage = { ...memory, append: (...args) => (isBroken ? fail() : memory.append(...args)) };
    await start({ storage });
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    expect(await outcome(alice, 'bob')).toBe('internal-error');
    expect(arrived(bob)).toEqual([]);
    isBroken = false;
    const id = send(alice, 'bob');
    await bob.accept('SEND');
    expect((await alice.response(id)).headers.get('Outcome')).toBe('delivered');
  });

  test('while reading for a device: the device is sent away, so that it asks again', async () => {
    await start({ storage: failing({ entries: fail }) });
    const alice = await domain.attach('alice');
    await sent(alice, 'bob');
    const bob = await domain.signIn('bob');
    await attach(bob, 'bob', { after: 0 });
    expect((await bob.next('BYE')).headers.get('Error')).toBe('internal-error');
    expect(domain.errors).not.toEqual([]);
  });

  test('at the mark of delivery: logged, and the sender is told the truth', async () => {
    await start({ storage: failing({ setDelivered: fail }) });
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    const id = send(alice, 'bob');
    await bob.accept('SEND');
    expect((await alice.response(id)).headers.get('Outcome')).toBe('delivered');
    await domain.settle();
    expect(domain.errors).toHaveLength(1);
  });

  test('while pruning: logged, and tried again in an hour', async () => {
    let calls = 0;
    const prune = () => {
      calls += 1;
      return fail();
    };
    await start({ storage: failing({ prune }) });
    await domain.advance(3_600_000);
    expect(calls).toBe(2);
    expect(domain.errors).toHaveLength(2);
  });
});

test('a body that ends in the middle of its fields is refused, whatever it says', async () => {
  await start();
  const alice = await domain.attach('alice');
  const headers = { Target: urlOf('bob'), 'Message-ID': idOf('m1'), 'Content-Type': 'message/rfc822' };
  const whole = mail('alice', 'bob');
  for (const body of [
    '',
    '\r\n\r\n',
    whole.slice(0, 10),
    'From:\r\n\r\n',
    `${'From: a\r\n'.repeat(1000)}\r\n`,
  ]) {
    expect((await alice.refusal('SEND', headers, body)).code).toBe('bad-request');
  }
});
