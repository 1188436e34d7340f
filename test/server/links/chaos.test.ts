// Three domains whose links break again and again under traffic: whoever had an OK was right, and nothing comes twice.

import { expect, test } from 'vitest';
import { type TestDomain, urlOf } from '../harness.ts';
import type { Peer } from '../peer.ts';
import { Federation, IN_CLEAR, messageTo } from './federation.ts';

const HOSTS = ['a.example', 'b.example', 'c.example'];
const MESSAGES = 108;
const LANES = 9;

/** Repeatable, and good enough to choose when what breaks. */
const chance = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

test.each([1, 2, 3, 4])('nothing acknowledged is lost, nothing is doubled (%i)', async (seed) => {
  const random = chance(seed);
  const federation = new Federation();
  const domains: TestDomain[] = [];
  for (const host of HOSTS) domains.push(await federation.domain(host, ['p'], { config: IN_CLEAR }));
  const people: Peer[] = [];
  for (const domain of domains) people.push(await domain.attach('p'));
  const got = people.map(() => [] as string[]);
  const acknowledged = new Map<string, number>();
  let isOver = false;

  const listen = async (index: number): Promise<void> => {
    const peer = people[index] as Peer;
    while (!isOver) {
      const request = peer.unread.find((it) => it.kind === 'request');
      if (request === undefined) await new Promise((resolve) => setImmediate(resolve));
      else {
        const message = await peer.next('SEND');
        if (message.headers.get('Copy') === undefined)
          got[index]?.push(message.headers.get('Message-ID') ?? '');
        peer.ok(message);
      }
    }
  };

  /** Until there is an answer, as programs that lose nothing do. */
  const deliver = async (from: number, to: number, id: string): Promise<void> => {
    const peer = people[from] as Peer;
    const target = urlOf('p', HOSTS[to]);
    for (;;) {
      const answer = await peer.ask(...messageTo(peer, target, id, { 'Message-ID': id }));
      if (answer.ok) break;
      expect(['connection-failure', 'timeout', 'too-many-requests']).toContain(answer.headers.get('Error'));
      await new Promise((resolve) => setImmediate(resolve));
    }
    acknowledged.set(id, to);
  };

  /** Everybody writes to the two others, three messages at a time. */
  const write = async (lane: number): Promise<void> => {
    for (let n = lane; n < MESSAGES; n += LANES) {
      const from = lane % 3;
      await deliver(from, (from + 1 + (n % 2)) % 3, `<${n}@${HOSTS[from]}>`);
    }
  };
  const traffic = Array.from({ length: LANES }, (_, lane) => write(lane));
  const all = Promise.all(traffic);
  const listening = people.map((_, index) => listen(index));
  let isDone = false;
  const done = all.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    for (let turn = 0; turn < 1 + random() * 10; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    // Now and then they are left alone, so that it ends.
    if (random() < 0.2) federation.cutAll();
    if (random() < 0.5) federation.clock.advance(1_000);
  }
  await done;
  await federation.settle();
  isOver = true;
  await Promise.all(listening);
  for (const [id, to] of acknowledged) expect(got[to]?.filter((it) => it === id)).toEqual([id]);
  expect(got.flat()).toHaveLength(MESSAGES);
  expect(acknowledged.size).toBe(MESSAGES);
  // Links did break: each of them is opened, and asked back about, a few times.
  expect(federation.reached.length).toBeGreaterThan(24);
  await federation.close();
  expect(domains.map(({ errors }) => errors)).toEqual([[], [], []]);
});
