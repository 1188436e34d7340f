// What every driver of storage.ts must do. Each driver's test file runs all of it.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type {
  Storage,
  StoredMessage,
  StoredPresence,
  StoredSubscription,
  StoredWatch,
} from '../../../server/storage/storage.ts';
import { inviteId } from '../../../server/storage/rules.ts';
import { codeOf } from './codes.ts';
import { bodiesContract } from './contract-bodies.ts';
import { account, bytes, message, NOW, textOf } from './contract-data.ts';
import { directoryContract } from './contract-directory.ts';

const DAY = 24 * 3600 * 1000;
const QUOTA = 1000;

const object = (more: Partial<StoredPresence> = {}): StoredPresence => ({
  user: 'alice',
  publisher: 'impp://a.example/alice',
  device: 'laptop',
  view: 'default',
  type: 'application/presence',
  body: bytes('<presence/>'),
  changedAt: NOW,
  ...more,
});

const subscription = (more: Partial<StoredSubscription> = {}): StoredSubscription => ({
  user: 'alice',
  watcher: 'impp://b.example/bob',
  connectionId: 'c1',
  state: 'pending',
  since: NOW,
  expiresAt: NOW + 1000,
  revision: 7,
  ...more,
});

const watch = (more: Partial<StoredWatch> = {}): StoredWatch => ({
  user: 'alice',
  connectionId: 'c1',
  target: 'impp://b.example/bob',
  expiresAt: NOW + 1000,
  ...more,
});

const sequencesOf = (entries: readonly { sequence: number }[]): number[] => entries.map((e) => e.sequence);

export function storageContract(name: string, open: () => Promise<Storage>): void {
  describe(`storage contract: ${name}`, () => {
    directoryContract(open);
    bodiesContract(open);
  });
  describe(`storage contract: ${name}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      await storage.createAccount(account('alice'));
      await storage.createAccount(account('bob'));
    });
    afterEach(() => storage.close());

    describe('values', () => {
      test('are undefined until set, then the last one set', async () => {
        expect(await storage.getValue('key')).toBeUndefined();
        await storage.setValue('key', bytes('one'));
        await storage.setValue('key', bytes('two'));
        expect(textOf(await storage.getValue('key'))).toBe('two');
      });

      test('are what they were when set, though the caller goes on using the buffer', async () => {
        const value = Buffer.from('one');
        const set = storage.setValue('key', value);
        value.fill(0);
        await set;
        expect(textOf(await storage.getValue('key'))).toBe('one');
      });
    });

    describe('accounts', () => {
      test('come back as they were made', async () => {
        await storage.createAccount(
          account('carol', { services: ['presence'], verifier: 'v', createdAt: 5 }),
        );
        expect(await storage.getAccount('carol')).toEqual({
          user: 'carol',
          services: ['presence'],
          verifier: 'v',
          createdAt: 5,
        });
        expect(await storage.getAccount('nobody')).toBeUndefined();
      });

      test('are listed in the order of their names, by code point', async () => {
        for (const user of ['\u{1f600}', 'é', '\uffee', 'ab', 'a'])
          await storage.createAccount(account(user));
        const users = (await storage.listAccounts()).map((each) => each.user);
        expect(users).toEqual(['a', 'ab', 'alice', 'bob', 'é', '\uffee', '\u{1f600}']);
      });

      test('a taken name is a conflict', async () => {
        expect(await codeOf(storage.createAccount(account('alice')))).toBe('conflict');
      });

      test('of two that ask for a name in one turn, the first has it', async () => {
        const both = [account('carol', { verifier: 'first' }), account('carol', { verifier: 'second' })];
        const outcomes = await Promise.all(both.map((each) => codeOf(storage.createAccount(each))));
        expect(outcomes).toEqual(['nothing thrown', 'conflict']);
        expect((await storage.getAccount('carol'))?.verifier).toBe('first');
      });

      test('a verifier can be replaced, of an account that exists', async () => {
        await storage.setVerifier('alice', 'new');
        expect((await storage.getAccount('alice'))?.verifier).toBe('new');
        expect(await codeOf(storage.setVerifier('nobody', 'new'))).toBe('target-unknown');
      });

      test('a removed name stays taken until its time', async () => {
        await storage.removeAccount('alice', NOW + 1000);
        expect(await storage.getAccount('alice')).toBeUndefined();
        expect(await codeOf(storage.createAccount(account('alice', { createdAt: NOW + 999 })))).toBe(
          'conflict',
        );
        await storage.createAccount(account('alice', { createdAt: NOW + 1000 }));
        expect(await codeOf(storage.removeAccount('nobody', 0))).toBe('target-unknown');
      });

      test('the next of a name has nothing of the former', async () => {
        await storage.setDocument('alice', 'contacts', { type: 't', body: bytes('x') }, { limit: 32 });
        await storage.putPresence(object());
        await storage.putSubscription(subscription());
        await storage.putWatch(watch());
        await storage.append(message('m1', { target: 'impp://a.example/alice' }), 'alice', undefined, QUOTA);
        await storage.removeAccount('alice', NOW);
        // Presence is written behind: it may come after the end.
        await storage.putPresence(object({ view: 'late' }));
        await storage.createAccount(account('alice', { createdAt: NOW + 1 }));
        expect(await storage.getDocument('alice', 'contacts')).toEqual({ revision: 0 });
        expect(await storage.loadPresence()).toEqual({ objects: [], subscriptions: [], watches: [] });
        expect(await storage.inboxBounds('alice', 0)).toEqual({ first: 1, last: 0, count: 0 });
        const again = message('m1', { target: 'impp://a.example/alice' });
        const appended = await storage.append(again, 'alice', undefined, QUOTA);
        expect(appended).toMatchObject({ isDuplicate: false, sequence: 1 });
      });

      test('what a removed account sent stays with those who have it', async () => {
        await storage.append(message('m1'), 'bob', 'alice', QUOTA);
        await storage.removeAccount('alice', NOW);
        expect(textOf((await storage.entry('bob', 1))?.body)).toBe('body of m1');
        expect((await storage.append(message('m1'), 'bob', undefined, QUOTA)).isDuplicate).toBe(true);
      });
    });

    describe('state of accounts', () => {
      test('an account is switched off and on, and the rest of it stays', async () => {
        await storage.setDisabled('alice', NOW + 5);
        expect(await storage.getAccount('alice')).toEqual(account('alice', { disabledAt: NOW + 5 }));
        await storage.setDisabled('alice', undefined);
        expect(await storage.getAccount('alice')).toEqual(account('alice'));
        expect(await codeOf(storage.setDisabled('nobody', NOW))).toBe('target-unknown');
      });

      test('the last sign-in is known', async () => {
        await storage.noteSignIn('alice', NOW + 7);
        await storage.noteSignIn('nobody', NOW + 7);
        expect(await storage.listAccounts()).toEqual([
          account('alice', { signedInAt: NOW + 7 }),
          account('bob'),
        ]);
      });

      test('octets are those of all that is in the inbox, copies included', async () => {
        expect(await storage.inboxOctets('bob')).toBe(0);
        await storage.append(message('1', { body: bytes('12345') }), 'bob', 'alice', QUOTA);
        expect(
          await Promise.all(['alice', 'bob', 'nobody'].map((user) => storage.inboxOctets(user))),
        ).toEqual([5, 5, 0]);
      });

      test('permanent values are those of one account, and no leased ones', async () => {
        const permanent = object({ publisher: '', device: '' });
        await storage.putPresence(permanent);
        await storage.putPresence(object({ expiresAt: NOW + 1000 }));
        await storage.putPresence({ ...permanent, user: 'bob' });
        expect(await storage.permanentPresence('alice')).toEqual([permanent]);
      });
    });

    describe('invites', () => {
      test('are listed while they are good, without their tokens, and removed by their ids', async () => {
        await storage.createInvite({ token: 'later', createdAt: NOW, expiresAt: NOW + 2000, uses: 1 });
        await storage.createInvite({ token: 'sooner', createdAt: NOW, expiresAt: NOW + 1000, uses: 2 });
        await storage.createAccount(account('carol'), 'sooner');
        expect(await storage.listInvites(NOW)).toEqual([
          { id: inviteId('sooner'), createdAt: NOW, expiresAt: NOW + 1000, uses: 1 },
          { id: inviteId('later'), createdAt: NOW, expiresAt: NOW + 2000, uses: 1 },
        ]);
        expect(await storage.listInvites(NOW + 1000)).toHaveLength(1);
        await storage.createAccount(account('dave'), 'later');
        expect(await storage.listInvites(NOW)).toHaveLength(1);
        await storage.removeInvite(inviteId('sooner'));
        expect(await storage.listInvites(NOW)).toEqual([]);
        expect(await codeOf(storage.createAccount(account('erin'), 'sooner'))).toBe('permission-denied');
        expect(await codeOf(storage.removeInvite(inviteId('sooner')))).toBe('not-found');
      });

      test('of two at once for the last use, one is served', async () => {
        await storage.createInvite({ token: 'one', createdAt: NOW, expiresAt: NOW + 1000, uses: 1 });
        const codes = await Promise.all(
          ['carol', 'dave', 'erin'].map((user) => codeOf(storage.createAccount(account(user), 'one'))),
        );
        expect(codes.sort()).toEqual(['nothing thrown', 'permission-denied', 'permission-denied']);
      });

      const invite = { token: 'secret', createdAt: NOW, expiresAt: NOW + 1000, uses: 2 };

      test('are used up with the account, in the same commit', async () => {
        await storage.createInvite(invite);
        await storage.createAccount(account('carol'), 'secret');
        await storage.createAccount(account('dave'), 'secret');
        expect(await codeOf(storage.createAccount(account('erin'), 'secret'))).toBe('permission-denied');
        expect(await storage.getAccount('erin')).toBeUndefined();
      });

      test('are not used up by a name that is taken', async () => {
        await storage.createInvite({ ...invite, uses: 1 });
        expect(await codeOf(storage.createAccount(account('alice'), 'secret'))).toBe('conflict');
        await storage.createAccount(account('carol'), 'secret');
      });

      test('end at their time, and unknown ones never were good', async () => {
        await storage.createInvite(invite);
        const late = account('carol', { createdAt: NOW + 1000 });
        expect(await codeOf(storage.createAccount(late, 'secret'))).toBe('permission-denied');
        expect(await codeOf(storage.createAccount(account('carol'), 'guess'))).toBe('permission-denied');
        expect(await codeOf(storage.createAccount(account('alice'), 'guess'))).toBe('permission-denied');
      });
    });

    describe('documents', () => {
      const content = (text: string): { type: string; body: Uint8Array } => ({
        type: 'text/x',
        body: bytes(text),
      });
      const limit = 32;

      test('have revision 0 until set, then count up', async () => {
        expect(await storage.getDocument('alice', 'contacts')).toEqual({ revision: 0 });
        expect(await storage.setDocument('alice', 'contacts', content('a'), { limit })).toBe(1);
        expect(await storage.setDocument('alice', 'contacts', content('b'), { limit })).toBe(2);
        const { revision, type, body } = await storage.getDocument('alice', 'contacts');
        expect([revision, type, textOf(body)]).toEqual([2, 'text/x', 'b']);
        expect(await storage.getDocument('bob', 'contacts')).toEqual({ revision: 0 });
      });

      test('may be empty, which is not the same as removed', async () => {
        await storage.setDocument('alice', 'contacts', content(''), { limit });
        const { revision, body } = await storage.getDocument('alice', 'contacts');
        expect([revision, body?.length]).toEqual([1, 0]);
      });

      test('If-Revision wants the present one', async () => {
        const set = (ifRevision: number): Promise<string> =>
          codeOf(storage.setDocument('alice', 'contacts', content('x'), { ifRevision, limit }));
        expect(await set(1)).toBe('conflict');
        expect(await set(0)).toBe('nothing thrown');
        expect(await set(0)).toBe('conflict');
        expect(await set(1)).toBe('nothing thrown');
        expect((await storage.getDocument('alice', 'contacts')).revision).toBe(2);
      });

      test('of two devices that write in one turn, the second has the conflict', async () => {
        const set = (): Promise<string> =>
          codeOf(storage.setDocument('alice', 'contacts', content('x'), { ifRevision: 0, limit }));
        expect(await Promise.all([set(), set()])).toEqual(['nothing thrown', 'conflict']);
      });

      test('revisions do not repeat after a removal', async () => {
        await storage.setDocument('alice', 'contacts', content('a'), { limit });
        await storage.setDocument('alice', 'contacts', content('b'), { limit });
        expect(await storage.setDocument('alice', 'contacts', undefined, { ifRevision: 2, limit })).toBe(0);
        expect(await storage.getDocument('alice', 'contacts')).toEqual({ revision: 0 });
        expect(await storage.setDocument('alice', 'contacts', undefined, { limit })).toBe(0);
        expect(await storage.setDocument('alice', 'contacts', content('c'), { ifRevision: 0, limit })).toBe(
          3,
        );
        expect(await storage.setDocument('alice', 'other', content('c'), { limit })).toBe(1);
      });

      test('revisions do not repeat after more removals than are remembered one by one', async () => {
        const last = new Map<string, number>();
        for (let i = 0; i < 300; i += 1) {
          await storage.setDocument('alice', `n${i}`, content('a'), { limit });
          last.set(`n${i}`, await storage.setDocument('alice', `n${i}`, content('b'), { limit }));
          await storage.setDocument('alice', `n${i}`, undefined, { limit });
        }
        for (const name of ['n0', 'n1', 'n150', 'n299']) {
          const revision = await storage.setDocument('alice', name, content('c'), { limit });
          expect(revision, name).toBeGreaterThan(last.get(name) ?? Infinity);
        }
      });

      test('at most `limit`, without acl and profile', async () => {
        const set = (name: string): Promise<string> =>
          codeOf(storage.setDocument('alice', name, content('x'), { limit: 2 }));
        expect(await set('acl')).toBe('nothing thrown');
        expect(await set('one')).toBe('nothing thrown');
        expect(await set('two')).toBe('nothing thrown');
        expect(await set('three')).toBe('conflict');
        expect(await set('two')).toBe('nothing thrown');
        expect(await set('profile')).toBe('nothing thrown');
        await storage.setDocument('alice', 'one', undefined, { limit: 2 });
        expect(await set('three')).toBe('nothing thrown');
      });

      test('only of accounts', async () => {
        expect(await codeOf(storage.setDocument('nobody', 'acl', content('x'), { limit }))).toBe(
          'target-unknown',
        );
        expect(await storage.getDocument('nobody', 'acl')).toEqual({ revision: 0 });
      });
    });

    describe('presence', () => {
      test('objects are replaced by user, publisher, device and view', async () => {
        await storage.putPresence(object({ expiresAt: NOW + 5 }));
        await storage.putPresence(object({ body: bytes('new') }));
        await storage.putPresence(object({ view: 'work' }));
        await storage.putPresence(object({ device: '', publisher: '', view: 'default' }));
        const { objects } = await storage.loadPresence();
        expect(objects).toHaveLength(3);
        const replaced = objects.find((each) => each.device === 'laptop' && each.view === 'default');
        expect(textOf(replaced?.body)).toBe('new');
        expect(replaced).not.toHaveProperty('expiresAt');
        expect(replaced).toEqual(object({ body: replaced?.body ?? bytes('') }));
      });

      test('removing takes only the one named', async () => {
        await storage.putPresence(object());
        await storage.putPresence(object({ view: 'work', expiresAt: NOW }));
        await storage.removePresence(object());
        await storage.removePresence(object({ user: 'bob' }));
        const { objects } = await storage.loadPresence();
        expect(objects.map((each) => [each.view, each.expiresAt])).toEqual([['work', NOW]]);
      });

      test('a subscription says whether its watcher is owed the latest, until it is replaced', async () => {
        await storage.putSubscription(subscription({ isOwed: true }));
        expect((await storage.loadPresence()).subscriptions).toEqual([subscription({ isOwed: true })]);
        await storage.putSubscription(subscription());
        expect((await storage.loadPresence()).subscriptions).toEqual([subscription()]);
      });

      test('watches are replaced by user, connection and target', async () => {
        await storage.putWatch(watch());
        await storage.putWatch(watch({ expiresAt: 9000 }));
        await storage.putWatch(watch({ connectionId: 'c2' }));
        await storage.putWatch(watch({ target: 'impp://b.example/carol' }));
        await storage.removeWatch(watch({ target: 'impp://b.example/carol' }));
        const { watches } = await storage.loadPresence();
        expect(watches.toSorted((a, b) => (a.connectionId < b.connectionId ? -1 : 1))).toEqual([
          watch({ expiresAt: 9000 }),
          watch({ connectionId: 'c2' }),
        ]);
      });

      test('subscriptions are replaced by user, watcher and connection', async () => {
        await storage.putSubscription(subscription());
        await storage.putSubscription(subscription({ state: 'active', revision: 2 ** 52 }));
        await storage.putSubscription(subscription({ connectionId: 'c2' }));
        await storage.putSubscription(subscription({ connectionId: 'c3' }));
        await storage.removeSubscription(subscription({ connectionId: 'c3' }));
        const { subscriptions } = await storage.loadPresence();
        const inOrder = subscriptions.toSorted((a, b) => (a.connectionId < b.connectionId ? -1 : 1));
        expect(inOrder).toEqual([
          subscription({ state: 'active', revision: 2 ** 52 }),
          subscription({ connectionId: 'c2' }),
        ]);
      });
    });

    describe('inboxes', () => {
      const append = (
        id: string,
        more: Partial<StoredMessage> = {},
        quota = QUOTA,
      ): ReturnType<Storage['append']> => storage.append(message(id, more), 'bob', 'alice', quota);

      test('a message is entered once for its target and once as the sender’s copy', async () => {
        const expires = NOW + 5;
        const fields = ['X-One', 'ä', 'x-one', ''];
        expect(await append('m1', { fields, expires })).toEqual({
          isDuplicate: false,
          sequence: 1,
          copySequence: 1,
          isDelivered: false,
          received: NOW,
        });
        const { body, ...entry } = (await storage.entry('bob', 1)) ?? message('');
        const { body: sent, ...whole } = message('m1', { fields, expires });
        expect(entry).toEqual({ ...whole, sequence: 1, isCopy: false, isDelivered: false });
        expect(textOf(body)).toBe(textOf(sent));
        const copy = await storage.entry('alice', 1);
        expect(copy).toMatchObject({ isCopy: true, isDelivered: true, messageId: '<m1@a.example>', expires });
        expect(await storage.entry('alice', 2)).toBeUndefined();
        expect(await storage.entry('nobody', 1)).toBeUndefined();
      });

      test('a message to oneself is one entry', async () => {
        const appended = await storage.append(message('m1'), 'bob', 'bob', QUOTA);
        expect(appended).not.toHaveProperty('copySequence');
        expect(await storage.inboxBounds('bob', 0)).toEqual({ first: 1, last: 1, count: 1 });
      });

      test('a sender without an account has no copy, a target without one is unknown', async () => {
        const appended = await storage.append(message('m1'), 'bob', 'nobody', QUOTA);
        expect(appended).not.toHaveProperty('copySequence');
        expect(await codeOf(storage.append(message('m1'), 'nobody', 'alice', QUOTA))).toBe('target-unknown');
        expect((await storage.inboxBounds('alice', 0)).count).toBe(0);
      });

      test('sequences go up by one, in the order of the calls', async () => {
        const all = await Promise.all(Array.from({ length: 100 }, (_, i) => append(`m${i}`, {}, 1e6)));
        expect(all.map((each) => each.sequence)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
        const ids = (await storage.entries('bob', { after: 0, limit: 100 })).map((entry) => entry.messageId);
        expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => `<m${i}@a.example>`));
      });

      test('bodies of every size come back octet for octet', async () => {
        const sizes = [0, 1, 65_535, 65_536, 65_537, 1_000_000, 3];
        const bodies = sizes.map((size) => Buffer.alloc(size, `${size} `));
        const done = bodies.map((body, i) => append(`m${i}`, { body }, 1e9));
        // Overwritten while the call is on its way.
        const sent = bodies.map((body) => Buffer.from(body));
        for (const body of bodies) body.fill(0);
        await Promise.all(done);
        const entries = await storage.entries('bob', { after: 0, limit: 100 });
        for (const [i, entry] of entries.entries())
          expect(Buffer.compare(entry.body, sent[i] ?? entry.body), `${i}`).toBe(0);
        expect(entries.map((entry) => entry.body.length)).toEqual(sizes);
        expect((await storage.entry('alice', 6))?.body.length).toBe(1_000_000);
      });

      test('entries: after, ascending; before, the newest of them, ascending', async () => {
        for (let i = 1; i <= 5; i += 1) await append(`m${i}`);
        const list = async (range: Parameters<Storage['entries']>[1]): Promise<number[]> =>
          sequencesOf(await storage.entries('bob', range));
        expect(await list({ after: 0, limit: 2 })).toEqual([1, 2]);
        expect(await list({ after: 3, limit: 10 })).toEqual([4, 5]);
        expect(await list({ after: 5, limit: 10 })).toEqual([]);
        expect(await list({ before: 4, limit: 2 })).toEqual([2, 3]);
        expect(await list({ before: Number.MAX_SAFE_INTEGER, limit: 2 })).toEqual([4, 5]);
        expect(await list({ before: 1, limit: 2 })).toEqual([]);
        expect(await list({ before: 0, limit: 2 })).toEqual([]);
        expect(await storage.entries('nobody', { after: 0, limit: 2 })).toEqual([]);
      });

      test('bounds count what is after', async () => {
        expect(await storage.inboxBounds('bob', 0)).toEqual({ first: 1, last: 0, count: 0 });
        expect(await storage.inboxBounds('nobody', 0)).toEqual({ first: 1, last: 0, count: 0 });
        for (let i = 1; i <= 3; i += 1) await append(`m${i}`);
        expect(await storage.inboxBounds('bob', 1)).toEqual({ first: 1, last: 3, count: 2 });
        expect(await storage.inboxBounds('bob', 99)).toEqual({ first: 1, last: 3, count: 0 });
        expect(await storage.inboxBounds('bob', Number.MAX_SAFE_INTEGER)).toMatchObject({ count: 0 });
      });

      test('bodies over the limit of a page are left out, and their octets said', async () => {
        for (const size of [0, 10, 11, 200_000]) {
          await storage.append(message(`${size}`, { body: new Uint8Array(size) }), 'bob', undefined, 1e6);
        }
        for (const range of [{ after: 0 }, { before: 9 }]) {
          const entries = await storage.entries('bob', { ...range, limit: 9, bodyLimit: 10 });
          expect(entries.map((entry) => [entry.body.length, entry.omitted])).toEqual([
            [0, undefined],
            [10, undefined],
            [0, 11],
            [0, 200_000],
          ]);
        }
        expect((await storage.entry('bob', 4))?.body.length).toBe(200_000);
      });

      test('bounds given the time do not count what has expired', async () => {
        const expires = message('m').received + 1000;
        await storage.append(message('lasting'), 'bob', 'alice', QUOTA);
        await storage.append(message('short', { expires }), 'bob', 'alice', QUOTA);
        for (const user of ['alice', 'bob']) {
          expect(await storage.inboxBounds(user, 0, expires - 1)).toEqual({ first: 1, last: 2, count: 2 });
          expect(await storage.inboxBounds(user, 0, expires)).toEqual({ first: 1, last: 2, count: 1 });
          expect(await storage.inboxBounds(user, 1, expires)).toEqual({ first: 1, last: 2, count: 0 });
        }
      });

      test('the neighbour’s inbox is another', async () => {
        await storage.createAccount(account('carol'));
        for (const user of ['alice', 'bob', 'carol']) {
          const appended = await storage.append(message(`to ${user}`), user, undefined, QUOTA);
          expect(appended.sequence).toBe(1);
        }
        expect(sequencesOf(await storage.entries('bob', { after: 0, limit: 9 }))).toEqual([1]);
        expect((await storage.entry('carol', 1))?.messageId).toBe('<to carol@a.example>');
      });

      describe('what went to another domain', () => {
        const away = (id: string, more: Partial<StoredMessage> = {}) =>
          storage.append(message(id, { target: 'impp://b.example/bob', ...more }), undefined, 'alice', QUOTA);

        test('is entered as a copy only, once, whatever the quota', async () => {
          await append('before');
          const first = await away('m1', { body: new Uint8Array(2 * QUOTA) });
          expect(first).toMatchObject({ isDuplicate: false, sequence: 0, copySequence: 2 });
          expect(await away('m1')).toMatchObject({ isDuplicate: true });
          expect((await append('m1')).isDuplicate).toBe(false);
          const entries = await storage.entries('alice', { after: 1, limit: 9 });
          expect(entries.map(({ isCopy, isDelivered, target }) => [isCopy, isDelivered, target])).toEqual([
            [true, true, 'impp://b.example/bob'],
            [true, true, 'impp://a.example/bob'],
          ]);
        });

        test('goes with time, body and all, and is known for a week', async () => {
          const id = await storage.beginBody('alice', 3, Number.POSITIVE_INFINITY);
          await storage.addPiece(id, 0, bytes('abc'));
          await away('m1', { body: new Uint8Array(), large: { id, octets: 3 } });
          const prune = (now: number) => storage.prune({ before: now - DAY, now, quota: 1e9 });
          expect(await prune(NOW + 2 * DAY)).toBe(1);
          expect(await storage.entries('alice', { after: 0, limit: 9 })).toEqual([]);
          expect(await storage.getPiece(id, 0)).toBeUndefined();
          await prune(NOW + 9 * DAY);
          expect((await away('m1', { received: NOW + 9 * DAY })).isDuplicate).toBe(false);
        });

        test('is no one’s but an account’s', async () => {
          const lost = storage.append(message('m1'), undefined, 'nobody', QUOTA);
          expect(await codeOf(lost)).toBe('target-unknown');
        });
      });

      describe('repeats', () => {
        test('are not entered again, and tell how far the first got', async () => {
          const first = await append('m1');
          const again = await append('m1', { received: NOW + 5, body: bytes('other') });
          expect(again).toEqual({
            isDuplicate: true,
            sequence: first.sequence,
            isDelivered: false,
            received: NOW,
          });
          await storage.setDelivered('bob', 1);
          expect(await append('m1')).toMatchObject({ isDuplicate: true, isDelivered: true });
          expect(await storage.inboxBounds('bob', 0)).toMatchObject({ last: 1 });
          expect(await storage.inboxBounds('alice', 0)).toMatchObject({ last: 1 });
        });

        test('in one turn, too', async () => {
          const both = await Promise.all([append('m1'), append('m1'), append('m2')]);
          expect(both.map((each) => [each.isDuplicate, each.sequence])).toEqual([
            [false, 1],
            [true, 1],
            [false, 2],
          ]);
        });

        test('are the same origin, target and Message-ID, all three', async () => {
          await append('m1');
          expect((await append('m1', { origin: 'impp://a.example/carol' })).isDuplicate).toBe(false);
          expect((await append('m1', { target: 'impp://a.example/b' })).isDuplicate).toBe(false);
          expect((await append('m2')).isDuplicate).toBe(false);
          expect((await storage.append(message('m1'), 'alice', undefined, QUOTA)).isDuplicate).toBe(false);
        });

        test('are forgotten after seven days', async () => {
          await append('m1');
          expect((await append('m1', { received: NOW + 7 * DAY - 1 })).isDuplicate).toBe(true);
          expect(await append('m1', { received: NOW + 7 * DAY })).toMatchObject({
            isDuplicate: false,
            sequence: 2,
          });
          expect(await append('m1', { received: NOW + 7 * DAY + 1 })).toMatchObject({
            isDuplicate: true,
            sequence: 2,
          });
        });

        test('are found though the inbox is full', async () => {
          await append('m1', { body: new Uint8Array(QUOTA) });
          expect((await append('m1')).isDuplicate).toBe(true);
        });

        test('are found though retention has removed the entry', async () => {
          await append('m1');
          await append('m2', { expires: NOW + 1 });
          await storage.setDelivered('bob', 1);
          await storage.prune({ before: NOW + 1, now: NOW + 1, quota: QUOTA });
          expect(await storage.inboxBounds('bob', 0)).toEqual({ first: 1, last: 0, count: 0 });
          expect(await append('m1')).toMatchObject({ isDuplicate: true, sequence: 1, isDelivered: true });
          expect(await append('m2')).toMatchObject({ isDuplicate: true, sequence: 2, isDelivered: false });
          await storage.prune({ before: NOW, now: NOW + 7 * DAY, quota: QUOTA });
          expect(await append('m1', { received: NOW })).toMatchObject({ isDuplicate: false, sequence: 3 });
        });

        test('can be asked for', async () => {
          const key = message('m1');
          expect(await storage.findDuplicate(key, 'bob', 0)).toBeUndefined();
          await append('m1');
          expect(await storage.findDuplicate(key, 'bob', NOW - 1)).toEqual({
            isDuplicate: true,
            sequence: 1,
            isDelivered: false,
            received: NOW,
          });
          expect(await storage.findDuplicate(key, 'bob', NOW)).toBeUndefined();
          expect(await storage.findDuplicate(key, 'alice', 0)).toBeUndefined();
          expect(await storage.findDuplicate(key, 'nobody', 0)).toBeUndefined();
        });
      });

      describe('quota', () => {
        const body = new Uint8Array(400);

        test('counts undelivered octets, exactly', async () => {
          await append('m1', { body });
          await append('m2', { body });
          expect(await codeOf(append('m3', { body: new Uint8Array(201) }))).toBe('mailbox-full');
          await append('m4', { body: new Uint8Array(200) });
          expect(await codeOf(append('m5', { body: new Uint8Array(1) }))).toBe('mailbox-full');
          await storage.setDelivered('bob', 1);
          await append('m6', { body });
          expect(await codeOf(append('m7', { body: new Uint8Array(1) }))).toBe('mailbox-full');
        });

        test('a refused message enters nothing, leaves no gap, is not remembered, and spoils no other', async () => {
          const outcomes = await Promise.all([
            codeOf(append('m1', { body })),
            codeOf(append('big', { body: new Uint8Array(700) })),
            codeOf(append('m2', { body })),
          ]);
          expect(outcomes).toEqual(['nothing thrown', 'mailbox-full', 'nothing thrown']);
          expect(sequencesOf(await storage.entries('bob', { after: 0, limit: 9 }))).toEqual([1, 2]);
          expect(sequencesOf(await storage.entries('alice', { after: 0, limit: 9 }))).toEqual([1, 2]);
          expect((await append('big', {}, 1e6)).isDuplicate).toBe(false);
        });

        test('the sender’s own full inbox stops nobody from sending', async () => {
          await storage.append(message('x', { body: new Uint8Array(QUOTA) }), 'alice', undefined, QUOTA);
          expect(await append('m1')).toMatchObject({ sequence: 1, copySequence: 2 });
        });

        test('counts the fields that are passed on', async () => {
          const fields = ['X-Long', 'v'.repeat(QUOTA)];
          expect(await codeOf(append('m1', { fields, body: new Uint8Array(1) }))).toBe('mailbox-full');
        });

        test('delivering twice, a copy, or what is not there, changes nothing', async () => {
          await append('m1', { body });
          await append('m2', { body });
          for (const [user, sequence] of [
            ['bob', 1],
            ['bob', 1],
            ['alice', 1],
            ['bob', 77],
            ['nobody', 1],
          ] as const) {
            await storage.setDelivered(user, sequence);
          }
          expect(await codeOf(append('m3', { body: new Uint8Array(601) }))).toBe('mailbox-full');
          await append('m4', { body: new Uint8Array(600) });
          const delivered = (await storage.entries('bob', { after: 0, limit: 9 })).map(
            (each) => each.isDelivered,
          );
          expect(delivered).toEqual([true, false, false]);
        });
      });

      describe('retention', () => {
        test('removes delivered entries and copies received before the date, and no others', async () => {
          await append('old delivered', { received: NOW - 2 });
          await append('old waiting', { received: NOW - 2 });
          await append('new delivered', { received: NOW });
          await storage.setDelivered('bob', 1);
          await storage.setDelivered('bob', 3);
          expect(await storage.prune({ before: NOW, now: NOW, quota: QUOTA })).toBe(3);
          expect(sequencesOf(await storage.entries('bob', { after: 0, limit: 9 }))).toEqual([2, 3]);
          expect(sequencesOf(await storage.entries('alice', { after: 0, limit: 9 }))).toEqual([3]);
          expect(await storage.inboxBounds('bob', 0)).toEqual({ first: 2, last: 3, count: 2 });
          expect(await storage.prune({ before: NOW, now: NOW, quota: QUOTA })).toBe(0);
        });

        test('removes what has expired, delivered or not', async () => {
          await append('m1', { expires: NOW });
          await append('m2', { expires: NOW + 1 });
          expect(await storage.prune({ before: 0, now: NOW, quota: QUOTA })).toBe(2);
          expect(sequencesOf(await storage.entries('bob', { after: 0, limit: 9 }))).toEqual([2]);
        });

        test('what has expired gives its octets back', async () => {
          await append('m1', { body: new Uint8Array(QUOTA), expires: NOW });
          await storage.prune({ before: 0, now: NOW, quota: QUOTA });
          await append('m2', { body: new Uint8Array(QUOTA) });
        });

        test('over the quota the oldest delivered ones go, as many as it takes', async () => {
          for (let i = 1; i <= 6; i += 1) {
            await append(`m${i}`, { body: new Uint8Array(400) }, 1e6);
            if (i !== 2) await storage.setDelivered('bob', i);
          }
          const removed = await storage.prune({ before: 0, now: NOW, quota: QUOTA });
          expect(sequencesOf(await storage.entries('bob', { after: 0, limit: 9 }))).toEqual([2, 6]);
          expect(sequencesOf(await storage.entries('alice', { after: 0, limit: 9 }))).toEqual([5, 6]);
          expect(removed).toBe(8);
        });

        test('works through more than it looks at in a step', async () => {
          const size = 1300;
          const octets = { body: new Uint8Array(10) };
          await Promise.all(
            Array.from({ length: size }, (_, i) =>
              append(`m${i}`, { ...octets, ...(i % 3 === 0 ? { expires: NOW } : {}) }, 1e9),
            ),
          );
          for (let i = 1; i < size; i += 3) await storage.setDelivered('bob', i + 1);
          const expired = Math.ceil(size / 3);
          // What expired goes from both, then bob's delivered, alice's other copies.
          const removed = await storage.prune({ before: NOW + 1, now: NOW, quota: QUOTA });
          const left = await storage.entries('bob', { after: 0, limit: size });
          expect(left.every((entry) => !entry.isDelivered && entry.expires === undefined)).toBe(true);
          expect(left).toHaveLength(Math.floor(size / 3));
          expect((await storage.inboxBounds('alice', 0)).count).toBe(0);
          expect(removed).toBe(size + expired + (size - expired - left.length));
        });

        test('sequences go on where they were, though the inbox was emptied', async () => {
          await append('m1', { expires: NOW });
          await storage.prune({ before: 0, now: NOW, quota: QUOTA });
          expect(await append('m2')).toMatchObject({ sequence: 2, copySequence: 2 });
        });
      });
    });

    test('reads see the writes that were called before them, in the same turn', async () => {
      const [, entry] = await Promise.all([
        storage.append(message('m1'), 'bob', undefined, QUOTA),
        storage.entry('bob', 1),
      ]);
      expect(entry?.messageId).toBe('<m1@a.example>');
    });

    test('closing finishes what was called, then refuses', async () => {
      const appended = storage.append(message('m1'), 'bob', undefined, QUOTA);
      const closed = Promise.all([storage.close(), storage.close()]);
      expect((await appended).sequence).toBe(1);
      await closed;
      expect(await codeOf(storage.getAccount('alice'))).toBe('closed');
      expect(await codeOf(storage.append(message('m2'), 'bob', undefined, QUOTA))).toBe('closed');
    });
  });
}
