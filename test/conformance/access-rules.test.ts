// [IMPP 9] Access rules: the document, which rule decides, and what a change does to live subscriptions.

import { beforeAll, describe, expect, test } from 'vitest';
import { came, closedOf, couple, publish, RULES, rule, setRules, userOf, withdraw, write } from './people.ts';
import { type Client, type Domain, startDomain } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({
    settings: ['auth.mechanisms=SCRAM-SHA-256,ANONYMOUS'],
  });
}, 40_000);

const acl = (...rules: string[]) => `<acl>${rules.join('')}</acl>`;
const subscribed = async (client: Client, target: string): Promise<string> => {
  const response = await client.request('SUBSCRIBE', { Target: target });
  if (response.kind === 'OK') await client.succeed('UNSUBSCRIBE', { Target: target });
  return response.get(response.kind === 'OK' ? 'Subscription-State' : 'Error') ?? 'none';
};

describe('GET-ACL and SET-ACL', () => {
  test('the document comes back with its Revision', async () => {
    const { alice, a, b } = await couple(domain);
    const first = await alice.succeed('GET-ACL', { Target: a });
    const revision = first.get('Revision') ?? '';
    expect(revision).toMatch(/^\d+$/);
    const document = acl(rule(b, { subscribe: 'allow', view: 'work' }), '<x-note>kept</x-note>');
    const set = await alice.succeed('SET-ACL', { Target: a, ...RULES, 'If-Revision': revision }, document);
    expect(Number(set.get('Revision'))).toBeGreaterThan(Number(revision));
    const got = await alice.succeed('GET-ACL', { Target: a });
    expect(got.get('Content-Type')).toBe('application/impp-acl');
    expect(got.get('Revision')).toBe(set.get('Revision'));
    expect(got.body.toString()).toBe(document);
    expect(got.get('To')).toBe(a);
  });

  test('If-Revision fails with conflict if another device was first', async () => {
    const { alice, a, b } = await couple(domain);
    const desk = await domain.login(userOf(a), 'desk');
    const revision = (await alice.succeed('GET-ACL', { Target: a })).get('Revision');
    await setRules(desk, rule(b, { send: 'deny' }));
    const late = { Target: a, ...RULES, 'If-Revision': revision };
    expect(await alice.errorOf('SET-ACL', late, acl())).toBe('conflict');
    expect((await alice.succeed('GET-ACL', { Target: a })).body.toString()).toContain('<send>deny</send>');
    const now = (await alice.succeed('GET-ACL', { Target: a })).get('Revision');
    expect(await alice.errorOf('SET-ACL', { ...late, 'If-Revision': now }, acl())).toBe('OK');
  });

  test.each(['-1', 'x', '', '9007199254740992'])('If-Revision "%s" is bad-request', async (revision) => {
    const { alice, a } = await couple(domain);
    expect(await alice.errorOf('SET-ACL', { Target: a, ...RULES, 'If-Revision': revision }, acl())).toBe(
      'bad-request',
    );
  });

  test('are the owner’s alone', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(
      alice,
      rule(b, { subscribe: 'allow', fetch: 'allow', send: 'allow', change: 'allow', read: 'allow' }),
    );
    expect(await bob.errorOf('GET-ACL', { Target: a })).toBe('permission-denied');
    expect(await bob.errorOf('SET-ACL', { Target: a, ...RULES }, acl())).toBe('permission-denied');
  });

  test('the other devices get DOCUMENT-NOTIFY with Name: acl', async () => {
    const { alice, a, b } = await couple(domain);
    const desk = await domain.login(userOf(a), 'desk');
    const ok = await setRules(alice, rule(b, { send: 'deny' }));
    const notify = await desk.incoming('DOCUMENT-NOTIFY');
    expect(notify.get('Name')).toBe('acl');
    expect(notify.get('Revision')).toBe(ok.get('Revision'));
    expect(await came(alice, 'DOCUMENT-NOTIFY')).toHaveLength(0);
  });

  const wrong: [string, (b: string) => string][] = [
    ['no markup', () => 'deny all'],
    ['another root', () => '<rules></rules>'],
    ['a rule without who', () => acl('<rule><send>deny</send></rule>')],
    ['who not in canonical form', () => acl(rule('impp://WIRE.example/bob', { send: 'deny' }))],
    ['who by an address of people', () => acl(rule('bob@wire.example', { send: 'deny' }))],
    ['an empty who', () => acl(rule('', { send: 'deny' }))],
    ['who is a domain', () => acl(rule('impp://wire.example/', { send: 'deny' }))],
    ['one who twice in one rule', (b) => acl(rule([b, b], { send: 'deny' }))],
    ['one who in two rules', (b) => acl(rule(b, { send: 'deny' }), rule(b, { fetch: 'allow' }))],
    ['* twice', () => acl(rule('*', { send: 'deny' }), rule(['anonymous', '*'], { fetch: 'allow' }))],
    ['an unknown value', (b) => acl(rule(b, { subscribe: 'maybe' }))],
    ['fetch ask', (b) => acl(rule(b, { fetch: 'ask' }))],
    ['send pretend', (b) => acl(rule(b, { send: 'pretend' }))],
    ['send ask', (b) => acl(rule(b, { send: 'ask' }))],
    ['change pretend', (b) => acl(rule(b, { change: 'pretend' }))],
    ['read ask', (b) => acl(rule(b, { read: 'ask' }))],
    ['an ill view', (b) => acl(rule(b, { view: 'two words' }))],
    ['an ill until', (b) => acl(rule(b, { until: 'tomorrow' }))],
    ['an until without Z', (b) => acl(rule(b, { until: '2030-01-01T00:00:00.000+01:00' }))],
    [
      'a permission twice',
      (b) => acl(rule(b, { send: 'allow' }).replace('</rule>', '<send>deny</send></rule>')),
    ],
    ['text between elements', (b) => `<acl>hello${rule(b, { send: 'deny' })}</acl>`],
  ];
  test.each(wrong)('%s is bad-request and changes nothing', async (_, compose) => {
    const { alice, bob, a, b } = await couple(domain);
    expect(await alice.errorOf('SET-ACL', { Target: a, ...RULES }, compose(b))).toBe('bad-request');
    expect((await write(bob, a, 'x')).get('Outcome')).toBe('delivered');
  });

  test('no body, or one of another type, is refused', async () => {
    const { alice, a } = await couple(domain);
    expect(await alice.errorOf('SET-ACL', { Target: a })).toBe('bad-request');
    expect(['bad-request', 'type-not-understood']).toContain(
      await alice.errorOf('SET-ACL', { Target: a, 'Content-Type': 'text/plain' }, acl()),
    );
  });

  test('an empty document is none: the built-in rules decide', async () => {
    const { alice, bob, a } = await couple(domain);
    for (const empty of ['<acl></acl>', '<acl/>', '\n<acl>\n</acl>\n']) {
      expect(await alice.errorOf('SET-ACL', { Target: a, ...RULES }, empty)).toBe('OK');
      expect(await subscribed(bob, a)).toBe('pending');
      expect(await bob.errorOf('FETCH', { Target: a })).toBe('permission-denied');
    }
  });
});

describe('the most specific rule that states a permission decides it', () => {
  const host = 'impp://wire.example/*';
  const cases: [string, (b: string) => string[], string][] = [
    ['built in: ask', () => [], 'pending'],
    ['*', () => [rule('*', { subscribe: 'allow' })], 'active'],
    [
      'host before *',
      () => [rule('*', { subscribe: 'allow' }), rule(host, { subscribe: 'deny' })],
      'permission-denied',
    ],
    [
      'principal before host',
      (b) => [
        rule(host, { subscribe: 'deny' }),
        rule(b, { subscribe: 'allow' }),
        rule('*', { subscribe: 'deny' }),
      ],
      'active',
    ],
    [
      'a principal’s rule that does not state it leaves it to the host’s',
      (b) => [rule(b, { send: 'deny' }), rule(host, { subscribe: 'allow' })],
      'active',
    ],
    [
      'another host’s does not concern',
      () => [rule('impp://other.example/*', { subscribe: 'allow' })],
      'pending',
    ],
    ['a host is not a suffix', () => [rule('impp://example/*', { subscribe: 'allow' })], 'pending'],
    ['ask stated', (b) => [rule('*', { subscribe: 'allow' }), rule(b, { subscribe: 'ask' })], 'pending'],
    ['a group', (b) => [rule(['impp://wire.example/someone-else', b], { subscribe: 'allow' })], 'active'],
    [
      'a rule that is void says nothing',
      (b) => [
        rule(b, { subscribe: 'deny', until: '2020-01-01T00:00:00.000Z' }),
        rule('*', { subscribe: 'allow' }),
      ],
      'active',
    ],
    [
      'a rule until later',
      (b) => [rule(b, { subscribe: 'allow', until: '2090-01-01T00:00:00.000Z' })],
      'active',
    ],
    ['anonymous is not *', () => [rule('anonymous', { subscribe: 'allow' })], 'pending'],
  ];
  test.each(cases)('%s', async (_, rules, expected) => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, ...rules(b));
    expect(await subscribed(bob, a)).toBe(expected);
  });

  test('each permission for itself', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const object = await publish(alice, 'work', { View: 'work' });
    await setRules(
      alice,
      rule(b, { view: 'work' }),
      rule(host, { fetch: 'allow', view: 'family' }),
      rule('*', { send: 'deny', fetch: 'deny' }),
    );
    expect((await bob.succeed('FETCH', { Target: a })).body.toString()).toBe(object);
    expect((await write(bob, a, 'x')).get('Error')).toBe('permission-denied');
    expect(await subscribed(bob, a)).toBe('pending');
  });

  test('oneself: everything, whatever the rules say', async () => {
    const { alice, a } = await couple(domain);
    const everything = { subscribe: 'deny', fetch: 'deny', send: 'deny', change: 'deny', read: 'deny' };
    await setRules(alice, rule('*', everything), rule(a, everything));
    const object = await publish(alice, 'here');
    expect((await alice.succeed('FETCH', { Target: a })).body.toString()).toBe(object);
    expect(await subscribed(alice, a)).toBe('active');
    expect((await write(alice, a, 'note')).kind).toBe('OK');
    await domain.login(userOf(a), 'desk', { Target: a });
  });
});

describe('anonymous principals', () => {
  const visitor = async () => {
    const client = await domain.connect();
    await client.hello(domain.name);
    const done = await client.succeed(
      'AUTH',
      { Mechanism: 'ANONYMOUS', 'Content-Type': 'application/sasl' },
      'visitor',
    );
    const url = done.get('Address') ?? '';
    expect(url).toMatch(/^impp:\/\/wire\.example\/anonymous-/);
    await client.attach(url, 'browser');
    return { client, url };
  };
  const everything = { subscribe: 'allow', fetch: 'allow', send: 'allow' };

  test('are denied subscribe, fetch and send, even where * and the host are allowed', async () => {
    const { alice, a } = await couple(domain);
    const { client } = await visitor();
    const denied = async () => {
      expect(await client.errorOf('SUBSCRIBE', { Target: a })).toBe('permission-denied');
      expect(await client.errorOf('FETCH', { Target: a })).toBe('permission-denied');
      expect((await write(client, a, 'x')).get('Error')).toBe('permission-denied');
    };
    await denied();
    await setRules(alice, rule('*', everything), rule('impp://wire.example/*', everything));
    await denied();
  });

  test('unless a rule for `anonymous`, or for that principal, says otherwise', async () => {
    const { alice, a } = await couple(domain);
    const { client, url } = await visitor();
    await setRules(alice, rule('anonymous', everything));
    expect(await subscribed(client, a)).toBe('active');
    expect((await write(client, a, 'x')).get('Outcome')).toBe('delivered');
    await setRules(alice, rule('anonymous', everything), rule(url, { send: 'deny' }));
    expect((await write(client, a, 'x')).get('Error')).toBe('permission-denied');
    expect(await client.errorOf('FETCH', { Target: a })).toBe('OK');
    await setRules(alice, rule(url, { fetch: 'allow' }));
    expect(await client.errorOf('FETCH', { Target: a })).toBe('OK');
    expect(await client.errorOf('SUBSCRIBE', { Target: a })).toBe('permission-denied');
    await setRules(alice, rule('anonymous', { subscribe: 'ask' }));
    expect(await subscribed(client, a)).toBe('pending');
  });
});

describe('in force before the OK, for live subscriptions too', () => {
  async function watching() {
    const it = await couple(domain);
    const usual = await publish(it.alice, 'usual');
    const work = await publish(it.alice, 'work', { View: 'work' });
    await setRules(it.alice, rule(it.b, { subscribe: 'allow' }));
    const ok = await it.bob.succeed('SUBSCRIBE', { Target: it.a });
    expect(ok.body.toString()).toBe(usual);
    return { ...it, usual, work, revision: Number(ok.get('Revision')) };
  }

  test('those now refused get TERMINATE-SUBSCRIPTION with permission-denied', async () => {
    const { alice, bob, a, b, revision } = await watching();
    await setRules(alice, rule(b, { subscribe: 'deny' }));
    expect(await bob.errorOf('GET-SUBSCRIPTION', { Target: a })).toBe('subscription-unknown');
    const end = await bob.incoming('TERMINATE-SUBSCRIPTION');
    expect(end.get('Error')).toBe('permission-denied');
    expect(end.get('Subscription-State')).toBe('ended');
    expect(Number(end.get('Revision'))).toBeGreaterThanOrEqual(revision);
    await publish(alice, 'unseen');
    expect(await came(bob, 'CHANGE-NOTIFY')).toHaveLength(0);
  });

  test('those whose view changed get CHANGE-NOTIFY', async () => {
    const { alice, bob, b, work, revision } = await watching();
    await setRules(alice, rule(b, { subscribe: 'allow', view: 'work' }));
    const notify = await bob.incoming('CHANGE-NOTIFY');
    expect(notify.body.toString()).toBe(work);
    expect(notify.get('Subscription-State')).toBe('active');
    expect(Number(notify.get('Revision'))).toBeGreaterThan(revision);
  });

  test('a view by a less specific rule counts as well', async () => {
    const { alice, bob, a, b, work } = await watching();
    await setRules(alice, rule(b, { subscribe: 'allow' }), rule('impp://wire.example/*', { view: 'work' }));
    expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toBe(work);
    await setRules(
      alice,
      rule(b, { subscribe: 'allow' }),
      rule('impp://wire.example/*', { view: 'none-such' }),
    );
    expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toBe(closedOf(a));
  });

  test('those whom the change does not concern get nothing', async () => {
    const { alice, bob, b } = await watching();
    await setRules(alice, rule(b, { subscribe: 'allow', send: 'deny' }), rule('*', { subscribe: 'deny' }));
    expect(await came(bob, 'CHANGE-NOTIFY')).toHaveLength(0);
    expect(await came(bob, 'TERMINATE-SUBSCRIPTION')).toHaveLength(0);
  });

  test('`ask` leaves active ones alone, their renewals too', async () => {
    const { alice, bob, a, b, usual } = await watching();
    await setRules(alice, rule(b, { subscribe: 'ask' }));
    expect((await bob.succeed('GET-SUBSCRIPTION', { Target: a })).get('Subscription-State')).toBe('active');
    const renewed = await bob.succeed('SUBSCRIBE', { Target: a });
    expect(renewed.get('Subscription-State')).toBe('active');
    expect(renewed.body.toString()).toBe(usual);
    await setRules(alice);
    const seen = await publish(alice, 'still seen');
    expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toBe(seen);
    // One made anew is asked for.
    await bob.succeed('UNSUBSCRIBE', { Target: a });
    expect(await subscribed(bob, a)).toBe('pending');
  });

  test('what `until` ends takes effect at that moment: refused again', async () => {
    const { alice, bob, b } = await watching();
    const until = new Date(Date.now() + 2000).toISOString();
    await setRules(alice, rule(b, { subscribe: 'allow', until }), rule('*', { subscribe: 'deny' }));
    expect(await came(bob, 'TERMINATE-SUBSCRIPTION')).toHaveLength(0);
    alice.destroy();
    const end = await bob.incoming('TERMINATE-SUBSCRIPTION');
    expect(end.get('Error')).toBe('permission-denied');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
  });

  test('what `until` ends takes effect at that moment: another view', async () => {
    const { alice, bob, b, usual, work } = await watching();
    const until = new Date(Date.now() + 1500).toISOString();
    await setRules(alice, rule(b, { view: 'work', until }), rule('*', { subscribe: 'allow' }));
    expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toBe(work);
    expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toBe(usual);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
  });

  test('what `until` ends takes effect at that moment: a refusal that runs out', async () => {
    const { alice, bob, a, b } = await watching();
    await bob.succeed('UNSUBSCRIBE', { Target: a });
    const until = new Date(Date.now() + 1500).toISOString();
    await setRules(
      alice,
      rule(b, { send: 'deny', subscribe: 'deny', until }),
      rule('*', { subscribe: 'allow' }),
    );
    expect(await subscribed(bob, a)).toBe('permission-denied');
    await expect.poll(() => subscribed(bob, a), { timeout: 10_000 }).toBe('active');
    expect((await write(bob, a, 'x')).kind).toBe('OK');
  });
});

describe('pretend', () => {
  test('answers as a granted subscription to a presentity that stays as it is', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const honest = await couple(domain);
    await setRules(honest.alice, rule(honest.b, { subscribe: 'allow', fetch: 'allow' }));
    await setRules(alice, rule(b, { subscribe: 'pretend', fetch: 'pretend' }));
    await publish(alice, 'here');
    const exchange = async (client: Client, target: string) => {
      const anonymised = (it: Awaited<ReturnType<Client['request']>>) => ({
        kind: it.kind,
        names: it.headers.map(([name]) => name),
        state: it.get('Subscription-State'),
        // What is left of a lease counts whole seconds: one more or less is chance.
        lease: it.get('Lease-Time') === undefined ? undefined : Math.ceil(Number(it.get('Lease-Time')) / 10),
        length: it.get('Revision')?.length,
        body: it.body.toString().replace(target, 'URL'),
      });
      return [
        anonymised(await client.request('FETCH', { Target: target })),
        anonymised(await client.request('SUBSCRIBE', { Target: target, 'Lease-Time': '600' })),
        anonymised(await client.request('SUBSCRIBE', { Target: target, 'Lease-Time': 'infinity' })),
        anonymised(await client.request('GET-SUBSCRIPTION', { Target: target })),
        anonymised(await client.request('FETCH', { Target: target })),
        anonymised(await client.request('UNSUBSCRIBE', { Target: target })),
        anonymised(await client.request('UNSUBSCRIBE', { Target: target })),
        anonymised(await client.request('GET-SUBSCRIPTION', { Target: target })),
      ];
    };
    expect(await exchange(bob, a)).toEqual(await exchange(honest.bob, honest.a));
  });

  test('Revision stays, and nothing is notified, whatever the presentity does', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, { subscribe: 'pretend' }));
    const first = await bob.succeed('SUBSCRIBE', { Target: a });
    expect(first.body.toString()).toBe(closedOf(a));
    await publish(alice, 'here');
    await publish(alice, 'for ever', { 'Lease-Time': 'infinity' });
    await publish(alice, 'leased', { View: 'pretend' });
    await withdraw(alice);
    expect(await came(bob, 'CHANGE-NOTIFY')).toHaveLength(0);
    const again = await bob.succeed('SUBSCRIBE', { Target: a });
    expect(again.get('Revision')).toBe(first.get('Revision'));
    expect(again.body.toString()).toBe(closedOf(a));
  });

  test('what is shown is the permanent value of the view `pretend`', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const shown = await publish(alice, 'on holiday', { View: 'pretend', 'Lease-Time': 'infinity' });
    await setRules(alice, rule(b, { subscribe: 'pretend', fetch: 'pretend', view: 'work' }));
    expect((await bob.succeed('SUBSCRIBE', { Target: a })).body.toString()).toBe(shown);
    expect((await bob.succeed('FETCH', { Target: a })).body.toString()).toBe(shown);
  });

  test('and when that value changes, they are told, as of any change', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, { subscribe: 'pretend' }));
    const ok = await bob.succeed('SUBSCRIBE', { Target: a });
    const shown = await publish(alice, 'on holiday', { View: 'pretend', 'Lease-Time': 'infinity' });
    const notify = await bob.incoming('CHANGE-NOTIFY');
    expect(notify.body.toString()).toBe(shown);
    expect(notify.get('Subscription-State')).toBe('active');
    expect(Number(notify.get('Revision'))).toBeGreaterThan(Number(ok.get('Revision')));
    await alice.succeed('CHANGE', { Target: a, View: 'pretend', 'Lease-Time': 'infinity' });
    expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toBe(closedOf(a));
  });

  test('fetch pretended to one who subscribes by leave: each shows its own, and neither is told of the other', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const object = await publish(alice, 'here');
    await setRules(alice, rule(b, { subscribe: 'allow', fetch: 'pretend' }));
    expect((await bob.succeed('SUBSCRIBE', { Target: a })).body.toString()).toBe(object);
    expect((await bob.succeed('FETCH', { Target: a })).body.toString()).toBe(closedOf(a));
  });

  test('there is no pretended SEND: the message arrives', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await setRules(alice, rule(b, { subscribe: 'pretend', fetch: 'pretend' }));
    expect((await write(bob, a, 'x')).get('Outcome')).toBe('delivered');
    expect(await came(alice, 'SEND')).toHaveLength(1);
  });

  test('an active one that is now pretended gets CHANGE-NOTIFY and stays active to its watcher', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await publish(alice, 'here');
    await setRules(alice, rule(b, { subscribe: 'allow' }));
    const ok = await bob.succeed('SUBSCRIBE', { Target: a });
    await setRules(alice, rule(b, { subscribe: 'pretend' }));
    const notify = await bob.incoming('CHANGE-NOTIFY');
    expect(notify.get('Subscription-State')).toBe('active');
    expect(notify.body.toString()).toBe(closedOf(a));
    expect(Number(notify.get('Revision'))).toBeGreaterThan(Number(ok.get('Revision')));
    expect((await bob.succeed('GET-SUBSCRIPTION', { Target: a })).get('Subscription-State')).toBe('active');
    await setRules(alice, rule(b, { subscribe: 'allow' }));
    expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toContain('here');
  });

  test('a pending one that is now pretended looks granted', async () => {
    const { alice, bob, a, b } = await couple(domain);
    await bob.succeed('SUBSCRIBE', { Target: a });
    await setRules(alice, rule(b, { subscribe: 'pretend' }));
    const notify = await bob.incoming('CHANGE-NOTIFY');
    expect(notify.get('Subscription-State')).toBe('active');
    expect(notify.body.toString()).toBe(closedOf(a));
  });
});

test('rules are kept and applied whether or not the user is online', async () => {
  const { alice, bob, a, b } = await couple(domain);
  await setRules(alice, rule(b, { subscribe: 'allow', send: 'deny' }));
  await alice.succeed('BYE');
  expect(await subscribed(bob, a)).toBe('active');
  expect((await write(bob, a, 'x')).get('Error')).toBe('permission-denied');
});
