// [IMPP 7] GET-WATCHERS and WATCHER-NOTIFY: who watches, as the presentity sees it.

import { beforeAll, describe, expect, test } from 'vitest';
import { came, couple, rule, setRules, userOf } from './people.ts';
import { type Client, type Domain, startDomain } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain();
}, 40_000);

interface Entry {
  address?: string;
  state?: string;
  since?: string;
  expires?: string;
}

async function watchersOf(client: Client): Promise<Entry[]> {
  const ok = await client.succeed('GET-WATCHERS', { Target: client.identity['From'] });
  expect(ok.get('Content-Type')).toBe('application/impp-watchers');
  const text = ok.body.toString();
  expect(text).toMatch(/^<watchers>.*<\/watchers>$|^<watchers\/>$/s);
  return [...text.matchAll(/<watcher>(.*?)<\/watcher>/gs)].map(([, inner = '']) => {
    const entry: Record<string, string> = {};
    for (const [, name = '', value = ''] of inner.matchAll(/<([a-z-]+)>(.*?)<\/\1>/gs)) entry[name] = value;
    return entry;
  });
}

describe('GET-WATCHERS', () => {
  test('nobody watches at first', async () => {
    const { alice } = await couple(domain);
    expect(await watchersOf(alice)).toEqual([]);
  });

  test('one entry for a principal: address, state, since, expires', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, { subscribe: 'allow' }));
    await bob.succeed('SUBSCRIBE', { Target: a });
    const tablet = await domain.login(userOf(b), 'tablet');
    await tablet.succeed('SUBSCRIBE', { Target: a, 'Lease-Time': '60' });
    const [entry, ...others] = await watchersOf(alice);
    expect(others).toEqual([]);
    expect(entry?.address).toBe(b);
    expect(entry?.state).toBe('active');
    for (const time of [entry?.since, entry?.expires])
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Date.parse(entry?.expires ?? '') - Date.now()).toBeGreaterThan(3_500_000);
  });

  test('`pending`, `pretended`, `fetched`, and the best state of each', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await bob.succeed('SUBSCRIBE', { Target: a });
    expect(await watchersOf(alice)).toMatchObject([{ address: b, state: 'pending' }]);
    await setRules(alice, rule(b, { subscribe: 'pretend', fetch: 'allow' }));
    expect(await watchersOf(alice)).toMatchObject([{ address: b, state: 'pretended' }]);
    await bob.succeed('FETCH', { Target: a });
    expect(await watchersOf(alice)).toMatchObject([{ address: b, state: 'pretended' }]);
    await bob.succeed('UNSUBSCRIBE', { Target: a });
    expect(await watchersOf(alice)).toMatchObject([{ address: b, state: 'fetched' }]);
    await setRules(alice, rule(b, { subscribe: 'allow', fetch: 'allow' }));
    await bob.succeed('SUBSCRIBE', { Target: a });
    expect(await watchersOf(alice)).toMatchObject([{ address: b, state: 'active' }]);
  });

  test('who was refused a FETCH is no fetcher', async () => {
    const { alice, bob, a } = await couple(domain);
    await bob.request('FETCH', { Target: a });
    expect(await watchersOf(alice)).toEqual([]);
  });

  test('is for the presentity alone', async () => {
    const { alice, bob, a } = await couple(domain);
    expect(await bob.errorOf('GET-WATCHERS', { Target: a })).toBe('permission-denied');
    expect(await alice.errorOf('GET-WATCHERS', { Target: 'impp://' })).toBe('bad-request');
  });
});

describe('WATCHER-NOTIFY', () => {
  test('to every attached device of the presentity, whenever a state changes', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const desk = await domain.login(userOf(a), 'desk');
    const devices = [alice, desk];
    const heard = async (state: string) => {
      const revisions = [];
      for (const device of devices) {
        const notify = await device.incoming('WATCHER-NOTIFY');
        expect(notify.get('Watcher')).toBe(b);
        expect(notify.get('Subscription-State')).toBe(state);
        expect(notify.body).toHaveLength(0);
        revisions.push(Number(notify.get('Revision')));
      }
      return Math.min(...revisions);
    };
    await bob.succeed('SUBSCRIBE', { Target: a });
    const asked = await heard('pending');
    await setRules(alice, rule(b, { subscribe: 'allow' }));
    const allowed = await heard('active');
    expect(allowed).toBeGreaterThan(asked);
    await bob.succeed('UNSUBSCRIBE', { Target: a });
    expect(await heard('ended')).toBeGreaterThan(allowed);
    await bob.succeed('SUBSCRIBE', { Target: a });
    await heard('active');
    await setRules(alice, rule(b, { subscribe: 'deny' }));
    await heard('ended');
    for (const device of devices) expect(await came(device, 'WATCHER-NOTIFY')).toEqual([]);
  });

  test('a FETCH is no change of state', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, { fetch: 'allow' }));
    await bob.succeed('FETCH', { Target: a });
    expect(await came(alice, 'WATCHER-NOTIFY')).toEqual([]);
  });
});
