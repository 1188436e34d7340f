import { describe, expect, test } from 'vitest';
import type { Context } from '../../../main/account/context.ts';
import { type Choice, OwnSide } from '../../../main/account/own.ts';
import type { OwnPresence } from '../../../shared/model.ts';
import { FakeClock } from '../../fake/clock.ts';

const DAY = 86_400_000;

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
};

async function start(choice: Choice, clock = new FakeClock(), values = new Map<unknown, unknown>()) {
  const shown: OwnPresence[] = [];
  const policy: string[] = [];
  const kept: unknown[] = [];
  let published = 0;
  const context = {
    url: 'impp://a.example/alice',
    key: 1,
    clock,
    log: () => {},
    mirror: {
      account: () => ({ policy }),
      patchAccount: (_: string, patch: { own: OwnPresence }) => shown.push(patch.own),
    },
    store: {
      call: (operation: string, _key: number, changes: unknown, value?: Uint8Array) => {
        if (operation === 'getAccountValue') return Promise.resolve(values.get(changes));
        if (operation === 'setAccountValue') values.set(changes, value);
        else kept.push(changes);
        return Promise.resolve(null);
      },
    },
  };
  const side = new OwnSide(context as unknown as Context, choice, () => {
    published++;
    return Promise.resolve();
  });
  await side.load();
  return { clock, side, policy, shown, kept, published: () => published };
}

describe('a choice with an end', () => {
  test('that came while the program was off is over at its start', async () => {
    const clock = new FakeClock();
    const { side, shown, kept } = await start({ state: 'busy', note: 'x', until: clock.now() - 1 }, clock);
    expect(shown).toEqual([{ state: 'available', note: '' }]);
    expect(kept).toEqual([
      { ownState: 'available', ownNote: '', ownActivity: undefined, ownUntil: undefined },
    ]);
    side.close();
  });

  test('is over at that time, not before, and published', async () => {
    const clock = new FakeClock();
    const { side, published } = await start({ state: 'busy', note: 'x', until: clock.now() + 1000 }, clock);
    clock.advance(999);
    await settle();
    expect(side.own.state).toBe('busy');
    clock.advance(1);
    await settle();
    expect(side.own).toMatchObject({ state: 'available', note: '', until: undefined });
    expect(published()).toBe(1);
    side.close();
  });

  test('is awaited further by a clock that cannot wait for so long', async () => {
    const real = new FakeClock();
    const clock = Object.assign(Object.create(real) as FakeClock, {
      now: () => real.now(),
      after: (delay: number, run: () => void) => real.after(Math.min(delay, DAY), run),
    });
    const { side } = await start({ state: 'away', note: '', until: real.now() + 3 * DAY }, clock);
    for (let day = 0; day < 2; day++) {
      real.advance(DAY);
      await settle();
      expect(side.own.state).toBe('away');
    }
    real.advance(DAY);
    await settle();
    expect(side.own.state).toBe('available');
    side.close();
  });

  test('gives way to the next choice, whose end counts', async () => {
    const clock = new FakeClock();
    const { side } = await start({ state: 'busy', note: '', until: clock.now() + 1000 }, clock);
    await side.choose({ state: 'away', note: '' });
    clock.advance(10_000);
    await settle();
    expect(side.own.state).toBe('away');
    expect(clock.waiting).toBe(0);
  });
});

test('nobody appears offline where the organisation does not let them', async () => {
  const { side, policy, kept } = await start({ state: 'busy', note: '' });
  policy.push('no-invisible');
  await expect(side.choose({ state: 'offline', note: '' })).rejects.toMatchObject({
    code: 'permission-denied',
  });
  expect(kept).toEqual([]);
  expect(side.own.state).toBe('busy');
});

describe('quiet that comes by itself', () => {
  const night = { by: 'hours', until: Date.UTC(2100, 0, 1) } as const;

  test('is do not disturb until it ends, and what was chosen is back', async () => {
    const { clock, side, shown, kept, published } = await start({
      state: 'busy',
      note: 'x',
      activity: 'meeting',
    });
    clock.advance(5000);
    side.hush(night);
    expect(side.own).toEqual({ state: 'do-not-disturb', note: 'x', until: night.until, since: clock.now() });
    expect(shown.at(-1)).toMatchObject({ state: 'do-not-disturb', quiet: { ...night, chosen: 'busy' } });
    side.hush(undefined);
    expect(side.own).toMatchObject({ state: 'busy', note: 'x', activity: 'meeting' });
    expect(shown.at(-1)).toEqual({ state: 'busy', note: 'x', activity: 'meeting' });
    expect(published()).toBe(2);
    expect(kept).toEqual([]);
    side.close();
  });

  test('ends with a choice, which lasts when it goes on, and comes back the next time', async () => {
    const { side, shown } = await start({ state: 'available', note: '' });
    side.hush(night);
    await side.choose({ state: 'available', note: '' });
    expect(side.own.state).toBe('available');
    expect(shown.at(-1)).toEqual({ state: 'available', note: '' });
    side.hush({ by: 'system' });
    expect(side.own.state).toBe('available');
    side.hush(undefined);
    expect(side.own.state).toBe('available');
    side.hush(night);
    expect(side.own.state).toBe('do-not-disturb');
    side.close();
  });

  test('in which one chose to be heard is none for a program that is started anew, unlike the next', async () => {
    const clock = new FakeClock();
    const values = new Map<unknown, unknown>();
    const choice = { state: 'available', note: '' } as const;
    const { side } = await start(choice, clock, values);
    side.hush(night);
    await side.choose(choice);
    side.close();
    const { side: anew } = await start(choice, clock, values);
    anew.hush(night);
    expect(anew.own.state).toBe('available');
    anew.hush({ by: 'hours', until: night.until + DAY });
    anew.hush(undefined);
    anew.hush({ by: 'hours', until: night.until + 2 * DAY });
    expect(anew.own.state).toBe('do-not-disturb');
    anew.close();
  });

  test('goes on when a note is written, and when a choice made meanwhile is over', async () => {
    const { clock, side } = await start({ state: 'available', note: '' });
    side.hush(night);
    await side.choose({ state: 'available', note: 'asleep' });
    expect(side.own).toMatchObject({ state: 'do-not-disturb', note: 'asleep' });
    await side.choose({ state: 'busy', note: 'asleep', until: clock.now() + 1000 });
    expect(side.own.state).toBe('busy');
    clock.advance(1000);
    await settle();
    expect(side.own.state).toBe('do-not-disturb');
    side.close();
  });

  test.each(['away', 'offline', 'do-not-disturb'] as const)(
    'leaves %s as it is, and is quiet',
    async (state) => {
      const { side, shown, published } = await start({ state, note: '' });
      side.hush(night);
      expect(side.own.state).toBe(state);
      expect(shown.at(-1)).toMatchObject({ state, quiet: { by: 'hours', chosen: state } });
      expect(published()).toBe(0);
      side.close();
    },
  );

  test('comes before an absence, which is seen when it ends', async () => {
    const { side, shown } = await start({ state: 'available', note: '' });
    side.hush(night);
    side.absent('idle');
    expect(side.own.state).toBe('do-not-disturb');
    expect(shown.at(-1)).not.toHaveProperty('automatic');
    side.hush(undefined);
    expect(side.own).toMatchObject({ state: 'away', isAutomatic: true });
    expect(shown.at(-1)).toMatchObject({ state: 'away', automatic: 'idle' });
    side.close();
  });
});

describe('an absence', () => {
  test('makes away of plain available, with the note, since then', async () => {
    const { clock, side, shown } = await start({ state: 'available', note: 'here' });
    clock.advance(5000);
    side.absent('idle');
    expect(side.own).toEqual({ state: 'away', note: 'here', since: clock.now(), isAutomatic: true });
    expect(shown.at(-1)).toEqual({ state: 'away', note: 'here', automatic: 'idle' });
    const began = clock.now();
    clock.advance(5000);
    side.absent('locked');
    expect(side.own.since).toBe(began);
    expect(shown.at(-1)?.automatic).toBe('locked');
    side.absent(undefined);
    expect(shown.at(-1)).toEqual({ state: 'available', note: 'here' });
    side.close();
  });

  test.each<Choice>([
    { state: 'busy', note: '' },
    { state: 'do-not-disturb', note: '' },
    { state: 'offline', note: '' },
    { state: 'available', note: '', activity: 'playing' },
    { state: 'available', note: '', until: Date.UTC(2100, 0, 1) },
  ])('leaves what was chosen alone: %o', async (choice) => {
    const { side, published } = await start(choice);
    side.absent('locked');
    expect(side.own.state).toBe(choice.state);
    expect(published()).toBe(0);
    side.close();
  });

  test('is overruled by a choice made meanwhile, until the next one', async () => {
    const { side } = await start({ state: 'available', note: '' });
    side.absent('idle');
    await side.choose({ state: 'available', note: 'I am here' });
    expect(side.own.state).toBe('available');
    side.absent(undefined);
    side.absent('idle');
    expect(side.own.state).toBe('away');
    side.close();
  });
});
