// The index of words as messages come, change and go. Rows of the index are numbered by time and then by message,
// so that the newest are found first without sorting, wherever in history a message was filled in.

import type { FilePart } from '../../../shared/model.ts';
import type { Database } from '../file/database.ts';
import { accountWord, conversationWord, HAS_FILE, MINE, THEIRS } from './filters.ts';
import { prepared } from './words.ts';

/** Bits of a row's number that hold the message's. */
const ID_BITS = 30n;
export const ID_MASK = (1n << ID_BITS) - 1n;
/** Seconds that fit above them: until the year 2242. */
const LATEST = 2 ** 33 - 1;

/** The first row of the index that a message written at `at` (milliseconds) can have. */
export const firstRowAt = (at: number): bigint =>
  BigInt(Math.min(Math.max(Math.floor(at / 1000), 0), LATEST)) << ID_BITS;

interface Row {
  id: number;
  account: number;
  conversation: number;
  is_mine: number;
  at: number;
  text: string;
  files: string;
}

const SELECT = 'SELECT id, account, conversation, is_mine, at, text, files FROM messages WHERE id = ?';

const rowOf = ({ at, id }: Row): bigint => firstRowAt(at) | BigInt(id);

const columnsOf = (row: Row): [words: string, names: string, filters: string] => {
  const files = row.files === '[]' ? [] : (JSON.parse(row.files) as FilePart[]);
  const filters = [
    accountWord(row.account),
    conversationWord(row.conversation),
    row.is_mine === 1 ? MINE : THEIRS,
    ...(files.length > 0 ? [HAS_FILE] : []),
  ].join(' ');
  return [prepared(row.text), prepared(files.map(({ name }) => name).join(' / ')), filters];
};

/** The message is to be found from the end of this transaction on. */
export const index = (db: Database, id: number): void => {
  db.unindexed.push(id);
};

/** Takes the message out, as it is now: to be called before it is changed or deleted. */
export const unindex = (db: Database, id: number): void => {
  flushIndex(db);
  const row = db.get<Row>(SELECT, id);
  if (row === undefined) return;
  db.run(
    `INSERT INTO search_index (search_index, rowid, words, names, filters) VALUES ('delete', ?, ?, ?, ?)`,
    rowOf(row),
    ...columnsOf(row),
  );
};

/** Writes what waits, all at once and in the order of its rows: the index is several times quicker that way. */
export const flushIndex = (db: Database): void => {
  if (db.unindexed.length === 0) return;
  const rows: { row: Row; number: bigint }[] = [];
  for (const id of db.unindexed) {
    // One whose transaction came to nothing is not there.
    const row = db.get<Row>(SELECT, id);
    if (row !== undefined) rows.push({ row, number: rowOf(row) });
  }
  db.unindexed = [];
  rows.sort((a, b) => (a.number < b.number ? -1 : 1));
  for (const { row, number } of rows) {
    db.run(
      'INSERT INTO search_index (rowid, words, names, filters) VALUES (?, ?, ?, ?)',
      number,
      ...columnsOf(row),
    );
  }
};

/** Builds the whole index anew, from the messages. */
export const reindex = (db: Database): void => {
  db.exec(`INSERT INTO search_index (search_index) VALUES ('delete-all')`);
  for (const { id } of db.all<{ id: number }>('SELECT id FROM messages ORDER BY at')) {
    db.unindexed.push(id);
    if (db.unindexed.length === 5000) flushIndex(db);
  }
  flushIndex(db);
};

/**
 * Whether an entry that is taken out is cut out of the index at once. That costs a millisecond for each; many are
 * marked instead, and `mergeIndex` leaves them behind.
 */
export const cutOut = (db: Database, isAtOnce: boolean): void => {
  db.run(`INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', ?)`, isAtOnce ? 1n : 0n);
};

/** Pages of the index that are written at a time. */
const MERGED = 32n;

const changesOf = (db: Database): number =>
  db.get<{ count: number }>('SELECT total_changes() AS count')?.count ?? 0;

/** Writes a portion of the index anew, without what was only marked; `isFirst` begins. Gives whether there is more. */
export const mergeIndex = (db: Database, isFirst: boolean): boolean => {
  const before = changesOf(db);
  db.run(`INSERT INTO search_index (search_index, rank) VALUES ('merge', ?)`, isFirst ? -MERGED : MERGED);
  // By the documentation of FTS5: less than two changes, and there was nothing to do.
  return changesOf(db) - before >= 2;
};
