import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listCopies } from '../../../main/store/chores/copies.ts';
import { keepCopies } from '../../../main/store/copying.ts';
import { Store } from '../../../main/store/store.ts';
import { FakeClock } from '../../fake/clock.ts';
import { Profile } from './harness.ts';

const HOUR = 3_600_000;

let profile: Profile;
let clock: FakeClock;

beforeEach(async () => {
  profile = await Profile.open();
  clock = new FakeClock();
});

afterEach(() => profile.close());

/** Waits for what was asked of the store until now, and for what that asked. */
const settled = async (): Promise<void> => {
  while (!profile.store.isIdle) await profile.store.call('listSteps', 0);
};

test('a copy is made soon after the start, then one a day', async () => {
  const logged: string[] = [];
  const off = keepCopies(profile.store, profile.path, clock, (event) => logged.push(event));
  await profile.add('<1@b>', 'one');
  expect(listCopies(profile.path)).toEqual([]);
  clock.advance(60_000);
  await settled();
  const [first] = listCopies(profile.path);
  expect(first?.size).toBeGreaterThan(10_000);
  const wait = async (hours: number): Promise<void> => {
    for (let hour = 0; hour < hours; hour++) {
      clock.advance(HOUR);
      await settled();
    }
  };
  await wait(23);
  expect(listCopies(profile.path)).toEqual([first]);
  await wait(2);
  expect(listCopies(profile.path)).toHaveLength(2);
  off();
  await wait(48);
  expect(listCopies(profile.path)).toHaveLength(2);
  expect(logged).toEqual([]);
});

test('what a killed program left open is gone with the next start', async () => {
  await profile.store.close();
  for (const name of ['backup.db', 'restore.db', 'restore.db-wal'])
    writeFileSync(join(profile.folder, name), 'all of an account');
  profile.store = await Store.open(profile.path);
  expect(readdirSync(profile.folder).filter((name) => /backup|restore/.test(name))).toEqual([]);
});
