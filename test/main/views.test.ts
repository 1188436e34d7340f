// What each watcher is shown, between two apps and through a real domain server.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { View } from '../../shared/model.ts';
import { App, Domain, PASSWORD } from './harness.ts';
import { ALICE, BOB, befriend, people, untilSeen } from './harness-people.ts';

let domain: Domain;
let alice: App;
let bob: App;

beforeEach(async () => {
  domain = await Domain.start();
  [alice, bob] = (await people(domain, 'alice', 'bob')) as [App, App];
  await befriend(alice, bob, [ALICE, BOB]);
});

afterEach(async () => {
  await Promise.all([alice.close(), bob.close()]);
  await domain.down();
});

const see = (what: string, isSo: Parameters<typeof untilSeen>[3]) => untilSeen(alice, BOB, what, isSo);
const viewsOf = async (app: App, account: string): Promise<readonly View[]> =>
  (await app.snapshot()).views.find((one) => one.account === account)?.views ?? [];
const show = (view: string) => bob.ask('rules.change', { account: BOB, who: ALICE, change: { view } });
const setViews = async (...changed: readonly View[]): Promise<void> => {
  const views = (await viewsOf(bob, BOB)).filter(({ id }) => !changed.some((view) => view.id === id));
  await bob.ask('views.set', { account: BOB, views: [...views, ...changed] });
};

describe('one’s own presence', () => {
  test('has an activity and a time until which it is expected to last', async () => {
    const until = Date.now() + 3_600_000;
    await bob.ask('presence.set', { account: BOB, state: 'busy', note: 'plan', activity: 'meeting', until });
    const { presence } = await see('a meeting', ({ state }) => state === 'busy');
    expect(presence).toMatchObject({ activity: 'meeting', note: 'plan', until });
  });

  test('falls back by itself when that time has come', async () => {
    const busy = (until: number) =>
      bob.ask('presence.set', { account: BOB, state: 'busy', note: 'a moment', activity: 'meeting', until });
    // Seen before its end is brought near: until then, a busy machine may take its time.
    await busy(Date.now() + 3_600_000);
    await see('busy', ({ state }) => state === 'busy');
    await busy(Date.now() + 300);
    const { presence } = await see('available again', ({ state }) => state === 'available');
    expect(presence).not.toHaveProperty('note');
    expect(presence).not.toHaveProperty('until');
    const { accounts } = await bob.snapshot();
    expect(accounts[0]?.own).toEqual({ state: 'available', note: '' });
  });

  test('is chosen still after a new start', async () => {
    const choice = {
      state: 'away',
      note: 'holiday',
      activity: 'vacation',
      until: Date.now() + 86_400_000,
    } as const;
    await bob.ask('presence.set', { account: BOB, ...choice });
    await bob.down();
    await bob.up();
    expect((await bob.snapshot()).accounts[0]?.own).toEqual(choice);
    await bob.ask('account.password', { account: BOB, password: PASSWORD, remember: false });
    await see('on vacation', ({ activity, until }) => activity === 'vacation' && until === choice.until);
  });

  test('cannot end in the past, nor say two things at once', async () => {
    const refusal = (more: { until?: number; activity?: string }) =>
      bob.refusal('presence.set', { account: BOB, state: 'busy', note: '', ...more });
    expect(await refusal({ until: Date.now() - 1 })).toBe('invalid-argument');
    expect(await refusal({ activity: 'vacation' })).toBe('invalid-argument');
    expect(await refusal({ activity: 'Not a name' })).toBe('invalid-argument');
  });

  test('is away by itself while nobody is there, and back with them', async () => {
    bob.absent('idle');
    await see('away', ({ state }) => state === 'away');
    expect((await bob.snapshot()).accounts[0]?.own).toMatchObject({ state: 'away', automatic: 'idle' });
    bob.absent(undefined);
    await see('back', ({ state }) => state === 'available');
    expect((await bob.snapshot()).accounts[0]?.own).toEqual({ state: 'available', note: '' });
  });

  test('is that of the device at which somebody is', async () => {
    const second = await App.start();
    try {
      await second.signIn(domain, 'bob');
      await second.ask('presence.set', { account: BOB, state: 'available', note: 'here' });
      await see('here', ({ note }) => note === 'here');
      await bob.ask('presence.set', { account: BOB, state: 'available', note: 'there' });
      await see('there', ({ note }) => note === 'there');
      bob.absent('locked');
      const { presence } = await see('here again', ({ note }) => note === 'here');
      expect(presence.state).toBe('available');
      second.absent('idle');
      await see('away from both', ({ state }) => state === 'away');
    } finally {
      await second.close();
    }
  });

  test('that was chosen wins over the absence', async () => {
    await bob.ask('presence.set', { account: BOB, state: 'busy', note: 'chosen' });
    bob.absent('locked');
    await bob.ask('presence.set', { account: BOB, state: 'busy', note: 'still chosen' });
    const { presence } = await see('still chosen', ({ note }) => note === 'still chosen');
    expect(presence.state).toBe('busy');
  });
});

describe('a view', () => {
  test('of the state alone hides note and activity', async () => {
    await bob.ask('presence.set', { account: BOB, state: 'busy', note: 'secret', activity: 'meeting' });
    await see('everything', ({ note }) => note === 'secret');
    await show('state');
    // Published before the rule is written: nobody sees it empty first.
    const { presence } = await see('the state alone', ({ note }) => note === undefined);
    expect(presence.state).toBe('busy');
    expect(presence).not.toHaveProperty('activity');
  });

  test('of the state alone does not change when the note does', async () => {
    await bob.ask('presence.set', { account: BOB, state: 'busy', note: 'one' });
    await show('state');
    const { presence } = await see(
      'the state alone',
      ({ state, note }) => state === 'busy' && note === undefined,
    );
    const before = alice.changes.length;
    await bob.ask('presence.set', { account: BOB, state: 'busy', note: 'two' });
    await bob.ask('presence.set', { account: BOB, state: 'away', note: 'two' });
    await see('away', ({ state }) => state === 'away');
    const seen = alice.changes
      .slice(before)
      .flatMap((change) => (change.type === 'contact' ? [change.contact.presence] : []));
    expect(seen.map(({ state }) => state)).toEqual(['away']);
    expect(seen[0]?.since).toBeGreaterThan(presence.since ?? 0);
  });

  test('of busy or free says no more than that', async () => {
    await show('busy');
    await bob.ask('presence.set', { account: BOB, state: 'do-not-disturb', note: 'secret' });
    const { presence } = await see('busy', ({ state }) => state === 'busy');
    expect(presence).not.toHaveProperty('note');
    await bob.ask('presence.set', { account: BOB, state: 'available', note: 'secret' });
    expect((await see('free', ({ state }) => state === 'available')).presence).not.toHaveProperty('note');
    await bob.ask('presence.set', { account: BOB, state: 'away', note: 'secret' });
    await see('not free', ({ state }) => state === 'busy');
  });

  test('of busy or free does not tell when nobody is at the machine', async () => {
    await show('busy');
    await see('free', ({ state, note }) => state === 'available' && note === undefined);
    const before = alice.changes.length;
    bob.absent('idle');
    bob.absent(undefined);
    await bob.ask('presence.set', { account: BOB, state: 'busy', note: '' });
    await see('busy', ({ state }) => state === 'busy');
    const states = alice.changes
      .slice(before)
      .flatMap((change) => (change.type === 'contact' ? [change.contact.presence.state] : []));
    expect(states).toEqual(['busy']);
  });

  test('that is closed shows nothing', async () => {
    await see('available', ({ state }) => state === 'available');
    await show('closed');
    await see('nothing', ({ state }) => state === 'offline');
  });

  test('of one’s own shows what it says, whatever is chosen', async () => {
    await setViews({ id: 'work', title: 'Work', kind: 'own', own: { state: 'busy', note: 'at the office' } });
    await show('work');
    await see('at the office', ({ state, note }) => state === 'busy' && note === 'at the office');
    await setViews({ id: 'work', title: 'Work', kind: 'own', own: { state: 'away', note: 'on the road' } });
    await see('on the road', ({ state, note }) => state === 'away' && note === 'on the road');
  });

  test('is withdrawn with all others by whoever appears offline', async () => {
    await setViews({ id: 'work', title: 'Work', kind: 'own', own: { state: 'busy', note: 'at the office' } });
    await show('work');
    await see('at the office', ({ note }) => note === 'at the office');
    await bob.ask('presence.set', { account: BOB, state: 'offline', note: '' });
    await see('offline', ({ state }) => state === 'offline');
    await bob.ask('presence.set', { account: BOB, state: 'available', note: '' });
    await see('at the office again', ({ note }) => note === 'at the office');
  });

  test('that no rule names any more is taken back', async () => {
    await show('state');
    await see('available', ({ state }) => state === 'available');
    await show('default');
    // Whoever comes to that view later is shown nothing that has gone stale there.
    await bob.ask('presence.set', { account: BOB, state: 'busy', note: '' });
    await see('busy', ({ state }) => state === 'busy');
    await show('state');
    const { presence } = await see('busy', ({ state }) => state !== 'offline');
    expect(presence.state).toBe('busy');
  });

  test('is the same on all devices, and changes of two of them come together', async () => {
    const second = await App.start();
    try {
      await second.signIn(domain, 'bob');
      const work: View = { id: 'work', title: 'Work', kind: 'own', own: { state: 'busy', note: 'w' } };
      const home: View = { id: 'home', title: 'Home', kind: 'state' };
      const base = await viewsOf(bob, BOB);
      await Promise.all([
        bob.ask('views.set', { account: BOB, views: [...base, work] }),
        second.ask('views.set', { account: BOB, views: [...base, home] }),
      ]);
      for (const app of [bob, second]) {
        const views = await app.until('both views', (snapshot) =>
          snapshot.views.find((one) => one.views.length === base.length + 2),
        );
        expect(new Set(views.views)).toEqual(new Set([...base, work, home]));
      }
    } finally {
      await second.close();
    }
  });

  test('cannot stand twice, and one of one’s own says something', async () => {
    const state: View = { id: 'x', title: '', kind: 'state' };
    const refusal = (views: View[]) => bob.refusal('views.set', { account: BOB, views });
    expect(await refusal([state, state])).toBe('invalid-argument');
    expect(await refusal([{ id: 'x', title: '', kind: 'own' }])).toBe('invalid-argument');
    expect(await refusal([{ id: 'not a token', title: '', kind: 'state' }])).toBe('invalid-argument');
  });
});

describe('the value for when nobody is signed in', () => {
  const away = (id: string, note: string): View => ({ id, title: '', kind: 'everything', away: { note } });

  test('is shown then, in the view for which it is', async () => {
    await setViews(away('default', 'On leave until Monday'));
    await bob.ask('account.disconnect', { account: BOB });
    const { presence } = await see('on leave', ({ note }) => note === 'On leave until Monday');
    expect(presence.state).toBe('offline');
    await bob.ask('account.connect', { account: BOB });
    await see('back', ({ state, note }) => state === 'available' && note === undefined);
  });

  test('is taken back with the view that had it', async () => {
    await setViews(away('default', 'On leave'));
    await setViews({ id: 'default', title: '', kind: 'everything' });
    await bob.ask('account.disconnect', { account: BOB });
    const { presence } = await see('offline', ({ state }) => state === 'offline');
    expect(presence).not.toHaveProperty('note');
  });

  test('can be taken back from another device', async () => {
    await setViews(away('extra', 'Forgotten?'));
    await show('extra');
    const second = await App.start();
    try {
      await bob.down();
      await see('the note', ({ note }) => note === 'Forgotten?');
      await second.signIn(domain, 'bob');
      await second.until('the view', ({ views }) =>
        views.some((one) => one.views.some(({ id }) => id === 'extra')),
      );
      const views = (await viewsOf(second, BOB)).filter(({ id }) => id !== 'extra');
      await second.ask('views.set', { account: BOB, views: [...views] });
      await see('nothing left', ({ state, note }) => state === 'offline' && note === undefined);
    } finally {
      await second.close();
    }
  });

  test('that is over is shown no longer', async () => {
    const show = (until: number) =>
      setViews({ id: 'default', title: '', kind: 'everything', away: { note: 'soon over', until } });
    await show(Date.now() + 3_600_000);
    await bob.ask('presence.set', { account: BOB, state: 'offline', note: '' });
    await see('the note', ({ note }) => note === 'soon over');
    await show(Date.now() + 1000);
    await see('no note', ({ state, note }) => state === 'offline' && note === undefined);
  });
});

describe('what has been hidden meanwhile', () => {
  test('is not shown from memory by a device that was away', async () => {
    const second = await App.start();
    try {
      await second.signIn(domain, 'bob');
      await setViews({ id: 'work', title: '', kind: 'own', own: { state: 'busy', note: 'old secret' } });
      await show('work');
      await see('the old value', ({ note }) => note === 'old secret');
      await second.until('the view', ({ views }) =>
        views.some((one) => one.views.some(({ id }) => id === 'work')),
      );
      await second.down();
      await setViews({ id: 'work', title: '', kind: 'nothing' });
      await see('nothing', ({ state }) => state === 'offline');
      const before = alice.changes.length;
      await second.up();
      await second.ask('account.password', { account: BOB, password: PASSWORD, remember: false });
      await second.untilOnline('bob');
      // Its own lists are asked for on the same connection: by now it would have published.
      await second.ask('watchers.list', { account: BOB });
      await bob.ask('rules.change', { account: BOB, who: ALICE, change: { view: 'default' } });
      await see('the default again', ({ state }) => state === 'available');
      const notes = alice.changes
        .slice(before)
        .flatMap((change) => (change.type === 'contact' ? [change.contact.presence.note] : []));
      expect(notes).not.toContain('old secret');
    } finally {
      await second.close();
    }
  });

  test('and everything else is there again after the connection broke', async () => {
    await setViews({ id: 'work', title: '', kind: 'own', own: { state: 'busy', note: 'at work' } });
    await show('work');
    await see('at work', ({ note }) => note === 'at work');
    await domain.down();
    await see('unknown', ({ state }) => state === 'unknown');
    await domain.up();
    alice.wake();
    bob.wake();
    await see('at work again', ({ note }) => note === 'at work');
  });
});
