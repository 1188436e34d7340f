import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ImppError } from '../../../shared/errors.ts';
import { settleLast, settleUnread } from '../conversations/conversations.ts';
import { Database, removeStore } from '../file/database.ts';
import { gapOperations } from '../conversations/gaps.ts';
import { lockProfile } from '../file/lock.ts';
import { reindex } from '../search/keeping.ts';
import { isForeignLog } from '../file/write-ahead-log.ts';
import { copiesOf, listCopies, requireSound, stampAt } from './copies.ts';
import { salvage } from './salvage.ts';

/** Puts the damaged file beside, with what belongs to it; gives its new path, if there was one. */
const setAside = (path: string, now: number): string | undefined => {
  const aside = `${path}.damaged-${stampAt(now)}`;
  // A log of another file would be read over this one if it had its name.
  const log =
    existsSync(`${path}-wal`) && isForeignLog(path, `${path}-wal`) ? `${aside}.log` : `${aside}-wal`;
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, log);
  rmSync(`${path}-shm`, { force: true });
  if (!existsSync(path)) return undefined;
  renameSync(path, aside);
  return aside;
};

const count = (db: Database): number =>
  db.get<{ count: number }>('SELECT count(*) AS count FROM messages')?.count ?? 0;

const goOnWith = (path: string, copy: string): void => {
  const next = `${path}.new`;
  copyFileSync(copy, next);
  const handle = openSync(next, 'r+');
  fsyncSync(handle);
  closeSync(handle);
  renameSync(next, path);
};

/** Makes what is worked out from the rows again, and asks the domain for what may be missing among them. */
const settle = (db: Database): void => {
  db.exec('BEGIN');
  for (const { id } of db.all<{ id: number }>('SELECT id FROM conversations')) {
    settleLast(db, id);
    settleUnread(db, id);
  }
  for (const { id, last } of db.all<{ id: number; last: number }>(
    'SELECT id, inbox_position AS last FROM accounts',
  )) {
    gapOperations.addGap(db, id, { first: 1, last });
  }
  reindex(db);
  db.exec('COMMIT');
};

export const recoverChores = {
  /**
   * Settles a damage while the store is closed: goes on with the copy of that name, or without one with what can
   * still be read. The damaged file is kept beside. Gives the number of messages that are there now. Throws
   * `not-found` for a copy that there is not, `store-damaged` for one that is damaged, too.
   */
  recover(path: string, copy: string | undefined, now: number): { messages: number } {
    const unlock = lockProfile(`${path}.lock`);
    try {
      if (copy !== undefined) {
        if (!listCopies(path).some(({ name }) => name === copy))
          throw new ImppError('not-found', 'there is no such copy');
        const file = join(copiesOf(path), copy);
        const look = new Database(file, 'reader');
        try {
          requireSound(look);
        } finally {
          look.close();
        }
        setAside(path, now);
        goOnWith(path, file);
        const db = new Database(path);
        try {
          return { messages: count(db) };
        } finally {
          db.close();
        }
      }
      return recoverRows(path, setAside(path, now));
    } finally {
      unlock();
    }
  },
};

const recoverRows = (path: string, aside: string | undefined): { messages: number } => {
  const db = new Database(path);
  const scratch = `${path}.salvage`;
  try {
    if (aside !== undefined) {
      salvage(aside, db, path, scratch);
      settle(db);
    }
    return { messages: count(db) };
  } finally {
    db.close();
    removeStore(scratch);
  }
};
