// [IMPP 7] What time does: leases that run out, subscriptions that are not renewed, and a restart of the server.

import { beforeAll, describe, expect, test } from 'vitest';
import { closedOf, couple, openOf, PRESENCE, publish, rule, setRules, userOf } from './people.ts';
import { type Domain, startDomain } from './wire.ts';

const settings = ['leases.presence-min=1', 'leases.subscription-min=1'];
let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({ settings });
}, 40_000);

// What waits for the same second waits for it together.
describe('a lease that runs out', () => {
  const leavesThePermanentValue = async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, { subscribe: 'allow' }));
    const permanent = await publish(alice, 'permanent', { 'Lease-Time': 'infinity' });
    const leased = await publish(alice, 'leased', { 'Lease-Time': '2' });
    const ok = await bob.succeed('SUBSCRIBE', { Target: a });
    expect(ok.body.toString()).toBe(leased);
    const notify = await bob.incoming('CHANGE-NOTIFY');
    expect(notify.body.toString()).toBe(permanent);
    expect(Number(notify.get('Revision'))).toBeGreaterThan(Number(ok.get('Revision')));
    await alice.succeed('CHANGE', { Target: a, 'Lease-Time': 'infinity' });
    expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toBe(closedOf(a));
  };
  const outlivesItsConnection = async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, { subscribe: 'allow' }));
    await publish(alice, 'leased', { 'Lease-Time': '2' });
    await bob.succeed('SUBSCRIBE', { Target: a });
    alice.destroy();
    expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toBe(closedOf(a));
  };

  test('leaves the permanent value, then CLOSED, and watchers are told, whether its connection is there or broke', async () => {
    await Promise.all([leavesThePermanentValue(), outlivesItsConnection()]);
  });
});

describe('a subscription that is not renewed', () => {
  const ends = async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, { subscribe: 'allow' }));
    const ok = await bob.succeed('SUBSCRIBE', { Target: a, 'Lease-Time': '1' });
    expect(ok.get('Lease-Time')).toBe('1');
    const end = await bob.incoming('TERMINATE-SUBSCRIPTION');
    expect(end.get('Error')).toBe('subscription-unknown');
    expect(end.get('Subscription-State')).toBe('ended');
    expect(end.get('From')).toBe(a);
    expect(end.get('Origin')).toBe(a);
    expect(end.get('Target')).toBe(b);
    expect(end.get('Target-Connection-ID')).toBe(bob.identity['Connection-ID']);
    expect(end.body).toHaveLength(0);
    expect(await bob.errorOf('GET-SUBSCRIPTION', { Target: a })).toBe('subscription-unknown');
    const ended = await alice.incoming('WATCHER-NOTIFY', (it) => it.get('Subscription-State') === 'ended');
    expect(ended.get('Watcher')).toBe(b);
  };
  const leavesItsQuestion = async () => {
    const { alice, bob, a, b } = await couple(domain);
    await bob.succeed('SUBSCRIBE', { Target: a, 'Lease-Time': '1' });
    await bob.incoming('TERMINATE-SUBSCRIPTION');
    const watchers = await alice.succeed('GET-WATCHERS', { Target: a });
    expect(watchers.body.toString()).toContain(`<address>${b}</address><state>pending</state>`);
    await setRules(alice, rule(b, { subscribe: 'deny' }));
    const answered = await alice.succeed('GET-WATCHERS', { Target: a });
    expect(answered.body.toString()).not.toContain(b);
  };

  test('ends at expiry, TERMINATE-SUBSCRIPTION with subscription-unknown is tried, and a pending question survives', async () => {
    await Promise.all([ends(), leavesItsQuestion()]);
  });
});

test('a restart keeps permanent values, rules, subscriptions; Revision never falls', async () => {
  const before = await startDomain({ name: 'wire.example' });
  const { alice, bob, a, b } = await couple(before);
  await setRules(alice, rule(b, { subscribe: 'allow' }));
  const permanent = await publish(alice, 'permanent', { 'Lease-Time': 'infinity' });
  const leased = await publish(alice, 'leased', { 'Lease-Time': '3600' });
  const seen = await bob.succeed('SUBSCRIBE', { Target: a });
  expect(seen.body.toString()).toBe(leased);
  expect(await before.stop('SIGTERM')).toBe(0);

  const after = await startDomain({ name: 'wire.example', data: before.data });
  const back = await after.login(userOf(b), 'phone');
  expect(back.identity['Connection-ID']).toBe(bob.identity['Connection-ID']);
  const again = await after.login(userOf(a), 'laptop');
  const held = await back.succeed('GET-SUBSCRIPTION', { Target: a });
  expect(held.get('Subscription-State')).toBe('active');
  const now = await back.succeed('SUBSCRIBE', { Target: a });
  expect([permanent, leased]).toContain(now.body.toString());
  expect(Number(now.get('Revision'))).toBeGreaterThanOrEqual(Number(seen.get('Revision')));
  if (now.body.toString() !== leased)
    expect(Number(now.get('Revision'))).toBeGreaterThan(Number(seen.get('Revision')));
  const ok = await again.succeed('CHANGE', { Target: a, ...PRESENCE }, openOf(a, 'anew'));
  expect(ok.get('Revision')).toMatch(/^\d+$/);
  const notify = await back.incoming('CHANGE-NOTIFY', (it) => it.body.toString() === openOf(a, 'anew'));
  expect(Number(notify.get('Revision'))).toBeGreaterThan(Number(now.get('Revision')));
  expect(await after.stop('SIGTERM')).toBe(0);
});
