import { randomInt } from 'node:crypto';
import { chmodSync, closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { ImppError } from '../../../shared/errors.ts';
import { INITIAL } from '../migrations/001-initial.ts';
import { OWN_PRESENCE } from '../migrations/002-own-presence.ts';
import { CONVERSATIONS } from '../migrations/003-conversations.ts';
import { NOTICES } from '../migrations/004-notices.ts';
import { NETWORK } from '../migrations/005-network.ts';
import { scrub } from './scrub.ts';
import { reindex } from '../search/keeping.ts';
import { requireSoundLog } from './write-ahead-log.ts';

/** Numbered by position, from 1; a file's `user_version` says how many it has seen. */
const MIGRATIONS = [INITIAL, OWN_PRESENCE, CONVERSATIONS, NOTICES, NETWORK];
/** From this version on the words of all messages are in `search_index`. */
const INDEXED_SINCE = 3;

/** SQLite's primary results: a page that makes no sense, a file that is no database. */
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** KiB of pages in memory: the inner pages of every index of a million messages. */
const CACHE = 65_536;

/** Milliseconds that a lock is waited for: readers and the writer hold one for moments only. */
const BUSY_WAIT = 5000;
/** Emptying the log waits for those who read, and everybody else for that. */
const TRUNCATE_WAIT = 20;
/** Pages in the log after which it is written back: fewer and larger writes than by default. */
const LOG_PAGES = 4000;

/** `store-damaged` where SQLite says that the file makes no sense, else the error as it is. */
export const judged = (error: unknown): unknown => {
  const result = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  if (result !== CORRUPT && result !== NOT_A_DATABASE) return error;
  return new ImppError('store-damaged', error instanceof Error ? error.message : '', { cause: error });
};

/** `reader`: beside the thread that writes, and without a right to. */
type Role = 'writer' | 'reader';

/** The SQLite file of one profile, with its statements prepared once. Used in one thread only. */
export class Database {
  readonly #path: string;
  readonly #db: DatabaseSync;
  #file: number | undefined;
  readonly #statements = new Map<string, StatementSync>();
  /** Messages that are to be in the index of words at the end of the transaction. */
  unindexed: number[] = [];
  /** Something was deleted: it still stands in the write-ahead log. */
  hasDeleted = false;

  /**
   * Opens, or makes, the file, and brings it to the newest schema. Throws `internal-error`, `store-damaged` for a
   * file that is none of ours, or no longer whole, and `store-newer`.
   */
  constructor(path: string, role: Role = 'writer') {
    this.#path = path;
    if (role === 'writer') makeFile(path);
    try {
      this.#db = new DatabaseSync(path, { timeout: BUSY_WAIT, enableForeignKeyConstraints: true });
    } catch (error) {
      throw opening(error);
    }
    try {
      this.#db.exec(`PRAGMA cache_size = -${CACHE}`);
      if (role === 'reader') this.#db.exec('PRAGMA query_only = ON');
      else {
        // What is deleted is overwritten: a message that was deleted is not in the file any more.
        this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
        this.#db.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
        this.#migrate();
      }
    } catch (error) {
      this.#db.close();
      throw opening(error);
    }
  }

  /** Opens the file to write. `wasLeftOpen`: the program before this one did not close it. */
  static open(path: string): { db: Database; wasLeftOpen: boolean } {
    const log = `${path}-wal`;
    const wasLeftOpen = existsSync(log) && statSync(log).size > 0;
    if (wasLeftOpen) requireSoundLog(path, log);
    return { db: new Database(path), wasLeftOpen };
  }

  #migrate(): void {
    const version = this.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
    if (version > MIGRATIONS.length) throw new ImppError('store-newer', 'a newer Parley has written it');
    for (let number = version; number < MIGRATIONS.length; number++) {
      this.#db.exec(`BEGIN; ${MIGRATIONS[number]}; PRAGMA user_version = ${number + 1}`);
      if (number + 1 === INDEXED_SINCE) {
        reindex(this);
        // Each store has its own number, so that the log of another is not taken for its own.
        this.#db.exec(`PRAGMA application_id = ${randomInt(1, 2 ** 31)}`);
      }
      this.#db.exec('COMMIT');
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Gives the rowid of what was inserted and the number of rows that changed. */
  run(sql: string, ...values: SQLInputValue[]): { id: number; changes: number } {
    const result = this.#prepared(sql).run(...values);
    return { id: Number(result.lastInsertRowid), changes: Number(result.changes) };
  }

  /** The caller vouches for the shape of the row: it wrote the SQL. */
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[];
  }

  /** Row by row, for what may be more than memory holds. Not to be begun again before its end. */
  each<Row>(sql: string, ...values: SQLInputValue[]): IterableIterator<Row> {
    return this.#prepared(sql).iterate(...values) as IterableIterator<Row>;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /**
   * Empties the write-ahead log once something was deleted, outside of a transaction. Gives whether it still has to
   * be done: someone else is reading.
   */
  truncateLog(): boolean {
    if (!this.hasDeleted) return false;
    this.#db.exec(`PRAGMA busy_timeout = ${TRUNCATE_WAIT}`);
    const { busy } = this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
    this.#db.exec(`PRAGMA busy_timeout = ${BUSY_WAIT}`);
    this.hasDeleted = busy !== 0;
    return this.hasDeleted;
  }

  /**
   * Overwrites what deleted rows have left in the file, a portion at a time; gives where the next portion begins,
   * undefined at the end.
   */
  scrub(from: number): number | undefined {
    const pageSize = this.get<{ page_size: number }>('PRAGMA page_size')?.page_size ?? 4096;
    // Pages in memory would bring it back.
    if (from === 0) this.#db.exec('PRAGMA shrink_memory');
    // Kept open: to close any handle of the file would take this process's locks off it.
    this.#file ??= openSync(this.#path, 'r+');
    return scrub(this.#file, pageSize, from);
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
    if (this.#file !== undefined) closeSync(this.#file);
  }
}

const opening = (error: unknown): ImppError => {
  const cause = judged(error);
  return cause instanceof ImppError
    ? cause
    : new ImppError('internal-error', 'the store cannot be opened', { cause });
};

/** Removes a file of SQLite with all that belongs to it. */
export const removeStore = (path: string): void => {
  for (const file of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]) rmSync(file, { force: true });
};

/**
 * Makes the file if there is none, whole or not at all: one without content has lost it. Nobody else may read it;
 * SQLite gives its other files the same permissions.
 */
const makeFile = (path: string): void => {
  if (existsSync(path)) {
    if (statSync(path).size === 0) throw new ImppError('store-damaged', 'the file is empty');
    for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, 0o600);
    return;
  }
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  closeSync(openSync(fresh, 'wx', 0o600));
  const db = new DatabaseSync(fresh);
  db.exec(`PRAGMA journal_mode = WAL; BEGIN; ${MIGRATIONS[0]}; PRAGMA user_version = 1; COMMIT`);
  db.close();
  renameSync(fresh, path);
};
