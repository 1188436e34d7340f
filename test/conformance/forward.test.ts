// [IMPP 10] A forward in the profile: where requests that the access rules allow are sent instead.

import { beforeAll, describe, expect, test } from 'vitest';
import { came, closedOf, couple, publish, rule, setRules, write } from './people.ts';
import { type Client, type Domain, startDomain, type Wire } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain();
}, 40_000);

const PROFILE = { Name: 'profile', 'Content-Type': 'application/impp-profile' };
const ELSEWHERE = 'impp://b.example/new.alice';
const ALL = { subscribe: 'allow', fetch: 'allow', send: 'allow', change: 'allow' };

const forward = (client: Client, kind: 'temporary' | 'permanent', to = ELSEWHERE): Promise<Wire> =>
  client.succeed(
    'SET-DOCUMENT',
    PROFILE,
    `<profile><listed>nobody</listed><forward><kind>${kind}</kind><to>${to}</to></forward></profile>`,
  );
const said = (answer: Wire) => [answer.get('Error') ?? answer.kind, answer.get('Location')];

describe.each([
  ['temporary', 'temporarily-forwarded'],
  ['permanent', 'permanently-forwarded'],
] as const)('a %s forward', (kind, token) => {
  test('makes requests that the access rules allow fail, with Location', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, ALL));
    await forward(alice, kind);
    for (const method of ['SUBSCRIBE', 'FETCH'])
      expect([method, ...said(await bob.request(method, { Target: a }))]).toEqual([method, token, ELSEWHERE]);
    expect(said(await write(bob, a, 'hello'))).toEqual([token, ELSEWHERE]);
    expect(said(await write(bob, a, 'now', { Storage: 'none' }))).toEqual([token, ELSEWHERE]);
    await alice.ping();
    expect(await came(alice, 'SEND')).toEqual([]);
  });

  test('ends subscriptions with the same, before the OK', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, ALL));
    const opened = await bob.succeed('SUBSCRIBE', { Target: a });
    await forward(alice, kind);
    const end = await bob.incoming('TERMINATE-SUBSCRIPTION');
    expect(said(end)).toEqual([token, ELSEWHERE]);
    expect(end.get('Subscription-State')).toBe('ended');
    expect(end.get('Target')).toBe(b);
    expect(Number(end.get('Revision'))).toBeGreaterThan(Number(opened.get('Revision')));
    for (const method of ['GET-SUBSCRIPTION', 'UNSUBSCRIBE'])
      expect(await bob.errorOf(method, { Target: a })).toBe('subscription-unknown');
    await publish(alice, 'still writing here');
    expect(await came(bob, 'CHANGE-NOTIFY')).toEqual([]);
  });
});

describe('a forward', () => {
  test('never concerns the owner', async () => {
    const { alice, a } = await couple(domain);
    await alice.succeed('SUBSCRIBE', { Target: a });
    await forward(alice, 'permanent');
    const object = await publish(alice, 'here');
    for (const method of ['FETCH', 'SUBSCRIBE'])
      expect((await alice.succeed(method, { Target: a })).body.toString()).toBe(object);
    expect((await write(alice, a, 'note to oneself')).get('Outcome')).toBe('delivered');
    expect(await came(alice, 'TERMINATE-SUBSCRIPTION')).toEqual([]);
  });

  test('is shown by "view as", errors included', async () => {
    const { alice, a, b } = await couple(domain);
    await setRules(alice, rule(b, ALL));
    await forward(alice, 'temporary');
    expect(said(await alice.request('FETCH', { Target: a, Watcher: b }))).toEqual([
      'temporarily-forwarded',
      ELSEWHERE,
    ]);
  });

  test('is not told to those whom the rules refuse, make wait, or pretend to', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await forward(alice, 'temporary');
    const waiting = await bob.succeed('SUBSCRIBE', { Target: a });
    expect([waiting.get('Subscription-State'), waiting.body.toString()]).toEqual(['pending', closedOf(a)]);
    expect(said(await bob.request('FETCH', { Target: a }))).toEqual(['permission-denied', undefined]);
    await setRules(alice, rule(b, { subscribe: 'deny', fetch: 'deny', send: 'deny' }));
    expect(said(await bob.incoming('TERMINATE-SUBSCRIPTION'))).toEqual(['permission-denied', undefined]);
    for (const method of ['SUBSCRIBE', 'FETCH'])
      expect(said(await bob.request(method, { Target: a }))).toEqual(['permission-denied', undefined]);
    expect(said(await write(bob, a, 'x'))).toEqual(['permission-denied', undefined]);
    await setRules(alice, rule(b, { subscribe: 'pretend', fetch: 'pretend' }));
    for (const method of ['SUBSCRIBE', 'FETCH']) {
      const answer = await bob.succeed(method, { Target: a });
      expect([answer.get('Location'), answer.body.toString()]).toEqual([undefined, closedOf(a)]);
    }
  });

  test('ends when the profile says so, and survives a restart until then', async () => {
    const own = await startDomain();
    const { alice, a, b } = await couple(own);
    await setRules(alice, rule(b, ALL));
    await forward(alice, 'permanent');
    await own.stop();
    const again = await startDomain({ data: own.data });
    const bob = await again.login(b.slice(b.lastIndexOf('/') + 1), 'phone');
    expect(said(await bob.request('SUBSCRIBE', { Target: a }))).toEqual(['permanently-forwarded', ELSEWHERE]);
    const back = await again.login(a.slice(a.lastIndexOf('/') + 1), 'laptop');
    await back.succeed(
      'SET-DOCUMENT',
      PROFILE,
      '<profile><listed>nobody</listed><forward></forward></profile>',
    );
    expect(await bob.errorOf('SUBSCRIBE', { Target: a })).toBe('OK');
  });
});
