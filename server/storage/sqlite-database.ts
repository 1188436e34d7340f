import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { ImppError } from '../../shared/errors.ts';
import { APPLICATION_ID, DIRECTORY_SINCE, MIGRATIONS } from './migrations.ts';
import { sqliteDirectory } from './sqlite-directory.ts';

/** How long a commit waits for another process (an administrator's command) that is writing. */
const BUSY_TIMEOUT_MS = 10_000;

// Primary result codes of SQLite; the extended ones carry these in their low octet.
const BUSY = 5;
const IOERR = 10;
const CORRUPT = 11;
const NOTADB = 26;

/** SQLite's primary result code, or undefined if the error is not SQLite's. */
export function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

/**
 * Whether nothing that follows on this database can be trusted. After a failed fsync the kernel may have
 * dropped what it could not write and report success the next time, so a retry would promise what is not there.
 */
export function isFatal(error: unknown): boolean {
  const code = resultCode(error);
  return code === IOERR || code === CORRUPT || code === NOTADB;
}

export const isBusy = (error: unknown): boolean => resultCode(error) === BUSY;

/**
 * Opens (or makes) the file and brings it to the present schema.
 * @throws ImppError internal-error with a sentence for the operator
 */
export function openDatabase(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    // Made here, so that verifiers and messages are the owner's alone; WAL and index follow the file's mode.
    closeSync(openSync(path, 'a', 0o600));
    db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    // FULL: in WAL mode each commit is on the disk before it returns [IMPP 8: would survive a power cut].
    // A checkpoint stalls the commit it falls into: often enough to be short, seldom enough that pages which many
    // commits touch are written once.
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 2000;
      PRAGMA journal_size_limit = 67108864;
      PRAGMA cache_size = -65536;
      PRAGMA temp_store = MEMORY;
    `);
    migrate(db, path);
    return db;
  } catch (error) {
    db?.close();
    throw explain(error, path);
  }
}

function migrate(db: DatabaseSync, path: string): void {
  // IMMEDIATE: of two processes that start at once, the second finds the work done.
  db.exec('BEGIN IMMEDIATE');
  try {
    const version = numberOf(db, 'user_version');
    const application = numberOf(db, 'application_id');
    const isForeign =
      application === 0
        ? db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined
        : application !== APPLICATION_ID;
    if (isForeign)
      throw unusable(`${path} is a database of another program; give parleyd a file of its own.`);
    refuseNewer(version, path);
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    if (version > 0 && version < DIRECTORY_SINCE) sqliteDirectory(db).rebuild();
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length}; PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** @throws ImppError internal-error for a file whose schema this program does not know */
export function refuseNewer(version: number, path: string): void {
  if (version <= MIGRATIONS.length) return;
  throw unusable(
    `${path} was written by a newer parleyd (schema ${version}, this one knows ${MIGRATIONS.length}); upgrade parleyd or restore a backup.`,
  );
}

export function numberOf(db: DatabaseSync, pragma: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0] ?? 0);
}

const unusable = (reason: string, cause?: unknown): ImppError =>
  new ImppError('internal-error', reason, { cause });

function explain(error: unknown, path: string): ImppError {
  if (error instanceof ImppError) return error;
  const code = resultCode(error);
  if (code === NOTADB || code === CORRUPT) {
    return unusable(`${path} is damaged or not a database; restore it from a backup.`, error);
  }
  if (code === BUSY) return unusable(`${path} is locked by another program.`, error);
  const reason = error instanceof Error ? error.message : String(error);
  return unusable(`${path} cannot be opened: ${reason}.`, error);
}
