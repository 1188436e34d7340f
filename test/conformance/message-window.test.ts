// [IMPP 6, 8] Deliveries within what a device says it takes, pages of the inbox, delegates, and what quota removes.

import { beforeAll, describe, expect, test } from 'vitest';
import { came, composed, couple, freshId, next, rule, setRules, userOf, write } from './people.ts';
import { type Client, type Domain, startDomain, type Wire } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({ settings: ['inbox.delivery-wait-ms=1000', 'limits.inbox-quota=300000'] });
}, 40_000);

const numbers = (entries: readonly Wire[]) => entries.map((it) => Number(it.get('Inbox-Sequence')));

async function device(
  url: string,
  pending: string,
  name: string,
  attach: Record<string, string> = {},
): Promise<Client> {
  const client = await domain.connect();
  await client.succeed('HELLO', {
    Domain: domain.name,
    Role: 'client',
    Agent: 'narrow',
    'Max-Message-Size': '1048576',
    'Max-Pending': pending,
  });
  await client.authenticate(userOf(url), `password of ${userOf(url)}`);
  client.isAnswering = false;
  await client.attach(url, name, attach);
  return client;
}

async function fill(from: Client, to: string, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, at) => from.send(...composed(from, to, `message ${at + 1}`)));
  for (const id of ids) expect((await from.response(id)).kind).toBe('OK');
}

describe('Max-Pending of the device', () => {
  test('a replay keeps to it', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.destroy();
    await fill(alice, b, 7);
    const narrow = await device(b, '2', 'watch', { 'Inbox-After': '0' });
    const got = await next(narrow, 'SEND', 2);
    await narrow.ping();
    expect(await came(narrow, 'SEND')).toHaveLength(0);
    for (let count = 0; count < 5; count += 1) {
      narrow.answer(got[count] as Wire);
      got.push(await narrow.incoming('SEND'));
      await narrow.ping();
      expect(await came(narrow, 'SEND')).toHaveLength(0);
    }
    expect(numbers(got)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('so do deliveries, of whatever kind', async () => {
    const { alice, bob, a, b } = await couple(domain);
    bob.destroy();
    await setRules(alice, rule(b, { subscribe: 'allow' }));
    const narrow = await device(b, '1', 'watch');
    await narrow.succeed('SUBSCRIBE', { Target: a });
    await write(alice, b, 'one');
    const one = await narrow.incoming('SEND');
    await write(alice, b, 'two');
    await alice.succeed('CHANGE', { Target: a, 'Content-Type': 'text/plain' }, 'an object');
    await narrow.ping();
    expect(narrow.arrived.filter((it) => it.kind === 'request')).toHaveLength(0);
    narrow.isAnswering = true;
    narrow.answer(one);
    expect((await narrow.incoming('SEND')).get('Inbox-Sequence')).toBe('2');
    expect((await narrow.incoming('CHANGE-NOTIFY')).body.toString()).toBe('an object');
  });
});

describe('GET-INBOX', () => {
  test('OK follows the last of them on the wire, not their acknowledgements', async () => {
    const { alice, bob, b } = await couple(domain);
    await fill(alice, b, 5);
    await came(bob, 'SEND');
    bob.isAnswering = false;
    const ok = await bob.succeed('GET-INBOX', { Limit: '3' });
    expect(ok.get('Count')).toBe('3');
    const got = bob.arrived.filter((it) => it.method === 'SEND');
    expect(numbers(got)).toEqual([3, 4, 5]);
    for (const it of got) bob.answer(it);
    await bob.ping();
  });

  test('with a narrow window it comes page by page all the same', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.destroy();
    await fill(alice, b, 6);
    const narrow = await device(b, '2', 'watch');
    narrow.isAnswering = true;
    const ok = await narrow.succeed('GET-INBOX');
    expect(ok.get('Count')).toBe('6');
    expect(numbers(narrow.arrived.filter((it) => it.method === 'SEND'))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('what is acknowledged of it is delivered', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.destroy();
    const again = { 'Message-ID': freshId() };
    expect((await write(alice, b, 'x', again)).get('Outcome')).toBe('stored');
    const back = await domain.login(userOf(b), 'phone');
    await back.succeed('GET-INBOX');
    await back.ping();
    await expect
      .poll(async () => (await write(alice, b, 'x', again)).get('Outcome'), { timeout: 10_000 })
      .toBe('delivered');
  });

  test('copies stand in it as copies', async () => {
    const { alice, b } = await couple(domain);
    await write(alice, b, 'x');
    const ok = await alice.succeed('GET-INBOX');
    expect(ok.get('Count')).toBe('1');
    const copy = await alice.incoming('SEND');
    expect(copy.get('Copy')).toBe('sent');
    expect(copy.get('Replay')).toBe('yes');
  });
});

describe('a delegate', () => {
  test('reads that inbox with GET-INBOX and GET-MESSAGE, which do not count as delivery', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, { read: 'allow' }));
    alice.destroy();
    const again = { 'Message-ID': freshId() };
    await write(bob, a, 'for alice', again);
    const delegate = await domain.login(userOf(b), 'phone', { Target: a });
    const ok = await delegate.succeed('GET-INBOX');
    expect(ok.get('Count')).toBe('1');
    expect((await delegate.incoming('SEND')).get('Target')).toBe(a);
    const got = await delegate.succeed('GET-MESSAGE', { 'Inbox-Sequence': '1' });
    expect(got.get('Origin')).toBe(b);
    expect(got.get('Target')).toBe(a);
    await delegate.ping();
    expect((await write(bob, a, 'for alice', again)).get('Outcome')).toBe('stored');
  });

  test('does not take over from the same Device on the own inbox', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, { read: 'allow' }));
    const delegate = await domain.login(userOf(b), 'phone', { Target: a });
    await bob.ping();
    const again = await domain.login(userOf(b), 'phone', { Target: a });
    expect(again.identity['Connection-ID']).toBe(delegate.identity['Connection-ID']);
    await delegate.closed();
    await bob.ping();
  });

  test('Storage: none is passed to attached devices; a delegate’s acknowledgement never counts', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, { read: 'allow' }));
    const delegate = await domain.login(userOf(b), 'reader', { Target: a });
    alice.destroy();
    await expect
      .poll(async () => (await write(bob, a, 'typing', { Storage: 'none' })).get('Error'), {
        timeout: 10_000,
      })
      .toBe('mailbox-unavailable');
    await delegate.ping();
  });
});

test('what quota removes, oldest delivered first, shows as Inbox-First; its numbers are message-unknown', async () => {
  const { alice, bob, b } = await couple(domain);
  const text = 'w'.repeat(60_000);
  for (let count = 0; count < 10; count += 1)
    expect((await write(alice, b, text)).get('Outcome')).toBe('delivered');
  bob.destroy();
  const first = async () => {
    const client = await domain.login(userOf(b));
    const ok = await client.attach(b, 'phone');
    expect(ok.get('Inbox-Last')).toBe('10');
    client.destroy();
    return Number(ok.get('Inbox-First'));
  };
  await expect.poll(first, { timeout: 10_000 }).toBeGreaterThan(4);
  const least = await first();
  expect(least).toBeLessThanOrEqual(9);
  const back = await domain.login(userOf(b));
  const ok = await back.attach(b, 'phone', { 'Inbox-After': '0' });
  expect(ok.get('Count')).toBe(String(11 - least));
  expect(numbers(await next(back, 'SEND', 11 - least))).toEqual(
    Array.from({ length: 11 - least }, (_, at) => least + at),
  );
  expect(await back.errorOf('GET-MESSAGE', { 'Inbox-Sequence': String(least - 1) })).toBe('message-unknown');
  expect(await back.errorOf('GET-MESSAGE', { 'Inbox-Sequence': String(least) })).toBe('OK');
});

test('every device gets it, one acknowledgement is delivery, and the slow one still gets the next', async () => {
  const { alice, bob, b } = await couple(domain);
  const slow = await device(b, '128', 'tablet');
  expect((await write(alice, b, 'one')).get('Outcome')).toBe('delivered');
  expect((await write(alice, b, 'two')).get('Outcome')).toBe('delivered');
  expect(numbers(await next(bob, 'SEND', 2))).toEqual([1, 2]);
  expect(numbers(await next(slow, 'SEND', 2))).toEqual([1, 2]);
});

test('Max-Forwards 0 is connection-failure, and one that is no number bad-request', async () => {
  const { alice, b } = await couple(domain);
  expect((await write(alice, b, 'x', { 'Max-Forwards': '0' })).get('Error')).toBe('connection-failure');
  expect((await write(alice, b, 'x', { 'Max-Forwards': 'many' })).get('Error')).toBe('bad-request');
  expect((await write(alice, b, 'x', { 'Max-Forwards': '100' })).get('Outcome')).toBe('delivered');
});
