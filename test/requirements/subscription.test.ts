// RFC 2779, 5.1: A subscribes to the presence of B, and C has no part in it. Alice is B, bob is A, carol is C.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD, scram } from '../server/harness.ts';
import { closed, type Person, presence, Scene, type Seen } from './people.ts';

let scene: Scene;
let alice: Person;
let bob: Person;
let carol: Person;

const ANONYMOUS = { auth: { mechanisms: ['SCRAM-SHA-256', 'ANONYMOUS'] } };

beforeEach(async () => {
  scene = await Scene.open({ config: ANONYMOUS });
  [alice, bob, carol] = [await scene.attach('alice'), await scene.attach('bob'), await scene.attach('carol')];
});

afterEach(async () => {
  await scene.close();
  expect(scene.domain.errors).toEqual([]);
});

const codesOf = (notices: readonly Seen[]) =>
  notices.map(({ message, error }) =>
    `${message.kind === 'request' ? message.method : ''} ${error ?? ''}`.trim(),
  );

describe('who B is', () => {
  test('5.1.1 what A sees under B’s address was published by someone who signed in as B', async () => {
    await alice.rules('bob: subscribe=allow');
    await bob.subscribe(alice);
    for (const headers of [
      {},
      { From: alice.url },
      { From: alice.url, 'Connection-ID': alice.peer.connectionId },
    ])
      expect((await carol.publish('forged', { Target: alice.url, ...headers })).error).toBe(
        'permission-denied',
      );
    const intruder = await scene.domain.hello();
    await expect(scram(intruder, 'alice', `not ${PASSWORD}`)).rejects.toMatchObject({
      code: 'authentication-failed',
    });
    expect(await bob.hear()).toEqual([]);
    await alice.publish('it is I');
    const [notice] = await bob.hear('CHANGE-NOTIFY');
    expect(notice?.message.headers.get('From')).toBe(alice.url);
    expect(notice?.message.headers.get('Origin')).toBe(alice.url);
  });
});

describe('B’s choice', () => {
  test('5.1.3 B can permit a subscription to someone who has not said who they are', async () => {
    const visitor = await scene.attachAnonymous();
    expect((await visitor.subscribe(alice)).error).toBe('permission-denied');
    await alice.rules('anonymous: subscribe=allow');
    expect(await visitor.subscribe(alice)).toMatchObject({ state: 'active', body: closed('alice') });
    await alice.publish('open to all');
    expect((await visitor.hear('CHANGE-NOTIFY')).map(({ body }) => body)).toEqual([
      presence(alice.url, 'open to all'),
    ]);
  });

  test('5.1.5 a refusal is reported to A, at once or when B decides', async () => {
    await alice.rules('carol: subscribe=deny');
    const refused = await carol.subscribe(alice);
    expect(refused).toMatchObject({ error: 'permission-denied', state: undefined, body: '' });
    expect((await carol.subscription(alice)).error).toBe('subscription-unknown');

    expect(await bob.subscribe(alice)).toMatchObject({ state: 'pending' });
    await alice.rules('bob: subscribe=deny');
    const [notice, ...more] = await bob.hear();
    expect(more).toEqual([]);
    expect(notice).toMatchObject({ error: 'permission-denied', state: 'ended', body: '' });
    expect((await bob.subscription(alice)).error).toBe('subscription-unknown');
  });

  test('5.1.13 B can shut out any chosen principal, and no other', async () => {
    await alice.rules('*: subscribe=allow');
    for (const one of [bob, carol]) expect((await one.subscribe(alice)).state).toBe('active');
    await alice.rules('*: subscribe=allow', 'bob: subscribe=deny');
    expect(codesOf(await bob.hear())).toEqual(['TERMINATE-SUBSCRIPTION permission-denied']);
    const phone = await scene.attach('bob', 'phone');
    for (const one of [bob, phone]) expect((await one.subscribe(alice)).error).toBe('permission-denied');
    await alice.publish('here');
    expect(codesOf(await carol.hear())).toEqual(['CHANGE-NOTIFY']);
    expect(await bob.hear()).toEqual([]);
  });

  test('5.1.14 B can shut out anonymous subscribers altogether', async () => {
    await alice.rules('anonymous: subscribe=allow', '*: subscribe=allow');
    const visitors = [await scene.attachAnonymous(), await scene.attachAnonymous()];
    for (const one of visitors) expect((await one.subscribe(alice)).state).toBe('active');
    await bob.subscribe(alice);
    await alice.rules('anonymous: subscribe=deny', '*: subscribe=allow');
    for (const one of [...visitors, await scene.attachAnonymous()]) {
      expect((await one.subscribe(alice)).error).toBe('permission-denied');
      await one.hear();
    }
    await alice.publish('here');
    for (const one of visitors) expect(await one.hear()).toEqual([]);
    expect(codesOf(await bob.hear())).toEqual(['CHANGE-NOTIFY']);
    // Also without a rule for them: one for everyone does not mean those who do not say who they are.
    await alice.rules('*: subscribe=allow');
    for (const one of visitors) expect((await one.subscribe(alice)).error).toBe('permission-denied');
  });

  test('5.1.16 B may end A’s subscription whenever B likes', async () => {
    await alice.rules('bob: subscribe=allow');
    await bob.subscribe(alice);
    await alice.publish('here');
    await bob.hear();
    await alice.rules('bob: subscribe=deny');
    expect(codesOf(await bob.hear())).toEqual(['TERMINATE-SUBSCRIPTION permission-denied']);
    expect(await alice.watchers()).toEqual([]);
    await alice.publish('not for bob');
    await scene.pass(3_700);
    expect(await bob.hear()).toEqual([]);
    // And by giving the account up.
    await alice.rules('bob: subscribe=allow');
    await bob.subscribe(alice);
    await alice.ask('UNREGISTER', { Target: alice.url });
    expect(codesOf(await bob.hear())).toEqual(['TERMINATE-SUBSCRIPTION target-unknown']);
  });
});

describe('C', () => {
  test('5.1.2 learns nothing of A’s subscription from the domain', async () => {
    await alice.rules('*: subscribe=allow fetch=allow');
    const answers = async () => {
      const fetched = await carol.fetch(alice);
      return [
        (await carol.ask('GET-WATCHERS', { Target: alice.url })).error,
        (await carol.subscription(alice)).error,
        (await carol.ask('GET-SUBSCRIPTION', { Target: alice.url, From: bob.url })).error,
        (await carol.fetch(alice, { Watcher: bob.url })).error,
        fetched.body,
        fetched.revision,
      ];
    };
    const before = await answers();
    await bob.subscribe(alice);
    expect(await carol.hear()).toEqual([]);
    expect(await answers()).toEqual(before);
    expect(before.slice(0, 4)).toEqual([
      'permission-denied',
      'subscription-unknown',
      'permission-denied',
      'permission-denied',
    ]);
  });

  test('5.1.6 cannot make A subscribe to B', async () => {
    await alice.rules('*: subscribe=allow');
    const bobs = { Target: alice.url, From: bob.url };
    expect((await carol.ask('SUBSCRIBE', bobs)).error).toBe('permission-denied');
    expect((await carol.ask('SUBSCRIBE', { ...bobs, 'Connection-ID': bob.peer.connectionId })).error).toBe(
      'permission-denied',
    );
    // What carol may say is about herself, whatever else she adds.
    await carol.subscribe(alice, {
      Watcher: bob.url,
      Origin: bob.url,
      'Target-Connection-ID': bob.peer.connectionId,
    });
    expect((await alice.watchers()).map(({ address }) => address)).toEqual([carol.url]);
    await alice.publish('here');
    expect(await bob.hear()).toEqual([]);
  });

  test('5.1.8 cannot cancel A’s subscription', async () => {
    await alice.rules('*: subscribe=allow');
    await bob.subscribe(alice);
    const tries: [string, Record<string, string | undefined>][] = [
      ['UNSUBSCRIBE', {}],
      ['UNSUBSCRIBE', { From: bob.url }],
      ['UNSUBSCRIBE', { From: bob.url, 'Connection-ID': bob.peer.connectionId }],
      ['UNSUBSCRIBE', { 'Connection-ID': bob.peer.connectionId }],
      ['SUBSCRIBE', { From: bob.url, 'Lease-Time': '60' }],
      ['TERMINATE-SUBSCRIPTION', { Target: bob.url, Origin: alice.url, Revision: '9007199254740991' }],
    ];
    for (const [method, headers] of tries)
      expect((await carol.ask(method, { Target: alice.url, ...headers })).error).toMatch(
        /permission-denied|subscription-unknown|operation-not-supported/v,
      );
    // A device of carol's that calls itself what bob's does takes nothing over.
    await scene.attach('carol', 'desk');
    await alice.publish('here');
    expect(codesOf(await bob.hear())).toEqual(['CHANGE-NOTIFY']);
    expect(await bob.subscription(alice)).toMatchObject({ state: 'active', lease: '3600' });
  });
});

describe('A', () => {
  test('5.1.7 can cancel at any time, and is told no more', async () => {
    await alice.rules('bob: subscribe=allow');
    await bob.subscribe(alice);
    await alice.publish('one');
    expect(codesOf(await bob.hear())).toEqual(['CHANGE-NOTIFY']);
    expect((await bob.ask('UNSUBSCRIBE', { Target: alice.url })).error).toBeUndefined();
    await alice.publish('two');
    await alice.rules('bob: subscribe=allow view=other');
    await scene.pass(3_700);
    expect(await bob.hear()).toEqual([]);
    expect(await alice.watchers()).toEqual([]);

    // While the question is open, and while a notification has no answer, as well.
    expect((await carol.subscribe(alice)).state).toBe('pending');
    expect((await carol.ask('UNSUBSCRIBE', { Target: alice.url })).error).toBeUndefined();
    expect(await alice.watchers()).toEqual([]);
    await alice.rules('bob: subscribe=allow');
    await bob.subscribe(alice);
    scene.freeze(bob);
    await alice.publish('three');
    const inFlight = await bob.peer.next('CHANGE-NOTIFY');
    await bob.peer.demand('UNSUBSCRIBE', { Target: alice.url });
    await alice.publish('four');
    bob.peer.ok(inFlight);
    await alice.publish('five');
    expect(bob.peer.unread).toEqual([]);
  });

  test('5.1.9 is told when the subscription was cancelled', async () => {
    await alice.rules('bob: subscribe=allow', 'carol: subscribe=allow');
    await bob.subscribe(alice);
    await carol.subscribe(alice, { 'Lease-Time': 600 });
    await alice.rules('carol: subscribe=allow', 'bob: subscribe=deny');
    const [notice, ...more] = await bob.hear();
    expect(more).toEqual([]);
    expect(notice).toMatchObject({ error: 'permission-denied', state: 'ended' });
    expect(notice?.message.headers.get('Target')).toBe(bob.url);
    expect(notice?.message.headers.get('Origin')).toBe(alice.url);
    // By its end, which A has missed, and by the end of what was watched.
    await scene.pass(600);
    expect(codesOf(await carol.hear())).toEqual(['TERMINATE-SUBSCRIPTION subscription-unknown']);
    await carol.subscribe(alice);
    await alice.ask('UNREGISTER', { Target: alice.url });
    expect(codesOf(await carol.hear())).toEqual(['TERMINATE-SUBSCRIPTION target-unknown']);
  });

  test('5.1.10 can find out the state of the subscription at any time', async () => {
    const state = async () => {
      const { error, state: found, lease } = await bob.subscription(alice);
      return error ?? `${found} ${lease}`;
    };
    expect(await state()).toBe('subscription-unknown');
    await bob.subscribe(alice, { 'Lease-Time': 1_000 });
    expect(await state()).toBe('pending 1000');
    await scene.pass(300);
    expect(await state()).toBe('pending 700');
    await alice.rules('bob: subscribe=allow');
    expect(await state()).toBe('active 700');
    await bob.subscribe(alice, { 'Lease-Time': 2_000 });
    expect(await state()).toBe('active 2000');
    // B need not be there.
    await scene.vanish(alice);
    await scene.pass(500);
    expect(await state()).toBe('active 1500');
    await bob.ask('UNSUBSCRIBE', { Target: alice.url });
    expect(await state()).toBe('subscription-unknown');
  });
});

describe('what B knows of A', () => {
  test('5.1.11 B learns of the subscription when it is made, and later', async () => {
    const phone = await scene.attach('alice', 'phone');
    const began = scene.domain.clock.now();
    await bob.subscribe(alice, { 'Lease-Time': 3_600 });
    for (const one of [alice, phone]) {
      const [notice, ...more] = await one.hear('WATCHER-NOTIFY');
      expect(more).toEqual([]);
      expect(notice).toMatchObject({ state: 'pending' });
      expect(notice?.message.headers.get('Watcher')).toBe(bob.url);
    }
    await alice.rules('bob: subscribe=allow');
    expect((await alice.hear('WATCHER-NOTIFY')).map(({ state }) => state)).toEqual(['active']);
    await scene.pass(1_000);
    const entry = { address: bob.url, state: 'active', since: began, expires: began + 3_600_000 };
    expect(await alice.watchers()).toEqual([entry]);
    // Who was not there when it was made finds it as well.
    await scene.vanish(alice);
    await scene.vanish(phone);
    alice = await scene.attach('alice');
    expect(await alice.watchers()).toEqual([entry]);
    await bob.ask('UNSUBSCRIBE', { Target: alice.url });
    expect((await alice.hear('WATCHER-NOTIFY')).map(({ state }) => state)).toEqual(['ended']);
  });

  test('5.1.11 B learns of those who only fetch, too', async () => {
    await alice.rules('bob: fetch=allow');
    await bob.fetch(alice);
    expect(await alice.stateOf(bob)).toBe('fetched');
  });

  test('5.1.12 B can identify the subscriber, who has proved to be that principal', async () => {
    await bob.subscribe(alice);
    const visitor = await scene.attachAnonymous();
    await alice.rules('bob: subscribe=allow', 'anonymous: subscribe=allow');
    await visitor.subscribe(alice);
    const names = (await alice.hear('WATCHER-NOTIFY')).map(({ message }) => message.headers.get('Watcher'));
    expect(new Set(names)).toEqual(new Set([bob.url, visitor.url]));
    // Those who have proved nothing carry a name that no account can have.
    expect(visitor.url).toMatch(/^impp:\/\/a\.example\/anonymous-/v);
    const account = scene.domain.addAccount('mallory');
    await account;
    const mallory = await scene.attach('mallory');
    for (const headers of [{ From: bob.url }, { From: bob.url, 'Connection-ID': bob.peer.connectionId }])
      expect((await mallory.subscribe(alice, headers)).error).toBe('permission-denied');
    expect(await alice.stateOf(mallory)).toBeUndefined();
  });
});

describe('polite blocking', () => {
  /** All that can be told from an answer or a notification, but who it is for and the digits of a Revision. */
  const looks = (person: Person, { message }: Seen): string => {
    const lines = [...message.headers.entries()].map(([name, value]) => {
      if (name === 'Revision') return `${name}: ${'9'.repeat(value.length)}`;
      if (name === 'Connection-ID' || name === 'Target-Connection-ID') return `${name}: ID`;
      return `${name}: ${value.replace(person.url, 'ME')}`;
    });
    const body = Buffer.from(message.body ?? []).toString();
    const line = message.kind === 'response' ? `${message.ok ? 'OK' : 'ERROR'}` : 'REQUEST';
    return [`${line} ${message.method}`, ...lines, body].join('\n');
  };

  /** What a watcher sees of alice in the course of a day. */
  const course = async (person: Person): Promise<string[]> => {
    const log: string[] = [];
    const note = async (answer: Seen) => {
      log.push(looks(person, answer));
      for (const notice of await person.hear()) log.push(looks(person, notice));
    };
    const url = alice.url;
    await note(await person.subscribe(alice));
    await note(await person.subscription(alice));
    await note(await person.fetch(alice));
    await scene.pass(100);
    await alice.publish('the secret');
    await note(await person.subscription(alice));
    await note(await person.subscribe(alice, { 'Lease-Time': 7_200 }));
    await note(await person.fetch(alice));
    await alice.ask('CHANGE', { Target: url, 'Lease-Time': 0 });
    await note(await person.subscribe(alice, { 'Lease-Time': 'infinity' }));
    await note(await person.subscribe(alice, { 'Lease-Time': 1 }));
    await note(await person.subscribe(alice, { 'Lease-Time': 'long' }));
    await note(await person.ask('UNSUBSCRIBE', { Target: url }));
    await note(await person.ask('UNSUBSCRIBE', { Target: url }));
    await note(await person.subscription(alice));
    await note(await person.subscribe(alice, { 'Lease-Time': 60 }));
    await scene.pass(65);
    await note(await person.subscription(alice));
    await note(await person.fetch(alice, { View: 'default' }));
    await note(await person.ask('GET-WATCHERS', { Target: url }));
    return log;
  };

  test('5.1.15 a politely blocked A sees what looks like a granted subscription, for its whole life', async () => {
    await alice.rules(
      'bob: subscribe=pretend fetch=pretend',
      'carol: subscribe=allow fetch=allow view=nothing',
    );
    const [pretended, granted] = [await course(bob), await course(carol)];
    expect(pretended).toEqual(granted);
    expect(pretended[0]).toContain('Subscription-State: active');
    expect(pretended.join('\n')).not.toContain('secret');
  });

  test('5.1.15 a revision rises neither with what is hidden nor with its being hidden', async () => {
    await alice.rules(
      'bob: subscribe=pretend fetch=pretend',
      'carol: subscribe=allow fetch=allow view=nothing',
    );
    for (const one of [bob, carol]) {
      const { revision } = await one.subscribe(alice, { 'Lease-Time': 86_400 });
      await alice.publish('the secret');
      await scene.pass(4_000);
      await alice.publish('gone', { 'Lease-Time': 'infinity' });
      expect((await one.subscribe(alice)).revision).toBe(revision);
      expect((await one.fetch(alice)).revision).toBe(revision);
      await alice.ask('CHANGE', { Target: alice.url, 'Lease-Time': 'infinity' });
    }
  });

  test('5.1.15 what other people are told, and what A may send, gives nothing away', async () => {
    await alice.rules('bob: subscribe=pretend fetch=pretend');
    await bob.subscribe(alice);
    expect(await carol.hear()).toEqual([]);
    expect(await bob.send(alice, { id: 'm1' })).toBe('delivered');
    // B is told the truth, and is the only one.
    expect(await alice.stateOf(bob)).toBe('pretended');
    expect((await carol.ask('GET-WATCHERS', { Target: alice.url })).error).toBe('permission-denied');
  });

  test('5.1.15 it lasts over a restart, and ends in a refusal only if B wants one', async () => {
    await alice.rules('bob: subscribe=pretend');
    const { revision } = await bob.subscribe(alice);
    await scene.restart();
    [alice, bob] = [await scene.attach('alice'), await scene.attach('bob')];
    expect(await bob.subscription(alice)).toMatchObject({ state: 'active' });
    expect(await bob.subscribe(alice)).toMatchObject({ state: 'active', body: closed('alice'), revision });
    await alice.rules('bob: subscribe=deny');
    expect(codesOf(await bob.hear())).toEqual(['TERMINATE-SUBSCRIPTION permission-denied']);
  });

  test('5.1.15 a domain is not obliged to pretend, and says so before anyone signs in', async () => {
    const strict = await Scene.open({ config: { policy: ['no-pretend'] } });
    try {
      const peer = strict.domain.connect();
      const hello = await peer.demand('HELLO', { Domain: 'a.example', Role: 'client' });
      expect(hello.headers.get('Policy')).toBe('no-pretend');
      const owner = await strict.attach('alice');
      await expect(owner.rules('bob: subscribe=pretend')).rejects.toMatchObject({
        code: 'permission-denied',
      });
      await owner.rules('bob: subscribe=deny');
      expect((await (await strict.attach('bob')).subscribe(owner)).error).toBe('permission-denied');
    } finally {
      await strict.close();
    }
  });
});
