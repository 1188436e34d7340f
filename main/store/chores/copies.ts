// Copies of the whole history, made on this computer while nothing else is asked of the store: the way back when
// the file is damaged.

import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ImppError } from '../../../shared/errors.ts';
import type { StoredCopy } from '../../../shared/model.ts';
import { Database } from '../file/database.ts';

/** How many are kept: the newest may have been made after something went wrong. */
const KEPT = 2;
/** A damaged file that was put beside is kept so long: milliseconds. */
const DAMAGED_KEPT = 30 * 24 * 3_600_000;
const STAMP = '(\\d{4}-\\d\\d-\\d\\d)T(\\d\\d)-(\\d\\d)-(\\d\\d)';
const DAMAGED = new RegExp(`\\.damaged-${STAMP}`);
const NAME = new RegExp(`^parley-${STAMP}\\.db$`);

/** Where the copies of a store lie. */
export const copiesOf = (path: string): string => join(dirname(path), 'copies');

/** A time as part of a name that every file system takes. */
export const stampAt = (now: number): string => new Date(now).toISOString().slice(0, 19).replaceAll(':', '-');

const timeIn = (name: string, pattern: RegExp): number => {
  const [, day, hours, minutes, seconds] = pattern.exec(name) ?? [];
  return Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
};

/** The copies that there are, newest first. */
export const listCopies = (path: string): StoredCopy[] => {
  const folder = copiesOf(path);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name): StoredCopy[] => {
      const at = timeIn(name, NAME);
      return Number.isNaN(at) ? [] : [{ name, at, size: statSync(join(folder, name)).size }];
    })
    .sort((a, b) => b.at - a.at);
};

/** Throws `store-damaged` with SQLite's own words if anything in the file makes no sense. */
export const requireSound = (db: Database): void => {
  const first = db.get<{ quick_check: string }>('PRAGMA quick_check(1)')?.quick_check;
  if (first !== 'ok') throw new ImppError('store-damaged', first ?? 'nothing can be read');
};

const syncFolder = (folder: string): void => {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
};

export const copyChores = {
  /** Reads the whole file. Throws `store-damaged`. */
  check(path: string): null {
    const db = new Database(path, 'reader');
    try {
      requireSound(db);
      return null;
    } finally {
      db.close();
    }
  },

  /** Checks the whole file, then makes a copy of it and keeps the newest ones. Throws `store-damaged`. */
  copy(path: string, now: number): StoredCopy {
    const folder = copiesOf(path);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const unfinished = join(folder, 'unfinished');
    rmSync(unfinished, { force: true });
    const db = new Database(path, 'reader');
    try {
      requireSound(db);
      // SQLite writes into an empty file, which nobody else may read from the start.
      closeSync(openSync(unfinished, 'wx', 0o600));
      // It writes nothing here, and yet is not let by one that may only ask.
      db.exec('PRAGMA query_only = OFF');
      db.run('VACUUM INTO ?', unfinished);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    } finally {
      db.close();
    }
    chmodSync(unfinished, 0o600);
    const handle = openSync(unfinished, 'r+');
    fsyncSync(handle);
    closeSync(handle);
    const name = `parley-${stampAt(now)}.db`;
    renameSync(unfinished, join(folder, name));
    if (process.platform !== 'win32') syncFolder(folder);
    const copies = listCopies(path);
    for (const { name: old } of copies.slice(KEPT)) rmSync(join(folder, old), { force: true });
    for (const old of readdirSync(dirname(path))) {
      if (now - timeIn(old, DAMAGED) > DAMAGED_KEPT) rmSync(join(dirname(path), old), { force: true });
    }
    return { name, at: now, size: statSync(join(folder, name)).size };
  },
};
