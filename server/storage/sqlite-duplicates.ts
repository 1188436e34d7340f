// Finds a message by origin, target and Message-ID. Message-IDs are random, so an ordinary index would dirty a
// page of its own for nearly every message and double the cost of a commit. Instead new hashes wait in memory;
// a full batch is sorted and moves into the table bit by bit, with the commits of the messages that follow, so
// that neighbours share pages. Nothing hangs on the memory: at the start it is read back from the messages.

import type { DatabaseSync } from 'node:sqlite';

import type { StoredMessage } from './storage.ts';

type Key = Pick<StoredMessage, 'origin' | 'target' | 'messageId'>;

export interface SqliteDuplicates {
  hashOf(key: Key): number;
  /** Ids of the messages that may be it, in no order; the caller compares. */
  find(hash: number): number[];
  /** Gives the id that the new message is to have. */
  add(hash: number): number;
  /** The rows of `message` are going. */
  remove(messages: readonly { hash: number; id: number }[]): void;
  /** Before each commit: moves what is due. */
  merge(): void;
  /** After a rollback: what was added is not there. */
  forget(): void;
}

/** Hashes in a batch: the larger, the fewer pages a commit dirties, and the longer the first message takes. */
const BATCH = 32_768;
/** Of a sorted batch so many rows move for each new message: done before the next batch is full. */
const PACE = 1.25;

export function sqliteDuplicates(db: DatabaseSync, batchSize = BATCH): SqliteDuplicates {
  const insert = db.prepare('INSERT OR IGNORE INTO duplicate VALUES (?, ?)');
  const select = db.prepare('SELECT message FROM duplicate WHERE hash = ?');
  const drop = db.prepare('DELETE FROM duplicate WHERE hash = ? AND message = ?');
  const readMark = db.prepare('SELECT duplicates AS mark, max(duplicates, entries) AS above FROM merged');
  const writeMark = db.prepare('UPDATE merged SET duplicates = ?');
  const readUnmerged = db.prepare('SELECT hash, id FROM message WHERE id > ? ORDER BY id');
  const hashOf = keyedHash(db);

  /** By hash, the messages that are not in the table yet; not read yet if undefined. */
  let waiting: Map<number, number[]> | undefined;
  /** The hashes of the batch that fills, and the last id. */
  let filling: number[] = [];
  let last = 0;
  /** The batch that moves. */
  let sorted = new Float64Array();
  let sortedTo = 0;
  let moved = 0;
  let added = 0;

  const remember = (known: Map<number, number[]>, hash: number, message: number): void => {
    const same = known.get(hash);
    if (same) same.push(message);
    else known.set(hash, [message]);
    filling.push(hash);
    last = message;
  };

  // Not before it is needed: commands of an administrator open the store, too.
  const load = (): Map<number, number[]> => {
    if (waiting) return waiting;
    const known = new Map<number, number[]>();
    const { mark, above } = readMark.get() as { mark: number; above: number };
    filling = [];
    sorted = new Float64Array();
    moved = 0;
    added = 0;
    // New ids above the marks only: what belongs to one below would never be read back.
    last = above;
    for (const row of readUnmerged.iterate(mark) as Iterable<{ hash: number; id: number }>) {
      remember(known, row.hash, row.id);
    }
    last = Math.max(last, above);
    waiting = known;
    return known;
  };

  return {
    hashOf,
    find(hash) {
      const same = load().get(hash);
      const found = (select.all(hash) as { message: number }[]).map((row) => row.message);
      return same ? [...found, ...same] : found;
    },
    add(hash) {
      const known = load();
      added += 1;
      remember(known, hash, last + 1);
      return last;
    },
    remove(messages) {
      // In order, so that neighbours share pages here, too.
      for (const { hash, id } of messages.toSorted((x, y) => x.hash - y.hash)) {
        drop.run(hash, id);
        const others = waiting?.get(hash)?.filter((other) => other !== id);
        if (others?.length === 0) waiting?.delete(hash);
        else if (others) waiting?.set(hash, others);
      }
    },
    merge() {
      if (!waiting) return;
      if (sorted.length === 0 && filling.length >= batchSize) {
        sorted = new Float64Array(filling).sort();
        sortedTo = last;
        filling = [];
      }
      const end = Math.min(sorted.length, moved + Math.ceil(added * PACE));
      added = 0;
      if (moved === end) return;
      for (; moved < end; moved += 1) {
        const hash = sorted[moved] ?? 0;
        const later: number[] = [];
        for (const message of waiting.get(hash) ?? []) {
          if (message <= sortedTo) insert.run(hash, message);
          else later.push(message);
        }
        if (later.length === 0) waiting.delete(hash);
        else waiting.set(hash, later);
      }
      if (moved < sorted.length) return;
      // A merge that is cut short is done again, all of it, from the old mark.
      writeMark.run(sortedTo);
      sorted = new Float64Array();
      moved = 0;
    },
    forget() {
      waiting = undefined;
    },
  };
}

/** 53 bits, mixed with a key of the store, so that nobody outside can make messages collide. */
function keyedHash(db: DatabaseSync): (key: Key) => number {
  const row = db.prepare("SELECT value FROM value WHERE name = 'storage.hash-key'").get();
  const key = new DataView((row as { value: Uint8Array }).value.slice().buffer);
  const seedA = key.getUint32(0);
  const seedB = key.getUint32(4);
  return ({ origin, target, messageId }) => {
    let a = seedA;
    let b = seedB;
    const text = `${origin}\0${target}\0${messageId}`;
    for (let i = 0; i < text.length; i += 1) {
      const unit = text.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x85ebca6b);
      a ^= a >>> 13;
      b = Math.imul(b ^ unit, 0xc2b2ae35);
      b ^= b >>> 15;
    }
    a = Math.imul(a ^ (a >>> 16) ^ b, 0x27d4eb2f);
    b = Math.imul(b ^ (b >>> 13) ^ a, 0x165667b1);
    return (((a ^ (a >>> 15)) >>> 11) & 0x1fffff) * 0x1_0000_0000 + (b >>> 0);
  };
}
