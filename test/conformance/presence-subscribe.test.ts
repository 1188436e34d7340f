// [IMPP 7] SUBSCRIBE, UNSUBSCRIBE, GET-SUBSCRIPTION and what follows from them: CHANGE-NOTIFY and
// TERMINATE-SUBSCRIPTION.

import { beforeAll, describe, expect, test } from 'vitest';
import {
  came,
  closedOf,
  couple,
  openOf,
  PRESENCE,
  partsOf,
  publish,
  rule,
  setRules,
  userOf,
  withdraw,
} from './people.ts';
import { type Client, type Domain, startDomain, type Wire } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain();
}, 40_000);

/** A watcher with an active subscription to a presentity. */
async function watching(view = 'default') {
  const it = await couple(domain);
  await setRules(it.alice, rule(it.b, { subscribe: 'allow', view }));
  const ok = await it.bob.succeed('SUBSCRIBE', { Target: it.a });
  return { ...it, revision: Number(ok.get('Revision')), ok };
}

const stateOf = async (client: Client, target: string): Promise<string> => {
  const response = await client.request('GET-SUBSCRIPTION', { Target: target });
  return response.get(response.kind === 'OK' ? 'Subscription-State' : 'Error') ?? 'none';
};

describe('SUBSCRIBE', () => {
  test('where a rule allows it: the object, the Lease-Time granted, Revision and `active`', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const object = await publish(alice, 'here');
    await setRules(alice, rule(b, { subscribe: 'allow' }));
    const ok = await bob.succeed('SUBSCRIBE', { Target: a, 'Lease-Time': '600' });
    expect(ok.get('Subscription-State')).toBe('active');
    expect(ok.get('Lease-Time')).toBe('600');
    expect(ok.get('Revision')).toMatch(/^\d{1,16}$/);
    expect(ok.get('Content-Type')).toBe('application/presence');
    expect(ok.body.toString()).toBe(object);
    expect(ok.get('To')).toBe(b);
    expect(ok.get('Connection-ID')).toBe(bob.identity['Connection-ID']);
  });

  test('without a rule: `pending`, the minimal CLOSED document, and the presentity has been asked', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await publish(alice, 'here');
    const ok = await bob.succeed('SUBSCRIBE', { Target: a });
    expect(ok.get('Subscription-State')).toBe('pending');
    expect(ok.body.toString()).toBe(closedOf(a));
    expect(ok.get('Lease-Time')).toBe('3600');
    const asked = await alice.incoming('WATCHER-NOTIFY');
    expect(asked.get('Watcher')).toBe(b);
    expect(asked.get('Subscription-State')).toBe('pending');
    expect(asked.get('Revision')).toMatch(/^\d{1,16}$/);
    expect(await stateOf(bob, a)).toBe('pending');
    expect(await came(bob, 'CHANGE-NOTIFY')).toHaveLength(0);
  });

  test.each([
    [undefined, '3600'],
    ['infinity', '86400'],
    ['1', '60'],
    ['60', '60'],
    ['86400', '86400'],
    ['86401', '86400'],
    ['2147483647', '86400'],
  ])('Lease-Time %s is granted as %s', async (wanted, granted) => {
    const { bob, a } = await couple(domain);
    const ok = await bob.succeed('SUBSCRIBE', { Target: a, 'Lease-Time': wanted });
    expect(ok.get('Lease-Time')).toBe(granted);
  });

  test.each(['0', '-1', '2147483648', 'soon', ''])('Lease-Time "%s" is bad-request', async (wanted) => {
    const { bob, a } = await couple(domain);
    expect(await bob.errorOf('SUBSCRIBE', { Target: a, 'Lease-Time': wanted })).toBe('bad-request');
    expect(await stateOf(bob, a)).toBe('subscription-unknown');
  });

  test('refusal is permission-denied, and nothing is held', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, { subscribe: 'deny' }));
    expect(await bob.errorOf('SUBSCRIBE', { Target: a })).toBe('permission-denied');
    expect(await stateOf(bob, a)).toBe('subscription-unknown');
    expect(await came(alice, 'WATCHER-NOTIFY')).toHaveLength(0);
  });

  test('to nobody is target-unknown; without a Target bad-request', async () => {
    const { bob } = await couple(domain);
    expect(await bob.errorOf('SUBSCRIBE', { Target: domain.url('nobody') })).toBe('target-unknown');
    expect(await bob.errorOf('SUBSCRIBE')).toBe('bad-request');
    for (const method of ['UNSUBSCRIBE', 'GET-SUBSCRIPTION'])
      expect(await bob.errorOf(method)).toBe('bad-request');
  });

  test('to oneself is everything', async () => {
    const { alice, a } = await couple(domain);
    const object = await publish(alice, 'here');
    const ok = await alice.succeed('SUBSCRIBE', { Target: a });
    expect(ok.get('Subscription-State')).toBe('active');
    expect(ok.body.toString()).toBe(object);
  });

  test('again with the same From, Connection-ID and Target extends it', async () => {
    const { alice, bob, a, revision } = await watching();
    await alice.incoming('WATCHER-NOTIFY');
    const again = await bob.succeed('SUBSCRIBE', { Target: a, 'Lease-Time': '7200' });
    expect(again.get('Lease-Time')).toBe('7200');
    expect(Number(again.get('Revision'))).toBe(revision);
    const left = await bob.succeed('GET-SUBSCRIPTION', { Target: a });
    expect(Number(left.get('Lease-Time'))).toBeGreaterThan(7100);
    // Its state has not changed: the presentity hears nothing.
    expect(await came(alice, 'WATCHER-NOTIFY')).toHaveLength(0);
    await publish(alice, 'once');
    await bob.incoming('CHANGE-NOTIFY');
    expect(await came(bob, 'CHANGE-NOTIFY')).toHaveLength(0);
  });

  test('a device that attaches again subscribes again, and the OK brings the present value', async () => {
    const { alice, bob, a, b } = await watching();
    bob.destroy();
    const object = await publish(alice, 'meanwhile');
    const back = await domain.login(userOf(b), 'phone');
    expect(back.identity['Connection-ID']).toBe(bob.identity['Connection-ID']);
    const ok = await back.succeed('SUBSCRIBE', { Target: a });
    expect(ok.body.toString()).toBe(object);
    await publish(alice, 'now');
    await back.incoming('CHANGE-NOTIFY');
  });

  test('a take-over takes the subscriptions too', async () => {
    const { alice, bob, a, b } = await watching();
    const back = await domain.login(userOf(b), 'phone');
    await bob.closed();
    expect(await stateOf(back, a)).toBe('active');
    const object = await publish(alice, 'now');
    expect((await back.incoming('CHANGE-NOTIFY', (it) => it.body.toString() === object)).get('Target')).toBe(
      b,
    );
  });
});

describe('UNSUBSCRIBE and GET-SUBSCRIPTION', () => {
  test('GET-SUBSCRIPTION: state and the Lease-Time left', async () => {
    const { bob, a, b } = await watching();
    const ok = await bob.succeed('GET-SUBSCRIPTION', { Target: a });
    expect(ok.get('Subscription-State')).toBe('active');
    expect(Number(ok.get('Lease-Time'))).toBeGreaterThan(3500);
    expect(Number(ok.get('Lease-Time'))).toBeLessThanOrEqual(3600);
    expect(ok.body).toHaveLength(0);
    expect(ok.get('To')).toBe(b);
  });

  test('UNSUBSCRIBE eliminates it; then both are subscription-unknown, and nothing is notified', async () => {
    const { alice, bob, a } = await watching();
    await bob.succeed('UNSUBSCRIBE', { Target: a });
    expect(await bob.errorOf('UNSUBSCRIBE', { Target: a })).toBe('subscription-unknown');
    expect(await bob.errorOf('GET-SUBSCRIPTION', { Target: a })).toBe('subscription-unknown');
    await publish(alice, 'unseen');
    expect(await came(bob, 'CHANGE-NOTIFY')).toHaveLength(0);
    expect(await came(bob, 'TERMINATE-SUBSCRIPTION')).toHaveLength(0);
  });

  test('each connection has its own', async () => {
    const { bob, a, b } = await watching();
    const tablet = await domain.login(userOf(b), 'tablet');
    expect(await stateOf(tablet, a)).toBe('subscription-unknown');
    expect(await tablet.errorOf('UNSUBSCRIBE', { Target: a })).toBe('subscription-unknown');
    expect(await stateOf(bob, a)).toBe('active');
  });

  test('what never was is subscription-unknown', async () => {
    const { alice, bob, a, b } = await couple(domain);
    expect(await bob.errorOf('UNSUBSCRIBE', { Target: a })).toBe('subscription-unknown');
    expect(await alice.errorOf('GET-SUBSCRIPTION', { Target: b })).toBe('subscription-unknown');
  });

  test('one can leave while one is pending', async () => {
    const { bob, a } = await couple(domain);
    await bob.succeed('SUBSCRIBE', { Target: a });
    await bob.succeed('UNSUBSCRIBE', { Target: a });
    expect(await stateOf(bob, a)).toBe('subscription-unknown');
  });
});

describe('CHANGE-NOTIFY', () => {
  test('carries Target, Target-Connection-ID, From and Origin, Revision, Subscription-State and the object', async () => {
    const { alice, bob, a, b, revision } = await watching();
    const object = await publish(alice, 'here');
    const notify = await bob.incoming('CHANGE-NOTIFY');
    expect(notify.get('Target')).toBe(b);
    expect(notify.get('Target-Connection-ID')).toBe(bob.identity['Connection-ID']);
    expect(notify.get('From')).toBe(a);
    expect(notify.get('Origin')).toBe(a);
    expect(Number(notify.get('Revision'))).toBeGreaterThan(revision);
    expect(notify.get('Subscription-State')).toBe('active');
    expect(notify.get('Content-Type')).toBe('application/presence');
    expect(notify.body.toString()).toBe(object);
    const seen = await bob.succeed('SUBSCRIBE', { Target: a });
    expect(seen.get('Revision')).toBe(notify.get('Revision'));
  });

  test('goes to each of the watcher’s subscribed connections', async () => {
    const { alice, bob, a, b } = await watching();
    const tablet = await domain.login(userOf(b), 'tablet');
    await tablet.succeed('SUBSCRIBE', { Target: a });
    const object = await publish(alice, 'here');
    for (const device of [bob, tablet]) {
      const notify = await device.incoming('CHANGE-NOTIFY');
      expect(notify.get('Target-Connection-ID')).toBe(device.identity['Connection-ID']);
      expect(notify.body.toString()).toBe(object);
    }
  });

  test('is sent for changes visible to that watcher, and only then', async () => {
    const { alice, bob } = await watching('work');
    await publish(alice, 'not for work');
    const seen = await publish(alice, 'for work', { View: 'work' });
    expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toBe(seen);
    await publish(alice, 'for work', { View: 'work', 'Lease-Time': '300' });
    await publish(alice, 'behind it', { View: 'work', 'Lease-Time': 'infinity' });
    await publish(alice, 'not for work either', { 'Lease-Time': 'infinity' });
    await withdraw(alice);
    expect(await came(bob, 'CHANGE-NOTIFY')).toHaveLength(0);
    await withdraw(alice, { View: 'work' });
    expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toContain('behind it');
    expect(await came(bob, 'CHANGE-NOTIFY')).toHaveLength(0);
  });

  test('several devices: multipart/mixed here as well, back to one, to the permanent one, to CLOSED', async () => {
    const { alice, bob, a } = await watching();
    const first = await publish(alice, 'laptop');
    await bob.incoming('CHANGE-NOTIFY');
    const phone = await domain.login(userOf(a), 'telephone');
    const second = await publish(phone, 'telephone');
    expect(partsOf(await bob.incoming('CHANGE-NOTIFY')).map((it) => it.body)).toEqual([second, first]);
    await phone.succeed('BYE');
    expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toBe(first);
    await alice.succeed('BYE');
    expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toBe(closedOf(a));
  });

  test('while one is unacknowledged, later changes collapse into one with the newest object', async () => {
    const { alice, bob } = await watching();
    bob.isAnswering = false;
    await publish(alice, 'one');
    const one = await bob.incoming('CHANGE-NOTIFY');
    expect(one.body.toString()).toContain('one');
    await publish(alice, 'two');
    await publish(alice, 'three');
    const newest = await publish(alice, 'four');
    expect(await came(bob, 'CHANGE-NOTIFY')).toHaveLength(0);
    bob.answer(one);
    const last = await bob.incoming('CHANGE-NOTIFY');
    expect(last.body.toString()).toBe(newest);
    expect(Number(last.get('Revision'))).toBeGreaterThan(Number(one.get('Revision')));
    bob.answer(last);
    expect(await came(bob, 'CHANGE-NOTIFY')).toHaveLength(0);
  });

  test('a slow watcher holds up no other', async () => {
    const { alice, bob, a } = await watching();
    const carol = await domain.login(userOf(a), 'desk');
    await carol.succeed('SUBSCRIBE', { Target: a });
    bob.isAnswering = false;
    for (const note of ['one', 'two', 'three']) {
      const object = await publish(alice, note);
      expect((await carol.incoming('CHANGE-NOTIFY')).body.toString()).toBe(object);
    }
  });

  test('answered with subscription-unknown, the sender drops the subscription', async () => {
    const { alice, bob, a } = await watching();
    bob.isAnswering = false;
    await publish(alice, 'one');
    bob.answer(
      await bob.incoming('CHANGE-NOTIFY'),
      { Error: 'subscription-unknown', Reason: 'not mine' },
      'ERROR',
    );
    await publish(alice, 'two');
    expect(await came(bob, 'CHANGE-NOTIFY')).toHaveLength(0);
    expect(await stateOf(bob, a)).toBe('subscription-unknown');
  });

  test('CHANGE-NOTIFY and TERMINATE-SUBSCRIPTION of a client are operation-not-supported', async () => {
    const { alice, bob, a, b } = await watching();
    const headers = {
      Target: b,
      'Target-Connection-ID': bob.identity['Connection-ID'],
      Origin: a,
      Revision: '9007199254740991',
      'Subscription-State': 'active',
    };
    expect(await alice.errorOf('CHANGE-NOTIFY', { ...headers, ...PRESENCE }, openOf(a, 'forged'))).toBe(
      'operation-not-supported',
    );
    expect(await alice.errorOf('TERMINATE-SUBSCRIPTION', { ...headers, Error: 'permission-denied' })).toBe(
      'operation-not-supported',
    );
    expect(await alice.errorOf('WATCHER-NOTIFY', headers)).toBe('operation-not-supported');
    expect(await came(bob, 'CHANGE-NOTIFY')).toHaveLength(0);
    expect(await stateOf(bob, a)).toBe('active');
  });
});

describe('approval', () => {
  test('a rule makes the pending one active: CHANGE-NOTIFY with the object', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const object = await publish(alice, 'here');
    const pending = await bob.succeed('SUBSCRIBE', { Target: a });
    await setRules(alice, rule(b, { subscribe: 'allow' }));
    const notify = await bob.incoming('CHANGE-NOTIFY');
    expect(notify.get('Subscription-State')).toBe('active');
    expect(notify.body.toString()).toBe(object);
    expect(Number(notify.get('Revision'))).toBeGreaterThan(Number(pending.get('Revision')));
    expect(await stateOf(bob, a)).toBe('active');
  });

  test('approval is a change of state even where the object stays the same', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await bob.succeed('SUBSCRIBE', { Target: a });
    await setRules(alice, rule(b, { subscribe: 'allow' }));
    const notify = await bob.incoming('CHANGE-NOTIFY');
    expect(notify.get('Subscription-State')).toBe('active');
    expect(notify.body.toString()).toBe(closedOf(a));
  });

  test('a rule that refuses ends it: TERMINATE-SUBSCRIPTION, no object', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const pending = await bob.succeed('SUBSCRIBE', { Target: a });
    await setRules(alice, rule(b, { subscribe: 'deny' }));
    const end = await bob.incoming('TERMINATE-SUBSCRIPTION');
    expect(end.get('Error')).toBe('permission-denied');
    expectEnd(end, bob, a, b);
    expect(Number(end.get('Revision'))).toBeGreaterThanOrEqual(Number(pending.get('Revision')));
    expect(await stateOf(bob, a)).toBe('subscription-unknown');
  });

  test('a pending watcher is not told of changes', async () => {
    const { alice, bob, a } = await couple(domain);
    const ok = await bob.succeed('SUBSCRIBE', { Target: a });
    await publish(alice, 'here');
    expect(await came(bob, 'CHANGE-NOTIFY')).toHaveLength(0);
    const again = await bob.succeed('SUBSCRIBE', { Target: a });
    expect(again.get('Revision')).toBe(ok.get('Revision'));
    expect(again.body.toString()).toBe(closedOf(a));
  });
});

function expectEnd(end: Wire, watcher: Client, a: string, b: string): void {
  expect(end.get('Target')).toBe(b);
  expect(end.get('Target-Connection-ID')).toBe(watcher.identity['Connection-ID']);
  expect(end.get('From')).toBe(a);
  expect(end.get('Origin')).toBe(a);
  expect(end.get('Subscription-State')).toBe('ended');
  expect(end.get('Revision')).toMatch(/^\d{1,16}$/);
  expect(end.get('Content-Length')).toBeUndefined();
  expect(end.body).toHaveLength(0);
}

test('UNREGISTER ends the presentity’s subscriptions with target-unknown', async () => {
  const { alice, bob, a, b } = await watching();
  await alice.succeed('UNREGISTER', { Target: a });
  const end = await bob.incoming('TERMINATE-SUBSCRIPTION');
  expect(end.get('Error')).toBe('target-unknown');
  expectEnd(end, bob, a, b);
  expect(await bob.errorOf('FETCH', { Target: a })).toBe('target-unknown');
  expect(await bob.errorOf('SUBSCRIBE', { Target: a })).toBe('target-unknown');
});
