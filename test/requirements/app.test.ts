// The requirements of RFC 2779 as the app meets them: real cores against a real domain.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { App, Domain, urlOf } from '../main/harness.ts';

const ALICE = urlOf('alice');
const BOB = urlOf('bob');

let domain: Domain;
let alice: App;
let bob: App;

beforeEach(async () => {
  domain = await Domain.start();
  [alice, bob] = await Promise.all([App.start(), App.start()]);
  await Promise.all([alice.create(domain, 'alice'), bob.create(domain, 'bob')]);
});

afterEach(async () => {
  await Promise.all([alice.close(), bob.close()]);
  await domain.down();
});

// Alice is B of the RFC, whose presence and inbox it is; bob is A.

const add = () => bob.ask('contact.add', { account: BOB, address: ALICE, name: 'Alice', groups: [] });

const write = async (text: string) => (await bob.ask('message.send', { account: BOB, peer: ALICE, text })).id;

const watchers = async () => (await alice.ask('watchers.list', { account: ALICE })).watchers;

/** Waits until the list of watchers has changed and is so. */
const untilWatched = async (states: readonly string[]): Promise<void> => {
  for (;;) {
    const { length } = alice.changes;
    const found = (await watchers()).map(({ state }) => state);
    if (found.length === states.length && found.every((state, index) => state === states[index])) return;
    // What has changed while the domain was asked is not waited for.
    if (alice.changes.length === length)
      await alice.nextChange(`watchers ${states.join()}; there are ${found.join()}`);
  }
};

/** Bob asks to see alice, and she lets him. */
const befriend = async (): Promise<void> => {
  await add();
  await alice.until('a request', ({ requests }) => requests.find(({ address }) => address === BOB));
  await alice.ask('request.answer', { account: ALICE, address: BOB, allow: true });
  await bob.untilContact(
    ALICE,
    ({ watch, presence }) => watch === 'active' && presence.state === 'available',
  );
};

test('2.3.3 what the app shows of "view as" is what the watcher sees', async () => {
  await befriend();
  await alice.ask('presence.set', { account: ALICE, state: 'busy', note: 'writing' });
  const shown = await bob.untilContact(ALICE, ({ presence }) => presence.state === 'busy');
  const asBob = await alice.ask('presence.viewAs', { account: ALICE, watcher: BOB });
  expect(asBob.state).toBe('active');
  const { goodUntil: _, ...seen } = shown.presence;
  expect(asBob.presence).toEqual(seen);
  expect(await alice.ask('presence.viewAs', { account: ALICE, watcher: 'anonymous' })).toMatchObject({
    state: 'none',
    problem: { code: 'permission-denied' },
  });
});

test('5.1.5 the app says that it was refused', async () => {
  await alice.ask('rules.change', { account: ALICE, who: BOB, change: { subscribe: 'deny', fetch: 'deny' } });
  await add();
  const contact = await bob.untilContact(ALICE, ({ watch }) => watch === 'refused');
  expect(contact.problem?.code).toBe('permission-denied');
  expect(contact.presence.state).toBe('unknown');
});

test('5.1.6 a message from a stranger makes the app subscribe to nobody', async () => {
  const id = await write('hello, please look at me');
  await alice.untilTexts('alice', BOB, ['hello, please look at me']);
  await bob.untilOutcome(id, 'delivered');
  expect((await alice.snapshot()).contacts).toEqual([]);
  expect((await bob.ask('watchers.list', { account: BOB })).watchers).toEqual([]);
  expect((await bob.snapshot()).requests).toEqual([]);
});

test('5.1.7 a contact that is removed is watched no more', async () => {
  await befriend();
  await bob.ask('contact.remove', { account: BOB, address: ALICE });
  await untilWatched([]);
  const { length } = bob.changes;
  await alice.ask('presence.set', { account: ALICE, state: 'busy', note: 'without bob' });
  const id = await write('what happened since?');
  await bob.untilOutcome(id, 'delivered');
  expect(bob.changes.slice(length).map(({ type }) => type)).not.toContain('contact');
});

test('5.1.11 the app lists who watches, and since when', async () => {
  const before = Date.now();
  await befriend();
  await untilWatched(['active']);
  const [watcher] = await watchers();
  expect(watcher?.address).toBe(BOB);
  expect(watcher?.since).toBeGreaterThanOrEqual(before);
  expect(watcher?.expires).toBeGreaterThan(Date.now());
});

test('5.1.13 one click in the app shuts a person out', async () => {
  await befriend();
  await alice.ask('rules.change', { account: ALICE, who: BOB, change: { subscribe: 'deny', fetch: 'deny' } });
  await bob.untilContact(ALICE, ({ watch, presence }) => watch === 'refused' && presence.state === 'unknown');
  await untilWatched([]);
});

test('5.1.15 in A’s app B is offline, and nothing says blocked', async () => {
  await befriend();
  await alice.ask('rules.change', {
    account: ALICE,
    who: BOB,
    change: { subscribe: 'pretend', fetch: 'pretend' },
  });
  const contact = await bob.untilContact(ALICE, ({ presence }) => presence.state === 'offline');
  expect(contact.watch).toBe('active');
  expect(contact.problem).toBeUndefined();
  expect(contact.presence).toEqual({ state: 'offline', goodUntil: contact.presence.goodUntil });
  await untilWatched(['pretended']);
  // What alice does is not to be seen, nor does a message betray more than it says.
  const { length } = bob.changes;
  await alice.ask('presence.set', { account: ALICE, state: 'busy', note: 'hidden' });
  await bob.untilOutcome(await write('are you there?'), 'delivered', 'stored');
  expect(bob.changes.slice(length).map(({ type }) => type)).not.toContain('contact');
});

test('5.1.16 the app ends a watch without blocking for ever', async () => {
  await befriend();
  await alice.ask('watchers.end', { account: ALICE, address: BOB });
  await bob.untilContact(ALICE, ({ watch }) => watch === 'refused' || watch === 'ended');
  await untilWatched([]);
  // Asked again, it is alice who decides again.
  await bob.ask('contact.remove', { account: BOB, address: ALICE });
  await add();
  await bob.untilContact(ALICE, ({ watch }) => watch === 'asked');
  await untilWatched(['pending']);
});

test('5.4.10 one click in the app blocks messages from a person', async () => {
  await bob.untilOutcome(await write('before'), 'delivered');
  await alice.ask('rules.change', { account: ALICE, who: BOB, change: { send: 'deny' } });
  const failed = await bob.untilOutcome(await write('blocked'), 'failed');
  expect(failed.problem?.code).toBe('permission-denied');
  await alice.ask('rules.change', { account: ALICE, who: BOB, change: { send: 'allow' } });
  await bob.untilOutcome(await write('after'), 'delivered');
  expect((await alice.untilTexts('alice', BOB, ['before', 'after'])).map(({ text }) => text)).toEqual([
    'before',
    'after',
  ]);
});
