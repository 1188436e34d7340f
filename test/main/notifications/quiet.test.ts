import { expect, test } from 'vitest';
import { followQuiet } from '../../../main/notifications/quiet.ts';
import { DEFAULTS } from '../../../main/settings.ts';
import { Mirror } from '../../../main/state.ts';
import type { Quiet, Settings } from '../../../shared/model.ts';
import { FakeClock } from '../../fake/clock.ts';

const MINUTE = 60_000;
const settle = () => new Promise((resolve) => setImmediate(resolve));

function start(settings: Partial<Settings> = {}) {
  const clock = new FakeClock();
  const midnight = new Date(clock.now()).setHours(24, 0, 0, 0);
  clock.advance(midnight + 12 * 60 * MINUTE - clock.now());
  const mirror = new Mirror(
    { kind: 'browser', platform: 'test', version: '0' },
    { ...DEFAULTS, ...settings },
  );
  const told: (Quiet | undefined)[] = [];
  const system = { isQuiet: false as boolean | undefined, asked: 0 };
  const off = followQuiet({
    mirror,
    clock,
    host: {
      isSystemQuiet: () => {
        system.asked++;
        return Promise.resolve(system.isQuiet);
      },
    },
    hush: (quiet) => told.push(quiet),
  });
  const change = (part: Partial<Settings>) => mirror.setSettings({ ...mirror.settings, ...part });
  return { clock, told, system, off, change, noon: clock.now() };
}

const hours = (from: number, until: number) => [
  { isOn: true, days: [0, 1, 2, 3, 4, 5, 6], from: from * 60, until: until * 60 },
];

test('quiet hours begin and end at their minutes, also after the machine has slept', async () => {
  const { clock, told, off, noon } = start({ quietHours: hours(13, 14) });
  clock.advance(60 * MINUTE - 1);
  expect(told.at(-1)).toBeUndefined();
  clock.advance(1);
  expect(told.at(-1)).toEqual({ by: 'hours', until: noon + 120 * MINUTE });
  clock.advance(60 * MINUTE);
  expect(told.at(-1)).toBeUndefined();
  off();
  expect(clock.waiting).toBe(0);
});

test('a change of the settings counts at once; nothing is looked at where nothing is wanted', async () => {
  const { clock, told, system, off, change, noon } = start();
  expect(clock.waiting).toBe(0);
  change({ quietHours: hours(11, 13) });
  expect(told.at(-1)).toEqual({ by: 'hours', until: noon + 60 * MINUTE });
  change({ quietHours: [] });
  expect(told.at(-1)).toBeUndefined();
  expect([clock.waiting, system.asked]).toEqual([0, 0]);
  off();
});

test("the system's own quiet is followed where that is wanted, and what it does not say is no quiet", async () => {
  const { clock, told, system, off, change } = start({ followsSystemQuiet: true });
  await settle();
  expect(told.at(-1)).toBeUndefined();
  system.isQuiet = true;
  clock.advance(MINUTE);
  await settle();
  expect(told.at(-1)).toEqual({ by: 'system' });
  system.isQuiet = undefined;
  clock.advance(MINUTE);
  await settle();
  expect(told.at(-1)).toBeUndefined();
  system.isQuiet = true;
  clock.advance(MINUTE);
  await settle();
  change({ followsSystemQuiet: false });
  expect(told.at(-1)).toBeUndefined();
  expect(clock.waiting).toBe(0);
  off();
});
