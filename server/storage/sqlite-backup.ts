// The whole store as one file, and back. Of a store in use, too: what is copied is what one moment had.

import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { ImppError } from '../../shared/errors.ts';
import { APPLICATION_ID } from './migrations.ts';
import { DOMAIN_VALUE, refuseOther } from './of-domain.ts';
import { numberOf, openDatabase, refuseNewer } from './sqlite-database.ts';

export interface Contents {
  readonly accounts: number;
  readonly messages: number;
}

/**
 * What people's programs have seen between a backup and its being restored is not in it, and they must not take what is
 * new afterwards for that: places in inboxes and revisions go on so much further up. Nobody gets so many messages
 * between two backups, and an inbox has room for two hundred such steps.
 */
export const RESTORE_STEP = 10_000_000;

/**
 * Copies the store `from`, whoever is writing to it, into the new file `to`, which is there when it is whole, checked
 * and on the disk.
 * @throws ImppError with a sentence for the operator; there is no file `to` then
 */
export function copyStore(from: string, to: string): Contents {
  return intoNew(to, (partial) => {
    vacuumInto(from, partial);
    return check(partial, to);
  });
}

/**
 * Makes the store `to` of the copy `from`, for a server of `domain` to go on with.
 * @throws ImppError with a sentence for the operator; there is no file `to` then
 */
export function restoreStore(from: string, to: string, domain: string): Contents {
  return intoNew(to, (partial) => {
    vacuumInto(from, partial);
    const contents = check(partial, from);
    const db = openDatabase(partial);
    try {
      const held = db.prepare('SELECT value FROM value WHERE name = ?').get(DOMAIN_VALUE);
      if (held?.['value'] instanceof Uint8Array) refuseOther(held['value'], domain, from);
      db.exec(`
        BEGIN;
        UPDATE inbox SET last_sequence = last_sequence + ${RESTORE_STEP};
        UPDATE document SET revision = revision + ${RESTORE_STEP};
        UPDATE account SET revision_floor = revision_floor + ${RESTORE_STEP};
        -- As after a crash: watchers have been told what is not known here.
        DELETE FROM value WHERE name = 'presence-ended-in-order';
        COMMIT;
      `);
    } finally {
      db.close();
    }
    return contents;
  });
}

function intoNew(path: string, write: (partial: string) => Contents): Contents {
  refuseIfThere(path);
  const partial = `${path}.partial`;
  const leftovers = ['', '-wal', '-shm', '-journal'].map((end) => `${partial}${end}`);
  const clear = (): void => {
    for (const file of leftovers) rmSync(file, { force: true });
  };
  try {
    clear();
    // For the owner alone: verifiers and messages are in it.
    closeSync(openSync(partial, 'wx', 0o600));
    const contents = write(partial);
    synchronize(partial);
    refuseIfThere(path);
    renameSync(partial, path);
    synchronize(dirname(path));
    return contents;
  } catch (error) {
    clear();
    if (error instanceof ImppError) throw error;
    throw new ImppError('internal-error', `${path} cannot be written: ${reasonOf(error)}.`, { cause: error });
  }
}

function refuseIfThere(path: string): void {
  const there = [path, `${path}-wal`].find((file) => existsSync(file));
  if (there === undefined) return;
  throw new ImppError('conflict', `${there} is there already, and nothing is written over it.`);
}

/** One reading transaction: nobody who writes waits for it. */
function vacuumInto(from: string, to: string): void {
  if (!existsSync(from)) throw new ImppError('not-found', `There is no file ${from}.`);
  const db = open(from);
  try {
    refuseForeign(db, from);
    db.prepare('VACUUM INTO ?').run(to);
  } catch (error) {
    if (error instanceof ImppError) throw error;
    throw new ImppError('internal-error', `${from} cannot be copied to ${to}: ${reasonOf(error)}.`, {
      cause: error,
    });
  } finally {
    db.close();
  }
}

function open(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
  } catch (error) {
    throw new ImppError('internal-error', `${path} cannot be opened: ${reasonOf(error)}.`, { cause: error });
  }
}

function refuseForeign(db: DatabaseSync, path: string): void {
  let application: number;
  try {
    application = numberOf(db, 'application_id');
  } catch (error) {
    throw new ImppError('internal-error', `${path} is damaged or not a database.`, { cause: error });
  }
  if (application !== APPLICATION_ID)
    throw new ImppError('internal-error', `${path} does not hold a domain of parleyd.`);
  refuseNewer(numberOf(db, 'user_version'), path);
}

/** Reads the copy from its beginning to its end. `name`: what the operator knows it by. */
function check(copy: string, name: string): Contents {
  const db = open(copy);
  try {
    const faults = db.prepare('PRAGMA integrity_check(1)').all();
    const fault = Object.values(faults[0] ?? {})[0];
    if (fault !== 'ok') throw new ImppError('internal-error', `${name} would be damaged: ${String(fault)}.`);
    const count = (sql: string): number => Number(Object.values(db.prepare(sql).get() ?? {})[0]);
    return {
      accounts: count('SELECT count(*) FROM account'),
      messages: count('SELECT count(*) FROM message WHERE body IS NOT NULL'),
    };
  } finally {
    db.close();
  }
}

function synchronize(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
