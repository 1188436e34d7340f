import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { afterHiding, isHeld } from '../../../../main/host/electron/rest.ts';
import { FakeClock } from '../../../fake/clock.ts';

const MINUTE = 60_000;

function start(): { window: EventEmitter; clock: FakeClock; rests: () => number; off: () => void } {
  const window = new EventEmitter();
  const clock = new FakeClock();
  let count = 0;
  const off = afterHiding(window, clock, () => {
    count += 1;
  });
  return { window, clock, rests: () => count, off };
}

test('a window that stays hidden is let go after five minutes, and if it was kept then, later', () => {
  const { window, clock, rests } = start();
  window.emit('hide');
  clock.advance(5 * MINUTE - 1);
  expect(rests()).toBe(0);
  clock.advance(1);
  expect(rests()).toBe(1);
  clock.advance(5 * MINUTE);
  expect(rests()).toBe(2);
});

test('one that is shown in between begins anew when it is hidden again', () => {
  const { window, clock, rests } = start();
  window.emit('hide');
  clock.advance(4 * MINUTE);
  window.emit('show');
  clock.advance(10 * MINUTE);
  expect(rests()).toBe(0);
  window.emit('hide');
  clock.advance(4 * MINUTE);
  expect(rests()).toBe(0);
  clock.advance(MINUTE);
  expect(rests()).toBe(1);
});

test('one that is closed is not let go', () => {
  const { window, clock, rests, off } = start();
  window.emit('hide');
  off();
  clock.advance(10 * MINUTE);
  expect(rests()).toBe(0);
  expect(window.eventNames()).toEqual([]);
});

test('a page says in its address that something would be lost with it', () => {
  expect(isHeld('app://parley/index.html#!%5B%22list%22%5D')).toBe(true);
  expect(isHeld('app://parley/index.html#%5B%22list%22%5D')).toBe(false);
  expect(isHeld('app://parley/index.html')).toBe(false);
});
