// Presence objects, subscriptions and watches: what runs inside the SQLite worker, within a transaction.

import type { DatabaseSync } from 'node:sqlite';

import type { Storage, StoredPresence, StoredSubscription, StoredWatch } from './storage.ts';
import type { Synchronous } from './synchronous.ts';

type PresenceOperations = Synchronous<
  Pick<
    Storage,
    | 'loadPresence'
    | 'permanentPresence'
    | 'putPresence'
    | 'removePresence'
    | 'putSubscription'
    | 'removeSubscription'
    | 'putWatch'
    | 'removeWatch'
  >
>;

type ObjectRow = Omit<StoredPresence, 'expiresAt'> & { expiresAt: number | null };

const objectOf = ({ expiresAt, ...row }: ObjectRow): StoredPresence =>
  expiresAt === null ? row : { ...row, expiresAt };

export function presenceOperations(db: DatabaseSync): PresenceOperations {
  const objects =
    'SELECT user, publisher, device, view, type, body, changed_at AS changedAt, expires_at AS expiresAt FROM presence';
  const readObjects = db.prepare(objects);
  const readPermanent = db.prepare(`${objects} WHERE user = ? AND expires_at IS NULL`);
  const readSubscriptions = db.prepare(
    `SELECT user, watcher, connection_id AS connectionId, state, since, expires_at AS expiresAt, revision,
       owed
     FROM subscription`,
  );
  const readWatches = db.prepare(
    'SELECT user, connection_id AS connectionId, target, expires_at AS expiresAt FROM watch',
  );
  const writeObject = db.prepare('INSERT OR REPLACE INTO presence VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const dropObject = db.prepare(
    'DELETE FROM presence WHERE user = ? AND publisher = ? AND device = ? AND view = ?',
  );
  const writeSubscription = db.prepare('INSERT OR REPLACE INTO subscription VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const dropSubscription = db.prepare(
    'DELETE FROM subscription WHERE user = ? AND watcher = ? AND connection_id = ?',
  );
  const writeWatch = db.prepare('INSERT OR REPLACE INTO watch VALUES (?, ?, ?, ?)');
  const dropWatch = db.prepare('DELETE FROM watch WHERE user = ? AND connection_id = ? AND target = ?');

  return {
    loadPresence() {
      const rows = readObjects.all() as unknown as ObjectRow[];
      return {
        objects: rows.map(objectOf),
        subscriptions: (
          readSubscriptions.all() as unknown as (Omit<StoredSubscription, 'isOwed'> & { owed: number })[]
        ).map(({ owed, ...row }) => (owed === 0 ? row : { ...row, isOwed: true })),
        watches: (readWatches.all() as unknown as StoredWatch[]).map((row) => ({ ...row })),
      };
    },
    permanentPresence: (user) => (readPermanent.all(user) as unknown as ObjectRow[]).map(objectOf),
    putPresence(o) {
      const expiresAt = o.expiresAt ?? null;
      writeObject.run(o.user, o.publisher, o.device, o.view, o.type, o.body, o.changedAt, expiresAt);
    },
    removePresence: (key) => void dropObject.run(key.user, key.publisher, key.device, key.view),
    putSubscription(s) {
      const owed = s.isOwed ? 1 : 0;
      writeSubscription.run(
        s.user,
        s.watcher,
        s.connectionId,
        s.state,
        s.since,
        s.expiresAt,
        s.revision,
        owed,
      );
    },
    removeSubscription: (key) => void dropSubscription.run(key.user, key.watcher, key.connectionId),
    putWatch: (w) => void writeWatch.run(w.user, w.connectionId, w.target, w.expiresAt),
    removeWatch: (key) => void dropWatch.run(key.user, key.connectionId, key.target),
  };
}
