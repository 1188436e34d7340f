import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ImppError } from '../../../shared/errors.ts';
import { closed, type Device, presence, settle, Stage, urlOf } from './stage.ts';

let stage: Stage;
let alice: Device;
let bob: Device;

beforeEach(async () => {
  stage = await Stage.open(['alice', 'bob', 'carol']);
  alice = stage.attach('alice');
  bob = stage.attach('bob');
});

afterEach(async () => {
  await stage.close();
  expect(stage.errors).toEqual([]);
  expect(stage.clock.waiting).toBe(0);
});

const allowBob = () => alice.rules('bob: subscribe=allow fetch=allow');

describe('FETCH [IMPP 7]', () => {
  test('OK with Revision and the object', async () => {
    await allowBob();
    await alice.publish('here');
    const answer = await bob.fetch('alice');
    expect(answer.error).toBeUndefined();
    expect(answer.body).toBe(presence(urlOf('alice'), 'here'));
    expect(answer.headers.get('Content-Type')).toBe('application/presence');
    expect(answer.revision).toBeGreaterThan(0);
  });

  test('and with Subscription-State if there is one', async () => {
    await alice.rules('bob: fetch=allow');
    expect((await bob.fetch('alice')).state).toBeUndefined();
    await bob.subscribe('alice');
    expect((await bob.fetch('alice')).state).toBe('pending');
    await allowBob();
    expect((await bob.fetch('alice')).state).toBe('active');
    const phone = stage.attach('bob', 'phone');
    expect((await phone.fetch('alice')).state).toBeUndefined();
  });

  test('the built-in rules deny it', async () => {
    expect((await bob.fetch('alice')).error).toBe('permission-denied');
  });

  test('of oneself, View asks what that view shows', async () => {
    await alice.publish('at work', { View: 'work' });
    expect((await alice.fetch('alice', { View: 'work' })).body).toContain('at work');
    expect((await alice.fetch('alice', { View: 'none-such' })).body).toBe(closed('alice'));
    expect((await alice.fetch('alice')).body).toBe(closed('alice'));
  });

  test('of oneself, Watcher asks what a SUBSCRIBE of that watcher would be answered, errors included', async () => {
    await alice.publish('here');
    await alice.publish('at work', { View: 'work' });
    await alice.publish('nothing to see', { View: 'pretend', 'Lease-Time': 'infinity' });
    await alice.rules(
      'bob: subscribe=allow view=work',
      'carol: subscribe=deny',
      'dave: subscribe=pretend',
      'anonymous: subscribe=allow',
    );
    const as = (user: string) => alice.fetch('alice', { Watcher: user === 'anonymous' ? user : urlOf(user) });
    expect(await as('bob')).toMatchObject({ state: 'active', body: presence(urlOf('alice'), 'at work') });
    expect((await as('carol')).error).toBe('permission-denied');
    expect(await as('dave')).toMatchObject({
      state: 'active',
      body: presence(urlOf('alice'), 'nothing to see'),
    });
    expect(await as('eve')).toMatchObject({ state: 'pending', body: closed('alice') });
    expect(await as('anonymous')).toMatchObject({ state: 'active', body: presence(urlOf('alice'), 'here') });
    expect(await as('anonymous-7')).toMatchObject({
      state: 'active',
      body: presence(urlOf('alice'), 'here'),
    });
    expect((await as('bob')).revision).toBeGreaterThan(0);
    // Looking leaves no trace.
    expect(await alice.watchers()).toEqual([]);
    expect(alice.hear('WATCHER-NOTIFY')).toEqual([]);
  });

  test('a watcher that has been allowed is answered as the renewal it would be', async () => {
    await allowBob();
    await alice.publish('here');
    await bob.subscribe('alice');
    await alice.rules();
    expect(await alice.fetch('alice', { Watcher: urlOf('bob') })).toMatchObject({ state: 'active' });
  });

  test('of others, View and Watcher are denied; both at once are bad-request', async () => {
    await allowBob();
    expect((await bob.fetch('alice', { View: 'work' })).error).toBe('permission-denied');
    expect((await bob.fetch('alice', { Watcher: urlOf('carol') })).error).toBe('permission-denied');
    expect((await alice.fetch('alice', { View: 'work', Watcher: urlOf('bob') })).error).toBe('bad-request');
    for (const Watcher of ['bob', 'impp://a.example/', 'impp://A.example/bob'])
      expect((await alice.fetch('alice', { Watcher })).error).toBe('bad-request');
    expect((await alice.fetch('alice', { View: 'two words' })).error).toBe('bad-request');
  });

  test('an unknown user, or one without presence: target-unknown; another domain: connection-failure', async () => {
    await stage.addAccount('mail', ['im']);
    for (const method of ['FETCH', 'SUBSCRIBE', 'UNSUBSCRIBE', 'GET-SUBSCRIPTION']) {
      expect((await bob.ask(method, { Target: urlOf('mail') })).error, method).toBe('target-unknown');
      expect((await bob.ask(method, { Target: urlOf('nobody') })).error, method).toBe('target-unknown');
      expect((await bob.ask(method, { Target: 'impp://a.example/' })).error, method).toBe('target-unknown');
      expect((await bob.ask(method, { Target: 'impp://b.example/x' })).error, method).toBe(
        'connection-failure',
      );
      expect((await bob.ask(method, { Target: 'alice@a.example' })).error, method).toBe('bad-request');
      expect((await bob.ask(method)).error, method).toBe('bad-request');
    }
  });
});

describe('SUBSCRIBE [IMPP 7]', () => {
  test('OK with the object, the Lease-Time granted, Revision and Subscription-State', async () => {
    await allowBob();
    await alice.publish('here');
    const answer = await bob.subscribe('alice', { 'Lease-Time': '600' });
    expect(answer).toMatchObject({
      error: undefined,
      state: 'active',
      body: presence(urlOf('alice'), 'here'),
    });
    expect(answer.headers.get('Lease-Time')).toBe('600');
    expect(answer.revision).toBeGreaterThan(0);
  });

  test('an absent Lease-Time is the default, infinity the longest, 0 bad-request; bounds are kept', async () => {
    await allowBob();
    const granted = async (headers: Record<string, string>) =>
      (await bob.subscribe('alice', headers)).headers.get('Lease-Time');
    expect(await granted({})).toBe('3600');
    expect(await granted({ 'Lease-Time': 'infinity' })).toBe('86400');
    expect(await granted({ 'Lease-Time': '86401' })).toBe('86400');
    expect(await granted({ 'Lease-Time': '59' })).toBe('60');
    expect((await bob.subscribe('alice', { 'Lease-Time': '0' })).error).toBe('bad-request');
    expect((await bob.subscribe('alice', { 'Lease-Time': 'long' })).error).toBe('bad-request');
  });

  test('pending: the presentity has been asked, and the object is the minimal CLOSED document', async () => {
    await alice.publish('here');
    const answer = await bob.subscribe('alice');
    expect(answer).toMatchObject({ state: 'pending', body: closed('alice') });
    expect(alice.hear('WATCHER-NOTIFY')).toMatchObject([{ state: 'pending' }]);
    await alice.publish('still here');
    expect(bob.hear('CHANGE-NOTIFY')).toEqual([]);
  });

  test('the same From, Connection-ID and Target again extends it', async () => {
    await allowBob();
    const first = await bob.subscribe('alice', { 'Lease-Time': '60' });
    await stage.pass(50);
    const second = await bob.subscribe('alice', { 'Lease-Time': '60' });
    expect(second.revision).toBe(first.revision);
    await stage.pass(50);
    expect((await bob.ask('GET-SUBSCRIPTION', { Target: urlOf('alice') })).headers.get('Lease-Time')).toBe(
      '10',
    );
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toEqual([]);
  });

  test('unrenewed, it ends at expiry and TERMINATE-SUBSCRIPTION with subscription-unknown is tried once', async () => {
    await allowBob();
    const { revision } = await bob.subscribe('alice', { 'Lease-Time': '60' });
    await stage.pass(59);
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toEqual([]);
    await stage.pass(1);
    const [notice, ...others] = bob.hear('TERMINATE-SUBSCRIPTION');
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ error: 'subscription-unknown', state: 'ended', body: undefined });
    expect(notice?.revision).toBeGreaterThan(revision);
    expect((await bob.ask('GET-SUBSCRIPTION', { Target: urlOf('alice') })).error).toBe(
      'subscription-unknown',
    );
    await alice.publish('here');
    expect(bob.hear('CHANGE-NOTIFY')).toEqual([]);
  });

  test('refusal is permission-denied', async () => {
    await alice.rules('bob: subscribe=deny');
    expect((await bob.subscribe('alice')).error).toBe('permission-denied');
    expect(alice.hear('WATCHER-NOTIFY')).toEqual([]);
  });

  test('notifications are passed on only after the OK, which has the newest object', async () => {
    await allowBob();
    await alice.publish('one');
    const subscribing = bob.askOnly('SUBSCRIBE', { Target: urlOf('alice') });
    // Both take effect in this order, before the commit of either.
    const changing = alice.publish('two');
    expect(bob.hear('CHANGE-NOTIFY')).toEqual([]);
    const answer = await subscribing;
    await changing;
    const heard = bob.hear('CHANGE-NOTIFY');
    expect([answer, ...heard].at(-1)?.body).toContain('two');
    for (const notice of heard) expect(notice.revision).toBeGreaterThan(answer.revision);
  });

  test('refused before its OK is written, it is answered with the refusal and nothing else', async () => {
    await allowBob();
    const subscribing = bob.askOnly('SUBSCRIBE', { Target: urlOf('alice') });
    await Promise.resolve();
    await Promise.resolve();
    stage.domain.accounts.forget('alice');
    await stage.storage.setDocument(
      'alice',
      'acl',
      {
        type: 'application/impp-acl',
        body: Buffer.from('<acl><rule><who>*</who><subscribe>deny</subscribe></rule></acl>'),
      },
      { limit: 32 },
    );
    const answer = await subscribing;
    await stage.domain.presentities.rulesChanged('alice');
    const ends = [answer.error, ...bob.hear('TERMINATE-SUBSCRIPTION').map(({ error }) => error)];
    expect(ends.filter((error) => error !== undefined)).toEqual(['permission-denied']);
  });

  test('each connection has a subscription of its own', async () => {
    await allowBob();
    const phone = stage.attach('bob', 'phone');
    await bob.subscribe('alice');
    expect((await phone.ask('GET-SUBSCRIPTION', { Target: urlOf('alice') })).error).toBe(
      'subscription-unknown',
    );
    await phone.subscribe('alice');
    await alice.publish('here');
    for (const device of [bob, phone]) {
      const [notice] = device.hear('CHANGE-NOTIFY');
      expect(notice?.headers.get('Target-Connection-ID')).toBe(device.connectionId);
    }
  });

  test('not on a bulk connection', async () => {
    await allowBob();
    const { Device } = await import('./stage.ts');
    const bulk = new Device(stage, 'bob', 'laptop', 'bulk');
    expect((await bulk.subscribe('alice')).error).toBe('bad-request');
  });

  test('of oneself: everything is allowed', async () => {
    await alice.publish('here');
    expect(await alice.subscribe('alice')).toMatchObject({
      state: 'active',
      body: presence(urlOf('alice'), 'here'),
    });
  });

  test('a principal has 64 connections at a presentity at most', async () => {
    await allowBob();
    const errors = [];
    for (let device = 0; device < 65; device += 1)
      errors.push((await stage.attach('bob', `d${device}`).subscribe('alice')).error);
    expect(errors).toEqual([...Array.from({ length: 64 }, () => undefined), 'too-many-requests']);
  });
});

describe('UNSUBSCRIBE and GET-SUBSCRIPTION [IMPP 7]', () => {
  test('UNSUBSCRIBE: OK, it is eliminated; or subscription-unknown', async () => {
    await allowBob();
    await bob.subscribe('alice');
    expect((await bob.ask('UNSUBSCRIBE', { Target: urlOf('alice') })).error).toBeUndefined();
    expect((await bob.ask('UNSUBSCRIBE', { Target: urlOf('alice') })).error).toBe('subscription-unknown');
    await alice.publish('here');
    expect(bob.heard).toEqual([]);
    expect(alice.hear('WATCHER-NOTIFY').map(({ state }) => state)).toEqual(['active', 'ended']);
  });

  test('who takes a pending subscription back takes the question back', async () => {
    await bob.subscribe('alice');
    expect(await alice.watchers()).toEqual(['bob pending']);
    await bob.ask('UNSUBSCRIBE', { Target: urlOf('alice') });
    expect(await alice.watchers()).toEqual([]);
  });

  test('GET-SUBSCRIPTION: OK with Subscription-State and the Lease-Time left', async () => {
    await bob.subscribe('alice', { 'Lease-Time': '600' });
    await stage.pass(100);
    const answer = await bob.ask('GET-SUBSCRIPTION', { Target: urlOf('alice') });
    expect(answer.state).toBe('pending');
    expect(answer.headers.get('Lease-Time')).toBe('500');
  });
});

describe('CHANGE-NOTIFY [IMPP 7]', () => {
  beforeEach(allowBob);

  test('has the headers and the object', async () => {
    const opened = await bob.subscribe('alice');
    const changed = await alice.publish('here');
    const [notice, ...others] = bob.hear('CHANGE-NOTIFY');
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ state: 'active', body: presence(urlOf('alice'), 'here') });
    expect(Object.fromEntries(notice?.headers.entries() ?? [])).toMatchObject({
      Target: urlOf('bob'),
      'Target-Connection-ID': bob.connectionId,
      From: urlOf('alice'),
      Origin: urlOf('alice'),
      'Content-Type': 'application/presence',
    });
    expect(notice?.revision).toBeGreaterThan(opened.revision);
    expect(notice?.revision).toBe(changed.revision);
  });

  test('is sent for every change visible to that watcher, and only then', async () => {
    await bob.subscribe('alice');
    await alice.publish('one');
    await alice.publish('one');
    await alice.publish('two');
    await alice.publish('other view', { View: 'work' });
    await alice.ask('CHANGE', { Target: urlOf('alice'), 'Lease-Time': '0' });
    expect(bob.hear('CHANGE-NOTIFY').map(({ body }) => body)).toEqual([
      presence(urlOf('alice'), 'one'),
      presence(urlOf('alice'), 'two'),
      closed('alice'),
    ]);
  });

  test('the end of a lease is a change', async () => {
    await bob.subscribe('alice');
    await alice.publish('here', { 'Lease-Time': '60' });
    bob.hear('CHANGE-NOTIFY');
    await stage.pass(60);
    expect(bob.hear('CHANGE-NOTIFY').map(({ body }) => body)).toEqual([closed('alice')]);
  });

  test('while one is unacknowledged, later changes collapse into one with the newest object', async () => {
    await bob.subscribe('alice');
    bob.acknowledges = false;
    for (const note of ['one', 'two', 'three', 'four']) await alice.publish(note);
    expect(bob.heard.map(({ body }) => body)).toEqual([presence(urlOf('alice'), 'one')]);
    bob.acknowledge();
    expect(bob.heard.map(({ body }) => body)).toEqual([
      presence(urlOf('alice'), 'one'),
      presence(urlOf('alice'), 'four'),
    ]);
    bob.acknowledge();
    expect(bob.unacknowledged).toEqual([]);
  });

  test('one watcher that does not answer keeps no other waiting', async () => {
    await alice.rules('bob: subscribe=allow', 'carol: subscribe=allow');
    const carol = stage.attach('carol');
    await bob.subscribe('alice');
    await carol.subscribe('alice');
    bob.acknowledges = false;
    for (const note of ['one', 'two', 'three']) await alice.publish(note);
    expect(bob.hear('CHANGE-NOTIFY')).toHaveLength(1);
    expect(carol.hear('CHANGE-NOTIFY')).toHaveLength(3);
  });

  test('answered subscription-unknown, the subscription is dropped', async () => {
    await bob.subscribe('alice');
    bob.acknowledges = false;
    await alice.publish('one');
    bob.acknowledge(new ImppError('subscription-unknown'));
    await alice.publish('two');
    expect(bob.hear('CHANGE-NOTIFY')).toHaveLength(1);
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toEqual([]);
    expect((await bob.ask('GET-SUBSCRIPTION', { Target: urlOf('alice') })).error).toBe(
      'subscription-unknown',
    );
  });

  test('another ERROR is an answer: the next change is notified', async () => {
    await bob.subscribe('alice');
    bob.acknowledges = false;
    await alice.publish('one');
    bob.acknowledge(new ImppError('internal-error'));
    await alice.publish('two');
    expect(bob.hear('CHANGE-NOTIFY')).toHaveLength(2);
  });

  test('a body that the device does not take is not sent', async () => {
    await bob.subscribe('alice');
    Object.defineProperty(bob, 'maxMessageSize', { value: 100 });
    await alice.publish('here');
    expect(bob.heard).toEqual([]);
    const answer = await bob.fetch('alice');
    expect(answer.error).toBe('message-too-large');
    expect(answer.headers.get('Max-Message-Size')).toBe('100');
  });
});

describe('a device that is gone [IMPP 7]', () => {
  beforeEach(allowBob);

  test.each(['lost', 'bye'] as const)(
    'after 60 s (%s) its home server unsubscribes on its behalf',
    async (how) => {
      await bob.subscribe('alice');
      stage.detach(bob, how);
      await stage.pass(59.9);
      expect(await alice.watchers()).toEqual(['bob active']);
      await stage.pass(0.1);
      expect(await alice.watchers()).toEqual([]);
      expect(alice.hear('WATCHER-NOTIFY').map(({ state }) => state)).toEqual(['active', 'ended']);
      stage.reattach(bob);
      expect((await bob.ask('GET-SUBSCRIPTION', { Target: urlOf('alice') })).error).toBe(
        'subscription-unknown',
      );
      expect(bob.heard).toEqual([]);
    },
  );

  test('until then it acknowledges notifications for it', async () => {
    await bob.subscribe('alice');
    stage.detach(bob, 'lost');
    await alice.publish('one');
    stage.reattach(bob);
    await settle();
    expect(bob.heard).toEqual([]);
    await alice.publish('two');
    expect(bob.hear('CHANGE-NOTIFY').map(({ body }) => body)).toEqual([presence(urlOf('alice'), 'two')]);
  });

  test('a device that attaches subscribes again: the OK brings the present value', async () => {
    await bob.subscribe('alice');
    stage.detach(bob, 'lost');
    await alice.publish('here');
    await stage.pass(30);
    stage.reattach(bob);
    expect(await bob.subscribe('alice')).toMatchObject({
      state: 'active',
      body: presence(urlOf('alice'), 'here'),
    });
    await stage.pass(60);
    expect(await alice.watchers()).toEqual(['bob active']);
  });

  test('one that broke away before its OK has the subscription, and hears nothing twice when it is back', async () => {
    await alice.publish('here');
    const subscribing = bob.askOnly('SUBSCRIBE', { Target: urlOf('alice') });
    await Promise.resolve();
    await Promise.resolve();
    stage.detach(bob, 'lost');
    await subscribing;
    await settle();
    stage.reattach(bob);
    expect((await bob.ask('GET-SUBSCRIPTION', { Target: urlOf('alice') })).state).toBe('active');
    expect((await bob.subscribe('alice')).body).toContain('here');
    expect(bob.heard).toEqual([]);
    await alice.publish('there');
    expect(bob.hear('CHANGE-NOTIFY')).toHaveLength(1);
  });

  test('what takes over a device has its subscriptions', async () => {
    await bob.subscribe('alice');
    bob.acknowledges = false;
    await alice.publish('one');
    stage.detach(bob, 'taken-over');
    const again = stage.attach('bob');
    await alice.publish('two');
    await alice.publish('three');
    expect(again.heard).toEqual([]);
    // The old connection ends: what it had not acknowledged does not come again, what came later does.
    bob.unacknowledged.shift()?.settle(new ImppError('closed'));
    expect(again.hear('CHANGE-NOTIFY').map(({ body }) => body)).toEqual([presence(urlOf('alice'), 'three')]);
    await stage.pass(100);
    expect(await alice.watchers()).toEqual(['bob active']);
  });
});

describe('the end of an account', () => {
  test('ends its watchers’ subscriptions with target-unknown', async () => {
    await allowBob();
    await bob.subscribe('alice');
    await stage.storage.removeAccount('alice', stage.clock.now() + 1000);
    stage.domain.accounts.forget('alice');
    await stage.domain.presentities.accountRemoved('alice');
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toMatchObject([{ error: 'target-unknown', state: 'ended' }]);
    expect(await stage.storage.loadPresence()).toEqual({ objects: [], subscriptions: [], watches: [] });
  });

  test('and all that it holds', async () => {
    await alice.rules('bob: fetch=allow');
    await bob.subscribe('alice');
    await bob.fetch('alice');
    await stage.storage.removeAccount('bob', stage.clock.now() + 1000);
    stage.domain.accounts.forget('bob');
    await stage.domain.presentities.accountRemoved('bob');
    expect(await alice.watchers()).toEqual([]);
    await settle();
    expect(await stage.remembered()).toEqual([]);
  });
});

describe('a restart loses no subscription', () => {
  test('the device that comes back within 60 s is notified', async () => {
    await allowBob();
    await bob.subscribe('alice');
    await stage.restart();
    bob = stage.attach('bob');
    alice = stage.attach('alice');
    await alice.publish('here');
    expect(bob.hear('CHANGE-NOTIFY').map(({ body }) => body)).toEqual([presence(urlOf('alice'), 'here')]);
    await stage.pass(100);
    expect(await alice.watchers()).toEqual(['bob active']);
  });

  test('the one that does not is unsubscribed', async () => {
    await allowBob();
    await bob.subscribe('alice');
    await stage.restart();
    alice = stage.attach('alice');
    await stage.pass(60);
    expect(await alice.watchers()).toEqual([]);
  });

  test('the end of a lease is notified though nobody has asked for anything since', async () => {
    await allowBob();
    await alice.publish('here', { 'Lease-Time': '100' });
    await bob.subscribe('alice');
    await stage.restart();
    bob = stage.attach('bob');
    await settle();
    expect(bob.heard).toEqual([]);
    await stage.pass(100);
    expect(bob.hear('CHANGE-NOTIFY').map(({ body }) => body)).toEqual([closed('alice')]);
  });

  test('an account that the operator removed meanwhile takes its presence with it', async () => {
    await allowBob();
    await bob.subscribe('alice');
    await stage.close();
    stage.clock.advance(60_000);
    const { subscriptions } = await stage.storage.loadPresence();
    await stage.storage.removeAccount('alice', stage.clock.now() + 1000);
    for (const subscription of subscriptions) await stage.storage.putSubscription(subscription);
    await stage.restart();
    expect((await stage.storage.loadPresence()).subscriptions).toEqual([]);
  });
});
