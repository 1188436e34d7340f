// Where each entry of an inbox stands. The table is ordered by inbox, as replays read it, so fifty messages to
// fifty inboxes would dirty a hundred of its pages in one commit, fifty times what the messages themselves take.
// So new entries wait in memory and move into the table late, in the order of the table, some with each commit
// that follows; whoever wants to read an inbox has its entries moved first. Nothing hangs on the memory: the
// messages themselves say whose entries they are, a log in the order of arrival says what has been delivered
// meanwhile, and a start reads both.

import type { DatabaseSync } from 'node:sqlite';

export const UNDELIVERED = 0;
export const DELIVERED = 1;
export const COPY = 2;

/** Entries in a batch. */
const BATCH = 32_768;
/** Of a batch so many move for each new entry: done before the next one is full. */
const PACE = 1.25;

interface Waiting {
  readonly message: number;
  readonly octets: number;
  readonly expires: number | null;
  state: number;
}

export interface SqliteEntries {
  add(account: number, sequence: number, entry: Waiting): void;
  /** Gives the octets of an entry that was undelivered until now. */
  setDelivered(account: number, sequence: number): number | undefined;
  stateOf(account: number, sequence: number): number | undefined;
  /** From here on the table has all entries of the inbox. */
  settle(account: number): void;
  /** Before each commit: moves what is due. */
  merge(): void;
  /** After a rollback, or when another process has written. */
  forget(): void;
}

export function sqliteEntries(db: DatabaseSync, batchSize = BATCH): SqliteEntries {
  // An entry that a crash made wait again may be there already, and delivered.
  const insert = db.prepare(
    `INSERT INTO entry VALUES ((? << 31) | ?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET state = max(state, excluded.state)`,
  );
  const markDelivered = db.prepare(
    `UPDATE entry SET state = ${DELIVERED} WHERE key = (? << 31) | ? AND state = ${UNDELIVERED}
     RETURNING octets, message`,
  );
  const readState = db.prepare('SELECT state FROM entry WHERE key = (? << 31) | ?');
  const log = db.prepare('INSERT INTO delivered (account, sequence) VALUES (?, ?)');
  const readLog = db.prepare('SELECT account, sequence FROM delivered');
  const readLogEnd = db.prepare('SELECT coalesce(max(id), 0) AS end FROM delivered');
  const dropLog = db.prepare('DELETE FROM delivered WHERE id <= ?');
  const readMark = db.prepare('SELECT entries FROM merged');
  const writeMark = db.prepare('UPDATE merged SET entries = ?');
  const readMessages = db.prepare(
    `SELECT id, octets, expires, was_delivered, entry_key >> 31 AS account, entry_key & 2147483647 AS sequence,
       copy_key >> 31 AS copyAccount, copy_key & 2147483647 AS copySequence
     FROM message WHERE id > ? ORDER BY id`,
  );

  /** By account and sequence, ascending; not read yet if undefined. */
  let waiting: Map<number, Map<number, Waiting>> | undefined;
  let mark = 0;
  let last = 0;
  let count = 0;
  let added = 0;
  /** The accounts whose entries move, up to a message, and the end of the log when that was decided. */
  let batch: { accounts: number[]; at: number; to: number; logEnd: number } | undefined;

  const remember = (
    known: Map<number, Map<number, Waiting>>,
    account: number,
    sequence: number,
    entry: Waiting,
  ): void => {
    const inbox = known.get(account);
    if (inbox) inbox.set(sequence, entry);
    else known.set(account, new Map([[sequence, entry]]));
    last = entry.message;
    count += 1;
  };

  const load = (): Map<number, Map<number, Waiting>> => {
    if (waiting) return waiting;
    const known = new Map<number, Map<number, Waiting>>();
    mark = (readMark.get() as { entries: number }).entries;
    last = mark;
    count = 0;
    added = 0;
    batch = undefined;
    for (const row of readMessages.iterate(mark) as Iterable<MessageRow>) {
      const { id: message, octets, expires, account, sequence, copyAccount, copySequence } = row;
      if (row.was_delivered === null) {
        remember(known, account, sequence, { message, octets, expires, state: UNDELIVERED });
      }
      if (copyAccount !== null && copySequence !== null) {
        remember(known, copyAccount, copySequence, { message, octets, expires, state: COPY });
      }
    }
    for (const row of readLog.iterate() as Iterable<{ account: number; sequence: number }>) {
      const entry = known.get(row.account)?.get(row.sequence);
      if (entry) entry.state = DELIVERED;
    }
    waiting = known;
    return known;
  };

  /** Moves entries of one inbox up to a message; gives how many, at most `most`. */
  const move = (account: number, to: number, most: number): number => {
    const inbox = waiting?.get(account);
    if (!inbox) return 0;
    let moved = 0;
    for (const [sequence, { message, octets, state, expires }] of inbox) {
      if (message > to || moved === most) break;
      insert.run(account, sequence, message, octets, state, expires);
      inbox.delete(sequence);
      moved += 1;
    }
    if (inbox.size === 0) waiting?.delete(account);
    count -= moved;
    return moved;
  };

  return {
    add(account, sequence, entry) {
      remember(load(), account, sequence, entry);
      added += 1;
    },
    setDelivered(account, sequence) {
      const entry = load().get(account)?.get(sequence);
      if (entry) {
        if (entry.state !== UNDELIVERED) return undefined;
        entry.state = DELIVERED;
        log.run(account, sequence);
        return entry.octets;
      }
      const row = markDelivered.get(account, sequence) as { octets: number; message: number } | undefined;
      // Above the mark it would wait again after a crash, and has to know.
      if (row && row.message > mark) log.run(account, sequence);
      return row?.octets;
    },
    stateOf(account, sequence) {
      const entry = load().get(account)?.get(sequence);
      return entry?.state ?? (readState.get(account, sequence) as { state: number } | undefined)?.state;
    },
    settle(account) {
      load();
      move(account, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    },
    merge() {
      if (!waiting) return;
      if (!batch && count >= batchSize) {
        const { end } = readLogEnd.get() as { end: number };
        const accounts = [...waiting.keys()].sort((a, b) => a - b);
        batch = { accounts, at: 0, to: last, logEnd: end };
      }
      let due = Math.ceil(added * PACE);
      added = 0;
      if (!batch) return;
      for (; batch.at < batch.accounts.length; batch.at += 1) {
        due -= move(batch.accounts[batch.at] ?? 0, batch.to, due);
        if (due === 0) return;
      }
      // A merge that is cut short is done again, all of it, from the old mark.
      mark = batch.to;
      writeMark.run(mark);
      dropLog.run(batch.logEnd);
      batch = undefined;
    },
    forget() {
      waiting = undefined;
    },
  };
}

interface MessageRow {
  id: number;
  octets: number;
  expires: number | null;
  was_delivered: number | null;
  account: number;
  sequence: number;
  copyAccount: number | null;
  copySequence: number | null;
}
