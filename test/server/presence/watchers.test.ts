import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseWatchers, type WatcherList } from '../../../shared/impp/watchers.ts';
import { type Device, settle, Stage, urlOf } from './stage.ts';

let stage: Stage;
let alice: Device;
let bob: Device;

beforeEach(async () => {
  stage = await Stage.open(['alice', 'bob', 'carol', 'dave', 'eve']);
  alice = stage.attach('alice');
  bob = stage.attach('bob');
});

afterEach(async () => {
  await stage.close();
  expect(stage.errors).toEqual([]);
  expect(stage.clock.waiting).toBe(0);
});

const DAY = 86_400;

describe('GET-WATCHERS [IMPP 7]', () => {
  test('one entry for a principal in its best state', async () => {
    await alice.rules(
      'bob: subscribe=allow',
      'carol: subscribe=ask',
      'dave: subscribe=pretend',
      'eve: fetch=allow',
    );
    await bob.subscribe('alice');
    await stage.attach('bob', 'phone').subscribe('alice');
    await stage.attach('carol').subscribe('alice');
    await stage.attach('dave').subscribe('alice');
    await stage.attach('eve').fetch('alice');
    expect((await alice.watchers()).sort()).toEqual([
      'bob active',
      'carol pending',
      'dave pretended',
      'eve fetched',
    ]);
  });

  test('is application/impp-watchers with since and expires', async () => {
    await alice.rules('bob: subscribe=allow');
    const since = stage.clock.now();
    await bob.subscribe('alice', { 'Lease-Time': '600' });
    await stage.pass(100);
    await bob.subscribe('alice', { 'Lease-Time': '600' });
    const answer = await alice.ask('GET-WATCHERS', { Target: urlOf('alice') });
    expect(answer.headers.get('Content-Type')).toBe('application/impp-watchers');
    expect(parseWatchers(Buffer.from(answer.body ?? ''))).toEqual({
      watchers: [{ address: urlOf('bob'), state: 'active', since, expires: since + 700_000 }],
      more: 0,
    });
  });

  test('an active connection comes before another that waits', async () => {
    await alice.rules('bob: subscribe=allow');
    await bob.subscribe('alice');
    await alice.rules();
    await stage.attach('bob', 'phone').subscribe('alice');
    expect(await alice.watchers()).toEqual(['bob active']);
  });

  test('`fetched` for those who fetched in the last 24 hours', async () => {
    await alice.rules('bob: fetch=allow');
    await bob.fetch('alice');
    await stage.pass(DAY - 1);
    expect(await alice.watchers()).toEqual(['bob fetched']);
    await stage.pass(1);
    expect(await alice.watchers()).toEqual([]);
  });

  test('each FETCH counts anew', async () => {
    await alice.rules('bob: fetch=allow');
    await bob.fetch('alice');
    await stage.pass(DAY - 100);
    await bob.fetch('alice');
    await stage.pass(DAY - 1);
    expect(await alice.watchers()).toEqual(['bob fetched']);
    await stage.pass(1);
    expect(await alice.watchers()).toEqual([]);
    await settle();
    expect(await stage.remembered()).toEqual([]);
  });

  test('a FETCH that is refused does not count', async () => {
    await bob.fetch('alice');
    expect(await alice.watchers()).toEqual([]);
  });

  test('nobody is a watcher of oneself', async () => {
    await alice.subscribe('alice');
    await alice.fetch('alice');
    expect(await alice.watchers()).toEqual([]);
    expect(alice.hear('WATCHER-NOTIFY')).toEqual([]);
  });

  test('is for the presentity alone', async () => {
    expect((await bob.ask('GET-WATCHERS', { Target: urlOf('alice') })).error).toBe('permission-denied');
    expect((await alice.ask('GET-WATCHERS')).error).toBeUndefined();
    await stage.addAccount('mail', ['im']);
    expect((await stage.attach('mail').ask('GET-WATCHERS')).error).toBe('target-unknown');
  });

  test('a list that is too long for a document is cut; those who wait for an answer are in it', async () => {
    await alice.rules('*: subscribe=allow', 'zoe: subscribe=ask');
    for (let index = 0; index < 600; index += 1) {
      const user = `a-watcher-with-quite-a-name-${index}`;
      await stage.addAccount(user);
      await stage.attach(user).askOnly('SUBSCRIBE', { Target: urlOf('alice') });
    }
    await stage.addAccount('zoe');
    await stage.attach('zoe').subscribe('alice');
    const ask = async (size?: number): Promise<WatcherList & { readonly length: number }> => {
      const { body = '' } = await alice.ask('GET-WATCHERS', {
        Target: urlOf('alice'),
        ...(size === undefined ? {} : { 'X-Max-Size': String(size) }),
      });
      return { ...parseWatchers(Buffer.from(body), Number.POSITIVE_INFINITY), length: body.length };
    };
    for (const size of [undefined, 20_000]) {
      const limit = size ?? 65_536;
      const { watchers, more, length } = await ask(size);
      expect(watchers[0]).toMatchObject({ address: urlOf('zoe'), state: 'pending' });
      expect(watchers.length + more).toBe(601);
      expect(length).toBeLessThanOrEqual(limit);
      expect(length).toBeGreaterThan(limit - 250);
    }
    const whole = await ask(1_000_000);
    expect([whole.watchers.length, whole.more]).toEqual([601, 0]);
    expect(await ask(whole.length)).toEqual(whole);
    expect(await ask(whole.length - 1)).toMatchObject({ more: 1 });
    expect((await alice.ask('GET-WATCHERS', { 'X-Max-Size': '100' })).error).toBe('message-too-large');
  });

  test('no list is larger than the device takes, whatever it asks for', async () => {
    await alice.rules('*: subscribe=allow');
    for (const user of ['bob', 'carol', 'dave', 'eve']) await stage.attach(user).subscribe('alice');
    const small = stage.attach('alice', 'watch', { maxMessageSize: 300 });
    const { body = '' } = await small.ask('GET-WATCHERS', { 'X-Max-Size': '1000000' });
    expect(body.length).toBeLessThanOrEqual(300);
    expect(parseWatchers(Buffer.from(body))).toMatchObject({ more: 3 });
  });
});

describe('WATCHER-NOTIFY [IMPP 7]', () => {
  test('to every attached device of the presentity when a subscription’s state changes', async () => {
    const phone = stage.attach('alice', 'phone');
    await bob.subscribe('alice');
    for (const device of [alice, phone]) {
      const [notice, ...others] = device.hear('WATCHER-NOTIFY');
      expect(others).toEqual([]);
      expect(notice?.headers.get('Watcher')).toBe(urlOf('bob'));
      expect(notice?.state).toBe('pending');
      expect(notice?.revision).toBeGreaterThan(0);
    }
    expect(bob.hear('WATCHER-NOTIFY')).toEqual([]);
  });

  test('not for a renewal, and not for one more device of the same principal', async () => {
    await alice.rules('bob: subscribe=allow');
    await bob.subscribe('alice');
    await bob.subscribe('alice');
    const phone = stage.attach('bob', 'phone');
    await phone.subscribe('alice');
    await phone.ask('UNSUBSCRIBE', { Target: urlOf('alice') });
    expect(alice.hear('WATCHER-NOTIFY').map(({ state }) => state)).toEqual(['active']);
    await bob.ask('UNSUBSCRIBE', { Target: urlOf('alice') });
    expect(alice.hear('WATCHER-NOTIFY').map(({ state }) => state)).toEqual(['ended']);
  });

  test('when the last lease of a principal runs out', async () => {
    await alice.rules('bob: subscribe=allow');
    await bob.subscribe('alice', { 'Lease-Time': '60' });
    await stage.pass(60);
    expect(alice.hear('WATCHER-NOTIFY').map(({ state }) => state)).toEqual(['active', 'ended']);
  });

  test('none after the device has gone', async () => {
    stage.detach(alice, 'lost');
    await bob.subscribe('alice');
    stage.reattach(alice);
    await settle();
    expect(alice.heard).toEqual([]);
    expect(await alice.watchers()).toEqual(['bob pending']);
  });
});

describe('pending watchers survive until answered by an access rule, or 30 days [IMPP 7]', () => {
  test('though their device is gone and their lease has run out', async () => {
    await bob.subscribe('alice', { 'Lease-Time': '600' });
    stage.detach(bob, 'lost');
    await stage.pass(29 * DAY);
    expect(await alice.watchers()).toEqual(['bob pending']);
    await stage.pass(DAY);
    expect(await alice.watchers()).toEqual([]);
    expect(alice.hear('WATCHER-NOTIFY').map(({ state }) => state)).toEqual(['pending', 'ended']);
  });

  test('and over a restart', async () => {
    await bob.subscribe('alice', { 'Lease-Time': '600' });
    await stage.restart();
    alice = stage.attach('alice');
    await stage.pass(10 * DAY);
    expect(await alice.watchers()).toEqual(['bob pending']);
  });

  test.each(['allow', 'deny', 'pretend'])('answered with %s there is none any more', async (answer) => {
    await bob.subscribe('alice', { 'Lease-Time': '600' });
    stage.detach(bob, 'lost');
    await stage.pass(DAY);
    await alice.rules(`bob: subscribe=${answer}`);
    expect(await alice.watchers()).toEqual([]);
    expect(alice.hear('WATCHER-NOTIFY').map(({ state }) => state)).toEqual(['pending', 'ended']);
    await settle();
    expect(await stage.remembered()).toEqual([]);
  });

  test('the question keeps its time when it is asked again', async () => {
    const since = stage.clock.now();
    await bob.subscribe('alice', { 'Lease-Time': '600' });
    await stage.pass(DAY);
    await bob.subscribe('alice');
    const { body = '' } = await alice.ask('GET-WATCHERS', { Target: urlOf('alice') });
    expect(parseWatchers(Buffer.from(body)).watchers).toMatchObject([{ state: 'pending', since }]);
    expect(alice.hear('WATCHER-NOTIFY')).toHaveLength(1);
  });

  test('its lease ends as that of any other, with TERMINATE-SUBSCRIPTION', async () => {
    await bob.subscribe('alice', { 'Lease-Time': '60' });
    await stage.pass(60);
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toMatchObject([{ error: 'subscription-unknown' }]);
    expect(await alice.watchers()).toEqual(['bob pending']);
  });
});
