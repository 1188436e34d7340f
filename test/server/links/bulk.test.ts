// Large messages to another domain have a link of their own, and everything else goes on meanwhile.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { ImppError } from '../../../shared/errors.ts';
import { WHOLE_BODY } from '../../../shared/impp/limits.ts';
import type { Peer } from '../peer.ts';
import { type TestDomain, urlOf } from '../harness.ts';
import { Federation, greetingOf, IN_CLEAR, messageTo } from './federation.ts';

const BOB = urlOf('bob', 'b.example');
const LARGE = 'x'.repeat(WHOLE_BODY + 1);
const welcome = greetingOf('b.example');

let federation: Federation;
let a: TestDomain;
let alice: Peer;
let links: Peer[];
/** How many links b.example takes. */
let most: number;

beforeEach(async () => {
  links = [];
  most = 10;
  federation = new Federation();
  a = await federation.domain('a.example', ['alice', 'anna'], { config: IN_CLEAR });
  alice = await a.attach('alice');
  federation.play('b.example', (peer) => {
    void (async () => {
      peer.ok(await peer.next('HELLO'), welcome);
      const auth = await peer.next('AUTH');
      if (links.length >= most) return peer.error(auth, new ImppError('too-many-requests'));
      peer.ok(auth, { 'Auth-State': 'done', Address: 'impp://b.example/' });
      links.push(peer);
    })();
  });
});

afterEach(async () => {
  for (const link of links) link.break();
  await federation.close();
  expect(a.errors).toEqual([]);
});

const send = (peer: Peer, text: string, to = BOB): string => peer.send(...messageTo(peer, to, text));

const theLink = async (index: number): Promise<Peer> => {
  for (let turn = 0; turn < 50 && links[index] === undefined; turn += 1) await federation.settle();
  const link = links[index];
  if (link === undefined) throw new Error(`there are ${links.length} links`);
  return link;
};

test('while a large one waits for its answer, small ones of others and to others have theirs', async () => {
  const first = send(alice, LARGE);
  const bulk = await theLink(0);
  const large = await bulk.next('SEND');
  const anna = await a.attach('anna');
  const ids = [send(anna, 'of another'), send(alice, 'to another', urlOf('ben', 'b.example'))];
  const ordinary = await theLink(1);
  for (const _ of ids) ordinary.ok(await ordinary.next('SEND'), { Outcome: 'stored' });
  expect((await anna.response(ids[0] ?? '')).ok).toBe(true);
  expect((await alice.response(ids[1] ?? '')).ok).toBe(true);
  bulk.ok(large, { Outcome: 'stored' });
  expect((await alice.response(first)).ok).toBe(true);
});

test('what follows a large one of the same sender to the same person stays behind it', async () => {
  const ids = [send(alice, LARGE), send(alice, 'then'), send(alice, 'at last')];
  const bulk = await theLink(0);
  const texts: string[] = [];
  for (const _ of ids) {
    const asked = await bulk.next('SEND');
    const body = asked.body ?? new Uint8Array();
    texts.push(Buffer.from(body.subarray(body.length - 6)).toString());
    bulk.ok(asked, { Outcome: 'stored' });
  }
  for (const id of ids) expect((await alice.response(id)).ok).toBe(true);
  expect(texts.map((text) => text.trim())).toEqual(['xxxxxx', 'then', 't last']);
  expect(links).toHaveLength(1);
  // Afterwards they are on the ordinary way again.
  const next = send(alice, 'small');
  const ordinary = await theLink(1);
  ordinary.ok(await ordinary.next('SEND'), { Outcome: 'stored' });
  expect((await alice.response(next)).ok).toBe(true);
});

test('and what a large one follows goes first', async () => {
  const ids = [send(alice, 'first'), send(alice, LARGE)];
  const link = await theLink(0);
  const first = await link.next('SEND');
  const second = await link.next('SEND');
  expect([first.body?.length ?? 0, second.body?.length ?? 0].map((octets) => octets > WHOLE_BODY)).toEqual([
    false,
    true,
  ]);
  for (const asked of [first, second]) link.ok(asked, { Outcome: 'stored' });
  for (const id of ids) expect((await alice.response(id)).ok).toBe(true);
  expect(links).toHaveLength(1);
});

test('a domain that takes one link has everything over that', async () => {
  most = 1;
  const small = send(alice, 'small');
  const link = await theLink(0);
  link.ok(await link.next('SEND'), { Outcome: 'stored' });
  expect((await alice.response(small)).ok).toBe(true);
  for (let round = 0; round < 3; round += 1) {
    const large = send(alice, LARGE);
    link.ok(await link.next('SEND'), { Outcome: 'stored' });
    expect((await alice.response(large)).ok).toBe(true);
  }
  // It is not asked for a second link with each of them.
  expect(federation.reached.filter((it) => it.startsWith('a')).length).toBeLessThan(4);
});
