// The directory: what runs inside the SQLite worker, within the transaction that writes the profile.

import type { DatabaseSync } from 'node:sqlite';

import { foldCase, listingOf } from './listing.ts';
import type { Listed, Storage } from './storage.ts';
import type { Synchronous } from './synchronous.ts';

const DOMAIN = 0;
const EVERYONE = 1;

/** Above every character that a key may go on with. */
const LAST = '\u{10ffff}';

/** In the order of the index, so that reading ends with the last account that is wanted, however many there are. */
export const FIND = `SELECT key, user, display_name FROM listing JOIN listed USING (user)
  WHERE audience = ? AND key >= ? AND key < ? ORDER BY key, user`;

export interface SqliteDirectory extends Synchronous<Pick<Storage, 'findListed'>> {
  /** Puts the account into the directory as its profile says; undefined: takes it out. */
  enter(user: string, profile: Uint8Array | undefined): void;
  /** Enters all accounts anew: for a file whose profiles are older than the directory. */
  rebuild(): void;
}

export function sqliteDirectory(db: DatabaseSync): SqliteDirectory {
  const drop = db.prepare('DELETE FROM listing WHERE user = ?');
  const dropName = db.prepare('DELETE FROM listed WHERE user = ?');
  const write = db.prepare('INSERT INTO listing VALUES (?, ?, ?)');
  const writeName = db.prepare('INSERT INTO listed VALUES (?, ?)');
  const profiles = db.prepare(
    `SELECT account.user, document.body FROM document JOIN account ON account.id = document.account
     WHERE document.name = 'profile' AND document.body IS NOT NULL`,
  );
  const find = db.prepare(FIND);

  interface Row {
    key: string;
    user: string;
    display_name: string | null;
  }

  const enter = (user: string, profile: Uint8Array | undefined): void => {
    drop.run(user);
    dropName.run(user);
    const listing = listingOf(user, profile);
    if (listing === undefined) return;
    writeName.run(user, listing.displayName ?? null);
    const audience = listing.audience === 'everyone' ? EVERYONE : DOMAIN;
    for (const key of listing.keys) write.run(audience, key, user);
  };

  /** The first `limit` accounts of one audience, each under the first key that fits. */
  const first = (audience: number, prefix: string, limit: number): Row[] => {
    const found = new Map<string, Row>();
    for (const row of find.iterate(audience, prefix, prefix + LAST) as unknown as Iterable<Row>) {
      if (!found.has(row.user)) found.set(row.user, row);
      if (found.size >= limit) break;
    }
    return [...found.values()];
  };

  return {
    enter,
    rebuild() {
      for (const row of profiles.all() as { user: string; body: Uint8Array }[]) enter(row.user, row.body);
    },
    findListed(query, { isOfDomain, limit }): Listed[] {
      const prefix = foldCase(query);
      const rows = first(EVERYONE, prefix, limit);
      if (isOfDomain) rows.push(...first(DOMAIN, prefix, limit));
      return rows
        .sort((one, other) => compare(one.key, other.key) || compare(one.user, other.user))
        .slice(0, limit)
        .map(({ user, display_name: name }) => (name === null ? { user } : { user, displayName: name }));
    },
  };
}

/** As SQLite compares texts. */
const compare = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
