// Presence between whole servers over links [IMPP 7, 12]: two of ours, and one that the test plays.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createMemoryStorage } from '../../../server/storage/memory.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { ImppError } from '../../../shared/errors.ts';
import type { Request } from '../../../shared/impp/message.ts';
import { type TestDomain, urlOf } from '../harness.ts';
import { Federation, IN_CLEAR } from '../links/federation.ts';
import type { HeaderPairs, Peer } from '../peer.ts';
import { acl, presence } from './stage.ts';

const ALICE = urlOf('alice', 'a.example');
const BOB = urlOf('bob', 'b.example');
const CAROL = 'impp://c.example/carol';

let federation: Federation;
let a: TestDomain;
let alice: Peer;

beforeEach(async () => {
  federation = new Federation();
  a = await federation.domain('a.example', ['alice'], { config: IN_CLEAR, storage: durable() });
  alice = await a.attach('alice');
  await alice.demand(
    'SET-ACL',
    { Target: ALICE, 'Content-Type': 'application/impp-acl' },
    acl('*: subscribe=allow fetch=allow'),
  );
});

afterEach(async () => {
  await federation.close();
  expect(a.errors).toEqual([]);
});

/** It outlives its server. */
const durable = (): Storage => ({ ...createMemoryStorage(), close: () => Promise.resolve() });

const publish = (note: string) =>
  alice.demand(
    'CHANGE',
    { Target: ALICE, 'Content-Type': 'application/presence', 'Lease-Time': 3600 },
    presence(ALICE, note),
  );

const textOf = ({ body }: Pick<Request, 'body'>): string => Buffer.from(body ?? []).toString();

/** Time goes on, for all domains alike. */
const advance = async (seconds: number): Promise<void> => {
  for (let left = seconds; left > 0; left -= 5) {
    federation.clock.advance(Math.min(left, 5) * 1000);
    await federation.settle();
  }
};

describe('two domains', () => {
  let b: TestDomain;
  let bob: Peer;

  beforeEach(async () => {
    b = await federation.domain('b.example', ['bob'], { config: IN_CLEAR, storage: durable() });
    bob = await b.attach('bob');
  });

  afterEach(() => expect(b.errors).toEqual([]));

  test('that have never met: bob watches alice, and is told of each change', async () => {
    await publish('here');
    const opened = await bob.demand('SUBSCRIBE', { Target: ALICE, 'X-Kept': 'as it came' });
    expect(textOf(opened)).toBe(presence(ALICE, 'here'));
    expect([opened.headers.get('Lease-Time'), opened.headers.get('To')]).toEqual(['21600', BOB]);
    await publish('out');
    const notice = await bob.accept('CHANGE-NOTIFY');
    expect(textOf(notice)).toBe(presence(ALICE, 'out'));
    expect(Number(notice.headers.get('Revision'))).toBeGreaterThan(Number(opened.headers.get('Revision')));
    expect(federation.reached).toEqual(['b.example > a.example pres', 'a.example > b.example pres']);
    await bob.demand('UNSUBSCRIBE', { Target: ALICE });
    expect((await bob.refusal('GET-SUBSCRIPTION', { Target: ALICE })).code).toBe('subscription-unknown');
  });

  test('are told over a new link when the one before has gone', async () => {
    await bob.demand('SUBSCRIBE', { Target: ALICE });
    federation.cutAll();
    await federation.settle();
    await publish('after the cut');
    expect(textOf(await bob.accept('CHANGE-NOTIFY'))).toBe(presence(ALICE, 'after the cut'));
  });

  test('a domain that dies is told the newest when it is back, and its user’s lease is what it was', async () => {
    await bob.demand('SUBSCRIBE', { Target: ALICE });
    await alice.accept('WATCHER-NOTIFY');
    const { storage } = b;
    await b.close();
    federation.remove('b.example');
    for (const note of ['1', '2', '3']) {
      await publish(note);
      await advance(20);
    }
    b = await federation.domain('b.example', [], { config: IN_CLEAR, storage });
    bob = await b.attach('bob');
    const notice = bob.accept('CHANGE-NOTIFY');
    await advance(300);
    expect(textOf(await notice)).toBe(presence(ALICE, '3'));
    expect(bob.unread).toEqual([]);
    const left = await bob.demand('GET-SUBSCRIPTION', { Target: ALICE });
    expect(Number(left.headers.get('Lease-Time'))).toBeLessThan(21_600);
  });

  test('a domain that dies keeps what others watch there', async () => {
    await publish('here');
    await bob.demand('SUBSCRIBE', { Target: ALICE });
    const { storage } = a;
    await a.close();
    federation.remove('a.example');
    federation.cutAll();
    await advance(20);
    expect((await bob.refusal('FETCH', { Target: ALICE })).code).toBe('connection-failure');
    a = await federation.domain('a.example', [], { config: IN_CLEAR, storage });
    alice = await a.attach('alice');
    await publish('back');
    expect(textOf(await bob.accept('CHANGE-NOTIFY'))).toBe(presence(ALICE, 'back'));
  });

  test('presence of a megabyte goes through', async () => {
    await bob.demand('SUBSCRIBE', { Target: ALICE });
    const large = presence(ALICE, 'x'.repeat(60_000));
    const signed = `--b\r\n\r\n${'y'.repeat(900_000)}\r\n--b--\r\n`;
    await alice.demand('CHANGE', { Target: ALICE, 'Content-Type': 'application/presence' }, large);
    expect(textOf(await bob.accept('CHANGE-NOTIFY'))).toBe(large);
    await alice.demand('CHANGE', { Target: ALICE, 'Content-Type': 'multipart/signed; boundary=b' }, signed);
    expect(textOf(await bob.accept('CHANGE-NOTIFY'))).toBe(signed);
    expect(textOf(await bob.demand('FETCH', { Target: ALICE }))).toBe(signed);
  });
});

describe('a domain that the test plays', () => {
  /** Links that a.example has opened to it. */
  let opened: Peer[];
  let link: Peer;
  let isBack: ((peer: Peer) => void) | undefined;

  const serve = async (peer: Peer): Promise<void> => {
    for (const method of ['HELLO', 'VERIFY', 'AUTH'] as const)
      void peer.next(method).then(
        (asked) =>
          peer.ok(
            asked,
            method === 'HELLO' ? { Domain: 'c.example', TLS: 'unavailable' } : { 'Auth-State': 'done' },
          ),
        () => {},
      );
    opened.push(peer);
    isBack?.(peer);
  };

  beforeEach(async () => {
    opened = [];
    isBack = undefined;
    federation.play('c.example', (peer) => void serve(peer));
    link = await federation.open('c.example', a);
    await link.demand('AUTH', { Mechanism: 'CALLBACK', 'Content-Type': 'application/sasl' }, 'x'.repeat(22));
  });

  const asCarol = (more: HeaderPairs = {}) => ({
    From: CAROL,
    'Connection-ID': 'c1',
    Target: ALICE,
    ...more,
  });

  test('has its notifications, and over a new link once more what it does not answer', async () => {
    const { headers } = await link.demand('SUBSCRIBE', asCarol());
    expect([headers.get('To'), headers.get('Connection-ID')]).toEqual([CAROL, 'c1']);
    await publish('1');
    const first = await link.next('CHANGE-NOTIFY');
    expect(first.headers.get('Target-Connection-ID')).toBe('c1');
    await publish('2');
    await alice.accept('WATCHER-NOTIFY');
    const again = Promise.withResolvers<Peer>();
    isBack = again.resolve;
    await advance(31);
    const second = await again.promise;
    const repeated = await second.next('CHANGE-NOTIFY');
    expect(repeated.headers.get('Revision')).toBe(first.headers.get('Revision'));
    second.ok(repeated);
    // What has changed meanwhile has become one.
    expect(textOf(await second.next('CHANGE-NOTIFY'))).toBe(presence(ALICE, '2'));
  });

  /** It cannot be reached, and the links are gone. */
  const goAway = async (): Promise<void> => {
    federation.remove('c.example');
    federation.cutAll();
    link.break();
    await federation.settle();
  };

  test('that was away for long and opens a link is told the newest at once', async () => {
    await link.demand('SUBSCRIBE', asCarol());
    await goAway();
    await publish('while it was away');
    // By now there are minutes between attempts.
    await advance(1_200);
    federation.play('c.example', (peer) => void serve(peer));
    const back = await federation.open('c.example', a);
    await back.demand('AUTH', { Mechanism: 'CALLBACK', 'Content-Type': 'application/sasl' }, 'x'.repeat(22));
    const notice = back.next('CHANGE-NOTIFY');
    federation.clock.advance(10);
    expect(textOf(await notice)).toBe(presence(ALICE, 'while it was away'));
  });

  test.each([60, 180, 600])(
    'that is back in the middle of a lease of %i s is told within it',
    async (lease) => {
      await link.demand('SUBSCRIBE', asCarol({ 'Lease-Time': lease }));
      await goAway();
      await publish('while it was away');
      await advance(lease / 2);
      const told = Promise.withResolvers<string>();
      isBack = (peer) => void peer.next('CHANGE-NOTIFY').then((asked) => told.resolve(textOf(asked)));
      federation.play('c.example', (peer) => void serve(peer));
      await advance(lease / 2 - 1);
      expect(await told.promise).toBe(presence(ALICE, 'while it was away'));
    },
  );

  test('drops a subscription by saying that there is none', async () => {
    await link.demand('SUBSCRIBE', asCarol());
    await publish('1');
    link.error(await link.next('CHANGE-NOTIFY'), new ImppError('subscription-unknown'));
    await federation.settle();
    expect((await link.refusal('GET-SUBSCRIPTION', asCarol())).code).toBe('subscription-unknown');
    await publish('2');
    await federation.settle();
    expect(link.unread).toEqual([]);
  });

  test('has a subscription for each watcher and Connection-ID', async () => {
    await link.demand('SUBSCRIBE', asCarol());
    await link.demand('SUBSCRIBE', asCarol({ 'Connection-ID': 'c2' }));
    await link.demand('SUBSCRIBE', asCarol({ From: `${CAROL}s`, 'Lease-Time': 60 }));
    await publish('1');
    const targets: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { headers } = await link.accept('CHANGE-NOTIFY');
      targets.push(`${headers.get('Target')} ${headers.get('Target-Connection-ID')}`);
    }
    expect(targets.toSorted()).toEqual([`${CAROL} c1`, `${CAROL} c2`, `${CAROL}s c1`]);
    await advance(61);
    const { headers } = await link.accept('TERMINATE-SUBSCRIPTION');
    expect([headers.get('Target'), headers.get('Error')]).toEqual([`${CAROL}s`, 'subscription-unknown']);
  });

  test.each([
    ['a Target of a third domain', 'SUBSCRIBE', { Target: BOB }, 'target-unknown'],
    ['nobody', 'SUBSCRIBE', { Target: urlOf('nobody', 'a.example') }, 'target-unknown'],
    ['From of another domain', 'SUBSCRIBE', { From: BOB }, 'permission-denied'],
    ['no Connection-ID', 'SUBSCRIBE', { 'Connection-ID': undefined }, 'bad-request'],
    ['no lease', 'SUBSCRIBE', { 'Lease-Time': 0 }, 'bad-request'],
    ['no subscription', 'UNSUBSCRIBE', {}, 'subscription-unknown'],
    ['no subscription', 'GET-SUBSCRIPTION', {}, 'subscription-unknown'],
    ['view as', 'FETCH', { Watcher: BOB }, 'permission-denied'],
    ['the list of watchers', 'GET-WATCHERS', {}, 'operation-not-supported'],
    ['a change', 'CHANGE', { 'Lease-Time': 0 }, 'operation-not-supported'],
  ])('%s, by %s: %o is %s', async (_what, method, headers, code) => {
    expect((await link.refusal(method, asCarol(headers))).code).toBe(code);
  });

  test('notifies nobody of what nobody watches', async () => {
    const notice = {
      From: CAROL,
      Origin: CAROL,
      Target: ALICE,
      'Target-Connection-ID': alice.connectionId,
      Revision: 7,
      'Subscription-State': 'active',
      'Content-Type': 'application/presence',
    };
    const body = presence(CAROL, 'buy now');
    expect((await link.refusal('CHANGE-NOTIFY', notice, body)).code).toBe('subscription-unknown');
    const forged = { ...notice, From: BOB, Origin: BOB };
    expect((await link.refusal('CHANGE-NOTIFY', forged, body)).code).toBe('permission-denied');
    expect((await alice.refusal('CHANGE-NOTIFY', { ...notice, From: ALICE }, body)).code).toBe(
      'operation-not-supported',
    );
    expect(alice.unread).toEqual([]);
  });
});
