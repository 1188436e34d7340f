// One domain among very many [RFC 2779 2.2.3, 2.2.6].

import { afterEach, beforeEach, expect, test } from 'vitest';
import { ImppError } from '../../../shared/errors.ts';
import { LINK_IDLE } from '../../../shared/impp/limits.ts';
import { type TestDomain, urlOf } from '../harness.ts';
import type { Peer } from '../peer.ts';
import { Federation, IN_CLEAR, messageTo, takeLink } from './federation.ts';

const HUNDREDS = 300;
const hosts = Array.from({ length: HUNDREDS }, (_, n) => `far${n}.example`);

let federation: Federation;
let a: TestDomain;
let alice: Peer;

beforeEach(async () => {
  federation = new Federation();
  const limits = { requestsPerSecond: 10_000, requestBurst: 10_000, maxPending: HUNDREDS };
  a = await federation.domain('a.example', ['alice'], { config: { ...IN_CLEAR, limits } });
  alice = await a.attach('alice', { maxPending: HUNDREDS });
});

afterEach(async () => {
  await federation.close();
  expect(a.errors).toEqual([]);
});

/** Domains that answer each request with what `answer` says; gives how many links each has been opened. */
const playAll = (answer: (peer: Peer) => Promise<void>): Map<string, number> => {
  const opened = new Map<string, number>();
  for (const host of hosts)
    federation.play(host, (peer) => {
      opened.set(host, (opened.get(host) ?? 0) + 1);
      void (async () => {
        await takeLink(peer, host);
        await answer(peer);
      })();
    });
  return opened;
};

test('whom one follows may be spread over hundreds of domains', async () => {
  const opened = playAll(async (peer) => {
    const asked = await peer.next('SUBSCRIBE');
    peer.ok(asked, { 'Lease-Time': 21_600, Revision: 1, 'Subscription-State': 'active' });
  });
  const ids = hosts.map((host) => alice.send('SUBSCRIBE', { Target: urlOf('bob', host) }));
  const answers = await Promise.all(ids.map((id) => alice.response(id)));
  expect(answers.filter(({ ok }) => ok)).toHaveLength(HUNDREDS);
  expect([...opened.values()]).toEqual(hosts.map(() => 1));
});

test('half of them dead cost the others nothing', async () => {
  playAll(async (peer) => {
    peer.ok(await peer.next('SEND'), { Outcome: 'stored' });
  });
  const dead = hosts.filter((_, n) => n % 2 === 0);
  for (const host of dead) federation.play(host, () => {});
  const ids = new Map(hosts.map((host) => [host, alice.send(...messageTo(alice, urlOf('bob', host), 'hi'))]));
  for (const [host, id] of ids)
    if (!dead.includes(host)) expect((await alice.response(id)).headers.get('Outcome')).toBe('stored');
  expect(alice.unread).toEqual([]);
  await a.advance(40_000);
  for (const host of dead) {
    const answer = await alice.response(ids.get(host) ?? '');
    expect(answer.headers.get('Error')).toBe('timeout');
  }
});

test('those one has nothing to do with any more take no timer and no connection', async () => {
  playAll(async (peer) => {
    peer.error(await peer.next('FETCH'), new ImppError('permission-denied'));
  });
  const before = a.clock.waiting;
  const ids = hosts.map((host) => alice.send('FETCH', { Target: urlOf('bob', host) }));
  for (const id of ids) await alice.response(id);
  for (let time = 0; time < LINK_IDLE + 60_000; time += 60_000) {
    await a.advance(60_000);
    await alice.demand('PING');
  }
  await federation.settle();
  expect(a.clock.waiting).toBeLessThanOrEqual(before + 1);
});
