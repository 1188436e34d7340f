import { describe, expect, test } from 'vitest';
import { ImppError } from '../../../shared/errors.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import type { Request, Response } from '../../../shared/impp/message.ts';
import { error, ok } from '../../../shared/impp/serializer.ts';
import { Transactions } from '../../../shared/impp/transactions.ts';
import { FakeClock } from '../../fake/clock.ts';

const DEADLINE = 30_000;

const setUp = (window = 128, send?: (request: Request) => void) => {
  const clock = new FakeClock();
  const sent: Request[] = [];
  const outcomes: (readonly [name: string, outcome: Response | ImppError])[] = [];
  const times = { expired: 0 };
  const transactions = new Transactions({
    clock,
    deadline: DEADLINE,
    window,
    send: send ?? ((request) => sent.push(request)),
    expired: () => {
      times.expired += 1;
    },
  });
  const ask = (name: string, method = 'PING'): void =>
    transactions.request(method, Headers.from(), undefined, (outcome) => outcomes.push([name, outcome]));
  const codes = (): (readonly [string, string])[] =>
    outcomes.map(([name, outcome]) => [name, outcome instanceof ImppError ? outcome.code : 'response']);
  return { clock, sent, outcomes, times, transactions, ask, codes };
};

const nth = (sent: Request[], index: number): Request => {
  const request = sent[index];
  if (request === undefined) throw new Error(`only ${sent.length} requests were sent`);
  return request;
};

test('an answer finds its request, in any order', () => {
  const { sent, outcomes, transactions, ask } = setUp();
  ask('a');
  ask('b', 'FETCH');
  expect(transactions.open).toBe(2);
  const second = error(nth(sent, 1), new ImppError('permission-denied'));
  const first = ok(nth(sent, 0));
  transactions.answer(second);
  transactions.answer(first);
  expect(outcomes).toEqual([
    ['b', second],
    ['a', first],
  ]);
  expect(transactions.open).toBe(0);
  transactions.close(new ImppError('closed'));
});

test('an answer to no open request, or of another method, changes nothing', () => {
  const { sent, outcomes, transactions, ask } = setUp();
  ask('a');
  const request = nth(sent, 0);
  transactions.answer({ ...ok(request), method: 'FETCH' });
  transactions.answer({ ...ok(request), id: `${request.id}x` });
  expect(outcomes).toEqual([]);
  transactions.answer(ok(request));
  transactions.answer(ok(request));
  expect(outcomes).toHaveLength(1);
  transactions.close(new ImppError('closed'));
});

describe('the window', () => {
  test('holds back what the peer did not say it would take, in order', () => {
    const { sent, transactions, ask } = setUp(2);
    for (const method of ['A', 'B', 'C', 'D']) ask(method, method);
    expect(sent.map((request) => request.method)).toEqual(['A', 'B']);
    expect([transactions.open, transactions.queued]).toEqual([2, 2]);
    transactions.answer(ok(nth(sent, 1)));
    expect(sent.map((request) => request.method)).toEqual(['A', 'B', 'C']);
    transactions.window = 3;
    expect(sent.map((request) => request.method)).toEqual(['A', 'B', 'C', 'D']);
    transactions.close(new ImppError('closed'));
  });

  test('of 0 lets one through, since nothing may wait for ever', () => {
    const { sent, transactions, ask } = setUp(0);
    ask('a');
    ask('b');
    expect(sent).toHaveLength(1);
    transactions.close(new ImppError('closed'));
  });

  test('what an answer makes the caller ask comes after what waits already', () => {
    const { sent, transactions, ask } = setUp(1);
    transactions.request('A', Headers.from(), undefined, () => ask('late', 'C'));
    ask('b', 'B');
    transactions.answer(ok(nth(sent, 0)));
    transactions.answer(ok(nth(sent, 1)));
    expect(sent.map((request) => request.method)).toEqual(['A', 'B', 'C']);
    transactions.close(new ImppError('closed'));
  });
});

describe('the deadline', () => {
  test('begins anew for all that is open while the peer is at work on it', () => {
    const { clock, times, transactions, ask } = setUp();
    ask('a');
    clock.advance(DEADLINE - 1);
    transactions.postpone();
    clock.advance(DEADLINE - 1);
    expect(times.expired).toBe(0);
    clock.advance(1);
    expect(times.expired).toBe(1);
  });

  test('runs from sending; when it passes, the owner is told once and all are settled', () => {
    const { clock, sent, times, transactions, ask, codes } = setUp(2);
    ask('a');
    clock.advance(DEADLINE - 1);
    ask('b');
    ask('c');
    expect(times.expired).toBe(0);
    clock.advance(1);
    expect(times.expired).toBe(1);
    expect(codes()).toEqual([
      ['a', 'timeout'],
      ['b', 'timeout'],
      ['c', 'timeout'],
    ]);
    clock.advance(10 * DEADLINE);
    expect(times.expired).toBe(1);
    expect(sent).toHaveLength(2);
    expect(clock.waiting).toBe(0);
    expect(transactions.open).toBe(0);
  });

  test('of the next request counts when the first is answered', () => {
    const { clock, sent, times, transactions, ask } = setUp();
    ask('a');
    clock.advance(20_000);
    ask('b');
    transactions.answer(ok(nth(sent, 0)));
    clock.advance(DEADLINE - 1);
    expect(times.expired).toBe(0);
    clock.advance(1);
    expect(times.expired).toBe(1);
  });

  test('needs no timer for each request', () => {
    const { clock, transactions, ask } = setUp();
    for (let count = 0; count < 100; count += 1) ask(String(count));
    expect(clock.waiting).toBe(1);
    transactions.close(new ImppError('closed'));
    expect(clock.waiting).toBe(0);
  });

  test('the reason of an owner that closes is the one that counts', () => {
    const clock = new FakeClock();
    const outcomes: unknown[] = [];
    const transactions: Transactions = new Transactions({
      clock,
      deadline: DEADLINE,
      window: 1,
      send: () => {},
      expired: () => transactions.close(new ImppError('connection-failure')),
    });
    transactions.request('PING', Headers.from(), undefined, (outcome) => outcomes.push(outcome));
    clock.advance(DEADLINE);
    expect(outcomes).toMatchObject([{ code: 'connection-failure' }]);
  });
});

test('close settles what is open, what waits, and what is asked later', () => {
  const { transactions, ask, codes } = setUp(1);
  ask('a');
  ask('b');
  transactions.close(new ImppError('closed'));
  ask('c');
  transactions.close(new ImppError('timeout'));
  expect(codes()).toEqual([
    ['a', 'closed'],
    ['b', 'closed'],
    ['c', 'closed'],
  ]);
});

test('what cannot be sent is settled with the reason, and the next goes out', () => {
  const { transactions, ask, codes, clock } = setUp(1, (request) => {
    if (request.method === 'BAD') throw new ImppError('invalid-argument');
    if (request.method === 'WORSE') throw new TypeError('no socket');
  });
  ask('a', 'BAD');
  ask('b', 'WORSE');
  ask('c');
  expect(codes()).toEqual([
    ['a', 'invalid-argument'],
    ['b', 'internal-error'],
  ]);
  expect(transactions.open).toBe(1);
  transactions.close(new ImppError('closed'));
  expect(clock.waiting).toBe(0);
});

test('closing from within send leaves no timer behind', () => {
  const clock = new FakeClock();
  const outcomes: unknown[] = [];
  const transactions: Transactions = new Transactions({
    clock,
    deadline: DEADLINE,
    window: 4,
    send: () => transactions.close(new ImppError('closed')),
    expired: () => {},
  });
  transactions.request('PING', Headers.from(), undefined, (outcome) => outcomes.push(outcome));
  expect(outcomes).toMatchObject([{ code: 'closed' }]);
  expect(clock.waiting).toBe(0);
});

test('IDs are short and unique among the open ones', () => {
  const { sent, transactions, ask } = setUp(5000);
  for (let count = 0; count < 5000; count += 1) ask(String(count));
  expect(new Set(sent.map((request) => request.id)).size).toBe(5000);
  expect(Math.max(...sent.map((request) => request.id.length))).toBeLessThanOrEqual(3);
  transactions.close(new ImppError('closed'));
});
