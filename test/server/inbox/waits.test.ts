import { expect, test } from 'vitest';

import { type Wait, Waits } from '../../../server/inbox/waits.ts';
import { FakeClock } from '../../fake/clock.ts';

class Noted implements Wait {
  isOver = false;
  readonly #name: string;
  readonly #ranOut: string[];

  constructor(name: string, ranOut: string[]) {
    this.#name = name;
    this.#ranOut = ranOut;
  }

  runOut(): void {
    this.isOver = true;
    this.#ranOut.push(this.#name);
  }
}

test('waits run out in their order, each after its time, by one timer', () => {
  const clock = new FakeClock();
  const waits = new Waits<Noted>(clock, 100);
  const ranOut: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    waits.add(new Noted(name, ranOut));
    clock.advance(30);
  }
  expect(clock.waiting).toBe(1);
  clock.advance(9);
  expect(ranOut).toEqual([]);
  clock.advance(1);
  expect(ranOut).toEqual(['a']);
  clock.advance(60);
  expect(ranOut).toEqual(['a', 'b', 'c']);
  expect(clock.waiting).toBe(0);
});

test('those that are over do not run out, and are forgotten', () => {
  const clock = new FakeClock();
  const waits = new Waits<Noted>(clock, 100);
  const ranOut: string[] = [];
  const all = Array.from({ length: 5_000 }, (_, i) => new Noted(`${i}`, ranOut));
  for (const wait of all) waits.add(wait);
  for (const wait of all.slice(0, 4_999)) {
    wait.isOver = true;
    waits.trim();
  }
  clock.advance(100);
  expect(ranOut).toEqual(['4999']);
});

test('nothing is left after close', () => {
  const clock = new FakeClock();
  const waits = new Waits<Noted>(clock, 100);
  const ranOut: string[] = [];
  waits.add(new Noted('a', ranOut));
  waits.close();
  expect(clock.waiting).toBe(0);
  clock.advance(1_000);
  expect(ranOut).toEqual([]);
});

test('a wait that begins when another runs out has its full time', () => {
  const clock = new FakeClock();
  const waits = new Waits<Wait>(clock, 100);
  const times: number[] = [];
  const begun = clock.now();
  const wait = { isOver: false, runOut: () => {} };
  wait.runOut = () => {
    times.push(clock.now() - begun);
    wait.isOver = times.length === 2;
    if (!wait.isOver) waits.add(wait);
  };
  waits.add(wait);
  clock.advance(1_000);
  expect(times).toEqual([100, 200]);
});
