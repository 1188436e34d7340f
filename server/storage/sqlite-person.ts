// One account out of the store, as it is at one moment whoever is at work on it, and into one, all of it or nothing. Past
// the calls of storage.ts, because both are one transaction over everything that the account holds.

import type { DatabaseSync } from 'node:sqlite';

import { ImppError } from '../../shared/errors.ts';
import { PIECE, WHOLE_BODY } from '../../shared/impp/limits.ts';
import { copyOf, noSuchAccount, octetsOf } from './rules.ts';
import { RESTORE_STEP } from './sqlite-backup.ts';
import { openDatabase } from './sqlite-database.ts';
import { COPY, DELIVERED, UNDELIVERED } from './sqlite-entries.ts';
import { createOperations } from './sqlite-operations.ts';
import type { StoredAccount, StoredMessage } from './storage.ts';

export interface PersonDocument {
  readonly name: string;
  readonly revision: number;
  readonly type: string;
  readonly body: Uint8Array;
}

/** A permanent presence object. */
export interface PersonPresence {
  readonly view: string;
  readonly type: string;
  readonly body: Uint8Array;
}

/** `waiting`: no device has it yet; `sent`: the copy of what the account itself has sent. */
export type EntryState = 'waiting' | 'delivered' | 'sent';

/** An entry of the inbox without its body. */
export interface PersonEntry extends Omit<StoredMessage, 'body' | 'large'> {
  readonly sequence: number;
  readonly state: EntryState;
  /** Of the body. */
  readonly octets: number;
}

/** What an account holds, as it was at one moment; to be closed. */
export interface PersonSnapshot {
  readonly account: StoredAccount;
  readonly documents: readonly PersonDocument[];
  readonly presence: readonly PersonPresence[];
  /** In their order. */
  entries(): Iterable<PersonEntry>;
  /** Piece by piece. */
  body(sequence: number): Iterable<Uint8Array>;
  close(): void;
}

interface EntryRow {
  origin: string;
  target: string;
  message_id: string;
  fields: string | null;
  type: string;
  received: number;
  expires: number | null;
  octets: number;
}

const STATES: readonly EntryState[] = ['waiting', 'delivered', 'sent'];

/** Reads the account `user` of the store in the file `path`. @throws target-unknown, internal-error */
export function readPerson(path: string, user: string): PersonSnapshot {
  const db = openDatabase(path);
  try {
    // All that is read from here on is of the moment of the first reading, and no writer waits.
    db.exec('BEGIN');
    const { cold } = createOperations(db);
    const account = cold.getAccount(user);
    if (account === undefined) throw noSuchAccount(user);
    const { id } = db.prepare('SELECT id FROM account WHERE user = ?').get(user) as { id: number };
    const places = placesOf(db, id);
    const readHead = db.prepare(
      `SELECT origin, target, message_id, fields, m.type, received, expires,
         coalesce(l.octets, length(m.body)) AS octets
       FROM message m LEFT JOIN body l ON l.id = m.body_id WHERE m.id = ?`,
    );
    return {
      account,
      documents: db
        .prepare(
          'SELECT name, revision, type, body FROM document WHERE account = ? AND body IS NOT NULL ORDER BY name',
        )
        .all(id) as unknown as PersonDocument[],
      presence: cold
        .permanentPresence(user)
        .filter(({ type }) => type !== '')
        .map(({ view, type, body }) => ({ view, type, body })),
      *entries() {
        for (const [sequence, { message, state }] of places) {
          const row = readHead.get(message) as unknown as EntryRow;
          yield entryOf(row, sequence, STATES[state] ?? 'delivered');
        }
      },
      body: (sequence) => bodyOf(db, places.get(sequence)?.message ?? 0),
      close() {
        db.exec('ROLLBACK');
        db.close();
      },
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

const entryOf = (row: EntryRow, sequence: number, state: EntryState): PersonEntry => ({
  sequence,
  state,
  origin: row.origin,
  target: row.target,
  messageId: row.message_id,
  fields: row.fields === null ? [] : (JSON.parse(row.fields) as string[]),
  contentType: row.type,
  received: row.received,
  ...(row.expires === null ? {} : { expires: row.expires }),
  octets: row.octets,
});

interface Place {
  readonly message: number;
  readonly state: number;
}

/** The entries of an account, in their order: those in the table, and those that sqlite-entries.ts still has in memory. */
function placesOf(db: DatabaseSync, account: number): Map<number, Place> {
  const places = new Map<number, Place>();
  const enter = (sequence: number, message: number, state: number): void => {
    places.set(sequence, { message, state: Math.max(state, places.get(sequence)?.state ?? UNDELIVERED) });
  };
  const inTable = db.prepare(
    `SELECT key & 2147483647 AS sequence, message, state FROM entry
     WHERE key > (?1 << 31) AND key <= (?1 << 31 | 2147483647)`,
  );
  for (const row of inTable.all(account) as unknown as (Place & { sequence: number })[])
    enter(row.sequence, row.message, row.state);
  const later = db.prepare(
    `SELECT id, entry_key & 2147483647 AS sequence, copy_key & 2147483647 AS copySequence,
       entry_key >> 31 = ?1 AND was_delivered IS NULL AS isEntry, copy_key >> 31 = ?1 AS isCopy,
       EXISTS (SELECT 1 FROM delivered WHERE account = ?1 AND sequence = entry_key & 2147483647) AS isDelivered
     FROM message WHERE id > (SELECT entries FROM merged) AND (entry_key >> 31 = ?1 OR copy_key >> 31 = ?1)`,
  );
  for (const row of later.all(account) as unknown as {
    id: number;
    sequence: number;
    copySequence: number;
    isEntry: number;
    isCopy: number | null;
    isDelivered: number;
  }[]) {
    if (row.isEntry) enter(row.sequence, row.id, row.isDelivered ? DELIVERED : UNDELIVERED);
    if (row.isCopy) enter(row.copySequence, row.id, COPY);
  }
  return new Map([...places].sort(([one], [other]) => one - other));
}

function* bodyOf(db: DatabaseSync, message: number): Iterable<Uint8Array> {
  const row = db.prepare('SELECT body, body_id AS id FROM message WHERE id = ?').get(message) as
    | { body: Uint8Array; id: number | null }
    | undefined;
  if (row === undefined) return;
  if (row.id === null) yield row.body;
  else {
    const pieces = db.prepare(
      'SELECT octets FROM piece WHERE key >= ?1 << 20 AND key < (?1 + 1) << 20 ORDER BY key',
    );
    for (const { octets } of pieces.iterate(row.id) as Iterable<{ octets: Uint8Array }>) yield octets;
  }
}

/** What `enterPerson` puts in, in this order: the account, then what it holds; entries in their order. */
export interface Entering {
  /** @throws conflict if the name is taken or reserved */
  account(account: StoredAccount): void;
  document(document: PersonDocument): void;
  presence(object: PersonPresence): void;
  entry(entry: PersonEntry, body: Uint8Array): void;
}

/**
 * Puts an account into the store in the file `path`, beside a server that runs or not: what `work` enters is there
 * when it has ended, and nothing of it if it throws.
 */
export async function enterPerson(path: string, work: (into: Entering) => Promise<void>): Promise<void> {
  const db = openDatabase(path);
  try {
    // From the first moment, since what is read here may not change before it is written.
    db.exec('BEGIN IMMEDIATE');
    try {
      const operations = createOperations(db);
      const { inboxes } = operations;
      const into = entering(db, operations);
      await work(into);
      into.end();
      inboxes.merge();
      inboxes.flush();
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  } finally {
    db.close();
  }
}

type Parts = ReturnType<typeof createOperations>;

interface Writing extends Entering {
  /** All is in. */
  end(): void;
}

function entering(db: DatabaseSync, { cold, inboxes, bodies }: Parts): Writing {
  let user = '';
  let id = 0;
  let last = 0;
  const revise = db.prepare('UPDATE document SET revision = ? WHERE account = ? AND name = ?');
  const raiseFloor = db.prepare('UPDATE account SET revision_floor = max(revision_floor, ?) WHERE id = ?');

  const enterLarge = (body: Uint8Array): number => {
    const large = bodies.begin(body.length);
    for (let at = 0, number = 0; at < body.length; at += PIECE, number += 1)
      bodies.addPiece(large, number, copyOf(body.subarray(at, at + PIECE)));
    return large;
  };

  return {
    account(account) {
      cold.createAccount(account);
      ({ user } = account);
      ({ id } = db.prepare('SELECT id FROM account WHERE user = ?').get(user) as { id: number });
      raiseFloor.run(RESTORE_STEP, id);
    },
    document({ name, revision, type, body }) {
      cold.setDocument(user, name, { type, body }, { limit: Number.POSITIVE_INFINITY });
      revise.run(revision + RESTORE_STEP, id, name);
      raiseFloor.run(revision + RESTORE_STEP, id);
    },
    presence({ view, type, body }) {
      const changedAt = Date.now() * 1000;
      cold.putPresence({ user, publisher: '', device: '', view, type, body, changedAt });
    },
    entry({ sequence, state, fields, ...message }, body) {
      // An inbox from which some have gone keeps the places of the others.
      inboxes.moveTo(user, sequence - 1);
      last = sequence;
      const isLarge = body.length > WHOLE_BODY;
      const isCopy = state === 'sent';
      const { isDuplicate } = inboxes.append(
        {
          ...message,
          type: message.contentType,
          fields: fields.length === 0 ? null : JSON.stringify(fields),
          expires: message.expires ?? null,
          octets: octetsOf({ body, fields }),
          body: isLarge ? new Uint8Array() : body,
          bodyId: isLarge ? enterLarge(body) : null,
        },
        isCopy ? null : user,
        isCopy ? user : null,
        Number.POSITIVE_INFINITY,
      );
      if (isDuplicate) throw new ImppError('bad-request', `The message ${message.messageId} is there twice.`);
      if (state === 'delivered') inboxes.setDelivered(user, sequence);
    },
    end() {
      // As after a restored backup: what comes here has a place behind all that devices may have seen elsewhere.
      inboxes.moveTo(user, last + RESTORE_STEP);
    },
  };
}
