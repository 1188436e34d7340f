// Two domains, a.example and b.example: alice, whose presence it is, and bob, who watches from the other one.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { ImppError } from '../../../shared/errors.ts';
import { FakeClock } from '../../fake/clock.ts';
import { Network } from './network.ts';
import { acl, closed, type Device, presence, Stage, settle, urlOf } from './stage.ts';

const ALICE = urlOf('alice');
const BOB = 'impp://b.example/bob';

let clock: FakeClock;
let network: Network;
let a: Stage;
let b: Stage;
let alice: Device;
let bob: Device;

beforeEach(async () => {
  clock = new FakeClock();
  network = new Network();
  a = await Stage.open(['alice', 'amy'], {}, { network, clock });
  b = await Stage.open(['bob', 'bill'], { domain: 'b.example' }, { network, clock });
  alice = a.attach('alice');
  bob = b.attach('bob');
  await alice.rules('impp://b.example/*: subscribe=allow fetch=allow');
});

afterEach(async () => {
  await a.close();
  await b.close();
  expect([...a.errors, ...b.errors]).toEqual([]);
  expect(clock.waiting).toBe(0);
});

const watch = (device: Device, headers: Record<string, string> = {}) =>
  device.ask('SUBSCRIBE', { Target: ALICE, ...headers });

const pass = async (seconds: number): Promise<void> => {
  clock.advance(seconds * 1000);
  await settle();
};

describe('who watches from another domain', () => {
  test('is shown what there is, with the lease between domains, and told of every change', async () => {
    await alice.publish('here');
    const { error, state, body, headers, revision } = await watch(bob);
    expect([error, state, headers.get('Lease-Time')]).toEqual([undefined, 'active', '21600']);
    expect(body).toBe(presence(ALICE, 'here'));
    expect([headers.get('To'), headers.get('Connection-ID')]).toEqual([BOB, bob.connectionId]);
    await alice.publish('out');
    const [notice, ...others] = bob.hear('CHANGE-NOTIFY');
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ state: 'active', body: presence(ALICE, 'out') });
    expect(notice?.revision).toBeGreaterThan(revision);
    expect(
      ['From', 'Origin', 'Target', 'Target-Connection-ID'].map((name) => notice?.headers.get(name)),
    ).toEqual([ALICE, ALICE, BOB, bob.connectionId]);
    expect((await alice.ask('GET-WATCHERS', { Target: ALICE })).body).toContain(
      `<address>${BOB}</address><state>active</state>`,
    );
    expect(alice.hear('WATCHER-NOTIFY')).toMatchObject([{ state: 'active' }]);
  });

  test('gets the lease asked for, within bounds, and a subscription for each connection', async () => {
    const phone = b.attach('bob', 'phone');
    const granted = async (wanted: string) =>
      (await watch(bob, { 'Lease-Time': wanted })).headers.get('Lease-Time');
    expect([await granted('1'), await granted('100'), await granted('infinity')]).toEqual([
      '60',
      '100',
      '86400',
    ]);
    await watch(phone);
    await alice.publish('x');
    expect([bob, phone].map((device) => device.hear('CHANGE-NOTIFY').length)).toEqual([1, 1]);
    expect((await phone.ask('UNSUBSCRIBE', { Target: ALICE })).error).toBeUndefined();
    expect((await phone.ask('UNSUBSCRIBE', { Target: ALICE })).error).toBe('subscription-unknown');
    await alice.publish('y');
    expect([bob, phone].map((device) => device.hear('CHANGE-NOTIFY').length)).toEqual([1, 0]);
    const left = await bob.ask('GET-SUBSCRIPTION', { Target: ALICE });
    expect([left.state, left.headers.get('Lease-Time')]).toEqual(['active', '86400']);
  });

  test('waits where the owner is asked, and is told when it is decided', async () => {
    await alice.rules();
    expect(await watch(bob)).toMatchObject({ state: 'pending', body: closed('alice') });
    await alice.publish('here');
    expect(bob.hear('CHANGE-NOTIFY')).toEqual([]);
    await alice.rules(`${BOB}: subscribe=allow`);
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([{ state: 'active', body: presence(ALICE, 'here') }]);
    await alice.rules(`${BOB}: subscribe=deny`);
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toMatchObject([
      { error: 'permission-denied', state: 'ended' },
    ]);
    expect((await watch(bob)).error).toBe('permission-denied');
  });

  test('cannot tell pretence from a presentity that stays as it is', async () => {
    await alice.rules('impp://b.example/*: subscribe=allow', `${BOB}: subscribe=pretend fetch=pretend`);
    const bill = b.attach('bill');
    const [pretended, granted] = [await watch(bob), await watch(bill)];
    expect(pretended.headers.flat().filter((_, index) => index % 2 === 0)).toEqual(
      granted.headers.flat().filter((_, index) => index % 2 === 0),
    );
    expect([pretended.state, pretended.body]).toEqual([granted.state, granted.body]);
    await alice.publish('here');
    expect([bob, bill].map((device) => device.hear('CHANGE-NOTIFY').length)).toEqual([0, 1]);
    expect((await bob.ask('FETCH', { Target: ALICE })).body).toBe(closed('alice'));
    // Having been active for the watcher, it goes on being so.
    expect((await bob.ask('GET-SUBSCRIPTION', { Target: ALICE })).state).toBe('active');
  });

  test('is anonymous wherever the name says so', async () => {
    const anonymous = b.attach('anonymous-x1');
    await alice.rules('impp://b.example/*: subscribe=allow fetch=allow', '*: subscribe=allow fetch=allow');
    expect((await watch(anonymous)).error).toBe('permission-denied');
    expect((await anonymous.ask('FETCH', { Target: ALICE })).error).toBe('permission-denied');
    await alice.rules('anonymous: subscribe=allow fetch=allow');
    expect((await watch(anonymous)).state).toBe('active');
    expect((await anonymous.ask('FETCH', { Target: ALICE })).error).toBeUndefined();
  });

  test('fetches what it may, and no view of its choice', async () => {
    await alice.publish('here');
    expect((await bob.ask('FETCH', { Target: ALICE })).body).toBe(presence(ALICE, 'here'));
    expect((await bob.ask('FETCH', { Target: ALICE, View: 'default' })).error).toBe('permission-denied');
    expect((await bob.ask('FETCH', { Target: ALICE, Watcher: BOB })).error).toBe('permission-denied');
    expect((await bob.ask('FETCH', { Target: urlOf('nobody') })).error).toBe('target-unknown');
    expect((await bob.ask('FETCH', { Target: 'impp://c.example/x' })).error).toBe('connection-failure');
  });

  test('hears where the account has moved', async () => {
    await watch(bob);
    await alice.ask(
      'SET-DOCUMENT',
      { Target: ALICE, Name: 'profile', 'Content-Type': 'application/impp-profile' },
      '<profile><forward><kind>permanent</kind><to>impp://c.example/alice</to></forward></profile>',
    );
    const [end] = bob.hear('TERMINATE-SUBSCRIPTION');
    expect([end?.error, end?.headers.get('Location')]).toEqual([
      'permanently-forwarded',
      'impp://c.example/alice',
    ]);
    for (const method of ['SUBSCRIBE', 'FETCH']) {
      const { error, headers } = await bob.ask(method, { Target: ALICE });
      expect([error, headers.get('Location')]).toEqual(['permanently-forwarded', 'impp://c.example/alice']);
    }
  });

  test('hears of the end of the account', async () => {
    await watch(bob);
    await a.storage.removeAccount('alice', 0);
    await a.domain.presentities.accountRemoved('alice');
    await settle();
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toMatchObject([{ error: 'target-unknown' }]);
  });

  test('finds in the directory those listed for everyone', async () => {
    const list = (device: Device, listed: string) =>
      device.ask(
        'SET-DOCUMENT',
        { Target: device.principal, Name: 'profile', 'Content-Type': 'application/impp-profile' },
        `<profile><display-name>Common ${listed}</display-name><listed>${listed}</listed></profile>`,
      );
    await list(alice, 'everyone');
    await list(a.attach('amy'), 'domain');
    const { body } = await bob.ask('LOOKUP', { Target: 'impp://a.example/', Query: 'common' });
    expect(body).toContain(ALICE);
    expect(body).not.toContain('amy');
    expect((await bob.ask('LOOKUP', { Target: 'impp://c.example/', Query: 'common' })).error).toBe(
      'connection-failure',
    );
  });
});

describe('notifications over a link', () => {
  test('wait for the answer to the one before, and become one with the newest', async () => {
    await watch(bob);
    bob.acknowledges = false;
    for (const note of ['1', '2', '3']) await alice.publish(note);
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([{ body: presence(ALICE, '1') }]);
    bob.acknowledge();
    await settle();
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([{ body: presence(ALICE, '3') }]);
    bob.acknowledge();
    await settle();
    expect(network.take('CHANGE-NOTIFY')).toHaveLength(2);
  });

  test('do not wait for a device for long, nor pile up before it', async () => {
    await watch(bob);
    bob.acknowledges = false;
    for (const note of ['1', '2', '3', '4']) {
      await alice.publish(note);
      await pass(5);
    }
    expect(network.take('CHANGE-NOTIFY')).toHaveLength(4);
    expect(bob.hear('CHANGE-NOTIFY')).toHaveLength(1);
    bob.acknowledge();
    await settle();
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([{ body: presence(ALICE, '4') }]);
    bob.acknowledge();
  });

  test('go to the connection that took over, from the next one on', async () => {
    await watch(bob);
    bob.acknowledges = false;
    await alice.publish('1');
    await alice.publish('2');
    await pass(5);
    await alice.publish('3');
    const again = b.attach('bob');
    b.detach(bob, 'taken-over');
    const unanswered = bob.unacknowledged.shift();
    unanswered?.settle(new ImppError('closed'));
    await settle();
    expect(again.hear('CHANGE-NOTIFY').map(({ body }) => body)).toEqual(
      ['2', '3'].map((note) => presence(ALICE, note)),
    );
    await alice.publish('4');
    expect(again.hear('CHANGE-NOTIFY')).toMatchObject([{ body: presence(ALICE, '4') }]);
  });

  test('end a subscription that the device does not have', async () => {
    await watch(bob);
    bob.acknowledges = false;
    await alice.publish('1');
    bob.acknowledge(new ImppError('subscription-unknown'));
    await settle();
    bob.hear('CHANGE-NOTIFY');
    await alice.publish('2');
    expect(bob.hear('CHANGE-NOTIFY')).toEqual([]);
    expect(network.take('CHANGE-NOTIFY')).toHaveLength(1);
    expect(alice.hear('WATCHER-NOTIFY').at(-1)).toMatchObject({ state: 'ended' });
  });

  test('come after the OK that opens the subscription', async () => {
    const order: string[] = [];
    network.onAnswer = async ({ request }) => {
      if (request.method !== 'SUBSCRIBE') return;
      network.onAnswer = () => Promise.resolve();
      // It changes while the OK is on its way back.
      await alice.publish('changed');
      order.push('OK is back', ...bob.hear('CHANGE-NOTIFY').map(() => 'notified'));
    };
    await watch(bob);
    order.push(...bob.hear('CHANGE-NOTIFY').map(({ body }) => `notified ${body}`));
    expect(order).toEqual(['OK is back', `notified ${presence(ALICE, 'changed')}`]);
  });

  test('are not passed on twice, nor when they are old', async () => {
    await watch(bob);
    await alice.publish('1');
    const [first] = network.take('CHANGE-NOTIFY');
    await alice.publish('2');
    const [second] = network.take('CHANGE-NOTIFY');
    expect(bob.hear('CHANGE-NOTIFY')).toHaveLength(2);
    for (const passed of [first, second, first]) {
      if (!passed) throw new Error('nothing was sent');
      expect((await network.pass(passed)).ok).toBe(true);
    }
    await settle();
    expect(bob.hear('CHANGE-NOTIFY')).toEqual([]);
  });

  test('an end that is older than what was seen since is not passed on', async () => {
    await watch(bob);
    await alice.rules(`${BOB}: subscribe=deny`);
    const [end] = network.take('TERMINATE-SUBSCRIPTION');
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toHaveLength(1);
    await alice.rules(`${BOB}: subscribe=allow`);
    await watch(bob);
    if (!end) throw new Error('nothing was sent');
    expect((await network.pass(end)).ok).toBe(true);
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toEqual([]);
    await alice.publish('still watched');
    expect(bob.hear('CHANGE-NOTIFY')).toHaveLength(1);
  });
});

describe('leases', () => {
  test('an unrenewed subscription ends, and that is said once', async () => {
    await watch(bob, { 'Lease-Time': '60' });
    await pass(60);
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toMatchObject([{ error: 'subscription-unknown' }]);
    await alice.publish('1');
    expect(network.take('CHANGE-NOTIFY')).toEqual([]);
    expect((await b.storage.loadPresence()).watches).toEqual([]);
  });

  test('renewals go through, and are no change', async () => {
    await watch(bob, { 'Lease-Time': '60' });
    for (let time = 0; time < 5; time += 1) {
      await pass(40);
      expect((await watch(bob, { 'Lease-Time': '60' })).state).toBe('active');
    }
    await alice.publish('1');
    expect(bob.hear('CHANGE-NOTIFY')).toHaveLength(1);
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toEqual([]);
  });

  test('taken back and asked for again at once, it is held, in whatever order the answers come', async () => {
    await watch(bob);
    const late = Promise.withResolvers<void>();
    network.onAnswer = ({ request }) => (request.method === 'UNSUBSCRIBE' ? late.promise : Promise.resolve());
    const taken = bob.askOnly('UNSUBSCRIBE', { Target: ALICE });
    expect((await watch(bob)).error).toBeUndefined();
    late.resolve();
    expect((await taken).error).toBeUndefined();
    await alice.publish('1');
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([{ body: presence(ALICE, '1') }]);
  });

  test('a device that is gone: acknowledged for a minute, then unsubscribed', async () => {
    await watch(bob);
    b.detach(bob, 'lost');
    await pass(59);
    await alice.publish('1');
    expect(network.take('CHANGE-NOTIFY')).toHaveLength(1);
    expect(network.take('UNSUBSCRIBE')).toEqual([]);
    await pass(1);
    expect(network.take('UNSUBSCRIBE')).toHaveLength(1);
    await alice.publish('2');
    expect(network.take('CHANGE-NOTIFY')).toEqual([]);
    expect(a.errors).toEqual([]);
    expect((await b.storage.loadPresence()).watches).toEqual([]);
  });

  test('one that comes back within it keeps all', async () => {
    await watch(bob);
    b.detach(bob, 'bye');
    await pass(30);
    b.reattach(bob);
    await pass(60);
    await alice.publish('1');
    expect(network.take('UNSUBSCRIBE')).toEqual([]);
    expect(bob.hear('CHANGE-NOTIFY')).toHaveLength(1);
  });

  test('an account that ends takes back all that it watches', async () => {
    await watch(bob);
    await b.storage.removeAccount('bob', 0);
    await b.domain.presentities.accountRemoved('bob');
    await settle();
    expect(network.take('UNSUBSCRIBE')).toHaveLength(1);
    await alice.publish('1');
    expect(network.take('CHANGE-NOTIFY')).toEqual([]);
  });
});

describe('a domain that cannot be reached', () => {
  test('owes and is owed nothing but the newest, once it can be', async () => {
    await watch(bob);
    network.down.add('b.example');
    for (const note of ['1', '2', '3']) {
      await alice.publish(note, { 'Lease-Time': '3600' });
      await pass(10);
    }
    expect(bob.hear('CHANGE-NOTIFY')).toEqual([]);
    network.down.clear();
    await pass(300);
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([{ body: presence(ALICE, '3') }]);
    await pass(600);
    expect(bob.hear('CHANGE-NOTIFY')).toEqual([]);
  });

  test('is tried less and less often', async () => {
    await watch(bob);
    network.down.add('b.example');
    await alice.publish('1', { 'Lease-Time': '3600' });
    const tried: number[] = [];
    for (let minute = 0; minute < 30; minute += 1) {
      for (let seconds = 0; seconds < 60; seconds += 5) await pass(5);
      tried.push(network.take('CHANGE-NOTIFY').length);
    }
    expect(tried[0]).toBeGreaterThan(2);
    expect(tried.slice(15).reduce((sum, one) => sum + one, 0)).toBeLessThan(8);
  });

  test('is told soon after it has asked something', async () => {
    await watch(bob);
    network.down.add('b.example');
    await alice.publish('1', { 'Lease-Time': '3600' });
    await pass(1200);
    network.down.clear();
    const bill = b.attach('bill');
    await watch(bill);
    await pass(2);
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([{ body: presence(ALICE, '1') }]);
  });

  test('its subscriptions end with their lease', async () => {
    await watch(bob, { 'Lease-Time': '60' });
    network.down.add('b.example');
    await pass(60);
    expect((await alice.ask('GET-WATCHERS', { Target: ALICE })).body).not.toContain(BOB);
    network.down.clear();
    await pass(600);
    expect(network.take('CHANGE-NOTIFY')).toEqual([]);
  });

  test('a renewal that fails leaves the subscription, one that is refused ends it', async () => {
    await watch(bob);
    network.down.add('a.example');
    expect((await watch(bob)).error).toBe('connection-failure');
    network.down.clear();
    await alice.publish('1');
    expect(bob.hear('CHANGE-NOTIFY')).toHaveLength(1);
    const [last] = network.take('CHANGE-NOTIFY');
    await a.storage.removeAccount('alice', 0);
    a.domain.accounts.forget('alice');
    expect((await watch(bob)).error).toBe('target-unknown');
    if (!last) throw new Error('nothing was sent');
    expect((await network.pass(last)).headers.get('Error')).toBe('subscription-unknown');
  });
});

describe('restarts', () => {
  test('of the watcher’s domain: what its devices held is known, and ends with those that stay away', async () => {
    await watch(bob);
    await b.restart();
    await alice.publish('1');
    expect(network.take('CHANGE-NOTIFY')).toHaveLength(1);
    b.reattach(bob);
    await pass(61);
    await alice.publish('2');
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([{ body: presence(ALICE, '2') }]);
    await b.restart();
    await pass(62);
    expect(network.take('UNSUBSCRIBE')).toHaveLength(1);
  });

  test('of the presentity’s domain: subscriptions stay, and nothing is told that was told', async () => {
    await alice.publish('here', { 'Lease-Time': '3600' });
    await watch(bob);
    await alice.publish('there', { 'Lease-Time': '3600' });
    expect(bob.hear('CHANGE-NOTIFY')).toHaveLength(1);
    await a.restart();
    await pass(61);
    expect(bob.hear('CHANGE-NOTIFY')).toEqual([]);
    a.reattach(alice);
    await alice.publish('back');
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([{ body: presence(ALICE, 'back') }]);
  });

  test('what was owed at the end is told after it', async () => {
    await watch(bob);
    network.down.add('b.example');
    await alice.publish('missed', { 'Lease-Time': '3600' });
    await a.restart();
    network.down.clear();
    await pass(300);
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([{ body: presence(ALICE, 'missed') }]);
    await a.restart();
    await pass(300);
    expect(bob.hear('CHANGE-NOTIFY')).toEqual([]);
  });
});

test('rules for a domain concern its people and no others', async () => {
  await alice.ask(
    'SET-ACL',
    { Target: ALICE, 'Content-Type': 'application/impp-acl' },
    acl('impp://b.example/*: subscribe=deny', `${BOB}: subscribe=allow`),
  );
  const bill = b.attach('bill');
  const amy = a.attach('amy');
  expect([(await watch(bob)).state, (await watch(bill)).error, (await watch(amy)).state]).toEqual([
    'active',
    'permission-denied',
    'pending',
  ]);
});
