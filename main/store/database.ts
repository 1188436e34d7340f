import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { ImppError } from '../../shared/errors.ts';
import { INITIAL } from './migrations/001-initial.ts';
import { OWN_PRESENCE } from './migrations/002-own-presence.ts';

/** Numbered by position, from 1; a file's `user_version` says how many it has seen. */
const MIGRATIONS = [INITIAL, OWN_PRESENCE];

/** The SQLite file of one profile, with its statements prepared once. Used in the store's thread only. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens, or makes, the file, and brings it to the newest schema. Throws `internal-error`. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: 2000, enableForeignKeyConstraints: true });
    try {
      // Exclusive: a second program on the same profile would send the same outbox.
      this.#db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      this.#db.exec('BEGIN EXCLUSIVE; COMMIT');
      this.#migrate();
    } catch (error) {
      this.#db.close();
      const isBusy = error instanceof Error && error.message.includes('locked');
      throw new ImppError(
        'internal-error',
        isBusy ? 'another Parley uses this profile' : 'the store cannot be opened',
        { cause: error },
      );
    }
  }

  #migrate(): void {
    const version = this.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
    if (version > MIGRATIONS.length) throw new ImppError('internal-error', 'the store is of a newer Parley');
    for (let number = version; number < MIGRATIONS.length; number++) {
      this.#db.exec(`BEGIN; ${MIGRATIONS[number]}; PRAGMA user_version = ${number + 1}; COMMIT`);
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

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }
}
