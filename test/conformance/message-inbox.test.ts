// [IMPP 8] The inbox: a log with gap-free numbers, its replay, copies of what one sends, GET-INBOX and GET-MESSAGE.

import { beforeAll, describe, expect, test } from 'vitest';
import { came, composed, couple, freshId, next, rule, setRules, userOf, write } from './people.ts';
import { type Client, type Domain, mail, startDomain, type Wire } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({ settings: ['inbox.delivery-wait-ms=1000'] });
}, 40_000);

const numbers = (entries: readonly Wire[]) => entries.map((it) => Number(it.get('Inbox-Sequence')));

/** A connection that has said HELLO and who it is, for an ATTACH that the test looks at. */
const attached = async (user: string, device: string, more: Record<string, string> = {}) => {
  const client = await domain.login(user);
  const ok = await client.attach(domain.url(user), device, more);
  return { client, ok };
};

async function fill(from: Client, to: string, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, at) => from.send(...composed(from, to, `message ${at + 1}`)));
  for (const id of ids) expect((await from.response(id)).kind).toBe('OK');
}

describe('ATTACH', () => {
  test('Inbox-First and Inbox-Last are 1 and 0 for an empty inbox', async () => {
    const { alice, a } = await couple(domain);
    const { ok } = await attached(userOf(a), 'desk', { 'Inbox-After': '0' });
    expect(ok.get('Inbox-First')).toBe('1');
    expect(ok.get('Inbox-Last')).toBe('0');
    expect(ok.get('Count')).toBe('0');
    expect(ok.get('Max-Message-Size')).toBe('1048576');
    await alice.ping();
  });

  test('Inbox-After replays what was missed, in order, before anything new', async () => {
    const { alice, bob, b } = await couple(domain);
    await fill(alice, b, 3);
    bob.destroy();
    await fill(alice, b, 4);
    const { client, ok } = await attached(userOf(b), 'phone', { 'Inbox-After': '3' });
    expect(ok.get('Inbox-First')).toBe('1');
    expect(ok.get('Inbox-Last')).toBe('7');
    expect(ok.get('Count')).toBe('4');
    expect((await write(alice, b, 'new')).get('Outcome')).toBe('delivered');
    const got = await next(client, 'SEND', 5);
    expect(numbers(got)).toEqual([4, 5, 6, 7, 8]);
    for (const it of got) {
      expect(it.get('Received')).toBeTruthy();
      expect(it.get('Target')).toBe(b);
    }
  });

  test('absent Inbox-After replays nothing; one above Inbox-Last counts as Inbox-Last', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.destroy();
    await fill(alice, b, 2);
    const none = await attached(userOf(b), 'phone');
    expect(none.ok.get('Inbox-Last')).toBe('2');
    expect(none.ok.get('Count') ?? '0').toBe('0');
    const above = await attached(userOf(b), 'tablet', { 'Inbox-After': '99' });
    expect(above.ok.get('Count')).toBe('0');
    expect(above.ok.get('Inbox-Last')).toBe('2');
    await write(alice, b, 'new');
    for (const it of [none.client, above.client]) expect(numbers(await came(it, 'SEND'))).toEqual([3]);
  });

  test.each(['-1', 'x', '', '1.0'])('Inbox-After "%s" is bad-request', async (after) => {
    const { alice, a } = await couple(domain);
    const client = await domain.login(userOf(a));
    expect(await client.errorOf('ATTACH', { Device: 'desk', 'Inbox-After': after })).toBe('bad-request');
    await client.attach(a, 'desk');
    await alice.ping();
  });

  test('a take-over: what the older connection had not acknowledged comes only through Inbox-After', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.isAnswering = false;
    await write(alice, b, 'once');
    const bye = domain.login(userOf(b), 'phone');
    bob.answer(await bob.incoming('BYE'));
    await bob.closed();
    const second = await bye;
    await write(alice, b, 'twice');
    expect(numbers([await second.incoming('SEND')])).toEqual([2]);
    const third = await domain.login(userOf(b), 'phone', { 'Inbox-After': '0' });
    expect(numbers(await next(third, 'SEND', 2))).toEqual([1, 2]);
  });

  test('what was not acknowledged comes again, with the same number', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.isAnswering = false;
    expect((await write(alice, b, 'once')).get('Outcome')).toBe('stored');
    const first = await bob.incoming('SEND');
    bob.destroy();
    const { client } = await attached(userOf(b), 'phone', { 'Inbox-After': '0' });
    const second = await client.incoming('SEND');
    expect(second.get('Inbox-Sequence')).toBe(first.get('Inbox-Sequence'));
    expect(second.get('Received')).toBe(first.get('Received'));
    expect(second.body.equals(first.body)).toBe(true);
    expect(second.get('Message-ID')).toBe(first.get('Message-ID'));
  });

  test('entries that expired are skipped, and not replaced', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.destroy();
    await write(alice, b, 'one');
    const soon = Date.now() + 1500;
    const two = await write(alice, b, 'two', { Expires: new Date(soon).toISOString() });
    expect(two.get('Outcome')).toBe('stored');
    await write(alice, b, 'three');
    await expect.poll(() => Date.now() > soon + 20, { timeout: 10_000 }).toBe(true);
    const { client, ok } = await attached(userOf(b), 'phone', { 'Inbox-After': '0' });
    expect(ok.get('Count')).toBe('2');
    expect(numbers(await next(client, 'SEND', 2))).toEqual([1, 3]);
    const page = client.send('GET-INBOX');
    expect((await client.response(page)).get('Count')).toBe('2');
    expect(numbers(await came(client, 'SEND'))).toEqual([1, 3]);
  });
});

describe('what a user sends', () => {
  test('is entered in the own inbox with Copy: sent and delivered to the other devices', async () => {
    const { alice, a, b } = await couple(domain);
    const desk = await domain.login(userOf(a), 'desk');
    await write(alice, b, 'hello');
    const copy = await desk.incoming('SEND');
    expect(copy.get('Copy')).toBe('sent');
    expect(copy.get('From')).toBe(a);
    expect(copy.get('Target')).toBe(b);
    expect(copy.get('Inbox-Sequence')).toBe('1');
    expect(copy.get('Received')).toBeTruthy();
    expect(copy.body.toString()).toContain('hello');
    expect(await came(alice, 'SEND')).toHaveLength(0);
    const { client } = await attached(userOf(a), 'laptop', { 'Inbox-After': '0' });
    const replayed = await client.incoming('SEND');
    expect(replayed.get('Copy')).toBe('sent');
    expect(replayed.get('Target')).toBe(b);
  });

  test('an ERROR enters nothing', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(bob, rule(a, { send: 'deny' }));
    await write(alice, b, 'refused');
    await write(alice, domain.url('nobody'), 'lost');
    const { ok } = await attached(userOf(a), 'desk', { 'Inbox-After': '0' });
    expect(ok.get('Inbox-Last')).toBe('0');
  });

  test('a message to oneself is one entry, no copy', async () => {
    const { alice, a } = await couple(domain);
    const desk = await domain.login(userOf(a), 'desk');
    expect((await write(alice, a, 'a note')).get('Outcome')).toBe('delivered');
    const note = await desk.incoming('SEND');
    expect(note.get('Copy')).toBeUndefined();
    expect(note.get('Inbox-Sequence')).toBe('1');
    const { ok } = await attached(userOf(a), 'tablet', { 'Inbox-After': '0' });
    expect(ok.get('Inbox-Last')).toBe('1');
    expect(ok.get('Count')).toBe('1');
  });

  test('sent and received share one row of numbers without gaps', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await write(alice, b, 'one');
    await write(bob, a, 'two');
    await write(alice, b, 'three');
    const { client, ok } = await attached(userOf(a), 'desk', { 'Inbox-After': '0' });
    expect(ok.get('Count')).toBe('3');
    const got = await next(client, 'SEND', 3);
    expect(numbers(got)).toEqual([1, 2, 3]);
    expect(got.map((it) => it.get('Copy'))).toEqual(['sent', undefined, 'sent']);
  });
});

describe('GET-INBOX', () => {
  test('delivers the newest ascending with Replay: yes; OK with Count follows the last of them', async () => {
    const { alice, bob, b } = await couple(domain);
    await fill(alice, b, 60);
    await came(bob, 'SEND');
    const order: string[] = [];
    const page = bob.send('GET-INBOX');
    const ok = await bob.take((it) => {
      if (!order.includes(it.startLine)) order.push(it.startLine);
      return it.id === page && it.kind === 'OK';
    });
    expect(ok.get('Count')).toBe('50');
    // All were there when OK was: they stand before it on the wire.
    const got = bob.arrived.splice(0).filter((it) => it.method === 'SEND');
    expect(numbers(got)).toEqual(Array.from({ length: 50 }, (_, at) => at + 11));
    for (const it of got) expect(it.get('Replay')).toBe('yes');
    await bob.ping();
  });

  test('Before and Limit: the entries just before that number', async () => {
    const { alice, bob, b } = await couple(domain);
    await fill(alice, b, 7);
    await came(bob, 'SEND');
    for (const [headers, expected] of [
      [{ Before: '6', Limit: '3' }, [3, 4, 5]],
      [{ Before: '3', Limit: '50' }, [1, 2]],
      [{ Before: '1' }, []],
      [{ Before: '0' }, []],
      [{ Limit: '1' }, [7]],
      [{ Limit: '200' }, [1, 2, 3, 4, 5, 6, 7]],
      [{ Before: '1000', Limit: '2' }, [6, 7]],
    ] as const) {
      const ok = await bob.succeed('GET-INBOX', headers);
      expect(ok.get('Count')).toBe(String(expected.length));
      expect(numbers(await came(bob, 'SEND'))).toEqual(expected);
    }
  });

  test.each([
    { Limit: '0' },
    { Limit: '201' },
    { Limit: 'x' },
    { Limit: '' },
    { Before: '-1' },
    { Before: 'x' },
  ])('%o is bad-request', async (headers) => {
    const { alice } = await couple(domain);
    expect(await alice.errorOf('GET-INBOX', headers)).toBe('bad-request');
  });
});

describe('GET-MESSAGE', () => {
  test('OK with the body and Origin, Target, Message-ID, Received, Inbox-Sequence, Copy', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const id = freshId();
    await write(alice, b, 'hello', { 'Message-ID': id });
    const got = await bob.incoming('SEND');
    const ok = await bob.succeed('GET-MESSAGE', { 'Inbox-Sequence': '1' });
    expect(ok.get('Origin')).toBe(a);
    expect(ok.get('Target')).toBe(b);
    expect(ok.get('Message-ID')).toBe(id);
    expect(ok.get('Received')).toBe(got.get('Received'));
    expect(ok.get('Inbox-Sequence')).toBe('1');
    expect(ok.get('Copy')).toBeUndefined();
    expect(ok.get('Content-Type')).toBe('message/rfc822');
    expect(ok.body.equals(mail(a, b, 'hello', id))).toBe(true);
    expect(ok.get('To')).toBe(b);
    expect(ok.get('From')).toBeUndefined();
    const copy = await alice.succeed('GET-MESSAGE', { 'Inbox-Sequence': '1' });
    expect(copy.get('Copy')).toBe('sent');
    expect(copy.get('Origin')).toBe(a);
    expect(copy.get('Target')).toBe(b);
  });

  test('or message-unknown; without a number, or with an ill one, bad-request', async () => {
    const { alice } = await couple(domain);
    expect(await alice.errorOf('GET-MESSAGE', { 'Inbox-Sequence': '1' })).toBe('message-unknown');
    expect(await alice.errorOf('GET-MESSAGE', { 'Inbox-Sequence': '0' })).toBe('message-unknown');
    expect(await alice.errorOf('GET-MESSAGE')).toBe('bad-request');
    expect(await alice.errorOf('GET-MESSAGE', { 'Inbox-Sequence': 'one' })).toBe('bad-request');
  });
});

describe('delegates', () => {
  test('ATTACH to another inbox needs `read`', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const client = await domain.login(userOf(b));
    expect(await client.errorOf('ATTACH', { Device: 'phone', Target: a })).toBe('permission-denied');
    expect(await client.errorOf('ATTACH', { Device: 'phone', Target: domain.url('nobody') })).not.toBe('OK');
    await setRules(alice, rule(b, { read: 'allow' }));
    expect(await client.errorOf('ATTACH', { Device: 'phone', Target: a })).toBe('OK');
    await bob.ping();
  });

  test('get the entries, and their acknowledgements never count', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, { read: 'allow' }));
    await write(bob, a, 'before');
    alice.destroy();
    const delegate = await domain.login(userOf(b));
    const ok = await delegate.succeed('ATTACH', { Device: 'phone', Target: a, 'Inbox-After': '0' });
    expect(ok.get('Connection-ID')).not.toBe(bob.identity['Connection-ID']);
    expect(ok.get('Inbox-Last')).toBe('1');
    expect((await delegate.incoming('SEND')).get('Target')).toBe(a);
    expect((await write(bob, a, 'hello')).get('Outcome')).toBe('stored');
    expect((await delegate.incoming('SEND')).get('Inbox-Sequence')).toBe('2');
  });

  test('whose `read` is withdrawn get BYE with permission-denied', async () => {
    const { alice, a, b } = await couple(domain);
    await setRules(alice, rule(b, { read: 'allow' }));
    const delegate = await domain.login(userOf(b));
    await delegate.succeed('ATTACH', { Device: 'phone', Target: a });
    await setRules(alice);
    expect((await delegate.incoming('BYE')).get('Error')).toBe('permission-denied');
    await delegate.closed();
  });

  test('or whose `read` runs out', async () => {
    const { alice, a, b } = await couple(domain);
    const delegate = await domain.login(userOf(b));
    await setRules(alice, rule(b, { read: 'allow', until: new Date(Date.now() + 1500).toISOString() }));
    await delegate.succeed('ATTACH', { Device: 'phone', Target: a });
    expect((await delegate.incoming('BYE')).get('Error')).toBe('permission-denied');
  });
});

test('a restart, and a SIGKILL, lose nothing acknowledged and number on', async () => {
  const before = await startDomain({ settings: ['inbox.delivery-wait-ms=1000'] });
  const { alice, bob, a, b } = await couple(before);
  await write(alice, b, 'one');
  bob.destroy();
  const again = { 'Message-ID': freshId() };
  await write(alice, b, 'two', again);
  await before.stop('SIGKILL');
  const after = await startDomain({ data: before.data });
  const writer = await after.login(userOf(a), 'laptop');
  expect((await write(writer, b, 'two', again)).get('Outcome')).toBe('stored');
  await write(writer, b, 'three');
  const reader = await after.login(userOf(b), 'phone', { 'Inbox-After': '0' });
  const got = await next(reader, 'SEND', 3);
  expect(numbers(got)).toEqual([1, 2, 3]);
  expect(got.map((it) => it.body.toString().trimEnd().split('\r\n').at(-1))).toEqual(['one', 'two', 'three']);
  expect(await came(reader, 'SEND')).toHaveLength(0);
  expect(await after.stop('SIGTERM')).toBe(0);
});
