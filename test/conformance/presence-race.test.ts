// [IMPP 7] Changes, rules and subscriptions all at once: notifications come after the OK, each with a higher
// Revision than the last, and the last with what is true in the end.

import { beforeAll, expect, test } from 'vitest';
import { closedOf, couple, openOf, PRESENCE, publish, RULES, rule, setRules, userOf } from './people.ts';
import { type Client, type Domain, startDomain, type Wire } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain();
}, 40_000);

const revision = (message: Wire) => Number(message.get('Revision'));
/** All that concerns the subscription, in the order it came. */
const about = (client: Client) =>
  client.arrived.splice(0).filter((it) => /SUBSCRI|NOTIFY/.test(it.method) && it.method !== 'WATCHER-NOTIFY');

test('a SUBSCRIBE amid changes: nothing before its OK, nothing twice, the newest last', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, { subscribe: 'allow' }));
    const changes: string[] = [];
    for (let at = 0; at < 40; at += 1) {
      changes.push(alice.send('CHANGE', { Target: a, ...PRESENCE }, openOf(a, `${at}`)));
      if (at === 3 * round) bob.send('SUBSCRIBE', { Target: a }, undefined, 'sub');
    }
    for (const id of changes) await alice.response(id);
    const newest = openOf(a, '39');
    await expect
      .poll(() => bob.arrived.some((it) => it.body.toString() === newest), { timeout: 10_000 })
      .toBe(true);
    await bob.ping();
    const got = about(bob);
    expect(got[0]?.id).toBe('sub');
    expect(got.at(-1)?.body.toString()).toBe(newest);
    got.slice(1).forEach((it, at) => {
      expect(revision(it)).toBeGreaterThan(revision(got[at] as Wire));
    });
  }
});

test('rules that change back and forth: the last notification says what holds', async () => {
  const { alice, bob, a, b } = await couple(domain);
  const work = await publish(alice, 'work', { View: 'work' });
  await publish(alice, 'usual');
  await setRules(alice, rule(b, { subscribe: 'allow' }));
  const ok = await bob.succeed('SUBSCRIBE', { Target: a });
  const ids: string[] = [];
  for (let at = 0; at < 20; at += 1) {
    const says = [
      { subscribe: 'pretend' },
      { subscribe: 'allow', view: 'none-such' },
      { subscribe: 'allow', view: 'default' },
      { subscribe: 'allow', view: 'work' },
    ][at % 4] as Record<string, string>;
    ids.push(alice.send('SET-ACL', { Target: a, ...RULES }, `<acl>${rule(b, says)}</acl>`));
  }
  for (const id of ids) expect((await alice.response(id)).kind).toBe('OK');
  expect(await bob.errorOf('FETCH', { Target: a })).toBe('permission-denied');
  const viewed = await alice.succeed('FETCH', { Target: a, Watcher: b });
  expect(viewed.body.toString()).toBe(work);
  await expect
    .poll(() => bob.arrived.some((it) => it.get('Revision') === viewed.get('Revision')), { timeout: 10_000 })
    .toBe(true);
  const got = about(bob);
  let last = revision(ok);
  for (const it of got) {
    if (it.kind !== 'request') continue;
    expect(revision(it)).toBeGreaterThan(last);
    last = revision(it);
    expect(it.get('Subscription-State')).toBe('active');
  }
  expect(got.at(-1)?.body.toString()).toBe(work);
});

test('a refusal amid changes: nothing after TERMINATE-SUBSCRIPTION', async () => {
  const { alice, bob, a, b } = await couple(domain);
  await setRules(alice, rule(b, { subscribe: 'allow' }));
  const ok = await bob.succeed('SUBSCRIBE', { Target: a });
  const ids: string[] = [];
  for (let at = 0; at < 20; at += 1) {
    ids.push(alice.send('CHANGE', { Target: a, ...PRESENCE }, openOf(a, `${at}`)));
    if (at === 10)
      ids.push(
        alice.send('SET-ACL', { Target: a, ...RULES }, `<acl>${rule(b, { subscribe: 'deny' })}</acl>`),
      );
  }
  for (const id of ids) expect((await alice.response(id)).kind).toBe('OK');
  await expect
    .poll(() => bob.arrived.some((it) => it.method === 'TERMINATE-SUBSCRIPTION'), { timeout: 10_000 })
    .toBe(true);
  await bob.ping();
  const got = about(bob);
  expect(got.at(-1)?.method).toBe('TERMINATE-SUBSCRIPTION');
  let last = revision(ok);
  for (const it of got) {
    expect(revision(it)).toBeGreaterThan(last);
    last = revision(it);
    for (let at = 11; at < 20; at += 1) expect(it.body.toString()).not.toBe(openOf(a, `${at}`));
  }
});

test('`until` that leaves only `ask` leaves the active one alone', async () => {
  const { alice, bob, a, b } = await couple(domain);
  await publish(alice, 'here');
  const tablet = await domain.login(userOf(b), 'tablet');
  const until = Date.now() + 1500;
  await setRules(alice, rule(b, { subscribe: 'allow', until: new Date(until).toISOString() }));
  await bob.succeed('SUBSCRIBE', { Target: a });
  await expect.poll(() => Date.now() > until + 50, { timeout: 10_000 }).toBe(true);
  expect((await bob.succeed('GET-SUBSCRIPTION', { Target: a })).get('Subscription-State')).toBe('active');
  const object = await publish(alice, 'still here');
  expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toBe(object);
  expect((await bob.succeed('SUBSCRIBE', { Target: a })).get('Subscription-State')).toBe('active');
  // A subscription that is new is asked for.
  const asked = await tablet.succeed('SUBSCRIBE', { Target: a });
  expect(asked.get('Subscription-State')).toBe('pending');
  expect(asked.body.toString()).toBe(closedOf(a));
});

test('an object as large as an interactive connection takes is published, shown and notified', async () => {
  const { alice, bob, a, b } = await couple(domain);
  await setRules(alice, rule(b, { subscribe: 'allow' }));
  await bob.succeed('SUBSCRIBE', { Target: a });
  const object = Buffer.alloc(300_000, 9);
  await alice.succeed('CHANGE', { Target: a, 'Content-Type': 'application/pkcs7-mime' }, object);
  expect((await bob.incoming('CHANGE-NOTIFY')).body.equals(object)).toBe(true);
  expect((await bob.succeed('SUBSCRIBE', { Target: a })).body.equals(object)).toBe(true);
});
