// [IMPP 7] CHANGE and FETCH: what is published, under what key, for how long, and what is shown of it.

import { beforeAll, describe, expect, test } from 'vitest';
import {
  closedOf,
  couple,
  openOf,
  PRESENCE,
  partsOf,
  publish,
  RULES,
  rule,
  setRules,
  userOf,
  withdraw,
} from './people.ts';
import { type Client, type Domain, startDomain, type Wire } from './wire.ts';

let domain: Domain;
let names = 0;
const someone = async (device = 'laptop'): Promise<{ me: Client; url: string; user: string }> => {
  const user = `someone${++names}`;
  return { me: await domain.person(user, device), url: domain.url(user), user };
};
const own = (client: Client, more: Record<string, string> = {}): Promise<Wire> =>
  client.succeed('FETCH', { Target: client.identity['From'], ...more });

beforeAll(async () => {
  domain = await startDomain();
}, 40_000);

describe('CHANGE', () => {
  test('answers with the lease it grants and the Revision; an absent Lease-Time is the default', async () => {
    const { me, url } = await someone();
    const ok = await me.succeed('CHANGE', { Target: url, ...PRESENCE }, openOf(url, 'here'));
    expect(ok.get('Lease-Time')).toBe('120');
    expect(ok.get('Revision')).toMatch(/^\d{1,16}$/);
    expect(ok.get('To')).toBe(url);
    expect(ok.get('Connection-ID')).toBe(me.identity['Connection-ID']);
    expect(ok.body).toHaveLength(0);
  });

  test.each([
    ['1', '30'],
    ['29', '30'],
    ['30', '30'],
    ['77', '77'],
    ['3600', '3600'],
    ['3601', '3600'],
    ['2147483647', '3600'],
    ['infinity', 'infinity'],
  ])('Lease-Time %s is granted as %s', async (wanted, granted) => {
    const { me, url } = await someone();
    const ok = await me.succeed(
      'CHANGE',
      { Target: url, ...PRESENCE, 'Lease-Time': wanted },
      openOf(url, 'here'),
    );
    expect(ok.get('Lease-Time')).toBe(granted);
  });

  test.each(['-1', '2147483648', '1.5', 'forever', '', '+30', '0x20'])(
    'Lease-Time "%s" is bad-request, and the connection goes on',
    async (wanted) => {
      const { me, url } = await someone();
      const headers = { Target: url, ...PRESENCE, 'Lease-Time': wanted };
      expect(await me.errorOf('CHANGE', headers, openOf(url, 'here'))).toBe('bad-request');
      expect((await own(me)).body.toString()).toBe(closedOf(url));
    },
  );

  test('otherwise a body is needed', async () => {
    const { me, url } = await someone();
    expect(await me.errorOf('CHANGE', { Target: url })).toBe('bad-request');
    expect(await me.errorOf('CHANGE', { Target: url, 'Lease-Time': '60' })).toBe('bad-request');
  });

  test('a body needs a Content-Type', async () => {
    const { me, url } = await someone();
    expect(await me.errorOf('CHANGE', { Target: url }, openOf(url, 'here'))).toBe('bad-request');
  });

  test('Lease-Time 0 withdraws the leased object, and only that', async () => {
    const { me, url } = await someone();
    const permanent = await publish(me, 'permanent', { 'Lease-Time': 'infinity' });
    const leased = await publish(me, 'leased');
    expect((await own(me)).body.toString()).toBe(leased);
    await withdraw(me);
    expect((await own(me)).body.toString()).toBe(permanent);
    // Nothing to withdraw is no fault: it is withdrawn.
    await withdraw(me);
    expect((await own(me)).body.toString()).toBe(permanent);
    await me.succeed('CHANGE', { Target: url, 'Lease-Time': 'infinity' });
    expect((await own(me)).body.toString()).toBe(closedOf(url));
  });

  test('infinity with no body withdraws the permanent object, and only that', async () => {
    const { me, url } = await someone();
    await publish(me, 'permanent', { 'Lease-Time': 'infinity' });
    const leased = await publish(me, 'leased');
    await me.succeed('CHANGE', { Target: url, 'Lease-Time': 'infinity' });
    expect((await own(me)).body.toString()).toBe(leased);
    await withdraw(me);
    expect((await own(me)).body.toString()).toBe(closedOf(url));
  });

  test('replaces the former object of the same device and view', async () => {
    const { me } = await someone();
    await publish(me, 'one');
    const two = await publish(me, 'two');
    const shown = await own(me);
    expect(shown.get('Content-Type')).toBe('application/presence');
    expect(shown.body.toString()).toBe(two);
  });

  test('an absent View is `default`; a view never shows another view', async () => {
    const { me, url } = await someone();
    const usual = await publish(me, 'usual');
    const work = await publish(me, 'work', { View: 'work' });
    expect((await own(me, { View: 'default' })).body.toString()).toBe(usual);
    expect((await own(me)).body.toString()).toBe(usual);
    expect((await own(me, { View: 'work' })).body.toString()).toBe(work);
    expect((await own(me, { View: 'family' })).body.toString()).toBe(closedOf(url));
    await withdraw(me);
    expect((await own(me)).body.toString()).toBe(closedOf(url));
    expect((await own(me, { View: 'work' })).body.toString()).toBe(work);
  });

  test.each(['two words', '', 'ü', 'x'.repeat(65)])('View "%s" is bad-request', async (view) => {
    const { me, url } = await someone();
    expect(await me.errorOf('CHANGE', { Target: url, ...PRESENCE, View: view }, openOf(url, 'x'))).toBe(
      'bad-request',
    );
    expect(await me.errorOf('FETCH', { Target: url, View: view })).toBe('bad-request');
  });

  test('is for the presentity itself and those granted `change`', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const object = openOf(a, 'written by bob');
    expect(await bob.errorOf('CHANGE', { Target: a, ...PRESENCE }, object)).toBe('permission-denied');
    await setRules(alice, rule(b, { change: 'allow' }));
    await bob.succeed('CHANGE', { Target: a, ...PRESENCE }, object);
    expect((await own(alice)).body.toString()).toBe(object);
    const mine = await publish(alice, 'my own');
    const parts = partsOf(await own(alice));
    expect(parts.map((it) => it.body)).toEqual([mine, object]);
    expect(parts[0]?.header).toMatch(
      new RegExp(`^content-id: <laptop\\.${userOf(a)}@wire\\.example>\r$`, 'im'),
    );
    expect(parts[1]?.header).toMatch(
      new RegExp(`^content-id: <phone\\.${userOf(b)}@wire\\.example>\r$`, 'im'),
    );
    await bob.succeed('CHANGE', { Target: a, 'Lease-Time': '0' });
    expect((await own(alice)).body.toString()).toBe(mine);
  });

  test('to nobody is target-unknown', async () => {
    const { me } = await someone();
    const nobody = domain.url('nobody');
    expect(await me.errorOf('CHANGE', { Target: nobody, ...PRESENCE }, openOf(nobody, 'x'))).toBe(
      'target-unknown',
    );
  });

  test('needs a Target in canonical form', async () => {
    const { me, url } = await someone();
    expect(await me.errorOf('CHANGE', PRESENCE, openOf(url, 'x'))).toBe('bad-request');
    const loud = url.replace('wire.example', 'WIRE.example');
    expect(await me.errorOf('CHANGE', { ...PRESENCE, Target: loud }, openOf(url, 'x'))).toBe('bad-request');
  });
});

describe('several objects', () => {
  test('are multipart/mixed, the most recently changed first, each with its Content-ID, octets unchanged', async () => {
    const { me: laptop, user } = await someone('laptop');
    const phone = await domain.login(user, 'phone');
    const first = await publish(laptop, 'at the laptop');
    const second = await publish(phone, 'on the phone');
    const shown = await own(laptop);
    expect(shown.get('Content-Type')).toMatch(/^multipart\/mixed;/);
    const parts = partsOf(shown);
    expect(parts.map((it) => it.body)).toEqual([second, first]);
    expect(parts[0]?.header).toMatch(/^content-type: application\/presence\r$/im);
    expect(parts[0]?.header).toMatch(new RegExp(`^content-id: <phone\\.${user}@wire\\.example>\r$`, 'im'));
    expect(parts[1]?.header).toMatch(new RegExp(`^content-id: <laptop\\.${user}@wire\\.example>\r$`, 'im'));
  });

  test('a refresh with the same octets neither reorders nor counts as a change', async () => {
    const { me: laptop, user } = await someone('laptop');
    const phone = await domain.login(user, 'phone');
    const first = await publish(laptop, 'at the laptop');
    const second = await publish(phone, 'on the phone');
    const before = await own(laptop);
    await publish(laptop, 'at the laptop');
    const after = await own(laptop);
    expect(partsOf(after).map((it) => it.body)).toEqual([second, first]);
    expect(after.get('Revision')).toBe(before.get('Revision'));
    await publish(laptop, 'elsewhere');
    const changed = await own(laptop);
    expect(Number(changed.get('Revision'))).toBeGreaterThan(Number(before.get('Revision')));
    expect(partsOf(changed)[1]?.body).toBe(second);
  });

  test('the permanent value is one for a view, whichever device sets it', async () => {
    const { me: laptop, user } = await someone('laptop');
    const phone = await domain.login(user, 'phone');
    await publish(laptop, 'old', { 'Lease-Time': 'infinity' });
    const latest = await publish(phone, 'new', { 'Lease-Time': 'infinity' });
    expect((await own(laptop)).body.toString()).toBe(latest);
  });
});

describe('the object', () => {
  test('signed and encrypted ones pass untouched, type and octets', async () => {
    const { me, url } = await someone();
    const octets = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
    for (const type of [
      'application/pkcs7-mime; smime-type=enveloped-data',
      'multipart/signed; boundary="x y"',
    ]) {
      await me.succeed('CHANGE', { Target: url, 'Content-Type': type }, octets);
      const shown = await own(me);
      expect(shown.get('Content-Type')).toBe(type);
      expect(shown.body.equals(octets)).toBe(true);
    }
  });

  test.each([
    ['no markup at all', () => 'hello'],
    ['cut off', (url: string) => `<presence><entity>${url}</entity>`],
    ['another root', (url: string) => `<person><entity>${url}</entity></person>`],
    ['no entity', () => '<presence><note>x</note></presence>'],
    ['an attribute', (url: string) => `<presence a="b"><entity>${url}</entity></presence>`],
    ['a declaration', (url: string) => `<?xml version="1.0"?><presence><entity>${url}</entity></presence>`],
    ['another entity', (url: string) => openOf(`${url}x`, 'x')],
    ['an entity not in canonical form', (url: string) => openOf(url.replace('impp:', 'IMPP:'), 'x')],
  ])('an ill-formed application/presence is bad-request: %s', async (_, object) => {
    const { me, url } = await someone();
    expect(await me.errorOf('CHANGE', { Target: url, ...PRESENCE }, object(url))).toBe('bad-request');
    // The type is compared without case and without its parameters.
    const loud = { Target: url, 'Content-Type': 'Application/Presence; charset=utf-8' };
    expect(await me.errorOf('CHANGE', loud, object(url))).toBe('bad-request');
    expect((await own(me)).body.toString()).toBe(closedOf(url));
  });

  test('unknown and private elements are kept', async () => {
    const { me, url } = await someone();
    const object = `<presence>\n  <entity>${url}</entity>\n  <x-mood>good &amp; well</x-mood>\n  <news><deep>1</deep></news>\n</presence>`;
    await me.succeed('CHANGE', { Target: url, ...PRESENCE }, object);
    expect((await own(me)).body.toString()).toBe(object);
  });
});

describe('the end of leases', () => {
  test('a BYE on the interactive connection ends the device’s leases at once', async () => {
    const { me: laptop, url, user } = await someone('laptop');
    const phone = await domain.login(user, 'phone');
    await publish(laptop, 'at the laptop', { View: 'work' });
    await publish(laptop, 'at the laptop');
    const kept = await publish(phone, 'on the phone');
    await laptop.succeed('BYE');
    await laptop.closed();
    expect((await own(phone)).body.toString()).toBe(kept);
    expect((await own(phone, { View: 'work' })).body.toString()).toBe(closedOf(url));
  });

  test('and leaves the permanent value', async () => {
    const { me: laptop, user } = await someone('laptop');
    const phone = await domain.login(user, 'phone');
    const permanent = await publish(laptop, 'permanent', { 'Lease-Time': 'infinity' });
    await publish(laptop, 'leased');
    await laptop.succeed('BYE');
    expect((await own(phone)).body.toString()).toBe(permanent);
  });

  test('a connection that just breaks leaves them to run out', async () => {
    const { me: laptop, user } = await someone('laptop');
    const phone = await domain.login(user, 'phone');
    const object = await publish(laptop, 'at the laptop');
    laptop.destroy();
    await phone.ping();
    expect((await own(phone)).body.toString()).toBe(object);
  });

  test('one that is taken over leaves them too', async () => {
    const { me: laptop, user } = await someone('laptop');
    const object = await publish(laptop, 'at the laptop');
    const again = await domain.login(user, 'laptop');
    expect((await laptop.incoming('BYE')).method).toBe('BYE');
    await laptop.closed();
    expect((await own(again)).body.toString()).toBe(object);
    const newer = await publish(again, 'again');
    expect((await own(again)).body.toString()).toBe(newer);
  });

  test('a BYE on a bulk connection ends nothing', async () => {
    const { me: laptop, user } = await someone('laptop');
    const object = await publish(laptop, 'at the laptop');
    const bulk = await domain.login(user, 'laptop', { Purpose: 'bulk' });
    await bulk.succeed('BYE');
    await bulk.closed();
    expect((await own(laptop)).body.toString()).toBe(object);
  });
});

describe('FETCH', () => {
  test('of oneself, with nothing published, is the minimal CLOSED document', async () => {
    const { me, url } = await someone();
    const ok = await own(me);
    expect(ok.get('Content-Type')).toBe('application/presence');
    expect(ok.body.toString()).toBe(closedOf(url));
    expect(ok.get('Revision')).toMatch(/^\d{1,16}$/);
    expect(ok.get('Subscription-State')).toBeUndefined();
    expect(ok.get('To')).toBe(url);
  });

  test('of another is denied unless a rule grants it', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const object = await publish(alice, 'here');
    expect(await bob.errorOf('FETCH', { Target: a })).toBe('permission-denied');
    await setRules(alice, rule(b, { fetch: 'allow' }));
    const ok = await bob.succeed('FETCH', { Target: a });
    expect(ok.body.toString()).toBe(object);
    expect(ok.get('Subscription-State')).toBeUndefined();
    await bob.succeed('SUBSCRIBE', { Target: a });
    expect((await bob.succeed('FETCH', { Target: a })).get('Subscription-State')).toBe('pending');
    await setRules(alice, rule(b, { fetch: 'allow', subscribe: 'allow' }));
    expect((await bob.succeed('FETCH', { Target: a })).get('Subscription-State')).toBe('active');
  });

  test('of nobody is target-unknown, of another domain never that of this one', async () => {
    const { me } = await someone();
    expect(await me.errorOf('FETCH', { Target: domain.url('nobody') })).toBe('target-unknown');
    expect(await me.errorOf('FETCH', { Target: `impp://${domain.name}/` })).not.toBe('OK');
    expect(await me.errorOf('FETCH')).toBe('bad-request');
  });

  test('View and Watcher of another reveal nothing', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await publish(alice, 'secret', { View: 'work' });
    await publish(alice, 'usual');
    await setRules(alice, rule(b, { fetch: 'allow' }));
    const asked = await bob.request('FETCH', { Target: a, View: 'work' });
    expect(asked.body.toString()).not.toContain('secret');
    const viewed = await bob.request('FETCH', { Target: a, Watcher: a });
    expect(viewed.body.toString()).not.toContain('secret');
  });

  test('Watcher asks what a SUBSCRIBE of that watcher would be answered, errors included', async () => {
    const { alice, a, b } = await couple(domain);
    const [c, d, e] = [domain.url('carol'), domain.url('dave'), domain.url('eve')];
    await publish(alice, 'usual');
    const work = await publish(alice, 'work', { View: 'work' });
    await setRules(
      alice,
      rule(b, { subscribe: 'allow', view: 'work' }),
      rule(c, { subscribe: 'deny' }),
      rule(d, { subscribe: 'pretend' }),
    );
    const seen = await own(alice, { Watcher: b });
    expect(seen.body.toString()).toBe(work);
    expect(seen.get('Subscription-State')).toBe('active');
    expect(await alice.errorOf('FETCH', { Target: a, Watcher: c })).toBe('permission-denied');
    const pretended = await own(alice, { Watcher: d });
    expect(pretended.body.toString()).toBe(closedOf(a));
    expect(pretended.get('Subscription-State')).toBe('active');
    const stranger = await own(alice, { Watcher: e });
    expect(stranger.body.toString()).toBe(closedOf(a));
    expect(stranger.get('Subscription-State')).toBe('pending');
    expect(await alice.errorOf('FETCH', { Target: a, Watcher: 'anonymous' })).toBe('permission-denied');
    await setRules(alice, rule('anonymous', { subscribe: 'allow' }));
    expect((await own(alice, { Watcher: 'anonymous' })).get('Subscription-State')).toBe('active');
    expect(await alice.errorOf('FETCH', { Target: a, Watcher: 'bob' })).toBe('bad-request');
  });

  test('"view as" makes nobody a watcher', async () => {
    const { alice, a, b } = await couple(domain);
    await own(alice, { Watcher: b });
    const watchers = await alice.succeed('GET-WATCHERS', { Target: a });
    expect(watchers.body.toString()).not.toContain(b);
  });
});

test('Revision rises whenever what is visible changes, and only then', async () => {
  const { alice, bob, a, b } = await couple(domain);
  await setRules(alice, rule(b, { fetch: 'allow' }));
  const revision = async () => Number((await bob.succeed('FETCH', { Target: a })).get('Revision'));
  const start = await revision();
  expect(await revision()).toBe(start);
  await publish(alice, 'elsewhere', { View: 'work' });
  expect(await revision()).toBe(start);
  await publish(alice, 'here');
  const here = await revision();
  expect(here).toBeGreaterThan(start);
  await publish(alice, 'here', { 'Lease-Time': '600' });
  await publish(alice, 'hidden behind the leased one', { 'Lease-Time': 'infinity' });
  expect(await revision()).toBe(here);
  await withdraw(alice);
  expect(await revision()).toBeGreaterThan(here);
  await alice.succeed(
    'SET-ACL',
    { Target: a, ...RULES },
    `<acl>${rule(b, { fetch: 'allow', view: 'work' })}</acl>`,
  );
  expect(await revision()).toBeGreaterThan(here);
});
