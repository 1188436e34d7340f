import { describe, expect, test } from 'vitest';
import type { Context } from '../../../main/account/context.ts';
import { Self } from '../../../main/account/self.ts';
import { formatViews } from '../../../main/account/views-document.ts';
import { DEFAULTS } from '../../../main/settings.ts';
import { Mirror } from '../../../main/state.ts';
import type { StoredAccount } from '../../../main/store/accounts.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import type { View } from '../../../shared/model.ts';
import { FakeClock } from '../../fake/clock.ts';

const ALICE = 'impp://a.example/alice';
const HOUR = 3_600_000;

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** A domain that keeps the account's documents and what it published; `published` is by view, without leases. */
function start(views: readonly View[]) {
  const clock = new FakeClock();
  const document = formatViews({
    entries: new Map(views.map((view) => [view.id, { view, unknown: [] }])),
    unknown: [],
  });
  const world = { permanent: new Map<string, string>(), leased: new Map<string, string>() };
  const kept = new Map<string, Uint8Array | undefined>();
  const asked: string[] = [];
  const answer = (method: string, headers: Headers, body?: Uint8Array) => {
    asked.push(`${method} ${headers.get('Lease-Time') ?? ''}`.trim());
    const ok = (pairs: readonly (readonly [string, string])[] = [], content?: Uint8Array) => ({
      headers: Headers.from(pairs),
      ...(content === undefined ? {} : { body: content }),
    });
    if (method !== 'CHANGE') {
      return headers.get('Name') === 'x-views' ? ok([['Revision', '1']], document) : ok();
    }
    const place = headers.get('Lease-Time') === 'infinity' ? world.permanent : world.leased;
    const view = headers.get('View') ?? 'default';
    if (body === undefined) place.delete(view);
    else place.set(view, new TextDecoder().decode(body));
    return ok([['Lease-Time', '600']]);
  };
  const mirror = new Mirror({ kind: 'browser', platform: 'linux', version: '1' }, DEFAULTS);
  const context = {
    key: 1,
    url: ALICE,
    host: 'a.example',
    clock,
    mirror,
    random: (length: number) => new Uint8Array(length).fill(128),
    log: () => {},
    store: {
      call: (operation: string, _key: number, name: string, value?: Uint8Array) => {
        if (operation === 'setAccountValue') kept.set(name, value);
        return Promise.resolve(operation === 'getAccountValue' ? kept.get(name) : undefined);
      },
    },
    connection: () => ({
      request: (method: string, pairs: readonly (readonly [string, string])[], body?: Uint8Array) =>
        Promise.resolve(answer(method, Headers.from(pairs), body)),
    }),
  } as unknown as Context;
  const account = { ownState: 'available', ownNote: '' } as StoredAccount;
  const device = async ({ isNew = false } = {}) => {
    if (isNew) kept.clear();
    const self = new Self(context, account, { isFresh: true, all: () => [] });
    await self.load();
    self.online();
    await settle();
    return self;
  };
  return { clock, world, asked, device };
}

const onLeave = (until: number): View => ({
  id: 'default',
  title: '',
  kind: 'everything',
  away: { note: 'On leave', until },
});

describe('the value for when nobody is signed in', () => {
  test('says until when, and is taken back then', async () => {
    const { clock, world, device } = start([onLeave(Date.UTC(2026, 0, 5, 13))]);
    const self = await device();
    expect(world.permanent.get('default')).toContain('<until>2026-01-05T13:00:00.000Z</until>');
    clock.advance(HOUR - 1);
    await settle();
    expect(world.permanent.size).toBe(1);
    clock.advance(1);
    await settle();
    expect(world.permanent.size).toBe(0);
    self.offline();
    self.close();
    expect(clock.waiting).toBe(0);
  });

  test.each([false, true])(
    'whose end came while no device was on is taken back by the next (new: %s)',
    async (isNew) => {
      const { clock, world, asked, device } = start([onLeave(Date.UTC(2026, 0, 5, 13))]);
      const first = await device();
      first.offline();
      first.close();
      clock.advance(2 * HOUR);
      await settle();
      expect(world.permanent.size).toBe(1);
      const second = await device({ isNew });
      expect(world.permanent.size).toBe(0);
      await second.own.choose({ state: 'away', note: 'changed' });
      expect(asked.filter((one) => one === 'CHANGE infinity')).toHaveLength(2);
      second.offline();
      second.close();
    },
  );

  test('of several views ends in each at its own time', async () => {
    const work: View = { id: 'work', title: 'Work', kind: 'state' };
    const { clock, world, device } = start([
      onLeave(Date.UTC(2026, 0, 5, 13)),
      { ...work, away: { note: 'Ask Carol', until: Date.UTC(2026, 0, 5, 14) } },
      { id: 'closed', title: '', kind: 'nothing', away: { note: 'For good' } },
    ]);
    const self = await device();
    expect([...world.permanent.keys()].sort()).toEqual(['closed', 'default', 'work']);
    clock.advance(HOUR);
    await settle();
    expect([...world.permanent.keys()].sort()).toEqual(['closed', 'work']);
    clock.advance(HOUR);
    await settle();
    expect([...world.permanent.keys()]).toEqual(['closed']);
    self.offline();
    self.close();
  });
});

test('an own presence with an end says so to watchers, and is another from then on', async () => {
  const { clock, world, device } = start([]);
  const self = await device();
  await self.own.choose({ state: 'away', note: 'lunch', activity: 'meal', until: clock.now() + HOUR });
  await settle();
  expect(world.leased.get('default')).toContain('<until>2026-01-05T13:00:00.000Z</until>');
  clock.advance(HOUR);
  await settle();
  expect(world.leased.get('default')).toContain('<activity>available</activity>');
  expect(world.leased.get('default')).not.toContain('<until>');
  self.offline();
  self.close();
});
