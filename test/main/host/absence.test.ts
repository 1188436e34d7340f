import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { watchAbsence } from '../../../main/host/electron/absence.ts';
import { FakeClock } from '../../fake/clock.ts';

function watched() {
  const clock = new FakeClock();
  let idle = 0;
  let isLocked = false;
  const power = Object.assign(new EventEmitter(), {
    getSystemIdleTime: () => idle,
    getSystemIdleState: () => (isLocked ? ('locked' as const) : ('unknown' as const)),
  });
  const told: (string | undefined)[] = [];
  const off = watchAbsence((reason) => told.push(reason), power, clock);
  return {
    clock,
    power,
    told,
    off,
    idleFor: (seconds: number) => {
      idle = seconds;
    },
    lockInSilence: (locked: boolean) => {
      isLocked = locked;
    },
  };
}

test('ten minutes without a hand on the machine are an absence, a touch is its end', () => {
  const { clock, told, idleFor } = watched();
  idleFor(599);
  clock.advance(60_000);
  expect(told).toEqual([]);
  idleFor(600);
  clock.advance(10_000);
  idleFor(900);
  clock.advance(300_000);
  expect(told).toEqual(['idle']);
  idleFor(3);
  clock.advance(10_000);
  expect(told).toEqual(['idle', undefined]);
});

test('a screen that is locked without an event is seen, as on Linux', () => {
  const { clock, told, lockInSilence } = watched();
  lockInSilence(true);
  clock.advance(10_000);
  lockInSilence(false);
  clock.advance(10_000);
  expect(told).toEqual(['locked', undefined]);
});

test('a locked screen is one at once, and stays one while it is idle, too', () => {
  const { clock, power, told, idleFor } = watched();
  power.emit('lock-screen');
  idleFor(700);
  clock.advance(20_000);
  expect(told).toEqual(['locked']);
  idleFor(0);
  power.emit('unlock-screen');
  expect(told).toEqual(['locked', undefined]);
});

test('a machine that sleeps is one, and locked after it has woken', () => {
  const { power, told } = watched();
  power.emit('lock-screen');
  power.emit('suspend');
  power.emit('resume');
  power.emit('unlock-screen');
  expect(told).toEqual(['locked', 'suspended', 'locked', undefined]);
});

test('nothing is watched after off', () => {
  const { clock, power, told, off } = watched();
  off();
  power.emit('lock-screen');
  expect(told).toEqual([]);
  expect(clock.waiting).toBe(0);
  expect(power.eventNames()).toEqual([]);
});
