// What the main thread and the SQLite worker say to each other. All calls of a turn travel as one Group, flat:
// cloning many small objects would cost the main thread more than the calls themselves. Appends and
// acknowledgements, which come by the thousand, are spelt out; everything else is a name and arguments.

import type { DatabaseSync } from 'node:sqlite';

import { accountOperations } from './sqlite-accounts.ts';
import { type SqliteBodies, sqliteBodies } from './sqlite-bodies.ts';
import { sqliteDirectory } from './sqlite-directory.ts';
import { sqliteInboxes, type SqliteInboxes } from './sqlite-inboxes.ts';
import { presenceOperations } from './sqlite-presence.ts';
import { type PruneOperation, retention } from './sqlite-retention.ts';
import type { Storage } from './storage.ts';
import type { Synchronous } from './synchronous.ts';

/** Then origin, target, messageId, fields, type, received, expires, to, copyTo, quota, body length, octets, number of a large body. */
export const APPEND = 0;
export const APPEND_SIZE = 14;
/** Then user, sequence. */
export const DELIVERED = 1;
export const DELIVERED_SIZE = 3;
/** Then the name and an array of the arguments. */
export const CALL = 2;
export const CALL_SIZE = 3;

/** Bodies from this size on travel on their own, transferred; smaller ones side by side in one buffer. */
export const LARGE_BODY = 64 * 1024;

export interface Group {
  readonly calls: readonly unknown[];
  /** The bodies below LARGE_BODY, one after the other. */
  readonly bodies: ArrayBuffer;
  readonly largeBodies: readonly Uint8Array[];
}

/** A call's result: its status, then values. */
export const DONE = 0;
/** Then isDuplicate, sequence, copySequence (0: none), isDelivered, received. */
export const APPENDED = 1;
/** Then the value. */
export const VALUE = 2;
/** Then code, reason. */
export const FAILED = 3;

export interface Results {
  readonly results: readonly unknown[];
  /** The store is not to be used any more: why. */
  readonly broken?: string;
}

export type Cold = Omit<Synchronous<Storage>, 'append' | 'setDelivered' | 'prune' | 'close' | 'dropBody'> & {
  pruneStep: PruneOperation;
  abandonBody(body: number): void;
  /** Removes a little of what nobody has any more; whether there may be more. */
  clearBodies(): boolean;
};

export interface Operations {
  readonly inboxes: SqliteInboxes;
  readonly bodies: SqliteBodies;
  readonly cold: Cold;
}

export function createOperations(db: DatabaseSync): Operations {
  const bodies = sqliteBodies(db);
  const { addPiece, getPiece, abandonBody, clearBodies } = bodies;
  const inboxes = sqliteInboxes(db, bodies);
  const directory = sqliteDirectory(db);
  const { beginBody, inboxBounds, inboxOctets, entries, entry, findDuplicate } = inboxes;
  return {
    inboxes,
    bodies,
    cold: {
      ...accountOperations(db, inboxes, directory),
      findListed: directory.findListed,
      ...presenceOperations(db),
      beginBody,
      addPiece,
      getPiece,
      abandonBody,
      clearBodies,
      inboxBounds,
      inboxOctets,
      entries,
      entry,
      findDuplicate,
      pruneStep: retention(db, inboxes),
    },
  };
}
