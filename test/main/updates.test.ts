// Looking for newer versions: when, what is told of it, and what is left to the person.

import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewVersion, Updater } from '../../main/host/updater.ts';
import { DEFAULTS } from '../../main/settings.ts';
import { Mirror } from '../../main/state.ts';
import { Updates } from '../../main/updates.ts';
import { ImppError } from '../../shared/errors.ts';
import type { Account } from '../../shared/model.ts';
import { FakeClock } from '../fake/clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const account = (part: Partial<Account>): Account => ({
  id: 'impp://a.example/alice',
  connection: { phase: 'online' },
  network: { proxy: { kind: 'system' } },
  own: { state: 'available', note: '' },
  policy: [],
  secret: 'kept',
  ...part,
});

/** One that waits at each step until the test settles it. */
class ScriptedUpdater implements Updater {
  looks = 0;
  restarts = 0;
  answer = Promise.withResolvers<NewVersion | undefined>();
  arrival = Promise.withResolvers<void>();
  tell: (done: number, total: number) => void = () => {};

  look(): Promise<NewVersion | undefined> {
    this.looks++;
    return this.answer.promise;
  }
  download(tell: (done: number, total: number) => void, signal: AbortSignal): Promise<void> {
    this.tell = tell;
    signal.addEventListener('abort', () => this.arrival.reject(new ImppError('cancelled')));
    return this.arrival.promise;
  }
  restart(): void {
    this.restarts++;
  }
}

let clock: FakeClock;
let mirror: Mirror;
let updater: ScriptedUpdater;
let updates: Updates;

beforeEach(() => {
  clock = new FakeClock();
  mirror = new Mirror({ kind: 'electron', platform: 'linux', version: '1.0.0' }, DEFAULTS);
  updater = new ScriptedUpdater();
  updates = new Updates({ updater, mirror, clock, log: () => {} });
});
afterEach(() => {
  updates.close();
  expect(clock.waiting).toBe(0);
});

const isFound = async (): Promise<void> => {
  updater.answer.resolve({ version: '1.1.0' });
  await updates.look();
};

test('it looks a minute after the start and every six hours, and takes no step more', async () => {
  expect(mirror.update).toEqual({ phase: 'idle' });
  updater.answer.resolve(undefined);
  clock.advance(MINUTE);
  expect(mirror.update).toEqual({ phase: 'looking' });
  await turn();
  expect(mirror.update).toEqual({ phase: 'newest', at: clock.now() });
  updater.answer = Promise.withResolvers();
  updater.answer.resolve({ version: '1.1.0' });
  clock.advance(6 * HOUR);
  await turn();
  expect(updater.looks).toBe(2);
  expect(mirror.update).toEqual({ phase: 'available', version: '1.1.0' });
  clock.advance(24 * HOUR);
  await turn();
  expect(mirror.update).toEqual({ phase: 'available', version: '1.1.0' });
  expect(updater.restarts).toBe(0);
});

test('who does not want it is asked for nothing, and may ask', async () => {
  mirror.setSettings({ ...DEFAULTS, looksForUpdates: false });
  clock.advance(24 * HOUR);
  expect(updater.looks).toBe(0);
  await isFound();
  expect(mirror.update).toEqual({ phase: 'available', version: '1.1.0' });
});

test('who goes by a proxy of their own is not seen looking for the program', () => {
  mirror.setAccount(account({ network: { proxy: { kind: 'socks5', server: '127.0.0.1:9050' } } }));
  clock.advance(24 * HOUR);
  expect(updater.looks).toBe(0);
});

test('a feed that does not answer is given up after a minute', async () => {
  const looking = updates.look();
  clock.advance(MINUTE);
  await looking;
  expect(mirror.update).toMatchObject({ phase: 'idle', problem: { code: 'unreachable' } });
});

test('a download says how far it is, not oftener than eyes follow, and then waits for the person', async () => {
  await isFound();
  const phases: unknown[] = [];
  mirror.on(({ change }) => {
    if (change.type === 'update') phases.push(change.update);
  });
  const downloading = updates.download();
  updater.tell(10, 100);
  updater.tell(11, 100);
  clock.advance(300);
  updater.tell(50, 100);
  updater.arrival.resolve();
  await downloading;
  expect(phases).toEqual([
    { phase: 'downloading', version: '1.1.0', done: 0, total: 0 },
    { phase: 'downloading', version: '1.1.0', done: 10, total: 100 },
    { phase: 'downloading', version: '1.1.0', done: 50, total: 100 },
    { phase: 'ready', version: '1.1.0' },
  ]);
  await updates.look();
  expect(mirror.update?.phase).toBe('ready');
  expect(updater.restarts).toBe(0);
  updates.restart();
  expect(updater.restarts).toBe(1);
});

test('a stopped download can be begun again, and is no problem', async () => {
  await isFound();
  const downloading = updates.download();
  updates.stop();
  await downloading;
  expect(mirror.update).toEqual({ phase: 'available', version: '1.1.0' });
});

test('a download that stands still for a minute is given up, with the reason', async () => {
  await isFound();
  const downloading = updates.download();
  clock.advance(50_000);
  updater.tell(1, 100);
  clock.advance(50_000);
  expect(mirror.update?.phase).toBe('downloading');
  clock.advance(10_000);
  await downloading;
  expect(mirror.update).toMatchObject({ phase: 'available', problem: { code: 'unreachable' } });
});

test('what is refused is said, and nothing is ready', async () => {
  await isFound();
  const downloading = updates.download();
  updater.arrival.reject(new ImppError('update-refused', 'the hash is another'));
  await downloading;
  expect(mirror.update).toMatchObject({ phase: 'available', problem: { code: 'update-refused' } });
  expect(() => updates.restart()).toThrow(ImppError);
});

test('nothing is downloaded that was not found', async () => {
  await expect(updates.download()).rejects.toMatchObject({ code: 'conflict' });
});
