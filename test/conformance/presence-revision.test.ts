// [IMPP 7] "Revision of presence is per watcher: a number that rises whenever what that watcher may see, or its
// subscription's state, changes, and only then; it never falls".

import { beforeAll, expect, test } from 'vitest';
import { couple, openOf, PRESENCE, publish, rule, setRules, userOf, withdraw } from './people.ts';
import { type Domain, startDomain, type Wire } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain();
}, 40_000);

const revision = (message: Wire) => Number(message.get('Revision'));

test('it rises with each state of a subscription, to its end and anew', async () => {
  const { alice, bob, a, b } = await couple(domain);
  const pending = revision(await bob.succeed('SUBSCRIBE', { Target: a }));
  await setRules(alice, rule(b, { subscribe: 'allow' }));
  const active = revision(await bob.incoming('CHANGE-NOTIFY'));
  expect(active).toBeGreaterThan(pending);
  await setRules(alice, rule(b, { subscribe: 'deny' }));
  const ended = revision(await bob.incoming('TERMINATE-SUBSCRIPTION'));
  expect(ended).toBeGreaterThan(active);
  await setRules(alice, rule(b, { subscribe: 'allow' }));
  const anew = revision(await bob.succeed('SUBSCRIBE', { Target: a }));
  expect(anew).toBeGreaterThan(ended);
  await bob.succeed('UNSUBSCRIBE', { Target: a });
  expect(revision(await bob.succeed('SUBSCRIBE', { Target: a }))).toBeGreaterThan(anew);
});

test('it does not rise for a watcher who is not concerned', async () => {
  const { alice, bob, a, b } = await couple(domain);
  await setRules(alice, rule(b, { subscribe: 'allow', view: 'work' }));
  const first = revision(await bob.succeed('SUBSCRIBE', { Target: a }));
  const again = async () => revision(await bob.succeed('SUBSCRIBE', { Target: a }));
  await publish(alice, 'another view');
  expect(await again()).toBe(first);
  await setRules(
    alice,
    rule(b, { subscribe: 'allow', view: 'work', send: 'deny' }),
    rule('*', { fetch: 'allow' }),
  );
  expect(await again()).toBe(first);
  await setRules(alice, rule('*', { subscribe: 'allow', view: 'work' }));
  expect(await again()).toBe(first);
  await setRules(alice, rule(b, { subscribe: 'allow', view: 'empty-as-well' }));
  const other = await again();
  expect(other).toBeGreaterThanOrEqual(first);
  expect(await again()).toBe(other);
});

test('the OK of CHANGE says the Revision that the presentity itself then sees', async () => {
  const { alice, a } = await couple(domain);
  for (const note of ['one', 'two', 'two', 'three']) {
    const ok = await alice.succeed('CHANGE', { Target: a, ...PRESENCE }, openOf(a, note));
    for (const more of [{}, { View: 'default' }]) {
      const seen = await alice.succeed('FETCH', { Target: a, ...more });
      expect(seen.get('Revision')).toBe(ok.get('Revision'));
    }
  }
  // One who has watched itself in between is told nothing lower.
  const watched = await alice.succeed('SUBSCRIBE', { Target: a });
  await alice.succeed('UNSUBSCRIBE', { Target: a });
  const ok = await alice.succeed('CHANGE', { Target: a, ...PRESENCE }, openOf(a, 'three'));
  expect(revision(ok)).toBeGreaterThan(revision(watched));
  expect((await alice.succeed('FETCH', { Target: a })).get('Revision')).toBe(ok.get('Revision'));
  const work = await alice.succeed('CHANGE', { Target: a, ...PRESENCE, View: 'work' }, openOf(a, 'work'));
  const seen = await alice.succeed('FETCH', { Target: a, View: 'work' });
  expect(seen.get('Revision')).toBe(work.get('Revision'));
});

test('the OK of a withdrawal says the Lease-Time asked for, and a Revision', async () => {
  const { alice, a } = await couple(domain);
  await publish(alice, 'here');
  await publish(alice, 'for ever', { 'Lease-Time': 'infinity' });
  const leased = await alice.succeed('CHANGE', { Target: a, 'Lease-Time': '0' });
  expect(leased.get('Lease-Time')).toBe('0');
  const permanent = await alice.succeed('CHANGE', { Target: a, 'Lease-Time': 'infinity' });
  expect(permanent.get('Lease-Time')).toBe('infinity');
  expect(revision(permanent)).toBeGreaterThan(revision(leased));
});

test('"view as" says the Revision that the watcher sees', async () => {
  const { alice, bob, a, b } = await couple(domain);
  await setRules(alice, rule(b, { subscribe: 'allow' }));
  await publish(alice, 'here');
  const seen = await bob.succeed('SUBSCRIBE', { Target: a });
  const viewed = await alice.succeed('FETCH', { Target: a, Watcher: b });
  expect(viewed.body.equals(seen.body)).toBe(true);
  expect(viewed.get('Revision')).toBe(seen.get('Revision'));
});

test('while a device is gone its notifications are acknowledged for it, and the next finds it', async () => {
  const { alice, bob, a, b } = await couple(domain);
  await setRules(alice, rule(b, { subscribe: 'allow' }));
  const first = revision(await bob.succeed('SUBSCRIBE', { Target: a }));
  bob.destroy();
  await publish(alice, 'one');
  await publish(alice, 'two');
  const back = await domain.login(userOf(b), 'phone');
  expect((await back.succeed('GET-SUBSCRIPTION', { Target: a })).get('Subscription-State')).toBe('active');
  const object = await publish(alice, 'three');
  const notify = await back.incoming('CHANGE-NOTIFY', (it) => it.body.toString() === object);
  expect(revision(notify)).toBeGreaterThan(first);
});

test('a change and its withdrawal while one is unacknowledged: the newest is what is sent', async () => {
  const { alice, bob, a, b } = await couple(domain);
  await setRules(alice, rule(b, { subscribe: 'allow' }));
  await bob.succeed('SUBSCRIBE', { Target: a });
  bob.isAnswering = false;
  await publish(alice, 'one');
  const one = await bob.incoming('CHANGE-NOTIFY');
  await publish(alice, 'two');
  await withdraw(alice);
  await setRules(alice, rule(b, { subscribe: 'deny' }));
  // An end waits for nothing: or it comes once the notification before it was answered.
  bob.answer(one);
  const end = await bob.incoming('TERMINATE-SUBSCRIPTION');
  expect(revision(end)).toBeGreaterThan(revision(one));
  bob.answer(end);
  await bob.ping();
});
