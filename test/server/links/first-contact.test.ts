// Two domains that have never met, each a whole server [RFC 2779 2.2.1].

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Peer } from '../peer.ts';
import { type TestDomain, urlOf } from '../harness.ts';
import { Federation, IN_CLEAR, messageTo } from './federation.ts';

const ALICE = urlOf('alice', 'a.example');
const BOB = urlOf('bob', 'b.example');

let federation: Federation;
let a: TestDomain;
let b: TestDomain;
let alice: Peer;
let bob: Peer;

beforeEach(async () => {
  federation = new Federation();
  a = await federation.domain('a.example', ['alice'], { config: IN_CLEAR });
  b = await federation.domain('b.example', ['bob'], { config: IN_CLEAR });
  alice = await a.attach('alice');
  bob = await b.attach('bob');
});

afterEach(async () => {
  await federation.close();
  expect([a.errors, b.errors]).toEqual([[], []]);
});

describe('alice@a writes to bob@b', () => {
  test('and his device has it before she has her OK', async () => {
    const id = alice.send(...messageTo(alice, BOB, 'hello'));
    const received = await bob.next('SEND');
    expect(received.headers.get('From')).toBe(ALICE);
    expect(received.headers.get('Inbox-Sequence')).toBe('1');
    bob.ok(received);
    const answer = await alice.response(id);
    expect(answer.headers.get('Outcome')).toBe('delivered');
    expect(answer.headers.get('To')).toBe(ALICE);
    expect(answer.headers.get('Connection-ID')).toBe(alice.connectionId);
    // One link, and one connection back on which it was verified.
    expect(federation.reached).toEqual(['a.example > b.example im', 'b.example > a.example pres']);
  });
});
