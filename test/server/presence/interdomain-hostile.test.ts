// What another domain may try over a link that it is known on: everything in the name of its own people.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { Headers } from '../../../shared/impp/headers.ts';
import { error, ok, request } from '../../../shared/impp/serializer.ts';
import { ImppError } from '../../../shared/errors.ts';
import { Background } from '../../../server/presence/background.ts';
import { Watchers } from '../../../server/presence/watchers.ts';
import { FakeClock } from '../../fake/clock.ts';
import { Network } from './network.ts';
import { type Device, presence, Stage, settle, urlOf } from './stage.ts';

const ALICE = urlOf('alice');
const EVE = 'impp://e.example/eve';
const ID = 'alice-laptop';

let clock: FakeClock;
let network: Network;
let a: Stage;
let alice: Device;
/** How e.example answers what is forwarded to it. */
let answers: (method: string) => Parameters<typeof ok>[1] | ImppError;

beforeEach(async () => {
  clock = new FakeClock();
  network = new Network();
  a = await Stage.open(['alice', 'amy'], {}, { network, clock });
  alice = a.attach('alice');
  answers = () =>
    Headers.from([
      ['Revision', '5'],
      ['Lease-Time', '600'],
      ['Subscription-State', 'active'],
    ]);
  network.replies.set('e.example', (asked) => {
    const answer = answers(asked.method);
    return answer instanceof ImppError ? error(asked, answer) : ok(asked, answer);
  });
});

afterEach(async () => {
  await a.close();
  expect(a.errors).toEqual([]);
  expect(clock.waiting).toBe(0);
});

/** The Error of the answer to a notification with those headers; undefined: OK. */
const notify = async (headers: Record<string, string | undefined> = {}, method = 'CHANGE-NOTIFY') => {
  const all: Record<string, string | undefined> = {
    From: EVE,
    Origin: EVE,
    Target: ALICE,
    'Target-Connection-ID': ID,
    Revision: '9',
    'Subscription-State': method === 'CHANGE-NOTIFY' ? 'active' : 'ended',
    'Content-Type': 'application/presence',
    ...headers,
  };
  const pairs = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const body = Buffer.from(presence(EVE, 'boo'));
  const sent = request(method, 'n1', Headers.from(pairs), method === 'CHANGE-NOTIFY' ? body : undefined);
  const { ok: isOk, headers: answered } = await network.pass({
    from: 'e.example',
    to: 'a.example',
    request: sent,
  });
  await settle();
  return isOk ? undefined : answered.get('Error');
};

const watchEve = (device = alice) => device.ask('SUBSCRIBE', { Target: EVE });

const nobodyHeard = () => expect(alice.heard).toEqual([]);

describe('notifications of what nobody watches', () => {
  test.each(['CHANGE-NOTIFY', 'TERMINATE-SUBSCRIPTION'])('%s is subscription-unknown', async (method) => {
    expect(await notify({}, method)).toBe('subscription-unknown');
    await watchEve();
    expect(await notify({ 'Target-Connection-ID': 'another' }, method)).toBe('subscription-unknown');
    expect(await notify({ Target: urlOf('amy') }, method)).toBe('subscription-unknown');
    expect(await notify({ Target: urlOf('nobody') }, method)).toBe('subscription-unknown');
    expect(await notify({ From: `${EVE}l`, Origin: `${EVE}l` }, method)).toBe('subscription-unknown');
    nobodyHeard();
    expect(await notify({}, method)).toBeUndefined();
    expect(alice.hear(method)).toHaveLength(1);
  });

  test('another device of the same user holds another subscription', async () => {
    const phone = a.attach('alice', 'phone');
    await watchEve(phone);
    expect(await notify()).toBe('subscription-unknown');
    nobodyHeard();
  });

  test('nothing is held after a SUBSCRIBE that was refused', async () => {
    answers = () => new ImppError('permission-denied');
    await watchEve();
    expect(await notify()).toBe('subscription-unknown');
    expect((await a.storage.loadPresence()).watches).toEqual([]);
    nobodyHeard();
  });

  test('nor after an UNSUBSCRIBE, or when the other side says that there is none', async () => {
    await watchEve();
    await alice.ask('UNSUBSCRIBE', { Target: EVE });
    expect(await notify()).toBe('subscription-unknown');
    await watchEve();
    answers = () => new ImppError('subscription-unknown');
    await alice.ask('GET-SUBSCRIPTION', { Target: EVE });
    expect(await notify()).toBe('subscription-unknown');
  });

  test('nor after its end, whatever comes then', async () => {
    await watchEve();
    expect(await notify({}, 'TERMINATE-SUBSCRIPTION')).toBeUndefined();
    expect(await notify({ Revision: '20' })).toBe('subscription-unknown');
    await watchEve();
    clock.advance(700_000);
    expect(await notify({ Revision: '30' })).toBe('subscription-unknown');
  });

  test('what comes before the answer to SUBSCRIBE waits for it, and goes with a refusal', async () => {
    const before = Promise.withResolvers<string | undefined>();
    answers = () => {
      notify().then(before.resolve, before.reject);
      return new ImppError('permission-denied');
    };
    await watchEve();
    expect(await before.promise).toBe('subscription-unknown');
    nobodyHeard();
  });
});

describe('notifications that are not what they should be', () => {
  test('in the name of somebody else', async () => {
    await watchEve();
    expect(await notify({ Origin: urlOf('amy') })).toBe('bad-request');
    expect(await notify({ Origin: 'impp://e.example/other' })).toBe('bad-request');
    nobodyHeard();
  });

  test.each([
    ['CHANGE-NOTIFY', { Revision: undefined }],
    ['CHANGE-NOTIFY', { Revision: '-1' }],
    ['CHANGE-NOTIFY', { Revision: '9007199254740992' }],
    ['CHANGE-NOTIFY', { 'Target-Connection-ID': undefined }],
    ['CHANGE-NOTIFY', { 'Target-Connection-ID': 'a b' }],
    ['CHANGE-NOTIFY', { 'Subscription-State': undefined }],
    ['CHANGE-NOTIFY', { 'Subscription-State': 'ended' }],
    ['TERMINATE-SUBSCRIPTION', { 'Subscription-State': 'active' }],
    ['TERMINATE-SUBSCRIPTION', { Revision: 'x' }],
    ['CHANGE-NOTIFY', { Origin: 'nonsense' }],
  ])('%s with %o is bad-request', async (method, headers) => {
    await watchEve();
    expect(await notify(headers, method)).toBe('bad-request');
    nobodyHeard();
  });
});

test('an OK to SUBSCRIBE that says nonsense is passed on, and held for a while', async () => {
  answers = () =>
    Headers.from([
      ['Revision', 'many'],
      ['Lease-Time', 'long'],
    ]);
  expect((await watchEve()).error).toBeUndefined();
  expect(await notify()).toBeUndefined();
  clock.advance(21_640_000);
  await settle();
  expect(await notify({ Revision: '10' })).toBe('subscription-unknown');
});

test('presence that is more than the device takes is refused, and taken back', async () => {
  const old = a.attach('amy', 'old', { maxMessageSize: 10 });
  network.replies.set('e.example', (asked) =>
    ok(asked, answers(asked.method) as Headers, new Uint8Array(11)),
  );
  expect((await old.ask('FETCH', { Target: EVE })).error).toBe('message-too-large');
  expect((await watchEve(old)).error).toBe('message-too-large');
  expect(network.take('UNSUBSCRIBE')).toHaveLength(1);
});

test('a device that takes nothing is sent away before its notifications fill the memory', async () => {
  alice.acknowledges = false;
  const body = new Uint8Array(1_000_000);
  for (let number = 0; number < 20 && alice.dismissed === undefined; number += 1) {
    const from = `impp://e.example/e${number}`;
    await alice.ask('SUBSCRIBE', { Target: from });
    const headers = Headers.from([
      ['From', from],
      ['Target', ALICE],
      ['Target-Connection-ID', ID],
      ['Revision', '9'],
      ['Subscription-State', 'active'],
      ['Content-Type', 'image/png'],
    ]);
    void network.pass({
      from: 'e.example',
      to: 'a.example',
      request: request('CHANGE-NOTIFY', `n${number}`, headers, body),
    });
    await settle();
  }
  expect(alice.dismissed).toMatchObject({ code: 'timeout' });
  expect(alice.hear('CHANGE-NOTIFY')).toHaveLength(17);
  for (const { settle: ended } of alice.unacknowledged) ended(new ImppError('closed'));
  await settle();
});

test('made-up principals displace each other, and not those who ask from elsewhere', async () => {
  const ask = (host: string, user: string) =>
    network.pass({
      from: host,
      to: 'a.example',
      request: request(
        'SUBSCRIBE',
        'r1',
        Headers.from([
          ['From', `impp://${host}/${user}`],
          ['Connection-ID', user],
          ['Target', ALICE],
        ]),
      ),
    });
  /** Questions outlive the subscriptions that asked them. */
  const leasesEnd = async () => {
    clock.advance(21_600_000);
    await settle();
  };
  await ask('c.example', 'carol');
  await leasesEnd();
  for (let round = 0; round < 5; round += 1) {
    for (let number = 0; number < 500; number += 1) await ask('e.example', `x${round}-${number}`);
    await leasesEnd();
  }
  const { body = '' } = await alice.ask('GET-WATCHERS', { Target: ALICE, 'X-Max-Size': '1000000' });
  expect(body).toContain('impp://c.example/carol');
  expect(body.match(/<watcher>/gv)?.length).toBeLessThan(1600);
});

test('subscriptions of one domain have an end, and leave room for others', () => {
  const watchers = new Watchers(a.domain, new Background(a.domain.log));
  for (let count = 0; count < 100_000; count += 1) {
    watchers.checkFar('e.example');
    watchers.countFar('e.example', 1);
  }
  expect(() => watchers.checkFar('e.example')).toThrow(
    expect.objectContaining({ code: 'too-many-requests' }),
  );
  watchers.checkFar('c.example');
  watchers.countFar('e.example', -1);
  watchers.checkFar('e.example');
  watchers.close();
});
