import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QuietHours } from '../../shared/model.ts';
import { quietAt } from '../../shared/quiet-hours.ts';

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const at = (hour: number, minute = 0): number => hour * 60 + minute;
const night: QuietHours = { isOn: true, days: EVERY_DAY, from: at(22), until: at(7) };
const zone = process.env['TZ'];

beforeAll(() => {
  // The clock is turned on 29 March 2026 at two and on 25 October 2026 at three.
  process.env['TZ'] = 'Europe/Berlin';
});
afterAll(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

/** By the clock on the wall; March 2026: the 2nd is a Monday. */
const wall = (day: number, hour: number, minute = 0, month = 2): number =>
  new Date(2026, month, day, hour, minute).getTime();

describe('a night', () => {
  test('is quiet from its first minute until its last, over midnight', () => {
    expect(quietAt([night], wall(2, 21, 59))).toEqual({ isQuiet: false, until: wall(2, 22) });
    expect(quietAt([night], wall(2, 22))).toEqual({ isQuiet: true, until: wall(3, 7) });
    expect(quietAt([night], wall(3, 6, 59))).toEqual({ isQuiet: true, until: wall(3, 7) });
    expect(quietAt([night], wall(3, 7))).toEqual({ isQuiet: false, until: wall(3, 22) });
  });

  test('belongs to the day on which it begins', () => {
    const friday = { ...night, days: [5] };
    expect(quietAt([friday], wall(6, 23))).toEqual({ isQuiet: true, until: wall(7, 7) });
    expect(quietAt([friday], wall(7, 3))).toEqual({ isQuiet: true, until: wall(7, 7) });
    expect(quietAt([friday], wall(6, 3))).toEqual({ isQuiet: false, until: wall(6, 22) });
    expect(quietAt([friday], wall(7, 8))).toEqual({ isQuiet: false, until: wall(13, 22) });
  });

  test('in which the clock is turned ends by the clock on the wall', () => {
    const hours = (from: number): number => (quietAt([night], from).until! - from) / 3_600_000;
    expect(hours(wall(28, 22))).toBe(8);
    expect(hours(wall(24, 22, 0, 9))).toBe(10);
    const lost = { ...night, from: at(2, 15), until: at(2, 45) };
    // These minutes are not there on that day, and on all others they are.
    expect(quietAt([lost], wall(29, 1, 59)).isQuiet).toBe(false);
    expect(quietAt([lost], wall(30, 2, 30))).toEqual({ isQuiet: true, until: wall(30, 2, 45) });
  });
});

test('a whole day lasts until midnight, and two in a row until the second one', () => {
  const weekend: QuietHours = { isOn: true, days: [6, 0], from: 0, until: 0 };
  expect(quietAt([weekend], wall(7, 12))).toEqual({ isQuiet: true, until: wall(9, 0) });
  expect(quietAt([weekend], wall(9, 0))).toEqual({ isQuiet: false, until: wall(14, 0) });
});

test('quiet hours that meet or overlap are one, and those that are off are none', () => {
  const evening: QuietHours = { isOn: true, days: EVERY_DAY, from: at(20), until: at(22) };
  expect(quietAt([evening, night], wall(2, 20))).toEqual({ isQuiet: true, until: wall(3, 7) });
  expect(quietAt([{ ...evening, isOn: false }, night], wall(2, 20))).toEqual({
    isQuiet: false,
    until: wall(2, 22),
  });
  expect(quietAt([], wall(2, 20))).toEqual({ isQuiet: false });
  expect(quietAt([{ ...night, days: [] }], wall(2, 23))).toEqual({ isQuiet: false });
});
