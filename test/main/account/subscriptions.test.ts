import { afterEach, describe, expect, test } from 'vitest';
import type { Context } from '../../../main/account/context.ts';
import { Subscriptions } from '../../../main/account/subscriptions.ts';
import { DEFAULTS } from '../../../main/settings.ts';
import { Mirror } from '../../../main/state.ts';
import { ImppError } from '../../../shared/errors.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import type { Request, Response } from '../../../shared/impp/message.ts';
import { formatPresence } from '../../../shared/impp/presence.ts';
import { FakeClock } from '../../fake/clock.ts';

const ALICE = 'impp://a.example/alice';
const BOB = 'impp://b.example/bob';

type Reply = (method: string, target: string) => Response | ImppError | Promise<Response>;

const bodyOf = (status: 'open' | 'closed', note = '') =>
  formatPresence({ entity: BOB, tuples: [{ id: 'x', status, note }] });

const answer = (pairs: [string, string][], body?: Uint8Array): Response => ({
  kind: 'response',
  ok: true,
  method: 'SUBSCRIBE',
  id: '1',
  headers: Headers.from([...pairs, ...(body ? ([['Content-Type', 'application/presence']] as const) : [])]),
  body,
});

const active = (revision: number, note = '', lease = 1000): Response =>
  answer(
    [
      ['Subscription-State', 'active'],
      ['Revision', String(revision)],
      ['Lease-Time', String(lease)],
    ],
    bodyOf('open', note),
  );

const notification = (revision: number, note: string, state = 'active'): Request => ({
  kind: 'request',
  method: 'CHANGE-NOTIFY',
  id: '1',
  headers: Headers.from([
    ['Origin', BOB],
    ['Revision', String(revision)],
    ['Subscription-State', state],
    ['Content-Type', 'application/presence'],
  ]),
  body: bodyOf('open', note),
});

const start = (reply: Reply) => {
  const clock = new FakeClock();
  const mirror = new Mirror({ kind: 'browser', platform: 'test', version: '0' }, DEFAULTS);
  const asked: string[] = [];
  const leases: (string | undefined)[] = [];
  const appeared: string[] = [];
  const context = {
    key: 1,
    url: ALICE,
    host: 'a.example',
    clock,
    mirror,
    random: (length: number) => new Uint8Array(length).fill(128),
    log: () => {},
    connection: () => ({
      request(method: string, headers: readonly (readonly [string, string])[] = []) {
        const target = headers.find(([name]) => name === 'Target')?.[1] ?? '';
        asked.push(`${method} ${target}`);
        leases.push(headers.find(([name]) => name === 'Lease-Time')?.[1]);
        const outcome = reply(method, target);
        return outcome instanceof ImppError ? Promise.reject(outcome) : Promise.resolve(outcome);
      },
    }),
  };
  // What is left out (the store, bulk connections) has no part in watching.
  const subscriptions = new Subscriptions(context as unknown as Context, (peer) => appeared.push(peer));
  const add = (address: string): void => {
    mirror.setContact({
      account: ALICE,
      address,
      name: '',
      groups: [],
      watch: 'none',
      presence: { state: 'unknown' },
    });
    subscriptions.add(address);
  };
  const contact = (address = BOB) => mirror.contact(ALICE, address);
  const advance = async (milliseconds: number) => {
    for (let left = milliseconds; left > 0; left -= 5000) {
      clock.advance(Math.min(left, 5000));
      await settle();
    }
  };
  running = subscriptions;
  return { clock, subscriptions, asked, leases, appeared, add, contact, advance };
};

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
};

let running: Subscriptions | undefined;
afterEach(() => running?.close());

describe('a subscription', () => {
  test('is renewed at 60-80 % of its lease, and vouches until its end', async () => {
    const { clock, subscriptions, asked, add, contact, advance } = start(() => active(1));
    add(BOB);
    subscriptions.online();
    await settle();
    const began = clock.now();
    expect(contact()).toMatchObject({
      watch: 'active',
      presence: { state: 'available', goodUntil: began + 1_000_000 },
    });
    await advance(595_000);
    expect(asked).toHaveLength(1);
    await advance(210_000);
    expect(asked).toHaveLength(2);
  });

  test('of another domain is asked for half an hour, within which it is noticed that the domain has gone', async () => {
    const { subscriptions, leases, add } = start(() => active(1));
    add(BOB);
    add('impp://a.example/carol');
    subscriptions.online();
    await settle();
    expect(leases).toEqual(['1800', undefined]);
  });

  test('that cannot be renewed is good until its end, then unknown, not offline', async () => {
    let isUp = true;
    const { subscriptions, add, contact, advance } = start(() =>
      isUp ? active(1) : new ImppError('connection-failure', 'b.example cannot be reached'),
    );
    add(BOB);
    subscriptions.online();
    await settle();
    isUp = false;
    await advance(990_000);
    expect(contact()?.presence.state).toBe('available');
    await advance(20_000);
    expect(contact()?.presence.state).toBe('unknown');
    isUp = true;
    await advance(310_000);
    expect(contact()).toMatchObject({ watch: 'active', presence: { state: 'available' } });
    expect(contact()?.problem).toBeUndefined();
  });

  test('to a domain that cannot be reached is tried again, and says which domain', async () => {
    const { subscriptions, asked, add, contact, advance } = start(() => new ImppError('connection-failure'));
    add(BOB);
    subscriptions.online();
    await settle();
    expect(contact()).toMatchObject({
      watch: 'failed',
      presence: { state: 'unknown' },
      problem: { code: 'connection-failure', domain: 'b.example' },
    });
    await advance(60_000);
    expect(asked.length).toBeGreaterThan(4);
    expect(asked.length).toBeLessThan(20);
  });

  test('that is refused is not asked for again', async () => {
    const { subscriptions, asked, add, contact, advance } = start(() => new ImppError('permission-denied'));
    add(BOB);
    subscriptions.online();
    await advance(3_600_000);
    expect(contact()?.watch).toBe('refused');
    expect(asked).toHaveLength(1);
  });

  test('that was refused is asked for once more when the person says so, and one that holds is not', async () => {
    let isAllowed = false;
    const { subscriptions, asked, add, contact } = start(() =>
      isAllowed ? active(1) : new ImppError('permission-denied'),
    );
    add(BOB);
    subscriptions.online();
    await settle();
    isAllowed = true;
    subscriptions.again(BOB);
    await settle();
    expect(contact()).toMatchObject({ watch: 'active', presence: { state: 'available' } });
    expect(contact()?.problem).toBeUndefined();
    subscriptions.again(BOB);
    await settle();
    expect(asked).toHaveLength(2);
  });

  test('that waits for an answer shows nothing as known', async () => {
    const { subscriptions, add, contact } = start(() =>
      answer(
        [
          ['Subscription-State', 'pending'],
          ['Revision', '1'],
          ['Lease-Time', '600'],
        ],
        bodyOf('closed'),
      ),
    );
    add(BOB);
    subscriptions.online();
    await settle();
    expect(contact()).toMatchObject({ watch: 'asked', presence: { state: 'unknown' } });
    subscriptions.notify(notification(2, 'hello'));
    expect(contact()).toMatchObject({ watch: 'active', presence: { state: 'available', note: 'hello' } });
  });

  test('ends with the connection: everyone is unknown until asked again', async () => {
    const { subscriptions, asked, add, contact } = start(() => active(1));
    add(BOB);
    subscriptions.online();
    await settle();
    subscriptions.offline();
    expect(contact()?.presence).toEqual({ state: 'unknown' });
    subscriptions.online();
    await settle();
    expect(contact()?.presence.state).toBe('available');
    expect(asked).toHaveLength(2);
  });
});

describe('notifications', () => {
  test('of a Revision that is not higher are dropped', async () => {
    const { subscriptions, add, contact } = start(() => active(5, 'five'));
    add(BOB);
    subscriptions.online();
    await settle();
    subscriptions.notify(notification(5, 'again'));
    subscriptions.notify(notification(4, 'four'));
    expect(contact()?.presence.note).toBe('five');
    subscriptions.notify(notification(6, 'six'));
    expect(contact()?.presence.note).toBe('six');
  });

  test('that overtake the answer to SUBSCRIBE stay', async () => {
    const { subscriptions, add, contact } = start(() => active(5, 'old'));
    add(BOB);
    subscriptions.online();
    subscriptions.notify(notification(9, 'new'));
    await settle();
    expect(contact()?.presence.note).toBe('new');
    expect(contact()?.presence.goodUntil).toBeDefined();
  });

  test('for someone who is not watched are subscription-unknown', async () => {
    const { subscriptions, add } = start(() => active(1));
    add(BOB);
    subscriptions.online();
    await settle();
    subscriptions.remove(BOB);
    expect(() => subscriptions.notify(notification(2, ''))).toThrow(
      expect.objectContaining({ code: 'subscription-unknown' }) as Error,
    );
  });

  test('tell when someone appears', async () => {
    const { subscriptions, appeared, add } = start(() => active(1));
    add(BOB);
    subscriptions.online();
    await settle();
    subscriptions.notify(notification(2, 'still here'));
    expect(appeared).toEqual([BOB]);
  });
});

describe('the other side ends it', () => {
  const ended = (revision: number): Request => ({
    ...notification(revision, ''),
    method: 'TERMINATE-SUBSCRIPTION',
    body: undefined,
  });

  test('by refusing from now on', async () => {
    const { subscriptions, add, contact } = start(() => active(1));
    add(BOB);
    subscriptions.online();
    await settle();
    subscriptions.terminate(ended(2), new ImppError('permission-denied'));
    expect(contact()).toMatchObject({ watch: 'refused', presence: { state: 'unknown' } });
  });

  test('by losing it: it is made anew once, and not for ever', async () => {
    const { subscriptions, asked, add, contact, advance } = start(() => active(1));
    add(BOB);
    subscriptions.online();
    await advance(70_000);
    subscriptions.terminate(ended(2), new ImppError('subscription-unknown'));
    await settle();
    expect(asked).toHaveLength(2);
    subscriptions.terminate(ended(3), new ImppError('subscription-unknown'));
    await settle();
    expect(asked).toHaveLength(2);
    expect(contact()?.watch).toBe('ended');
  });

  test('because a lease has run out that could not be renewed: it is made anew, however short that was', async () => {
    let isAway = false;
    const { subscriptions, asked, add, contact, advance } = start(() =>
      isAway ? new ImppError('connection-failure') : active(2, 'back', 20),
    );
    add(BOB);
    subscriptions.online();
    await settle();
    isAway = true;
    await advance(25_000);
    expect(contact()?.presence.state).toBe('unknown');
    isAway = false;
    const before = asked.length;
    subscriptions.terminate(ended(2), new ImppError('subscription-unknown'));
    await settle();
    expect(asked).toHaveLength(before + 1);
    expect(contact()).toMatchObject({ watch: 'active', presence: { state: 'available' } });
  });

  test('with an old Revision means nothing: it was made anew meanwhile', async () => {
    const { subscriptions, add, contact } = start(() => active(5));
    add(BOB);
    subscriptions.online();
    await settle();
    subscriptions.terminate(ended(4), new ImppError('permission-denied'));
    expect(contact()?.watch).toBe('active');
  });
});

test('a long list does not flood the server, and waits when it is told to', async () => {
  let open = 0;
  let most = 0;
  let isBusy = true;
  const { subscriptions, asked, add, contact, advance } = start(() => {
    open++;
    most = Math.max(most, open);
    queueMicrotask(() => open--);
    return isBusy ? new ImppError('too-many-requests', 'slower', { data: { retryAfter: 30 } }) : active(1);
  });
  const addresses = Array.from({ length: 500 }, (_, i) => `impp://a.example/user${i}`);
  addresses.forEach(add);
  subscriptions.online();
  await settle();
  expect(most).toBeLessThanOrEqual(24);
  const before = asked.length;
  await advance(25_000);
  expect(asked.length).toBe(before);
  expect(contact(addresses[0])?.watch).toBe('none');
  isBusy = false;
  for (let second = 0; second < 30; second++) await advance(1000);
  expect(addresses.every((address) => contact(address)?.watch === 'active')).toBe(true);
});

describe('of many contacts in other domains', () => {
  test('those of one that does not answer do not keep the others waiting', async () => {
    const silent = new Promise<Response>(() => {});
    const { subscriptions, add, contact } = start((_, target) =>
      target.includes('//dead.example/') ? silent : active(1),
    );
    for (let number = 0; number < 30; number++) add(`impp://dead.example/user${number}`);
    add(BOB);
    subscriptions.online();
    await settle();
    expect(contact()).toMatchObject({ watch: 'active', presence: { state: 'available' } });
  });

  test('those of one that is busy wait for it, and no others do', async () => {
    const { subscriptions, asked, add, contact, advance } = start((_, target) =>
      target.includes('//busy.example/')
        ? new ImppError('too-many-requests', 'slower', { data: { retryAfter: 600 } })
        : active(1),
    );
    add('impp://busy.example/x');
    subscriptions.online();
    await settle();
    add(BOB);
    await settle();
    expect(contact()?.watch).toBe('active');
    await advance(500_000);
    expect(asked.filter((one) => one.includes('busy'))).toHaveLength(1);
  });
});

describe('someone who is elsewhere for now', () => {
  const CAROL = 'impp://c.example/carol';
  const forwardTo = (to: string, kind: 'temporarily' | 'permanently' = 'temporarily') =>
    new ImppError(`${kind}-forwarded`, 'elsewhere', { data: { location: to } });
  const ofCarol = (revision: number): Response => ({
    ...active(revision),
    body: formatPresence({ entity: CAROL, tuples: [{ id: 'x', status: 'open' }] }),
  });
  const fromCarol = (revision: number): Request => ({
    ...notification(revision, ''),
    headers: Headers.from([
      ['Origin', CAROL],
      ['Revision', String(revision)],
      ['Subscription-State', 'active'],
      ['Content-Type', 'application/presence'],
    ]),
    body: formatPresence({ entity: CAROL, tuples: [{ id: 'x', status: 'closed' }] }),
  });

  test('is watched there, told of from there, and taken back there', async () => {
    const { subscriptions, asked, add, contact } = start((_, target) =>
      target === BOB ? forwardTo(CAROL) : ofCarol(3),
    );
    add(BOB);
    subscriptions.online();
    await settle();
    expect(contact()).toMatchObject({ watch: 'active', presence: { state: 'available' } });
    subscriptions.notify(fromCarol(4));
    expect(contact()?.presence.state).toBe('offline');
    expect(() => subscriptions.notify(notification(9, 'x'))).toThrow(
      expect.objectContaining({ code: 'subscription-unknown' }),
    );
    subscriptions.remove(BOB);
    expect(asked.at(-1)).toBe(`UNSUBSCRIBE ${CAROL}`);
  });

  test('is watched at home again when the forward ends', async () => {
    let isAway = true;
    const { subscriptions, asked, add, contact, advance } = start((_, target) =>
      target === BOB && isAway ? forwardTo(CAROL) : target === BOB ? active(1) : ofCarol(8),
    );
    add(BOB);
    subscriptions.online();
    await settle();
    isAway = false;
    await advance(810_000);
    expect(asked.slice(2)).toEqual([`SUBSCRIBE ${BOB}`, `UNSUBSCRIBE ${CAROL}`]);
    expect(contact()).toMatchObject({ watch: 'active', presence: { state: 'available' } });
  });

  test('is looked for five times and not more', async () => {
    const { subscriptions, asked, add, contact } = start((_, target) =>
      forwardTo(`impp://c.example/x${Number(/\d+$/v.exec(target)?.[0] ?? 0) + 1}`),
    );
    add(BOB);
    subscriptions.online();
    await settle();
    expect(asked).toHaveLength(6);
    expect(contact()).toMatchObject({ watch: 'failed', problem: { code: 'temporarily-forwarded' } });
  });

  test('is followed when the forward comes while they are watched', async () => {
    let isAway = false;
    const { subscriptions, add, contact, advance } = start((_, target) =>
      target === BOB && isAway ? forwardTo(CAROL) : target === BOB ? active(1) : ofCarol(8),
    );
    add(BOB);
    subscriptions.online();
    await settle();
    isAway = true;
    subscriptions.terminate(notification(2, '', 'ended'), forwardTo(CAROL));
    await advance(2000);
    expect(contact()).toMatchObject({ watch: 'active', presence: { state: 'available' } });
    subscriptions.notify(fromCarol(9));
    expect(contact()?.presence.state).toBe('offline');
  });

  test('for good: is not followed before the person agrees', async () => {
    const { subscriptions, asked, add, contact } = start(() => forwardTo(CAROL, 'permanently'));
    add(BOB);
    subscriptions.online();
    await settle();
    expect(asked).toHaveLength(1);
    expect(contact()?.problem).toMatchObject({ code: 'permanently-forwarded', location: CAROL });
  });
});

test('a long list leaves room for messages: it is not asked for all at once', async () => {
  const { subscriptions, asked, add, advance } = start(() => active(1, '', 86_400));
  Array.from({ length: 250 }, (_, i) => `impp://b.example/user${i}`).forEach(add);
  subscriptions.online();
  for (let turn = 0; turn < 20; turn++) await settle();
  expect(asked).toHaveLength(100);
  await advance(1000);
  await settle();
  expect(asked).toHaveLength(130);
  await advance(5000);
  for (let turn = 0; turn < 5; turn++) await advance(1000);
  expect(asked).toHaveLength(250);
});
