import { afterEach, beforeEach, expect, test } from 'vitest';
import { BOB, Profile } from '../harness.ts';

let profile: Profile;

beforeEach(async () => {
  profile = await Profile.open();
});

afterEach(() => profile.close());

const gaps = () => profile.store.call('listGaps', profile.key);
const arrive = (sequence: number) =>
  profile.store.call('addEntry', profile.entry(`<${sequence}@b>`, 'x', { at: sequence * 1000 }), sequence);

test('what is leapt over is a gap, which entries and pages fill from any side', async () => {
  const { store, key } = profile;
  await arrive(5);
  await store.call('leapInbox', key, 20);
  await store.call('leapInbox', key, 30);
  expect(await gaps()).toEqual([{ first: 6, last: 30 }]);
  await arrive(31);
  expect(await store.call('inboxPosition', key)).toBe(31);
  await arrive(10);
  expect(await gaps()).toEqual([
    { first: 6, last: 9 },
    { first: 11, last: 30 },
  ]);
  const page = [28, 30].map((sequence) => ({ entry: profile.entry(`<${sequence}@b>`, 'x'), sequence }));
  const changes = await store.call('addEntries', key, page, { first: 25, last: 30 });
  // They are old: nobody is told of them as new.
  expect(changes.fresh).toEqual([]);
  expect(await gaps()).toEqual([
    { first: 6, last: 9 },
    { first: 11, last: 24 },
  ]);
  await store.call('fillGap', key, { first: 1, last: 24 });
  expect(await gaps()).toEqual([]);
});

test('what the domain keeps no longer is lost, between the times of what is here', async () => {
  const { store, key } = profile;
  await arrive(5);
  await store.call('leapInbox', key, 20);
  await arrive(21);
  expect(await store.call('loseBelow', key, 15, 99_000)).toEqual([
    { first: 6, last: 14, from: 5000, until: 21_000 },
  ]);
  expect(await gaps()).toEqual([{ first: 15, last: 20 }]);
  const page = await store.call('readPage', key, BOB, { limit: 10 });
  expect(page.losses).toEqual([{ from: 5000, until: 21_000 }]);
});

test('where nothing is older, it is the beginning and no loss', async () => {
  const { store, key } = profile;
  await store.call('leapInbox', key, 20);
  await arrive(21);
  expect(await store.call('loseBelow', key, 10, 99_000)).toEqual([]);
  expect(await gaps()).toEqual([{ first: 10, last: 20 }]);
});

test('marks of all devices end with the highest, and count what is unread anew', async () => {
  const { store, key } = profile;
  for (let i = 1; i <= 6; i++) await arrive(i);
  const unread = async () => (await store.call('listConversations'))[0]?.unread;
  expect(await unread()).toBe(6);
  await store.call('mergeMarks', key, { all: 0, marks: [{ address: BOB, sequence: 4 }] }, 1);
  expect(await unread()).toBe(2);
  await store.call('mergeMarks', key, { all: 2, marks: [{ address: BOB, sequence: 3 }] }, 2);
  expect(await unread()).toBe(2);
  const [conversation] = await store.call('listConversations');
  expect(conversation?.firstUnread).toEqual({ at: 5000, order: 5 });
  expect(await store.call('readEverywhere', key)).toBe(4);
  await store.call('mergeMarks', key, { all: 6, marks: [] }, 3);
  expect(await unread()).toBe(0);
  expect(await store.call('listMarks', key)).toEqual({ all: 6, marks: [] });
});
