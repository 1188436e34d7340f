import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Leases } from '../../../shared/impp/lease.ts';
import { FakeClock } from '../../fake/clock.ts';

const setUp = () => {
  const clock = new FakeClock(0);
  const ended: string[] = [];
  const leases = new Leases<string>(clock, (item) => ended.push(`${item}@${clock.now()}`));
  return { clock, ended, leases };
};

test('each ends at its time, soonest first, with one timer for all', () => {
  const { clock, ended, leases } = setUp();
  leases.set('b', 2000);
  leases.set('a', 1000);
  leases.set('c', 3000);
  expect(clock.waiting).toBe(1);
  clock.advance(999);
  expect(ended).toEqual([]);
  clock.advance(5000);
  expect(ended).toEqual(['a@1000', 'b@2000', 'c@3000']);
  expect([leases.size, clock.waiting]).toEqual([0, 0]);
});

test('a renewed lease ends at the new time only', () => {
  const { clock, ended, leases } = setUp();
  leases.set('a', 1000);
  clock.advance(600);
  leases.set('a', 1600);
  clock.advance(900);
  expect(ended).toEqual([]);
  expect(leases.expiryOf('a')).toBe(1600);
  clock.advance(100);
  expect(ended).toEqual(['a@1600']);
  expect(leases.expiryOf('a')).toBeUndefined();
});

test('what is deleted does not end', () => {
  const { clock, ended, leases } = setUp();
  leases.set('a', 1000);
  leases.set('b', 2000);
  leases.delete('a');
  leases.delete('nothing');
  clock.advance(5000);
  expect(ended).toEqual(['b@2000']);
});

test('a lease of 68 years outlasts every timer, and one for good needs none', () => {
  const { clock, ended, leases } = setUp();
  leases.set('for good', Number.POSITIVE_INFINITY);
  expect(clock.waiting).toBe(0);
  const year = 365 * 86_400_000;
  leases.set('a', 2_147_483_647_000);
  clock.advance(10 * 86_400_000);
  expect(ended).toEqual([]);
  leases.set('a', year);
  clock.advance(year);
  expect(ended).toEqual([`a@${year}`]);
  expect(leases.expiryOf('for good')).toBe(Number.POSITIVE_INFINITY);
});

test('a time that has passed ends at the next turn, not within set', () => {
  const { clock, ended, leases } = setUp();
  clock.advance(1000);
  leases.set('a', 500);
  expect(ended).toEqual([]);
  clock.advance(0);
  expect(ended).toEqual(['a@1000']);
});

test('what ends may set and delete others', () => {
  const clock = new FakeClock(0);
  const ended: string[] = [];
  const leases: Leases<string> = new Leases(clock, (item) => {
    ended.push(item);
    if (item === 'a') {
      leases.delete('b');
      leases.set('a', clock.now() + 2000);
    }
  });
  leases.set('a', 1000);
  leases.set('b', 1000);
  clock.advance(1000);
  expect(ended).toEqual(['a']);
  clock.advance(2000);
  expect(ended).toEqual(['a', 'a']);
  leases.close();
});

test('an owner that renews into the past does not stop the program', () => {
  const clock = new FakeClock(0);
  let turns = 0;
  const leases: Leases<string> = new Leases(clock, () => {
    turns += 1;
    if (turns < 3) leases.set('a', 0);
    else leases.close();
  });
  leases.set('a', 1000);
  clock.advance(1000);
  expect(turns).toBe(3);
});

test('an error in the owner stops neither the clock nor the others', () => {
  const clock = new FakeClock(0);
  const ended: string[] = [];
  const leases = new Leases<string>(clock, (item) => {
    ended.push(item);
    if (item === 'a') throw new Error('owner');
  });
  leases.set('a', 1000);
  leases.set('b', 1000);
  expect(() => clock.advance(1000)).toThrow('owner');
  clock.advance(0);
  expect(ended).toEqual(['a', 'b']);
});

test('a clock that is set forward makes no lease wait for the old timer', () => {
  const timers: { delay: number; run: () => void }[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    after: (delay: number, run: () => void) => {
      const timer = { delay, run };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  };
  const leases = new Leases<string>(clock, () => {});
  leases.set('a', 3_000_000);
  now = 9_000_000;
  leases.set('b', 9_001_000);
  expect(timers.map((timer) => timer.delay)).toEqual([0]);
  leases.close();
  expect(timers).toEqual([]);
});

test('closing ends nothing and leaves no timer', () => {
  const { clock, ended, leases } = setUp();
  leases.set('a', 1000);
  leases.close();
  leases.set('b', 1000);
  expect(clock.waiting).toBe(0);
  clock.advance(5000);
  expect(ended).toEqual([]);
});

test('any sequence of settings and deletions ends as a plain list would', () => {
  const step = fc.record({
    item: fc.integer({ min: 0, max: 12 }),
    at: fc.integer({ min: 1, max: 50 }),
    isDeleted: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = new FakeClock(0);
      const ended: (readonly [number, number])[] = [];
      const leases = new Leases<number>(clock, (item) => ended.push([item, clock.now()]));
      const model = new Map<number, number>();
      for (const { item, at, isDeleted } of steps) {
        if (isDeleted) {
          leases.delete(item);
          model.delete(item);
        } else {
          leases.set(item, at);
          model.set(item, at);
        }
        expect(leases.expiryOf(item)).toBe(model.get(item));
      }
      clock.advance(100);
      const byItem = (a: readonly [number, number], b: readonly [number, number]): number => a[0] - b[0];
      expect(ended.map(([, time]) => time)).toEqual(ended.map(([, time]) => time).toSorted((a, b) => a - b));
      expect(ended.toSorted(byItem)).toEqual([...model].toSorted(byItem));
      expect(clock.waiting).toBe(0);
    }),
  );
});
