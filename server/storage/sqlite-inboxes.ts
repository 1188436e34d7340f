// The inboxes: what runs inside the SQLite worker, within a transaction.

import type { DatabaseSync } from 'node:sqlite';

import { DUPLICATE_WINDOW_MS, mailboxFull, noSuchAccount } from './rules.ts';
import { COPY, DELIVERED, sqliteEntries, UNDELIVERED } from './sqlite-entries.ts';
import type { SqliteBodies } from './sqlite-bodies.ts';
import { type SqliteDuplicates, sqliteDuplicates } from './sqlite-duplicates.ts';
import type { Appended, Storage, StoredEntry, StoredMessage } from './storage.ts';
import type { Synchronous } from './synchronous.ts';

/** Sequences end here; a key is `account << 31 | sequence`. */
const LAST_SEQUENCE = 0x7fffffff;

/** In the place of the target's account, for what went to another domain; accounts count from 1. */
const ELSEWHERE = 0;

/** More than SQLite stores in a row. */
const MAX_BODY = 2 ** 31;

/** Counters of inboxes kept between commits; above, all are read again. */
const MAX_CACHED = 20_000;

type Key = Pick<StoredMessage, 'origin' | 'target' | 'messageId'>;

/** An append as it reaches the worker: fields as JSON (null for none), their weight already added to the body's. */
export interface AppendInput extends Key {
  readonly fields: string | null;
  readonly type: string;
  readonly received: number;
  readonly expires: number | null;
  readonly body: Uint8Array;
  readonly bodyId: number | null;
  readonly octets: number;
}

interface Inbox {
  readonly id: number;
  last: number;
  undelivered: number;
  octets: number;
  isChanged: boolean;
}

type Calls = Synchronous<
  Pick<Storage, 'beginBody' | 'inboxBounds' | 'inboxOctets' | 'entries' | 'entry' | 'findDuplicate'>
>;

export interface SqliteInboxes extends Calls {
  append(message: AppendInput, to: string | null, copyTo: string | null, quota: number): Appended;
  setDelivered(user: string, sequence: number): void;
  /** The next entry of the inbox has the place after this one. */
  moveTo(user: string, sequence: number): void;
  removeInbox(user: string, account: number): void;
  /** For retention: takes entries out of the inbox of `account`; `now` decides what is still remembered. */
  removeEntries(account: number, sequences: readonly number[], now: number): void;
  /** From here on the table "entry" has all of the inbox. */
  settle(account: number): void;
  /** Before each commit: moves what is due from memory into the tables that are ordered otherwise. */
  merge(): void;
  /** Before each commit, and before the counters in the table are read. */
  flush(): void;
  /** Another process has written. */
  reread(): void;
  /** After a rollback. */
  forget(): void;
  readonly duplicates: SqliteDuplicates;
}

const COLUMNS = `e.key & ${LAST_SEQUENCE} AS sequence, e.state, m.origin, m.target, m.message_id, m.fields,
  m.type, m.received, m.expires, m.body_id, l.octets AS large_octets`;

const TABLES = 'entry e JOIN message m ON m.id = e.message LEFT JOIN body l ON l.id = m.body_id';

interface EntryRow {
  sequence: number;
  state: number;
  origin: string;
  target: string;
  message_id: string;
  fields: string | null;
  type: string;
  received: number;
  expires: number | null;
  /** Null: larger than asked for. */
  body: Uint8Array | null;
  size: number;
  body_id: number | null;
  large_octets: number | null;
}

interface RemovedRow {
  message: number;
  octets: number;
  state: number;
}

interface FormerRow {
  origin: string;
  target: string;
  message_id: string;
  account: number;
  sequence: number;
  /** Of a copy that stands alone. */
  copyAccount: number | null;
  copySequence: number | null;
  received: number;
  was_delivered: number | null;
}

export function sqliteInboxes(db: DatabaseSync, bodies: SqliteBodies): SqliteInboxes {
  const duplicates = sqliteDuplicates(db);
  const entries = sqliteEntries(db);
  const inboxes = new Map<string, Inbox>();
  const changed = new Set<Inbox>();

  const readInbox = db.prepare('SELECT i.* FROM account a JOIN inbox i ON i.account = a.id WHERE a.user = ?');
  const writeInbox = db.prepare(
    'UPDATE inbox SET last_sequence = ?, undelivered_octets = ?, octets = ? WHERE account = ?',
  );
  const readFormer = db.prepare(
    `SELECT origin, target, message_id, entry_key >> 31 AS account, entry_key & ${LAST_SEQUENCE} AS sequence,
       copy_key >> 31 AS copyAccount, copy_key & ${LAST_SEQUENCE} AS copySequence, received, was_delivered
     FROM message WHERE id = ?`,
  );
  const writeMessage = db.prepare(
    `INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (? << 31) | ?, (? << 31) | ?, ?, ?, ?, ?)`,
  );
  const within = `key > (?1 << 31) AND key <= (?1 << 31 | ${LAST_SEQUENCE})`;
  const readFirst = db.prepare(`SELECT min(key) & ${LAST_SEQUENCE} AS n FROM entry WHERE ${within}`);
  const readLast = db.prepare(`SELECT max(key) & ${LAST_SEQUENCE} AS n FROM entry WHERE ${within}`);
  const readCount = db.prepare(
    `SELECT count(*) AS n FROM entry WHERE key > (?1 << 31 | ?2) AND key <= (?1 << 31 | ${LAST_SEQUENCE})
     AND (expires IS NULL OR expires > ?3)`,
  );
  // The length of a body stands in the head of its row: what is left out is not read.
  const page = `SELECT ${COLUMNS}, length(m.body) AS size, CASE WHEN length(m.body) <= ?4 THEN m.body END AS body
    FROM ${TABLES}`;
  const readAfter = db.prepare(
    `${page} WHERE e.key > (?1 << 31 | ?2) AND e.key <= (?1 << 31 | ${LAST_SEQUENCE}) ORDER BY e.key LIMIT ?3`,
  );
  const readBefore = db.prepare(
    `${page} WHERE e.key > (?1 << 31) AND e.key < (?1 << 31 | ?2) ORDER BY e.key DESC LIMIT ?3`,
  );
  const readEntry = db.prepare(
    `SELECT ${COLUMNS}, length(m.body) AS size, m.body FROM ${TABLES} WHERE e.key = (? << 31) | ?`,
  );

  const dropEntry = db.prepare(
    'DELETE FROM entry WHERE key = (? << 31) | ? RETURNING message, octets, state',
  );
  const dropInboxEntries = db.prepare(`DELETE FROM entry WHERE ${within} RETURNING message, octets, state`);
  const dropInbox = db.prepare('DELETE FROM inbox WHERE account = ?');
  const readHolders = db.prepare(
    `SELECT hash, entry_key >> 31 AS account, received, body_id AS bodyId,
       was_delivered IS NULL OR copy_key IS NOT NULL AS isHeld
     FROM message WHERE id = ?`,
  );
  const markOutcome = db.prepare('UPDATE message SET was_delivered = ? WHERE id = ?');
  const dropCopy = db.prepare('UPDATE message SET copy_key = NULL WHERE id = ?');
  const bareMessage = db.prepare(
    'UPDATE message SET body = NULL, body_id = NULL, fields = NULL WHERE id = ?',
  );
  const dropMessage = db.prepare('DELETE FROM message WHERE id = ?');
  const reduceInbox = db.prepare(
    'UPDATE inbox SET octets = octets - ?, undelivered_octets = undelivered_octets - ? WHERE account = ?',
  );

  const inboxOf = (user: string): Inbox | undefined => {
    const known = inboxes.get(user);
    if (known) return known;
    const row = readInbox.get(user) as
      | { account: number; last_sequence: number; undelivered_octets: number; octets: number }
      | undefined;
    if (!row) return undefined;
    const inbox: Inbox = {
      id: row.account,
      last: row.last_sequence,
      undelivered: row.undelivered_octets,
      octets: row.octets,
      isChanged: false,
    };
    inboxes.set(user, inbox);
    return inbox;
  };

  const change = (inbox: Inbox): void => {
    if (inbox.isChanged) return;
    inbox.isChanged = true;
    changed.add(inbox);
  };

  const flush = (): void => {
    for (const inbox of changed) {
      writeInbox.run(inbox.last, inbox.undelivered, inbox.octets, inbox.id);
      inbox.isChanged = false;
    }
    changed.clear();
    if (inboxes.size > MAX_CACHED) inboxes.clear();
  };

  const findFormer = (key: Key, hash: number, account: number, since: number): Appended | undefined => {
    let newest: FormerRow | undefined;
    for (const id of duplicates.find(hash)) {
      const row = readFormer.get(id) as FormerRow | undefined;
      // The hash only narrows the search: what counts is what the row says.
      if (!row || row.received <= since) continue;
      const isAlone = row.account === ELSEWHERE && row.copyAccount === account;
      if (row.account !== account && !isAlone) continue;
      if (row.origin !== key.origin || row.target !== key.target || row.message_id !== key.messageId)
        continue;
      if (isAlone) return { isDuplicate: true, sequence: 0, isDelivered: true, received: row.received };
      if (!newest || row.sequence > newest.sequence) newest = row;
    }
    if (!newest) return undefined;
    const state = newest.was_delivered ?? entries.stateOf(account, newest.sequence);
    const isDelivered = state === DELIVERED;
    return { isDuplicate: true, sequence: newest.sequence, isDelivered, received: newest.received };
  };

  const entryOf = (row: EntryRow): StoredEntry => ({
    sequence: row.sequence,
    isCopy: row.state === COPY,
    isDelivered: row.state !== UNDELIVERED,
    origin: row.origin,
    target: row.target,
    messageId: row.message_id,
    fields: row.fields === null ? [] : (JSON.parse(row.fields) as string[]),
    contentType: row.type,
    received: row.received,
    ...(row.expires === null ? {} : { expires: row.expires }),
    body: row.body ?? new Uint8Array(),
    ...(row.body === null ? { omitted: row.size } : {}),
    ...(row.body_id === null || row.large_octets === null
      ? {}
      : { large: { id: row.body_id, octets: row.large_octets } }),
  });

  const sequenceIn = (number: number): number => Math.min(Math.max(Math.trunc(number), 0), LAST_SEQUENCE);

  /** Notes in the messages that these entries are gone; lets go of the body that no entry holds any more, and of the row once nobody may ask again. */
  const release = (removed: readonly RemovedRow[], removedAccount: number | undefined, now: number): void => {
    const going: { hash: number; id: number }[] = [];
    for (const { message: id, state } of removed) {
      if (state === COPY) dropCopy.run(id);
      else markOutcome.run(state, id);
      const row = readHolders.get(id) as
        | { hash: number; account: number; received: number; bodyId: number | null; isHeld: number }
        | undefined;
      if (!row || row.isHeld) continue;
      if (row.bodyId !== null) bodies.release(row.bodyId);
      if (row.account === removedAccount || row.received <= now - DUPLICATE_WINDOW_MS) {
        dropMessage.run(id);
        going.push({ hash: row.hash, id });
      } else {
        bareMessage.run(id);
      }
    }
    duplicates.remove(going);
  };

  /** The copy of what went to another domain: it has no entry of a target beside it. */
  const appendCopy = (message: AppendInput, user: string): Appended => {
    const inbox = inboxOf(user);
    if (!inbox) throw noSuchAccount(user);
    const { origin, target, messageId, received, octets, fields, type, expires, body, bodyId } = message;
    const hash = duplicates.hashOf(message);
    const former = findFormer(message, hash, inbox.id, received - DUPLICATE_WINDOW_MS);
    if (former) return former;
    if (bodyId !== null) bodies.keep(bodyId);
    const copySequence = inbox.last + 1;
    const id = duplicates.add(hash);
    // biome-ignore format: in the order of the columns
    writeMessage.run(id, hash, origin, target, messageId, fields, type, received, expires, ELSEWHERE, 0, inbox.id, copySequence, octets, DELIVERED, body, bodyId);
    entries.add(inbox.id, copySequence, { message: id, octets, expires, state: COPY });
    inbox.last = copySequence;
    inbox.octets += octets;
    change(inbox);
    return { isDuplicate: false, sequence: 0, copySequence, isDelivered: true, received };
  };

  return {
    duplicates,

    beginBody(to, octets, quota) {
      const inbox = inboxOf(to);
      if (!inbox) throw noSuchAccount(to);
      if (inbox.undelivered + octets > quota) throw mailboxFull();
      return bodies.begin(octets);
    },

    append(message, to, copyTo, quota) {
      if (to === null) return appendCopy(message, copyTo ?? '');
      const inbox = inboxOf(to);
      if (!inbox) throw noSuchAccount(to);
      const { origin, target, messageId, received, octets } = message;
      const hash = duplicates.hashOf(message);
      const former = findFormer(message, hash, inbox.id, received - DUPLICATE_WINDOW_MS);
      if (former) return former;
      if (inbox.undelivered + octets > quota) throw mailboxFull();
      const copies = copyTo === null || copyTo === to ? undefined : inboxOf(copyTo);

      const { fields, type, expires, body, bodyId } = message;
      if (bodyId !== null) bodies.keep(bodyId);

      const sequence = inbox.last + 1;
      const copySequence = copies && copies.last + 1;
      const id = duplicates.add(hash);
      const copyId = copies?.id ?? null;
      // biome-ignore format: in the order of the columns
      writeMessage.run(id, hash, origin, target, messageId, fields, type, received, expires, inbox.id, sequence, copyId, copySequence ?? null, octets, null, body, bodyId);
      entries.add(inbox.id, sequence, { message: id, octets, expires, state: UNDELIVERED });
      inbox.last = sequence;
      inbox.undelivered += octets;
      inbox.octets += octets;
      change(inbox);
      const appended = { isDuplicate: false, sequence, isDelivered: false, received };
      if (!copies || copySequence === undefined) return appended;
      entries.add(copies.id, copySequence, { message: id, octets, expires, state: COPY });
      copies.last = copySequence;
      copies.octets += octets;
      change(copies);
      return { ...appended, copySequence };
    },

    setDelivered(user, sequence) {
      const inbox = inboxOf(user);
      const octets = inbox && entries.setDelivered(inbox.id, sequence);
      if (!inbox || octets === undefined) return;
      inbox.undelivered -= octets;
      change(inbox);
    },

    moveTo(user, sequence) {
      const inbox = inboxOf(user);
      if (!inbox) throw noSuchAccount(user);
      inbox.last = sequence;
      change(inbox);
    },

    inboxBounds(user, after, now = 0) {
      const inbox = inboxOf(user);
      if (!inbox) return { first: 1, last: 0, count: 0 };
      entries.settle(inbox.id);
      const first = (readFirst.get(inbox.id) as { n: number | null }).n ?? 1;
      const last = (readLast.get(inbox.id) as { n: number | null }).n ?? 0;
      if (after >= last) return { first, last, count: 0 };
      const { n: count } = readCount.get(inbox.id, sequenceIn(after), now) as { n: number };
      return { first, last, count };
    },

    inboxOctets: (user) => inboxOf(user)?.octets ?? 0,

    entries(user, range) {
      const inbox = inboxOf(user);
      if (!inbox) return [];
      entries.settle(inbox.id);
      const limit = Math.min(range.limit, LAST_SEQUENCE);
      const bodyLimit = Math.min(range.bodyLimit ?? MAX_BODY, MAX_BODY);
      if ('after' in range) {
        const rows = readAfter.all(inbox.id, sequenceIn(range.after), limit, bodyLimit);
        return (rows as unknown as EntryRow[]).map(entryOf);
      }
      const rows = readBefore.all(inbox.id, sequenceIn(range.before), limit, bodyLimit);
      return (rows as unknown as EntryRow[]).map(entryOf).reverse();
    },

    entry(user, sequence) {
      const inbox = inboxOf(user);
      if (!inbox) return undefined;
      entries.settle(inbox.id);
      const row = readEntry.get(inbox.id, sequenceIn(sequence)) as EntryRow | undefined;
      return row && entryOf(row);
    },

    findDuplicate(key, to, since) {
      const inbox = inboxOf(to);
      return inbox && findFormer(key, duplicates.hashOf(key), inbox.id, since);
    },

    removeInbox(user, account) {
      flush();
      inboxes.delete(user);
      entries.settle(account);
      const rows = dropInboxEntries.all(account) as unknown as RemovedRow[];
      dropInbox.run(account);
      release(rows, account, 0);
    },

    settle: (account) => entries.settle(account),

    removeEntries(account, sequences, now) {
      entries.settle(account);
      const rows: RemovedRow[] = [];
      let octets = 0;
      let undelivered = 0;
      for (const sequence of sequences) {
        const row = dropEntry.get(account, sequence) as RemovedRow | undefined;
        if (!row) continue;
        octets += row.octets;
        if (row.state === UNDELIVERED) undelivered += row.octets;
        rows.push(row);
      }
      release(rows, undefined, now);
      // By the row: retention does not know the name, and the counters kept here are read again.
      flush();
      reduceInbox.run(octets, undelivered, account);
      inboxes.clear();
    },

    flush,
    merge() {
      duplicates.merge();
      entries.merge();
    },
    reread() {
      inboxes.clear();
      // An import gives ids to messages, too.
      duplicates.forget();
      entries.forget();
    },
    forget() {
      inboxes.clear();
      changed.clear();
      duplicates.forget();
      entries.forget();
    },
  };
}
