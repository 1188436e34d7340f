// What a kill leaves of file and log, at moments that are hard to hit by chance.

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Database } from '../../../../main/store/file/database.ts';
import { isForeignLog } from '../../../../main/store/file/write-ahead-log.ts';

let folder: string;
const open: Database[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-log-'));
});
afterEach(() => {
  for (const db of open.splice(0)) db.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A store in use, with all that it has written still in its log. */
const inUse = (name: string): { db: Database; path: string } => {
  const path = join(folder, name);
  const db = new Database(path);
  open.push(db);
  return { db, path };
};

/** File and log as they are on the disk now: what a program that is killed leaves. */
const killed = (path: string, as: string): string => {
  const copy = join(folder, as);
  for (const end of ['', '-wal']) copyFileSync(path + end, copy + end);
  return copy;
};

test('a kill between the first writing back of the log and its next turn loses nothing', () => {
  const { db, path } = inUse('one.db');
  db.exec('CREATE TABLE kept (words TEXT)');
  db.exec("INSERT INTO kept VALUES ('what was promised')");
  // From now on the file has the number of this store, and the log still begins before that was given.
  db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  const after = Database.open(killed(path, 'after.db'));
  open.push(after.db);
  expect(after.db.get('SELECT words FROM kept')).toEqual({ words: 'what was promised' });
});

test('the log of another store is told apart from its first turn on', () => {
  const [one, other] = [inUse('one.db'), inUse('other.db')];
  for (const { db } of [one, other]) db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  const path = killed(one.path, 'after.db');
  expect(isForeignLog(path, `${path}-wal`)).toBe(false);
  copyFileSync(`${other.path}-wal`, `${path}-wal`);
  expect(isForeignLog(path, `${path}-wal`)).toBe(true);
});
