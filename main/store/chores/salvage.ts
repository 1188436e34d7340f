// What can still be read of a damaged file: row by row, past what fails.

import { copyFileSync, openSync, closeSync, readSync, statSync, writeSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Database } from '../file/database.ts';

/** Parents first. What is worked out from the rest (the index of words) is not read but made anew. */
const TABLES = [
  'settings',
  'accounts',
  'account_values',
  'contacts',
  'contact_edits',
  'conversations',
  'conversation_edits',
  'messages',
  'bodies',
  'effects',
  'steps',
  'outbox',
  'gaps',
  'losses',
  'deleted',
] as const;

/** Numbered rows asked for at a time; a part that fails is halved until only the rows that are lost are left out. */
const PORTION = 1024;
/** Where even the highest number cannot be read. */
const MOST_ROWS = 4_000_000;

type Row = Record<string, SQLInputValue>;

/** `undefined` where SQLite cannot read it: here alone a failure is no end. */
const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

const columnsOf = (db: DatabaseSync, table: string): string[] =>
  db
    .prepare(`PRAGMA table_info(${table})`)
    .all()
    .map(({ name }) => String(name));

/** Rows numbered `first` to `last`, without those that cannot be read. */
function* readable(db: DatabaseSync, table: string, first: number, last: number): Generator<Row> {
  const rows = attempt(
    () =>
      db
        .prepare(`SELECT rowid AS "rowid ", * FROM ${table} WHERE rowid BETWEEN ? AND ?`)
        .all(first, last) as Row[],
  );
  if (rows !== undefined) yield* rows;
  else if (first < last) {
    const middle = Math.floor((first + last) / 2);
    yield* readable(db, table, first, middle);
    yield* readable(db, table, middle + 1, last);
  }
}

const highest = (db: DatabaseSync, table: string): number => {
  const max = attempt(() => db.prepare(`SELECT max(rowid) AS max FROM ${table}`).get()?.['max']);
  if (max === null) return 0;
  const given =
    max ?? attempt(() => db.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?').get(table)?.['seq']);
  return typeof given === 'number' ? given : MOST_ROWS;
};

/** The rows of a table without numbers: from both ends, up to where it breaks. */
function* fromBothEnds(db: DatabaseSync, table: string): Generator<Row> {
  for (const direction of ['ASC', 'DESC']) {
    const rows = attempt(() =>
      db.prepare(`SELECT * FROM ${table} ORDER BY 1 ${direction}, 2 ${direction}`).iterate(),
    );
    for (;;) {
      const next = attempt(() => rows?.next());
      if (next === undefined || next.done) break;
      yield next.value as Row;
    }
  }
}

function* rowsOf(db: DatabaseSync, table: string): Generator<Row> {
  const isNumbered = attempt(() => db.prepare(`SELECT rowid FROM ${table} LIMIT 0`).all()) !== undefined;
  if (!isNumbered) {
    yield* fromBothEnds(db, table);
    return;
  }
  const end = highest(db, table);
  for (let first = 1; first <= end; first += PORTION) yield* readable(db, table, first, first + PORTION - 1);
}

const copyTable = (from: DatabaseSync, to: Database, fresh: DatabaseSync, table: string): void => {
  const known = new Set(attempt(() => columnsOf(from, table)) ?? []);
  const columns = columnsOf(fresh, table).filter((column) => known.has(column));
  if (columns.length === 0) return;
  const sql = `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  for (const row of rowsOf(from, table)) {
    // A row whose content makes no sense any more breaks the schema's rules.
    attempt(() => to.run(sql, ...columns.map((column) => row[column] ?? null)));
  }
};

/** The first hundred octets of a file that is otherwise whole, as they must have been [https://sqlite.org/fileformat2.html]. */
const repairHead = (path: string, model: string): void => {
  const head = Buffer.alloc(100);
  const good = openSync(model, 'r');
  readSync(good, head, 0, head.length, 0);
  closeSync(good);
  const pageSize = head.readUInt16BE(16);
  head.writeUInt32BE(Math.floor(statSync(path).size / pageSize), 28);
  // What the list of free pages was is not known: nothing is free.
  head.writeUInt32BE(0, 32);
  head.writeUInt32BE(0, 36);
  const file = openSync(path, 'r+');
  writeSync(file, head, 0, head.length, 0);
  closeSync(file);
};

const openDamaged = (path: string, scratch: string, model: string): DatabaseSync | undefined => {
  const db = new DatabaseSync(path, { readOnly: true });
  if (attempt(() => db.prepare('SELECT count(*) FROM sqlite_schema').get()) !== undefined) return db;
  db.close();
  copyFileSync(path, scratch);
  repairHead(scratch, model);
  const repaired = new DatabaseSync(scratch);
  if (attempt(() => repaired.prepare('SELECT count(*) FROM sqlite_schema').get()) !== undefined)
    return repaired;
  repaired.close();
  return undefined;
};

/**
 * Takes what can be read of the file `damaged` over into the open, new store `to`, whose file is `path`. `scratch`:
 * a name beside it that may be used.
 */
export const salvage = (damaged: string, to: Database, path: string, scratch: string): void => {
  const from = openDamaged(damaged, scratch, path);
  if (from === undefined) return;
  const fresh = new DatabaseSync(path, { readOnly: true });
  try {
    to.exec('PRAGMA foreign_keys = OFF; BEGIN');
    for (const table of TABLES) copyTable(from, to, fresh, table);
    // What has lost its conversation or its account cannot be shown.
    to.exec(`DELETE FROM conversations WHERE account NOT IN (SELECT id FROM accounts);
      DELETE FROM messages WHERE conversation NOT IN (SELECT id FROM conversations);
      DELETE FROM bodies WHERE message NOT IN (SELECT id FROM messages);
      DELETE FROM effects WHERE conversation NOT IN (SELECT id FROM conversations);
      DELETE FROM steps WHERE message NOT IN (SELECT id FROM messages);
      DELETE FROM outbox WHERE account NOT IN (SELECT id FROM accounts)
        OR message NOT IN (SELECT id FROM messages)
        OR (kind = 'message' AND message NOT IN (SELECT message FROM bodies));`);
    for (const table of [
      'account_values',
      'contacts',
      'contact_edits',
      'conversation_edits',
      'gaps',
      'losses',
      'deleted',
    ])
      to.exec(`DELETE FROM ${table} WHERE account NOT IN (SELECT id FROM accounts)`);
    to.exec('COMMIT; PRAGMA foreign_keys = ON');
  } finally {
    from.close();
    fresh.close();
  }
};
