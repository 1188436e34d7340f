// Rules for contact groups and for all contacts, through a real domain server.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Message, Rule } from '../../shared/model.ts';
import { App, Domain } from './harness.ts';
import { ALICE, BOB, people, untilSeen } from './harness-people.ts';

let domain: Domain;
let alice: App;
let bob: App;

beforeEach(async () => {
  domain = await Domain.start();
  [alice, bob] = (await people(domain, 'alice', 'bob')) as [App, App];
});

afterEach(async () => {
  await Promise.all([alice.close(), bob.close()]);
  await domain.down();
});

const rulesOf = async (app: App): Promise<readonly Rule[]> =>
  (await app.snapshot()).rules.find(({ account }) => account === BOB)?.rules ?? [];
const put = (rule: Rule) => bob.ask('rules.put', { account: BOB, rule });
const add = (app: App, ...groups: string[]) =>
  app.ask('contact.add', { account: BOB, address: ALICE, name: '', groups });
const regroup = (app: App, ...groups: string[]) =>
  app.ask('contact.change', { account: BOB, address: ALICE, name: '', groups });
const outcomeOf = async (text: string) => {
  const { id } = await alice.ask('message.send', { account: ALICE, peer: BOB, text });
  return (await alice.untilOutcome(id, 'failed', 'stored', 'delivered')).outcome;
};
/** Writes until that comes of it, once more after each change at the other side. */
const untilOutcome = async (outcome: Message['outcome']): Promise<void> => {
  for (;;) {
    const { length } = bob.changes;
    if ((await outcomeOf('hello?')) === outcome) return;
    if (bob.changes.length === length) await bob.nextChange(`that what alice writes is ${outcome}`);
  }
};
/** Alice watches bob, by a rule for everyone. */
const watch = async (): Promise<void> => {
  await bob.ask('rules.change', { account: BOB, who: '*', change: { subscribe: 'allow', fetch: 'allow' } });
  await alice.ask('contact.add', { account: ALICE, address: BOB, name: '', groups: [] });
  await untilSeen(alice, BOB, 'available', ({ state }) => state === 'available');
};
const hidden = () => untilSeen(alice, BOB, 'nothing', ({ state }) => state === 'offline');
const seen = () => untilSeen(alice, BOB, 'available', ({ state }) => state === 'available');

describe('a rule for a group', () => {
  test('is shown with its people as they come and go, connected or not', async () => {
    await put({ who: ['not', 'read'], group: 'friends', send: 'allow' });
    expect(await rulesOf(bob)).toEqual([{ who: [], group: 'friends', send: 'allow' }]);
    await add(bob, 'friends');
    expect(await rulesOf(bob)).toEqual([{ who: [ALICE], group: 'friends', send: 'allow' }]);
    await bob.ask('account.disconnect', { account: BOB });
    await regroup(bob, 'work');
    expect(await rulesOf(bob)).toEqual([{ who: [], group: 'friends', send: 'allow' }]);
  });

  test('holds for whoever is put into the group, and no longer for whoever leaves it', async () => {
    await watch();
    await put({ who: [], group: 'pests', view: 'closed' });
    await add(bob);
    await regroup(bob, 'pests');
    await hidden();
    await regroup(bob);
    await seen();
    await regroup(bob, 'pests');
    await hidden();
    await bob.ask('contact.remove', { account: BOB, address: ALICE });
    await seen();
  });

  test('follows what was changed without a connection, and on another device', async () => {
    await watch();
    await put({ who: [], group: 'pests', view: 'closed' });
    await bob.ask('account.disconnect', { account: BOB });
    await add(bob, 'pests');
    await bob.ask('account.connect', { account: BOB });
    await hidden();
    const second = await App.start();
    try {
      await second.signIn(domain, 'bob');
      await second.untilContact(ALICE, ({ groups }) => groups.includes('pests'));
      await regroup(second);
      await seen();
      await bob.untilContact(ALICE, ({ groups }) => groups.length === 0);
      for (const app of [bob, second])
        expect((await rulesOf(app)).at(-1)).toEqual({ who: [], group: 'pests', view: 'closed' });
    } finally {
      await second.close();
    }
  });

  test('is one for a group: another takes its place, and it goes alone', async () => {
    await add(bob, 'friends');
    await put({ who: [ALICE], view: 'state' });
    await put({ who: [], group: 'friends', send: 'deny' });
    await put({ who: [], group: '', read: 'allow' });
    await put({ who: [], group: 'friends', view: 'busy', until: Date.now() + 60_000 });
    expect((await rulesOf(bob)).map(({ group, view }) => [group, view])).toEqual([
      [undefined, 'state'],
      ['friends', 'busy'],
      ['', undefined],
    ]);
    await bob.ask('rules.remove', { account: BOB, group: 'friends' });
    expect(await rulesOf(bob)).toEqual([
      { who: [ALICE], view: 'state' },
      { who: [ALICE], group: '', read: 'allow' },
    ]);
  });

  test('gives way to a rule by name while that is in force', async () => {
    await watch();
    await add(bob, 'pests');
    await put({ who: [], group: 'pests', view: 'closed' });
    await hidden();
    const byName = (until: number) => put({ who: [ALICE], view: 'state', until });
    await byName(Date.now() + 3_600_000);
    await seen();
    await byName(Date.now() + 500);
    await hidden();
  });

  test('lets nobody watch again unasked whose watch was ended', async () => {
    await add(bob, 'friends');
    await put({ who: [], group: 'friends', subscribe: 'allow', fetch: 'allow', send: 'allow' });
    await alice.ask('contact.add', { account: ALICE, address: BOB, name: '', groups: [] });
    await seen();
    await bob.ask('watchers.end', { account: BOB, address: ALICE });
    await alice.untilContact(BOB, ({ watch: state }) => state === 'refused');
    expect(await rulesOf(bob)).toEqual([
      { who: [ALICE], subscribe: 'ask', fetch: 'deny' },
      { who: [ALICE], group: 'friends', subscribe: 'allow', fetch: 'allow', send: 'allow' },
    ]);
  });
});

test('a rule for a group nobody is in yet cannot pretend where the organisation forbids it', async () => {
  const strict = await Domain.start({ policy: ['no-pretend'] });
  const app = await App.start();
  try {
    await app.create(strict, 'bob');
    const rule: Rule = { who: [], group: 'pests', subscribe: 'pretend' };
    expect(await app.refusal('rules.put', { account: BOB, rule })).toBe('permission-denied');
    expect(await rulesOf(app)).toEqual([]);
  } finally {
    await app.close();
    await strict.down();
  }
});

describe('a rule for all contacts', () => {
  test('lets whoever becomes a contact write, and nobody else', async () => {
    await put({ who: [], group: '', send: 'allow' });
    await bob.ask('rules.change', { account: BOB, who: '*', change: { send: 'deny' } });
    expect(await outcomeOf('hello?')).toBe('failed');
    await add(bob);
    await untilOutcome('delivered');
  });

  test('lends what it says to those who have a rule of their own', async () => {
    await put({ who: [], group: '', send: 'allow' });
    await bob.ask('rules.change', { account: BOB, who: '*', change: { send: 'deny' } });
    await alice.ask('contact.add', { account: ALICE, address: BOB, name: '', groups: [] });
    await bob.until('a request', ({ requests }) => requests.length === 1);
    await bob.ask('request.answer', { account: BOB, address: ALICE, allow: true });
    expect(await outcomeOf('not yet')).toBe('failed');
    await add(bob);
    await untilOutcome('delivered');
    expect((await rulesOf(bob))[0]).toEqual({ who: ['*'], send: 'deny' });
    // What it lends does not become theirs.
    await bob.ask('contact.remove', { account: BOB, address: ALICE });
    await untilOutcome('failed');
  });
});
