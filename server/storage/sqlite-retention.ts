// Retention and quota: what runs inside the SQLite worker, within a transaction, in steps that are small
// enough to let messages through in between.

import type { DatabaseSync } from 'node:sqlite';

import { DUPLICATE_WINDOW_MS } from './rules.ts';
import type { SqliteInboxes } from './sqlite-inboxes.ts';

/** Messages looked at in a step: some milliseconds. */
const STEP = 500;

export interface PruneOptions {
  readonly before: number;
  readonly now: number;
  readonly quota: number;
}

/** Where the next step goes on: the stage, and the last message or account seen there. */
export interface PruneCursor {
  readonly stage: 'expired' | 'old' | 'over-quota' | 'forgotten';
  readonly received: number;
  readonly id: number;
}

export const PRUNE_START: PruneCursor = { stage: 'expired', received: -1, id: 0 };

export interface PruneStep {
  readonly removed: number;
  /** Absent when all is done. */
  readonly next?: PruneCursor;
}

export type PruneOperation = (options: PruneOptions, cursor: PruneCursor) => PruneStep;

interface EntryPlace {
  account: number;
  sequence: number;
}

export function retention(db: DatabaseSync, inboxes: SqliteInboxes, step = STEP): PruneOperation {
  const place = 'key >> 31 AS account, key & 2147483647 AS sequence';
  const expired = db.prepare(
    `SELECT id FROM message WHERE expires <= ? AND body IS NOT NULL AND expires IS NOT NULL LIMIT ${step}`,
  );
  const old = db.prepare(
    `SELECT id, received FROM message WHERE received < ?1 AND (received, id) > (?2, ?3)
     ORDER BY received, id LIMIT ${step}`,
  );
  const keysOf = db.prepare(
    `SELECT entry_key >> 31 AS account, copy_key >> 31 AS copyAccount FROM message WHERE id = ?`,
  );
  const entriesOf = db.prepare(
    `SELECT ${place}, state FROM entry
     WHERE key IN (SELECT entry_key FROM message WHERE id = ?1 UNION ALL SELECT copy_key FROM message WHERE id = ?1)`,
  );
  const overQuota = db.prepare(
    'SELECT account, octets FROM inbox WHERE octets > ? AND account >= ? ORDER BY account LIMIT 1',
  );
  const oldestDelivered = db.prepare(
    `SELECT ${place}, octets FROM entry WHERE key > (?1 << 31) AND key <= (?1 << 31 | 2147483647) AND state <> 0
     ORDER BY key LIMIT ${step}`,
  );
  const forgotten = db.prepare(
    `SELECT id, hash FROM message WHERE body IS NULL AND received <= ? LIMIT ${step}`,
  );
  const dropMessage = db.prepare('DELETE FROM message WHERE id = ?');

  const remove = (places: readonly EntryPlace[], now: number): number => {
    const byAccount = Map.groupBy(places, (entry) => entry.account);
    for (const [account, entries] of byAccount) {
      inboxes.removeEntries(
        account,
        entries.map((entry) => entry.sequence),
        now,
      );
    }
    return places.length;
  };

  const placesOf = (id: number): (EntryPlace & { state: number })[] => {
    const { account, copyAccount } = keysOf.get(id) as { account: number; copyAccount: number | null };
    inboxes.settle(account);
    if (copyAccount !== null) inboxes.settle(copyAccount);
    return entriesOf.all(id) as unknown as (EntryPlace & { state: number })[];
  };

  const stage = (name: PruneCursor['stage']): PruneCursor => ({ stage: name, received: -1, id: 0 });

  return (options, cursor) => {
    // The counters of the rows, not those of the cache, are read below.
    inboxes.flush();
    const { before, now, quota } = options;
    switch (cursor.stage) {
      case 'expired': {
        const rows = expired.all(now) as { id: number }[];
        const removed = remove(
          rows.flatMap((row) => placesOf(row.id)),
          now,
        );
        return { removed, next: stage(removed === 0 ? 'old' : 'expired') };
      }
      case 'old': {
        const rows = old.all(before, cursor.received, cursor.id) as { id: number; received: number }[];
        const places = rows.flatMap((row) => placesOf(row.id)).filter((entry) => entry.state !== 0);
        const last = rows.at(-1);
        const isDone = !last || rows.length < step;
        return {
          removed: remove(places, now),
          next: isDone ? stage('over-quota') : { stage: 'old', ...last },
        };
      }
      case 'over-quota': {
        const inbox = overQuota.get(quota, cursor.id) as { account: number; octets: number } | undefined;
        if (!inbox) return { removed: 0, next: stage('forgotten') };
        inboxes.settle(inbox.account);
        const delivered = oldestDelivered.all(inbox.account) as unknown as (EntryPlace & {
          octets: number;
        })[];
        let { octets } = inbox;
        const places: EntryPlace[] = [];
        for (const entry of delivered) {
          if (octets <= quota) break;
          octets -= entry.octets;
          places.push(entry);
        }
        const isMore = octets > quota && delivered.length === step;
        const next: PruneCursor = {
          stage: 'over-quota',
          received: -1,
          id: isMore ? inbox.account : inbox.account + 1,
        };
        return { removed: remove(places, now), next };
      }
      case 'forgotten': {
        const rows = forgotten.all(now - DUPLICATE_WINDOW_MS) as { id: number; hash: number }[];
        for (const row of rows) dropMessage.run(row.id);
        inboxes.duplicates.remove(rows);
        return rows.length < step ? { removed: 0 } : { removed: 0, next: cursor };
      }
    }
  };
}
