import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { afterHiding } from '../../../../main/host/electron/rest.ts';
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

test('a window that stays hidden is let go after five minutes, once', () => {
  const { window, clock, rests } = start();
  window.emit('hide');
  clock.advance(5 * MINUTE - 1);
  expect(rests()).toBe(0);
  clock.advance(1);
  expect(rests()).toBe(1);
  clock.advance(60 * MINUTE);
  expect(rests()).toBe(1);
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
