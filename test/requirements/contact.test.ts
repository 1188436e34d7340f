// RFC 2779, 3.2: presence while someone is out of contact.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { closed, type Person, presence, Scene, urlOf } from './people.ts';

let scene: Scene;
let alice: Person;
let bob: Person;

beforeEach(async () => {
  scene = await Scene.open({ users: ['alice', 'bob', ...Array.from({ length: 40 }, (_, i) => `w${i}`)] });
  [alice, bob] = [await scene.attach('alice'), await scene.attach('bob')];
});

afterEach(async () => {
  await scene.close();
  expect(scene.domain.errors).toEqual([]);
});

test('3.2.1 a FETCH works while the presentity is out of contact', async () => {
  await alice.rules('bob: fetch=allow');
  await alice.publish('on leave until Monday', { 'Lease-Time': 'infinity' });
  await alice.publish('here', { 'Lease-Time': 600 });
  await scene.vanish(alice);
  // What was promised holds as long as it was promised, then what is to be shown when nobody is there.
  expect((await bob.fetch(alice)).body).toBe(presence(alice.url, 'here'));
  await scene.pass(600);
  expect((await bob.fetch(alice)).body).toBe(presence(alice.url, 'on leave until Monday'));
  await scene.restart();
  bob = await scene.attach('bob');
  expect((await bob.fetch(alice)).body).toBe(presence(alice.url, 'on leave until Monday'));
});

test('3.2.1 so it does for someone who never was there', async () => {
  const rules = `<acl><rule><who>*</who><fetch>allow</fetch></rule></acl>`;
  const document = { type: 'application/impp-acl', body: Buffer.from(rules) };
  await scene.domain.storage.setDocument('w0', 'acl', document, { limit: 32 });
  expect(await bob.fetch('w0')).toMatchObject({ error: undefined, body: closed('w0') });
});

test('3.2.2 a subscription can be asked for while the presentity is out of contact', async () => {
  await scene.vanish(alice);
  await scene.pass(600);
  expect(await bob.subscribe(alice)).toMatchObject({ state: 'pending', body: closed('alice') });
  // The question waits for her, longer than the subscription and the server's run.
  await scene.pass(7_200);
  await scene.restart();
  alice = await scene.attach('alice');
  expect(await alice.watchers()).toMatchObject([{ address: urlOf('bob'), state: 'pending' }]);
  await alice.rules('bob: subscribe=allow');
  await alice.publish('here');
  await scene.vanish(alice);
  // And where a rule stands, it is granted at once.
  bob = await scene.attach('bob');
  expect(await bob.subscribe(alice)).toMatchObject({ state: 'active', body: presence(alice.url, 'here') });
});

test('3.2.3 on a change every subscriber is notified, unless the access rules stand in the way', async () => {
  const group = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => `w${from + index}`);
  const rulesOf = (users: string[], what: string) => users.map((user) => `${user}: ${what}`);
  const [plain, work, pretended, refused, asked] = [
    group(0, 20),
    group(20, 25),
    group(25, 30),
    group(30, 35),
    group(35, 40),
  ];
  await alice.rules(
    ...rulesOf(plain, 'subscribe=allow'),
    ...rulesOf(work, 'subscribe=allow view=work'),
    ...rulesOf(pretended, 'subscribe=pretend'),
    ...rulesOf(refused, 'subscribe=deny'),
  );
  const people = new Map<string, Person>();
  for (const user of [...plain, ...work, ...pretended, ...refused, ...asked]) {
    const person = await scene.attach(user);
    people.set(user, person);
    await person.subscribe(alice);
  }
  await alice.publish('here');
  const notified = async (users: string[]) => {
    const heard: string[][] = [];
    for (const user of users)
      heard.push(((await people.get(user)?.hear('CHANGE-NOTIFY')) ?? []).map(({ body }) => body));
    return heard;
  };
  expect(await notified(plain)).toEqual(plain.map(() => [presence(alice.url, 'here')]));
  expect(await notified([...work, ...pretended, ...refused, ...asked])).toEqual(
    Array.from({ length: 20 }, () => []),
  );
  await alice.publish('at work', { View: 'work' });
  expect(await notified(work)).toEqual(work.map(() => [presence(alice.url, 'at work')]));
  expect(await notified(plain)).toEqual(plain.map(() => []));
});

test('3.2.4 a presentity that has gone out of contact is detected', async () => {
  await alice.rules('bob: subscribe=allow');
  await bob.subscribe(alice);
  await alice.publish('here', { 'Lease-Time': 120 });
  await bob.hear();
  // The machine is gone and no reset comes: what ends is the lease.
  scene.freeze(alice);
  await scene.pass(115);
  expect(await bob.hear()).toEqual([]);
  await scene.pass(5);
  expect((await bob.hear('CHANGE-NOTIFY')).map(({ body }) => body)).toEqual([closed('alice')]);
  // And the connection, which answers no PING.
  await scene.pass(300);
  expect(alice.peer.isClosed).toBe(true);
});

test('3.2.4 a subscriber that has gone out of contact is detected', async () => {
  await alice.rules('bob: subscribe=allow');
  await bob.subscribe(alice, { 'Lease-Time': 86_400 });
  expect(await alice.stateOf(bob)).toBe('active');
  scene.freeze(bob);
  await alice.publish('here');
  // 30 s without an answer: the peer is dead. 60 s more: its subscriptions end.
  await scene.pass(30);
  expect(bob.peer.isClosed).toBe(true);
  expect(await alice.stateOf(bob)).toBe('active');
  await scene.pass(65);
  expect(await alice.stateOf(bob)).toBeUndefined();
  expect((await alice.hear('WATCHER-NOTIFY')).map(({ state }) => state)).toEqual(['active', 'ended']);
});

test('3.2.4 a subscriber to whom nothing is said is detected, too: by PING, and by its lease', async () => {
  const carol = await scene.attach('w0');
  await alice.rules('*: subscribe=allow');
  await bob.subscribe(alice, { 'Lease-Time': 86_400 });
  await carol.subscribe(alice, { 'Lease-Time': 600 });
  scene.freeze(bob);
  await scene.pass(370);
  expect(bob.peer.isClosed).toBe(true);
  expect(await alice.stateOf(bob)).toBeUndefined();
  // One that answers and does not renew: its program has lost the subscription.
  expect(await alice.stateOf(carol)).toBe('active');
  await scene.pass(235);
  expect(await alice.stateOf(carol)).toBeUndefined();
  expect((await carol.hear('TERMINATE-SUBSCRIPTION')).map(({ error }) => error)).toEqual([
    'subscription-unknown',
  ]);
});

test('3.2.5 nothing relies on a goodbye from either side', async () => {
  await alice.rules('bob: subscribe=allow fetch=allow');
  await bob.subscribe(alice);
  await alice.publish('here', { 'Lease-Time': 60 });
  await scene.vanish(alice);
  await scene.vanish(bob);
  await scene.pass(3_700);
  // No trace of either is left that someone would have had to clear up.
  alice = await scene.attach('alice');
  bob = await scene.attach('bob');
  expect(await alice.watchers()).toEqual([]);
  expect((await bob.fetch(alice)).body).toBe(closed('alice'));
  expect(await bob.subscribe(alice)).toMatchObject({ state: 'active', body: closed('alice') });
  await alice.publish('back');
  expect((await bob.hear('CHANGE-NOTIFY')).map(({ body }) => body)).toEqual([presence(alice.url, 'back')]);
});
