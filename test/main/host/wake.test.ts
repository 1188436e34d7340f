import { expect, test } from 'vitest';
import { watchWake } from '../../../main/host/wake.ts';
import { FakeClock } from '../../fake/clock.ts';

function watched() {
  const clock = new FakeClock();
  let count = 0;
  let present = '192.0.2.7';
  let slept = 0;
  const off = watchWake(
    () => {
      count += 1;
    },
    { now: () => clock.now() + slept, after: (delay, run) => clock.after(delay, run) },
    () => present,
  );
  return {
    clock,
    off,
    calls: () => count,
    network: (addresses: string) => {
      present = addresses;
    },
    /** The wall clock goes on, timers stand still. */
    sleep: (milliseconds: number) => {
      slept += milliseconds;
    },
  };
}

test('nothing is said while nothing happens', () => {
  const { clock, calls } = watched();
  clock.advance(600_000);
  expect(calls()).toBe(0);
});

test('a new address is a network that came; losing one is not', () => {
  const { clock, calls, network } = watched();
  network('');
  clock.advance(5_000);
  expect(calls()).toBe(0);
  network('198.51.100.4');
  clock.advance(2_000);
  expect(calls()).toBe(1);
  clock.advance(60_000);
  expect(calls()).toBe(1);
});

test('a machine that slept has woken at the next beat, once', () => {
  const { clock, calls, sleep } = watched();
  sleep(3_600_000);
  clock.advance(5_000);
  expect(calls()).toBe(1);
  clock.advance(60_000);
  expect(calls()).toBe(1);
});

test('nothing is said after off', () => {
  const { clock, calls, network, off } = watched();
  off();
  network('198.51.100.4');
  clock.advance(60_000);
  expect(calls()).toBe(0);
});
