// RFC 2779, 5.2.2, 5.2.3 and 5.3.2: what is notified to whom.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closed, type Person, presence, Scene } from './people.ts';

let scene: Scene;
let alice: Person;
let bob: Person;
let carol: Person;

beforeEach(async () => {
  scene = await Scene.open({ users: ['alice', 'bob', 'carol', 'dave'] });
  [alice, bob, carol] = [await scene.attach('alice'), await scene.attach('bob'), await scene.attach('carol')];
});

afterEach(async () => {
  await scene.close();
  expect(scene.domain.errors).toEqual([]);
});

const shownIn = (notices: readonly { readonly body: string }[]) => notices.map(({ body }) => body);

describe('A gets every notification meant for her', () => {
  test('5.2.2 each is acknowledged, and what is not is not taken for known', async () => {
    await alice.rules('bob: subscribe=allow');
    await bob.subscribe(alice);
    for (const note of ['one', 'two', 'three']) {
      await alice.publish(note);
      expect(shownIn(await bob.hear('CHANGE-NOTIFY'))).toEqual([presence(alice.url, note)]);
    }
    // Slow to answer: the newest follows when it has, and nothing older in between is needed.
    scene.freeze(bob);
    for (const note of ['four', 'five', 'six']) await alice.publish(note);
    const four = await bob.peer.next('CHANGE-NOTIFY');
    expect(bob.peer.unread).toEqual([]);
    bob.peer.ok(four);
    const six = await bob.peer.accept('CHANGE-NOTIFY');
    expect(Buffer.from(six.body ?? '').toString()).toBe(presence(alice.url, 'six'));
  });

  test('5.2.2 what a broken connection swallowed comes with the next SUBSCRIBE', async () => {
    await alice.rules('bob: subscribe=allow');
    const before = await bob.subscribe(alice);
    scene.freeze(bob);
    await alice.publish('while you were away');
    await scene.vanish(bob);
    await scene.pass(20);
    bob = await scene.attach('bob');
    const again = await bob.subscribe(alice);
    expect(again).toMatchObject({ state: 'active', body: presence(alice.url, 'while you were away') });
    expect(again.revision).toBeGreaterThan(before.revision);
    await alice.publish('and now');
    expect(shownIn(await bob.hear('CHANGE-NOTIFY'))).toEqual([presence(alice.url, 'and now')]);
  });

  test('5.2.2 a restart of the server swallows none', async () => {
    await alice.rules('bob: subscribe=allow');
    const { revision } = await bob.subscribe(alice, { 'Lease-Time': 86_400 });
    await alice.publish('here', { 'Lease-Time': 60 });
    await scene.restart(120);
    bob = await scene.attach('bob');
    await scene.pass(5);
    const [notice, ...more] = await bob.hear('CHANGE-NOTIFY');
    expect(more).toEqual([]);
    expect(notice?.body).toBe(closed('alice'));
    expect(notice?.revision).toBeGreaterThan(revision);
  });
});

describe('B withholds, and tells one this and another that', () => {
  test('5.2.3 notifications are withheld from one who is ordinarily allowed them, for a time', async () => {
    await alice.rules('bob: subscribe=allow', 'carol: subscribe=allow');
    await bob.subscribe(alice);
    await carol.subscribe(alice);
    await alice.publish('here');
    for (const one of [bob, carol]) await one.hear();

    const until = scene.at(600);
    await alice.rules(
      `bob: view=closed until=${until}`,
      '*: subscribe=allow',
      `carol: subscribe=allow until=${until}`,
    );
    expect(shownIn(await bob.hear('CHANGE-NOTIFY'))).toEqual([closed('alice')]);
    await alice.publish('to some');
    expect(await bob.hear()).toEqual([]);
    expect(shownIn(await carol.hear('CHANGE-NOTIFY'))).toEqual([presence(alice.url, 'to some')]);
    // It ends by itself, and what was withheld is made up for.
    await scene.pass(600);
    expect(shownIn(await bob.hear('CHANGE-NOTIFY'))).toEqual([presence(alice.url, 'to some')]);
    expect(await carol.hear()).toEqual([]);
  });

  test('5.2.3 different subscribers are told different things at the same time', async () => {
    const dave = await scene.attach('dave');
    await alice.rules(
      'bob: subscribe=allow view=work',
      'carol: subscribe=allow view=family',
      'dave: subscribe=pretend',
    );
    for (const one of [bob, carol, dave]) await one.subscribe(alice);
    await alice.publish('in a meeting', { View: 'work' });
    await alice.publish('home at six', { View: 'family' });
    await alice.publish('for nobody in particular');
    expect(shownIn(await bob.hear('CHANGE-NOTIFY'))).toEqual([presence(alice.url, 'in a meeting')]);
    expect(shownIn(await carol.hear('CHANGE-NOTIFY'))).toEqual([presence(alice.url, 'home at six')]);
    expect(await dave.hear('CHANGE-NOTIFY')).toEqual([]);
    // None can tell that there is another: each has the one object, and a Revision of its own.
    expect((await bob.subscribe(alice)).body).toBe(presence(alice.url, 'in a meeting'));
  });

  test('5.2.3 and in different ways: one is notified, another has to ask', async () => {
    await alice.rules('bob: subscribe=allow fetch=deny', 'carol: subscribe=deny fetch=allow');
    await bob.subscribe(alice);
    expect((await carol.subscribe(alice)).error).toBe('permission-denied');
    await alice.publish('here');
    expect(shownIn(await bob.hear('CHANGE-NOTIFY'))).toEqual([presence(alice.url, 'here')]);
    expect(await carol.hear()).toEqual([]);
    expect((await carol.fetch(alice)).body).toBe(presence(alice.url, 'here'));
  });
});

describe('A is sent notifications only from those she has subscribed to', () => {
  test('5.3.2 whoever has not subscribed, no longer subscribes or was refused hears nothing', async () => {
    const dave = await scene.attach('dave');
    await alice.rules('*: subscribe=allow fetch=allow', 'dave: subscribe=deny');
    await bob.subscribe(alice);
    await bob.ask('UNSUBSCRIBE', { Target: alice.url });
    await carol.fetch(alice);
    await dave.subscribe(alice);
    await alice.publish('here');
    await alice.rules('*: subscribe=allow fetch=allow view=other');
    await scene.pass(3_700);
    for (const one of [bob, carol, dave]) expect(await one.hear(), one.user).toEqual([]);
  });

  test('5.3.2 a device hears of what it has subscribed to, not of what another has', async () => {
    await alice.rules('bob: subscribe=allow');
    const phone = await scene.attach('bob', 'phone');
    await bob.subscribe(alice);
    await alice.publish('here');
    expect(await bob.hear('CHANGE-NOTIFY')).toHaveLength(1);
    expect(await phone.hear()).toEqual([]);
  });

  test('5.3.2 nobody passes a notification of their own making to another', async () => {
    await carol.rules('bob: subscribe=allow');
    await bob.subscribe(carol);
    for (const method of ['CHANGE-NOTIFY', 'TERMINATE-SUBSCRIPTION']) {
      for (const origin of [alice.url, carol.url]) {
        const headers = {
          Target: bob.url,
          'Target-Connection-ID': bob.peer.connectionId,
          Origin: origin,
          Revision: 9_007_199_254_740_991,
          'Subscription-State': 'active',
          'Content-Type': 'application/presence',
        };
        const forged = presence(origin, 'forged');
        expect((await alice.refusal(method, headers, forged)).code).toBe('operation-not-supported');
        expect((await carol.refusal(method, headers, forged)).code).toBe('operation-not-supported');
      }
    }
    expect(await bob.hear()).toEqual([]);
    expect((await bob.subscription(carol)).state).toBe('active');
  });
});
