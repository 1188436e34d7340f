// [IMPP 9, RFC 2779 5.1.15] Polite blocking cannot be told from a granted subscription to a closed presentity: in
// what the answers say, over a thousand of each, and in the time they take.

import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { came, closedOf, publish, rule, setRules, write } from './people.ts';
import { type Client, type Domain, startDomain, type Wire } from './wire.ts';

const ANSWERS = 1000;
/** Two who granted, so that chance can be seen beside the difference, and one who pretends. */
const OWNERS = ['grant1', 'grant2', 'polite'] as const;
type Owner = (typeof OWNERS)[number];

let domain: Domain;
let watcher: Client;
let owners: Record<Owner, Client>;

beforeAll(async () => {
  domain = await startDomain({
    settings: ['limits.requests-per-second=1000000', 'limits.request-burst=1000000'],
  });
  await domain.person('watcher', 'phone');
  for (const name of OWNERS) await domain.person(name, 'laptop');
});

// The same devices each time: their subscriptions go on.
beforeEach(async () => {
  watcher = await domain.login('watcher', 'phone');
  const [grant1, grant2, polite] = await Promise.all(OWNERS.map((name) => domain.login(name, 'laptop')));
  owners = { grant1, grant2, polite } as Record<Owner, Client>;
  const who = domain.url('watcher');
  // All are here, and seen by others: only this watcher is shown a presentity that is closed.
  for (const name of OWNERS) {
    const granted = { subscribe: 'allow', fetch: 'allow', view: 'closed' };
    const says = name === 'polite' ? { subscribe: 'pretend', fetch: 'pretend' } : granted;
    await setRules(owners[name], rule(who, says), rule('*', { subscribe: 'allow', fetch: 'allow' }));
    await publish(owners[name], 'here');
  }
});

/** Everything that an answer says, but for the names, the request, and times, of which only the form counts. */
function sayingOf(answer: Wire, owner: Owner): string {
  const headers = answer.headers.map(([name, value]) => {
    if (name === 'Revision') return `${name}: ${value.replace(/\d/g, '0')}`;
    // What is left of it falls by seconds; the three are asked within moments of each other.
    if (name === 'Lease-Time' && answer.method === 'GET-SUBSCRIPTION')
      return `${name}: ${Number(value) > 3500 && Number(value) <= 3600}`;
    return `${name}: ${value}`;
  });
  return [answer.kind, answer.method, ...headers, answer.body.toString()]
    .join('\n')
    .replaceAll(owner, 'OWNER');
}

interface Series {
  readonly sayings: Set<string>;
  readonly revisions: Set<string>;
  /** Milliseconds. */
  readonly times: number[];
}

/** A thousand answers of each owner, asked in an order that chance decides, so that what disturbs, disturbs all. */
async function collect(ask: (owner: Owner) => Promise<Wire>): Promise<Record<Owner, Series>> {
  const series = Object.fromEntries(
    OWNERS.map((name) => [name, { sayings: new Set(), revisions: new Set(), times: [] }]),
  ) as unknown as Record<Owner, Series>;
  for (let count = 0; count < ANSWERS; count += 1) {
    const order = OWNERS.map((owner) => ({ owner, at: Math.random() })).sort(
      (one, other) => one.at - other.at,
    );
    for (const { owner } of order) {
      const start = performance.now();
      const answer = await ask(owner);
      series[owner].times.push(performance.now() - start);
      series[owner].sayings.add(sayingOf(answer, owner));
      series[owner].revisions.add(answer.get('Revision') ?? '');
    }
  }
  return series;
}

/**
 * How far the times of two series lie apart: the chance that one of the first is longer than one of the second,
 * less a half. 0: alike; 0.5: all of one are longer. It looks at ranks only, so that a few long waits count for
 * no more than they are. Of two thousand answers alike its standard deviation is 0.013.
 */
function distance(ones: readonly number[], others: readonly number[]): number {
  const all = [...ones.map((time) => ({ time, mine: 1 })), ...others.map((time) => ({ time, mine: 0 }))];
  all.sort((one, other) => one.time - other.time);
  let ranks = 0;
  for (const [index, { mine }] of all.entries()) ranks += mine * (index + 1);
  const wins = ranks - (ones.length * (ones.length + 1)) / 2;
  return Math.abs(wins / (ones.length * others.length) - 0.5);
}

/** Over four standard deviations of chance; the difference that one test makes on purpose is seven times as much. */
const ALIKE = 0.06;

/** The least of up to three measurements: what the machine does besides comes once, a difference comes each time. */
async function expectAlike(ask: (owner: Owner) => Promise<Wire>): Promise<Record<Owner, Series>> {
  const distances: number[] = [];
  for (;;) {
    const series = await collect(ask);
    expect(series.polite.sayings).toEqual(series.grant1.sayings);
    expect(series.grant2.sayings).toEqual(series.grant1.sayings);
    const { grant1, grant2, polite } = series;
    distances.push(distance(polite.times, [...grant1.times, ...grant2.times]));
    if (Math.min(...distances) <= ALIKE) return series;
    if (distances.length === 3) expect(distances).toEqual('alike');
  }
}

describe('a thousand answers of each', () => {
  test('to SUBSCRIBE, made anew each time', async () => {
    const series = await expectAlike(async (owner) => {
      const answer = await watcher.succeed('SUBSCRIBE', { Target: domain.url(owner) });
      await watcher.succeed('UNSUBSCRIBE', { Target: domain.url(owner) });
      return answer;
    });
    expect(series.polite.sayings.size).toBe(1);
    // It rises each time, because a state of the watcher's own has changed.
    for (const name of OWNERS) expect(series[name].revisions.size).toBe(ANSWERS);
  });

  test('to renewals, for the lease that was asked for', async () => {
    for (const owner of OWNERS) await watcher.succeed('SUBSCRIBE', { Target: domain.url(owner) });
    const series = await expectAlike((owner) =>
      watcher.succeed('SUBSCRIBE', { Target: domain.url(owner), 'Lease-Time': '1234' }),
    );
    for (const saying of series.polite.sayings) expect(saying).toContain('Lease-Time: 1234\n');
    for (const name of OWNERS) expect([name, series[name].revisions.size]).toEqual([name, 1]);
  });

  test('to FETCH', async () => {
    const series = await expectAlike((owner) => watcher.succeed('FETCH', { Target: domain.url(owner) }));
    for (const saying of series.polite.sayings)
      expect(saying).toContain(closedOf('impp://wire.example/OWNER'));
    for (const name of OWNERS) expect([name, series[name].revisions.size]).toEqual([name, 1]);
  });

  test('to GET-SUBSCRIPTION', async () => {
    for (const owner of OWNERS) await watcher.succeed('SUBSCRIBE', { Target: domain.url(owner) });
    await expectAlike((owner) => watcher.succeed('GET-SUBSCRIPTION', { Target: domain.url(owner) }));
  });

  test('a difference would be seen: a refusal, which stores nothing, is told apart by its time', async () => {
    await setRules(owners.grant2, rule('*', { subscribe: 'deny', fetch: 'deny' }));
    const { grant1, grant2 } = await collect((owner) =>
      watcher.request('SUBSCRIBE', { Target: domain.url(owner) }),
    );
    expect([...grant2.sayings][0]).toContain('permission-denied');
    expect(distance(grant1.times, grant2.times)).toBeGreaterThan(4 * ALIKE);
  });
});

describe('and besides', () => {
  test('nothing of what the owner does reaches the watcher', async () => {
    for (const owner of OWNERS) await watcher.succeed('SUBSCRIBE', { Target: domain.url(owner) });
    await watcher.ping();
    watcher.arrived.length = 0;
    for (const name of OWNERS) {
      await publish(owners[name], 'something new');
      await publish(owners[name], 'for the family', { View: 'family' });
      await owners[name].succeed('CHANGE', { Target: domain.url(name), 'Lease-Time': '0' });
    }
    for (const method of ['CHANGE-NOTIFY', 'TERMINATE-SUBSCRIPTION'])
      expect(await came(watcher, method)).toEqual([]);
    await expectSame((owner) => watcher.succeed('FETCH', { Target: domain.url(owner) }));
  });

  test('SEND says the same: what the rules on `send` say, and never a lie', async () => {
    const outcomes = new Map<string, string>();
    for (const name of OWNERS) {
      const answer = await write(watcher, domain.url(name), 'Are you there?');
      expect(answer.get('Outcome')).toBe('delivered');
      outcomes.set(name, sayingOf(answer, name));
    }
    expect(new Set(outcomes.values()).size).toBe(1);
  });

  test('the owner alone sees that it is pretended', async () => {
    for (const owner of OWNERS) await watcher.succeed('SUBSCRIBE', { Target: domain.url(owner) });
    const list = await owners.polite.succeed('GET-WATCHERS', { Target: domain.url('polite') });
    expect(list.body.toString()).toContain(
      `<address>${domain.url('watcher')}</address><state>pretended</state>`,
    );
    const other = await owners.grant1.succeed('GET-WATCHERS', { Target: domain.url('grant1') });
    expect(other.body.toString()).toContain(
      `<address>${domain.url('watcher')}</address><state>active</state>`,
    );
  });

  test('after a restart of the server, too', async () => {
    await domain.stop();
    domain = await startDomain({ data: domain.data });
    watcher = await domain.login('watcher', 'phone');
    await expectSame((owner) => watcher.succeed('GET-SUBSCRIPTION', { Target: domain.url(owner) }));
    await expectSame((owner) => watcher.succeed('FETCH', { Target: domain.url(owner) }));
    await expectSame((owner) => watcher.succeed('SUBSCRIBE', { Target: domain.url(owner) }));
    await expectSame((owner) => watcher.succeed('UNSUBSCRIBE', { Target: domain.url(owner) }));
    await expectSame((owner) => watcher.request('GET-SUBSCRIPTION', { Target: domain.url(owner) }));
  });
});

async function expectSame(ask: (owner: Owner) => Promise<Wire>): Promise<void> {
  const sayings = new Set<string>();
  for (const owner of OWNERS) sayings.add(sayingOf(await ask(owner), owner));
  expect([...sayings]).toHaveLength(1);
}
