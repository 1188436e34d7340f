// Accounts, invites, documents and values: what runs inside the SQLite worker, within a transaction.

import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

import {
  inviteRefused,
  inviteUnknown,
  isCountedDocument,
  nameTaken,
  noSuchAccount,
  REMEMBERED_REMOVALS,
  staleRevision,
  tooManyDocuments,
} from './rules.ts';
import type { SqliteDirectory } from './sqlite-directory.ts';
import type { SqliteInboxes } from './sqlite-inboxes.ts';
import type { ListedInvite, ServiceName, Storage, StoredAccount, StoredDocument } from './storage.ts';
import type { Synchronous } from './synchronous.ts';

type AccountOperations = Synchronous<
  Pick<
    Storage,
    | 'getValue'
    | 'setValue'
    | 'getAccount'
    | 'createAccount'
    | 'setVerifier'
    | 'setDisabled'
    | 'noteSignIn'
    | 'removeAccount'
    | 'listAccounts'
    | 'createInvite'
    | 'listInvites'
    | 'removeInvite'
    | 'getDocument'
    | 'setDocument'
  >
>;

interface AccountRow {
  user: string;
  services: string;
  verifier: string;
  created_at: number;
  disabled_at: number | null;
  signed_in_at: number | null;
}

interface DocumentRow {
  revision: number;
  type: string | null;
  body: Uint8Array | null;
}

export function accountOperations(
  db: DatabaseSync,
  inboxes: SqliteInboxes,
  directory: SqliteDirectory,
): AccountOperations {
  const readValue = db.prepare('SELECT value FROM value WHERE name = ?');
  const writeValue = db.prepare('INSERT OR REPLACE INTO value VALUES (?, ?)');
  const readAccount = db.prepare('SELECT * FROM account WHERE user = ?');
  const readAccounts = db.prepare('SELECT * FROM account ORDER BY user');
  const readReservation = db.prepare('SELECT 1 FROM reservation WHERE user = ? AND until > ?');
  const readInvite = db.prepare('SELECT 1 FROM invite WHERE hash = ? AND uses > 0 AND expires_at > ?');
  const useInvite = db.prepare('UPDATE invite SET uses = uses - 1 WHERE hash = ?');
  const writeInvite = db.prepare('INSERT OR REPLACE INTO invite VALUES (?, ?, ?, ?)');
  // The id is that of `inviteId` in rules.ts.
  const readInvites = db.prepare(
    `SELECT lower(hex(substr(hash, 1, 6))) AS id, created_at AS createdAt, expires_at AS expiresAt, uses
     FROM invite WHERE uses > 0 AND expires_at > ? ORDER BY expires_at`,
  );
  const dropInvite = db.prepare('DELETE FROM invite WHERE lower(hex(substr(hash, 1, 6))) = ?');
  const dropInvites = db.prepare('DELETE FROM invite WHERE expires_at <= ? OR uses <= 0');
  const writeAccount = db.prepare(
    'INSERT INTO account (user, services, verifier, created_at) VALUES (?, ?, ?, ?)',
  );
  const writeInbox = db.prepare('INSERT INTO inbox SELECT id, 0, 0, 0 FROM account WHERE user = ?');
  const writeVerifier = db.prepare('UPDATE account SET verifier = ? WHERE user = ?');
  const writeDisabled = db.prepare('UPDATE account SET disabled_at = ? WHERE user = ?');
  const writeSignIn = db.prepare('UPDATE account SET signed_in_at = ? WHERE user = ?');
  const dropAccount = db.prepare('DELETE FROM account WHERE user = ? RETURNING id');
  const dropReservation = db.prepare('DELETE FROM reservation WHERE user = ?');
  const writeReservation = db.prepare('INSERT OR REPLACE INTO reservation VALUES (?, ?)');
  const dropDocuments = db.prepare('DELETE FROM document WHERE account = ?');
  const dropPresence = db.prepare('DELETE FROM presence WHERE user = ?');
  const dropSubscriptions = db.prepare('DELETE FROM subscription WHERE user = ?');
  const dropWatches = db.prepare('DELETE FROM watch WHERE user = ?');

  const accountId = db.prepare('SELECT id, revision_floor FROM account WHERE user = ?');
  const readDocument = db.prepare('SELECT revision, type, body FROM document WHERE account = ? AND name = ?');
  const countDocuments = db.prepare(`SELECT name FROM document WHERE account = ? AND body IS NOT NULL`);
  const writeDocument = db.prepare('INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?)');
  const bareDocument = db.prepare(
    'UPDATE document SET type = NULL, body = NULL WHERE account = ? AND name = ?',
  );
  // The lowest go first: folding them raises the floor least.
  const lowRemovals = db.prepare(
    `SELECT rowid AS id, revision FROM document WHERE account = ?1 AND body IS NULL ORDER BY revision
     LIMIT max(0, (SELECT count(*) FROM document WHERE account = ?1 AND body IS NULL) - ${REMEMBERED_REMOVALS})`,
  );
  const dropRemoval = db.prepare('DELETE FROM document WHERE rowid = ?');
  const raiseFloor = db.prepare('UPDATE account SET revision_floor = max(revision_floor, ?) WHERE id = ?');

  const digest = (token: string): Uint8Array => createHash('sha256').update(token).digest();

  const accountOf = (row: AccountRow): StoredAccount => ({
    user: row.user,
    services: row.services.split(' ').filter(Boolean) as ServiceName[],
    verifier: row.verifier,
    createdAt: row.created_at,
    ...(row.disabled_at === null ? undefined : { disabledAt: row.disabled_at }),
    ...(row.signed_in_at === null ? undefined : { signedInAt: row.signed_in_at }),
  });

  const forgetPresence = (user: string): void => {
    dropPresence.run(user);
    dropSubscriptions.run(user);
    dropWatches.run(user);
  };

  const idOf = (user: string): { id: number; revision_floor: number } => {
    const row = accountId.get(user) as { id: number; revision_floor: number } | undefined;
    if (!row) throw noSuchAccount(user);
    return row;
  };

  return {
    getValue: (name) => (readValue.get(name) as { value: Uint8Array } | undefined)?.value,
    setValue: (name, value) => void writeValue.run(name, value),

    getAccount(user) {
      const row = readAccount.get(user) as AccountRow | undefined;
      return row && accountOf(row);
    },
    listAccounts: () => (readAccounts.all() as unknown as AccountRow[]).map(accountOf),

    createAccount(account, invite) {
      const { user, services, verifier, createdAt } = account;
      const hash = invite === undefined ? undefined : digest(invite);
      if (hash && !readInvite.get(hash, createdAt)) throw inviteRefused();
      if (readAccount.get(user) || readReservation.get(user, createdAt)) throw nameTaken(user);
      if (hash) useInvite.run(hash);
      dropReservation.run(user);
      // Written behind after the former account was removed: not for the next of that name.
      forgetPresence(user);
      writeAccount.run(user, services.join(' '), verifier, createdAt);
      writeInbox.run(user);
    },
    setVerifier(user, verifier) {
      if (writeVerifier.run(verifier, user).changes === 0) throw noSuchAccount(user);
    },
    setDisabled(user, at) {
      if (writeDisabled.run(at ?? null, user).changes === 0) throw noSuchAccount(user);
    },
    noteSignIn: (user, at) => void writeSignIn.run(at, user),
    removeAccount(user, reservedUntil) {
      const row = dropAccount.get(user) as { id: number } | undefined;
      if (!row) throw noSuchAccount(user);
      inboxes.removeInbox(user, row.id);
      directory.enter(user, undefined);
      dropDocuments.run(row.id);
      forgetPresence(user);
      writeReservation.run(user, reservedUntil);
    },
    createInvite({ token, createdAt, expiresAt, uses }) {
      dropInvites.run(createdAt);
      writeInvite.run(digest(token), createdAt, expiresAt, uses);
    },

    listInvites: (now) => (readInvites.all(now) as unknown as ListedInvite[]).map((row) => ({ ...row })),
    removeInvite(id) {
      if (dropInvite.run(id).changes === 0) throw inviteUnknown();
    },

    getDocument(user, name): StoredDocument {
      const account = accountId.get(user) as { id: number } | undefined;
      const row = account && (readDocument.get(account.id, name) as DocumentRow | undefined);
      if (!row?.body) return { revision: 0 };
      return { revision: row.revision, type: row.type ?? '', body: row.body };
    },
    setDocument(user, name, content, { ifRevision, limit }) {
      const { id, revision_floor: floor } = idOf(user);
      const row = readDocument.get(id, name) as DocumentRow | undefined;
      const present = row?.body ? row.revision : 0;
      if (ifRevision !== undefined && ifRevision !== present) throw staleRevision(present);
      if (name === 'profile') directory.enter(user, content?.body);
      if (!content) {
        if (!row?.body) return 0;
        bareDocument.run(id, name);
        for (const low of lowRemovals.all(id) as { id: number; revision: number }[]) {
          dropRemoval.run(low.id);
          raiseFloor.run(low.revision, id);
        }
        return 0;
      }
      if (!present && isCountedDocument(name)) {
        const names = countDocuments.all(id) as { name: string }[];
        const count = names.filter((document) => isCountedDocument(document.name)).length;
        if (count >= limit) throw tooManyDocuments(limit);
      }
      const next = (row?.revision ?? floor) + 1;
      writeDocument.run(id, name, next, content.type, content.body);
      return next;
    },
  };
}
