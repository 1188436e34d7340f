// Presence through the whole server: sessions, router, endpoints. What the parts do is tested beside them.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { defaultConfig } from '../../../server/config.ts';
import { createMemoryStorage } from '../../../server/storage/memory.ts';
import { openStorage } from '../../../server/storage/open.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { ImppError } from '../../../shared/errors.ts';
import type { Request, Response } from '../../../shared/impp/message.ts';
import { FakeClock } from '../../fake/clock.ts';
import { TestDomain, urlOf } from '../harness.ts';
import type { Peer } from '../peer.ts';
import { acl, closed, presence } from './stage.ts';

const USERS = ['alice', 'bob', 'carol'];
let domain: TestDomain;
let alice: Peer;
let bob: Peer;

beforeEach(async () => {
  domain = await TestDomain.start({ users: USERS });
  alice = await domain.attach('alice');
  bob = await domain.attach('bob');
});

afterEach(async () => {
  await domain.close();
  expect(domain.errors).toEqual([]);
});

const text = (message: Request | Response): string => Buffer.from(message.body ?? []).toString();

const publish = (note: string, headers = {}) =>
  alice.demand(
    'CHANGE',
    { Target: urlOf('alice'), 'Content-Type': 'application/presence', ...headers },
    presence(urlOf('alice'), note),
  );

const setRules = (...rules: string[]) =>
  alice.demand('SET-ACL', { Target: urlOf('alice'), 'Content-Type': 'application/impp-acl' }, acl(...rules));

const subscribe = (peer: Peer, headers = {}) =>
  peer.demand('SUBSCRIBE', { Target: urlOf('alice'), ...headers });

test('bob asks, alice allows, bob sees her come and go', async () => {
  const asked = await subscribe(bob);
  expect(asked.headers.get('Subscription-State')).toBe('pending');
  const question = await alice.accept('WATCHER-NOTIFY');
  expect(question.headers.get('Watcher')).toBe(urlOf('bob'));

  await setRules('bob: subscribe=allow');
  expect((await bob.accept('CHANGE-NOTIFY')).headers.get('Subscription-State')).toBe('active');
  expect((await alice.accept('WATCHER-NOTIFY')).headers.get('Subscription-State')).toBe('active');

  await publish('here');
  expect(text(await bob.accept('CHANGE-NOTIFY'))).toContain('here');
  await alice.demand('BYE');
  expect(text(await bob.accept('CHANGE-NOTIFY'))).toBe(closed('alice'));
});

test('a notification is for the connection that subscribed', async () => {
  await setRules('bob: subscribe=allow');
  const phone = await domain.attach('bob', { device: 'phone' });
  await subscribe(phone);
  await publish('here');
  const notice = await phone.accept('CHANGE-NOTIFY');
  expect(notice.headers.get('Target-Connection-ID')).toBe(phone.connectionId);
  await domain.settle();
  expect(bob.unread).toEqual([]);
});

test('notifications come after the OK that opens the subscription, in the order of their revisions', async () => {
  await setRules('bob: subscribe=allow');
  const opening = bob.send('SUBSCRIBE', { Target: urlOf('alice') });
  const changes = ['one', 'two', 'three'].map((note) =>
    alice.send(
      'CHANGE',
      { Target: urlOf('alice'), 'Content-Type': 'application/presence' },
      presence(urlOf('alice'), note),
    ),
  );
  for (const id of changes) expect((await alice.response(id)).ok).toBe(true);
  await bob.response(opening);
  let last = bob.received.indexOf('OK (SUBSCRIBE)');
  expect(last).toBeGreaterThanOrEqual(0);
  expect(bob.received.slice(0, last)).not.toContain('CHANGE-NOTIFY');
  for (let revision = 0; !bob.received.includes('three'); ) {
    const notice = await bob.accept('CHANGE-NOTIFY');
    expect(Number(notice.headers.get('Revision'))).toBeGreaterThan(revision);
    revision = Number(notice.headers.get('Revision'));
    last += 1;
  }
});

test('while a notification is unacknowledged there is no other', async () => {
  await setRules('bob: subscribe=allow');
  await subscribe(bob);
  for (const note of ['one', 'two', 'three']) await publish(note);
  const first = await bob.next('CHANGE-NOTIFY');
  expect(text(first)).toContain('one');
  await domain.settle();
  expect(bob.unread).toEqual([]);
  bob.ok(first);
  expect(text(await bob.accept('CHANGE-NOTIFY'))).toContain('three');
  await domain.settle();
  expect(bob.unread).toEqual([]);
});

test('a device that does not know the subscription loses it', async () => {
  await setRules('bob: subscribe=allow');
  await subscribe(bob);
  await publish('one');
  bob.error(await bob.next('CHANGE-NOTIFY'), new ImppError('subscription-unknown'));
  await domain.settle();
  expect((await bob.refusal('GET-SUBSCRIPTION', { Target: urlOf('alice') })).code).toBe(
    'subscription-unknown',
  );
});

test('a device that broke away is unsubscribed after 60 s, one that comes back is not', async () => {
  await setRules('bob: subscribe=allow', 'carol: subscribe=allow');
  const carol = await domain.attach('carol');
  await subscribe(bob);
  await subscribe(carol);
  // Left unanswered, they would cost alice her connection.
  await alice.accept('WATCHER-NOTIFY');
  await alice.accept('WATCHER-NOTIFY');
  bob.break();
  carol.break();
  await domain.advance(30_000);
  const again = await domain.attach('carol');
  expect(again.connectionId).toBe(carol.connectionId);
  await domain.advance(31_000);
  expect((await alice.accept('WATCHER-NOTIFY')).headers.get('Subscription-State')).toBe('ended');
  const watchers = text(await alice.demand('GET-WATCHERS', { Target: urlOf('alice') }));
  expect(watchers).not.toContain(urlOf('bob'));
  expect(watchers).toContain(urlOf('carol'));
  await publish('here');
  expect(text(await again.accept('CHANGE-NOTIFY'))).toContain('here');
});

test('a take-over has the subscriptions of the older connection, and its leases', async () => {
  await setRules('bob: subscribe=allow');
  await subscribe(bob);
  await publish('here', { 'Lease-Time': '600' });
  await bob.accept('CHANGE-NOTIFY');
  const again = await domain.attach('bob');
  await bob.closed();
  const alsoAgain = await domain.attach('alice');
  await alice.closed();
  await domain.settle();
  expect(again.unread).toEqual([]);
  await alsoAgain.demand('CHANGE', { Target: urlOf('alice'), 'Lease-Time': '0' });
  expect(text(await again.accept('CHANGE-NOTIFY'))).toBe(closed('alice'));
});

test('UNREGISTER ends the subscriptions to the account with target-unknown', async () => {
  await setRules('bob: subscribe=allow');
  await subscribe(bob);
  await alice.demand('UNREGISTER', { Target: urlOf('alice') });
  const notice = await bob.accept('TERMINATE-SUBSCRIPTION');
  expect(notice.headers.get('Error')).toBe('target-unknown');
  expect((await bob.refusal('SUBSCRIBE', { Target: urlOf('alice') })).code).toBe('target-unknown');
});

test('what a client may not ask: CHANGE-NOTIFY, TERMINATE-SUBSCRIPTION, WATCHER-NOTIFY, DOCUMENT-NOTIFY', async () => {
  for (const method of ['CHANGE-NOTIFY', 'TERMINATE-SUBSCRIPTION', 'WATCHER-NOTIFY', 'DOCUMENT-NOTIFY'])
    expect((await bob.refusal(method, { Target: urlOf('alice') })).code).toBe('operation-not-supported');
});

test('documents are told to the account’s other devices', async () => {
  const phone = await domain.attach('alice', { device: 'phone' });
  await alice.demand('SET-DOCUMENT', { Name: 'contacts', 'Content-Type': 'text/plain' }, 'bob');
  const notice = await phone.accept('DOCUMENT-NOTIFY');
  expect(notice.headers.get('Name')).toBe('contacts');
  expect(text(await phone.demand('GET-DOCUMENT', { Name: 'contacts' }))).toBe('bob');
  await domain.settle();
  expect(alice.unread).toEqual([]);
});

const stores: Record<string, (folder: string) => () => Promise<Storage>> = {
  memory: () => {
    // What ends a server leaves this one as it is.
    const storage = { ...createMemoryStorage(), close: () => Promise.resolve() };
    return () => Promise.resolve(storage);
  },
  SQLite: (data) => () => openStorage(defaultConfig({ data })),
};

test.each(Object.keys(stores))(
  'a server that starts again on the same %s goes on: revisions, subscriptions, leases, rules',
  async (kind) => {
    await domain.close();
    const folder = await mkdtemp(join(tmpdir(), 'parley-presence-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const open = stores[kind]?.(folder);
    if (!open) throw new Error(`no store ${kind}`);
    const clock = new FakeClock();
    domain = await TestDomain.start({ users: USERS, storage: await open(), clock });
    alice = await domain.attach('alice');
    bob = await domain.attach('bob');
    const carol = await domain.attach('carol');
    await setRules('bob: subscribe=allow', 'carol: subscribe=ask');
    const opened = await subscribe(bob);
    expect((await subscribe(carol)).headers.get('Subscription-State')).toBe('pending');
    await publish('away for long', { 'Lease-Time': 'infinity' });
    await bob.accept('CHANGE-NOTIFY');
    await publish('here', { 'Lease-Time': '600' });
    const before = await bob.accept('CHANGE-NOTIFY');
    await domain.close();

    domain = await TestDomain.start({ storage: await open(), clock });
    alice = await domain.attach('alice');
    bob = await domain.attach('bob');
    expect(text(await alice.demand('GET-WATCHERS', { Target: urlOf('alice') }))).toMatch(
      /carol<\/address><state>pending.*bob<\/address><state>active/v,
    );
    const again = await subscribe(bob);
    expect(text(again)).toContain('here');
    expect(again.headers.get('Revision')).toBe(before.headers.get('Revision'));
    expect(Number(again.headers.get('Revision'))).toBeGreaterThan(Number(opened.headers.get('Revision')));
    await alice.demand('CHANGE', { Target: urlOf('alice'), 'Lease-Time': '0' });
    const after = await bob.accept('CHANGE-NOTIFY');
    expect(text(after)).toContain('away for long');
    expect(Number(after.headers.get('Revision'))).toBeGreaterThan(Number(before.headers.get('Revision')));
  },
);
