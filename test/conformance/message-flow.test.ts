// [IMPP 8] The inbox under traffic: numbers without gaps, each entry once and in order, whoever writes meanwhile.

import { beforeAll, expect, test } from 'vitest';
import { composed, couple, freshId, next, rule, setRules, userOf } from './people.ts';
import { type Client, type Domain, startDomain, type Wire } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({
    settings: ['limits.request-burst=100000', 'limits.requests-per-second=100000', 'limits.max-pending=1000'],
  });
}, 40_000);

const numbers = (entries: readonly Wire[]) => entries.map((it) => Number(it.get('Inbox-Sequence')));
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

function writeMany(from: Client, to: string, count: number): string[] {
  return upTo(count).map((at) => from.send(...composed(from, to, `message ${at}`)));
}
async function granted(from: Client, ids: readonly string[]): Promise<void> {
  for (const id of ids) expect((await from.response(id)).kind).toBe('OK');
}

test('a replay comes in order and before anything new, though new ones come all the while', async () => {
  const { alice, bob, b } = await couple(domain);
  bob.destroy();
  await granted(alice, writeMany(alice, b, 150));
  const back = await domain.login(userOf(b));
  const more = writeMany(alice, b, 150);
  await back.attach(b, 'phone', { 'Inbox-After': '20' });
  const last = writeMany(alice, b, 30);
  await granted(alice, [...more, ...last]);
  expect(numbers(await next(back, 'SEND', 310))).toEqual(upTo(330, 21));
});

test('many senders, repeats and refusals: no gap, nothing twice', async () => {
  const { alice, bob, b } = await couple(domain);
  const others = await Promise.all([couple(domain), couple(domain)]);
  const refused = others[1]?.bob as Client;
  await setRules(bob, rule(refused.identity['From'] ?? '', { send: 'deny' }));
  const senders = [alice, ...others.flatMap((it) => [it.alice, it.bob])];
  const kept = new Set<string>();
  const asked: [Client, string][] = [];
  for (let at = 0; at < 40; at += 1) {
    for (const sender of senders) {
      const id = freshId();
      if (sender !== refused) kept.add(`${sender.identity['From']} ${id}`);
      for (const repeat of at % 3 === 0 ? [1, 2] : [1])
        asked.push([sender, sender.send(...composed(sender, b, `${at}/${repeat}`, { 'Message-ID': id }))]);
    }
  }
  for (const [sender, id] of asked) {
    const response = await sender.response(id);
    expect(response.get('Error')).toBe(sender === refused ? 'permission-denied' : undefined);
  }
  const got = await next(bob, 'SEND', kept.size);
  expect(numbers(got)).toEqual(upTo(kept.size));
  expect(new Set(got.map((it) => `${it.get('From')} ${it.get('Message-ID')}`))).toEqual(kept);
  await bob.ping();
  expect(bob.arrived.filter((it) => it.method === 'SEND')).toHaveLength(0);
});

test('a device that changes its connection amid traffic misses nothing and gets nothing out of order', async () => {
  const { alice, bob, b } = await couple(domain);
  const ids = writeMany(alice, b, 200);
  let device = bob;
  let seen = 0;
  for (const pause of [10, 60, 120]) {
    while (seen < pause) {
      const entry = await device.incoming('SEND');
      expect(entry.get('Inbox-Sequence')).toBe(String((seen += 1)));
    }
    if (pause === 60) device.destroy();
    device = await domain.login(userOf(b), 'phone', { 'Inbox-After': String(seen) });
  }
  await granted(alice, ids);
  expect(numbers(await next(device, 'SEND', 200 - seen))).toEqual(upTo(200, seen + 1));
});

test('two who write to each other have their copies and messages in one row each', async () => {
  const { alice, bob, a, b } = await couple(domain);
  const [there, back] = [writeMany(alice, b, 60), writeMany(bob, a, 60)];
  await Promise.all([granted(alice, there), granted(bob, back)]);
  for (const url of [a, b]) {
    const reader = await domain.login(userOf(url), 'reader', { 'Inbox-After': '0' });
    const got = await next(reader, 'SEND', 120);
    expect(numbers(got)).toEqual(upTo(120));
    const [sent, received] = [
      got.filter((it) => it.get('Copy') === 'sent'),
      got.filter((it) => it.get('Copy') === undefined),
    ];
    expect(sent).toHaveLength(60);
    for (const [entries, from] of [
      [sent, url],
      [received, url === a ? b : a],
    ] as const)
      entries.forEach((it, at) => {
        expect(it.get('From')).toBe(from);
        expect(it.body.toString()).toContain(`message ${at + 1}\r\n`);
      });
  }
});
