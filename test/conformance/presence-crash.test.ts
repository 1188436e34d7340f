// [IMPP 7, 9, 10] What was answered with OK is true after a power cut: SIGKILL, and the program again on the same data.

import { expect, test } from 'vitest';
import {
  closedOf,
  couple,
  freshId,
  openOf,
  PRESENCE,
  publish,
  rule,
  setRules,
  userOf,
  write,
} from './people.ts';
import { startDomain, type Wire } from './wire.ts';

const revision = (message: Wire) => Number(message.get('Revision'));

test('presence, rules, questions and documents outlive SIGKILL; no Revision falls', async () => {
  const before = await startDomain();
  const { alice, bob, a, b } = await couple(before);
  const carol = await couple(before);
  const permanent = await publish(alice, 'for ever', { 'Lease-Time': 'infinity', View: 'work' });
  const leased = await publish(alice, 'an hour', { 'Lease-Time': '3600', View: 'work' });
  await setRules(alice, rule(b, { subscribe: 'allow', view: 'work' }), rule(carol.b, { fetch: 'allow' }));
  const first = await bob.succeed('SUBSCRIBE', { Target: a });
  expect(first.body.toString()).toBe(leased);
  const asked = await carol.alice.succeed('SUBSCRIBE', { Target: a });
  expect(asked.get('Subscription-State')).toBe('pending');
  const fetched = await carol.bob.succeed('FETCH', { Target: a });
  await alice.succeed('SET-DOCUMENT', { Name: 'keys', 'Content-Type': 'text/plain' }, 'one');
  const removed = await alice.succeed('SET-DOCUMENT', { Name: 'keys' });
  expect(removed.get('Revision')).toBe('0');
  const rules = await alice.succeed('GET-ACL', { Target: a });
  await before.stop('SIGKILL');

  const after = await startDomain({ data: before.data });
  const [owner, watcher, stranger, fetcher] = await Promise.all([
    after.login(userOf(a), 'desk'),
    after.login(userOf(b), 'phone'),
    after.login(userOf(carol.a), 'laptop'),
    after.login(userOf(carol.b), 'phone'),
  ]);
  expect((await owner.succeed('GET-ACL', { Target: a })).body.toString()).toBe(rules.body.toString());
  expect((await owner.succeed('GET-ACL', { Target: a })).get('Revision')).toBe(rules.get('Revision'));
  expect((await watcher.succeed('GET-SUBSCRIPTION', { Target: a })).get('Subscription-State')).toBe('active');
  expect((await stranger.succeed('GET-SUBSCRIPTION', { Target: a })).get('Subscription-State')).toBe(
    'pending',
  );
  const again = await watcher.succeed('SUBSCRIBE', { Target: a });
  expect([leased, permanent]).toContain(again.body.toString());
  expect(revision(again)).toBeGreaterThanOrEqual(revision(first));
  expect(revision(await fetcher.succeed('FETCH', { Target: a }))).toBeGreaterThanOrEqual(revision(fetched));
  const watchers = (await owner.succeed('GET-WATCHERS', { Target: a })).body.toString();
  expect(watchers).toContain(`<address>${carol.a}</address><state>pending</state>`);
  expect(watchers).toContain(`<address>${b}</address><state>active</state>`);
  expect(watchers).toContain(`<address>${carol.b}</address><state>fetched</state>`);

  // The question is answered now: the watcher that has done nothing since hears of it.
  const object = openOf(a, 'anew');
  await owner.succeed('CHANGE', { Target: a, ...PRESENCE }, object);
  await setRules(owner, rule(carol.a, { subscribe: 'allow' }));
  const granted = await stranger.incoming('CHANGE-NOTIFY');
  expect(granted.get('Subscription-State')).toBe('active');
  expect(granted.body.toString()).toBe(object);
  expect(revision(granted)).toBeGreaterThan(revision(asked));
  // Nobody grants it any more: the active one is left alone, its view is the usual one.
  const notify = await watcher.incoming('CHANGE-NOTIFY', (it) => it.body.toString() === object);
  expect(revision(notify)).toBeGreaterThan(revision(again));

  const anew = await owner.succeed('SET-DOCUMENT', { Name: 'keys', 'Content-Type': 'text/plain' }, 'two');
  expect(revision(anew)).toBeGreaterThan(1);
  await after.stop();
});

test('what was withdrawn, removed or ended stays so', async () => {
  const before = await startDomain();
  const { alice, bob, a, b } = await couple(before);
  await setRules(alice, rule(b, { subscribe: 'allow' }));
  await publish(alice, 'for ever', { 'Lease-Time': 'infinity' });
  await publish(alice, 'an hour', { 'Lease-Time': '3600' });
  await bob.succeed('SUBSCRIBE', { Target: a });
  await alice.succeed('SET-DOCUMENT', { Name: 'keys', 'Content-Type': 'text/plain' }, 'one');
  await alice.succeed('CHANGE', { Target: a, 'Lease-Time': '0' });
  await alice.succeed('CHANGE', { Target: a, 'Lease-Time': 'infinity' });
  await alice.succeed('SET-DOCUMENT', { Name: 'keys' });
  await bob.succeed('UNSUBSCRIBE', { Target: a });
  const again = { 'Message-ID': freshId() };
  expect((await write(bob, a, 'x', again)).get('Outcome')).toBe('delivered');
  await before.stop('SIGKILL');

  const after = await startDomain({ data: before.data });
  const owner = await after.login(userOf(a), 'desk');
  const watcher = await after.login(userOf(b), 'phone');
  expect((await owner.succeed('FETCH', { Target: a })).body.toString()).toBe(closedOf(a));
  expect((await owner.succeed('GET-DOCUMENT', { Name: 'keys' })).get('Revision')).toBe('0');
  expect(await watcher.errorOf('GET-SUBSCRIPTION', { Target: a })).toBe('subscription-unknown');
  const repeated = await write(watcher, a, 'x', again);
  expect(['delivered', 'stored']).toContain(repeated.get('Outcome'));
  await owner.ping();
  expect(owner.arrived.filter((it) => it.method === 'SEND')).toHaveLength(0);
  await after.stop();
});
