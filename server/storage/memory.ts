import { createHash } from 'node:crypto';

import { foldCase, type Listing, listingOf } from './listing.ts';
import { createMemoryInboxes } from './memory-inboxes.ts';
import {
  copyOf,
  inviteId,
  inviteRefused,
  inviteUnknown,
  isCountedDocument,
  nameTaken,
  noSuchAccount,
  REMEMBERED_REMOVALS,
  staleRevision,
  storeClosed,
  tooManyDocuments,
} from './rules.ts';
import type {
  ListedInvite,
  Storage,
  StoredAccount,
  StoredPresence,
  StoredSubscription,
  StoredWatch,
} from './storage.ts';

interface Account {
  row: StoredAccount;
  documents: Map<string, { revision: number; type: string; body: Uint8Array }>;
  /** Last revisions of removed documents. */
  removed: Map<string, number>;
  /** Names not remembered start above this. */
  floor: number;
  listing?: Listing | undefined;
}

/** The twin without a disk: the same answers as the real drivers, gone with the process. */
export function createMemoryStorage(): Storage {
  const values = new Map<string, Uint8Array>();
  const accounts = new Map<string, Account>();
  const reserved = new Map<string, number>();
  /** By the digest of the token. */
  const invites = new Map<string, ListedInvite>();
  const objects = new Map<string, StoredPresence>();
  const subscriptions = new Map<string, StoredSubscription>();
  const watches = new Map<string, StoredWatch>();
  const inboxes = createMemoryInboxes();
  let isClosed = false;

  const digest = (token: string): string => createHash('sha256').update(token).digest('hex');
  const objectKey = (o: Pick<StoredPresence, 'user' | 'publisher' | 'device' | 'view'>): string =>
    JSON.stringify([o.user, o.publisher, o.device, o.view]);
  const subscriptionKey = (s: Pick<StoredSubscription, 'user' | 'watcher' | 'connectionId'>): string =>
    JSON.stringify([s.user, s.watcher, s.connectionId]);
  const watchKey = (w: Pick<StoredWatch, 'user' | 'connectionId' | 'target'>): string =>
    JSON.stringify([w.user, w.connectionId, w.target]);

  const accountOf = (user: string): Account => {
    const account = accounts.get(user);
    if (!account) throw noSuchAccount(user);
    return account;
  };

  const forgetPresence = (user: string): void => {
    for (const [key, object] of objects) if (object.user === user) objects.delete(key);
    for (const [key, held] of subscriptions) if (held.user === user) subscriptions.delete(key);
    for (const [key, watch] of watches) if (watch.user === user) watches.delete(key);
  };

  /** Runs at once, so that calls take effect in their order; settles in a later microtask like a driver. */
  const settle = async <T>(work: () => T): Promise<T> => {
    if (isClosed) throw storeClosed();
    return work();
  };

  return {
    close() {
      isClosed = true;
      return Promise.resolve();
    },

    getValue: (name) =>
      settle(() => {
        const value = values.get(name);
        return value && copyOf(value);
      }),
    setValue: (name, value) => settle(() => void values.set(name, copyOf(value))),

    getAccount: (user) => settle(() => accounts.get(user)?.row),
    createAccount: (row, invite) =>
      settle(() => {
        const found = invite === undefined ? undefined : invites.get(digest(invite));
        if (invite !== undefined && !(found && found.uses > 0 && found.expiresAt > row.createdAt)) {
          throw inviteRefused();
        }
        if (accounts.has(row.user) || (reserved.get(row.user) ?? 0) > row.createdAt)
          throw nameTaken(row.user);
        if (invite !== undefined && found) invites.set(digest(invite), { ...found, uses: found.uses - 1 });
        reserved.delete(row.user);
        // Written behind after the former account was removed: not for the next of that name.
        forgetPresence(row.user);
        const services = [...row.services];
        accounts.set(row.user, {
          row: { ...row, services },
          documents: new Map(),
          removed: new Map(),
          floor: 0,
        });
        inboxes.create(row.user);
      }),
    setVerifier: (user, verifier) =>
      settle(() => {
        const account = accountOf(user);
        account.row = { ...account.row, verifier };
      }),
    setDisabled: (user, at) =>
      settle(() => {
        const account = accountOf(user);
        const { disabledAt: _, ...row } = account.row;
        account.row = at === undefined ? row : { ...row, disabledAt: at };
      }),
    noteSignIn: (user, at) =>
      settle(() => {
        const account = accounts.get(user);
        if (account) account.row = { ...account.row, signedInAt: at };
      }),
    removeAccount: (user, reservedUntil) =>
      settle(() => {
        accountOf(user);
        accounts.delete(user);
        inboxes.remove(user);
        forgetPresence(user);
        reserved.set(user, reservedUntil);
      }),
    listAccounts: () =>
      settle(() =>
        [...accounts.values()].map((account) => account.row).sort((a, b) => compare(a.user, b.user)),
      ),
    createInvite: ({ token, ...invite }) =>
      settle(() => void invites.set(digest(token), { id: inviteId(token), ...invite })),
    listInvites: (now) =>
      settle(() =>
        [...invites.values()]
          .filter(({ uses, expiresAt }) => uses > 0 && expiresAt > now)
          .sort((one, other) => one.expiresAt - other.expiresAt),
      ),
    removeInvite: (id) =>
      settle(() => {
        const [key] = [...invites].find(([, invite]) => invite.id === id) ?? [];
        if (key === undefined) throw inviteUnknown();
        invites.delete(key);
      }),

    getDocument: (user, name) =>
      settle(() => {
        const found = accounts.get(user)?.documents.get(name);
        return found ? { ...found, body: copyOf(found.body) } : { revision: 0 };
      }),
    setDocument: (user, name, content, { ifRevision, limit }) =>
      settle(() => {
        const account = accountOf(user);
        const { documents, removed } = account;
        const present = documents.get(name);
        const revision = present?.revision ?? 0;
        if (ifRevision !== undefined && ifRevision !== revision) throw staleRevision(revision);
        if (name === 'profile') account.listing = listingOf(user, content?.body);
        if (!content) {
          if (!present) return 0;
          documents.delete(name);
          removed.set(name, revision);
          if (removed.size > REMEMBERED_REMOVALS) {
            // The lowest goes first: folding it raises the floor least.
            const [[lowest, last] = [name, revision]] = [...removed].sort((a, b) => a[1] - b[1]);
            removed.delete(lowest);
            account.floor = Math.max(account.floor, last);
          }
          return 0;
        }
        if (!present && isCountedDocument(name)) {
          const count = [...documents.keys()].filter(isCountedDocument).length;
          if (count >= limit) throw tooManyDocuments(limit);
        }
        const next = (present ? revision : (removed.get(name) ?? account.floor)) + 1;
        removed.delete(name);
        documents.set(name, { revision: next, type: content.type, body: copyOf(content.body) });
        return next;
      }),

    findListed: (query, { isOfDomain, limit }) =>
      settle(() => {
        const prefix = foldCase(query);
        const found: { key: string; user: string; displayName?: string }[] = [];
        for (const [user, { listing }] of accounts) {
          if (listing === undefined || (listing.audience === 'domain' && !isOfDomain)) continue;
          const [key] = listing.keys.filter((one) => one.startsWith(prefix)).sort(compare);
          if (key === undefined) continue;
          const { displayName } = listing;
          found.push(displayName === undefined ? { key, user } : { key, user, displayName });
        }
        return found
          .sort((one, other) => compare(one.key, other.key) || compare(one.user, other.user))
          .slice(0, limit)
          .map(({ user, displayName }) => (displayName === undefined ? { user } : { user, displayName }));
      }),

    loadPresence: () =>
      settle(() => ({
        objects: [...objects.values()],
        subscriptions: [...subscriptions.values()],
        watches: [...watches.values()],
      })),
    permanentPresence: (user) =>
      settle(() => [...objects.values()].filter((o) => o.user === user && o.expiresAt === undefined)),
    putPresence: (object) =>
      settle(() => void objects.set(objectKey(object), { ...object, body: copyOf(object.body) })),
    removePresence: (key) => settle(() => void objects.delete(objectKey(key))),
    putSubscription: (held) => settle(() => void subscriptions.set(subscriptionKey(held), { ...held })),
    removeSubscription: (key) => settle(() => void subscriptions.delete(subscriptionKey(key))),
    putWatch: (watch) => settle(() => void watches.set(watchKey(watch), { ...watch })),
    removeWatch: (key) => settle(() => void watches.delete(watchKey(key))),

    beginBody: (to, octets, quota) => settle(() => inboxes.beginBody(to, octets, quota)),
    addPiece: (body, number, piece) => settle(() => inboxes.addPiece(body, number, piece)),
    getPiece: (body, number) => settle(() => inboxes.getPiece(body, number)),
    dropBody: (body) => settle(() => inboxes.dropBody(body)),
    append: (message, to, copyTo, quota) => settle(() => inboxes.append(message, to, copyTo, quota)),
    setDelivered: (user, sequence) => settle(() => inboxes.setDelivered(user, sequence)),
    inboxBounds: (user, after, now) => settle(() => inboxes.bounds(user, after, now)),
    inboxOctets: (user) => settle(() => inboxes.octets(user)),
    entries: (user, range) => settle(() => inboxes.entries(user, range)),
    entry: (user, sequence) => settle(() => inboxes.entry(user, sequence)),
    findDuplicate: (key, to, since) => settle(() => inboxes.findDuplicate(key, to, since)),
    prune: (options) => settle(() => inboxes.prune(options)),
  };
}

/** In the order of their octets, as SQLite has it. */
const compare = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
