// Copies are there against damage, not against deleting: what was deleted leaves them, too.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Database, removeStore } from '../file/database.ts';
import { flushIndex, unindex } from '../search/keeping.ts';
import { copiesOf, listCopies } from './copies.ts';

const GONE_MESSAGES = `SELECT m.id FROM messages m
  LEFT JOIN live.messages l ON l.id = m.id AND l.message_id = m.message_id
  LEFT JOIN live.conversations c ON c.id = l.conversation
  WHERE l.id IS NULL OR c.is_gone = 1 OR (l.is_retracted = 1 AND m.is_retracted = 0)`;
const GONE_EFFECTS = `DELETE FROM effects WHERE id IN (SELECT e.id FROM effects e
  LEFT JOIN live.effects l ON l.id = e.id AND l.message_id = e.message_id
  WHERE l.id IS NULL OR (l.body IS NULL AND e.body IS NOT NULL) OR l.payload <> e.payload)`;
const GONE_REST = `DELETE FROM conversations WHERE id NOT IN (SELECT id FROM live.conversations WHERE is_gone = 0);
  DELETE FROM accounts WHERE id NOT IN (SELECT id FROM live.accounts WHERE is_gone = 0)`;

const forgetIn = (copy: string, path: string): void => {
  const db = new Database(copy);
  try {
    db.run('ATTACH ? AS live', path);
    db.exec('BEGIN');
    for (const { id } of db.all<{ id: number }>(GONE_MESSAGES)) {
      unindex(db, id);
      db.run('DELETE FROM messages WHERE id = ?', id);
    }
    db.exec(`${GONE_EFFECTS}; ${GONE_REST}`);
    flushIndex(db);
    db.exec('COMMIT; DETACH live');
    db.hasDeleted = true;
    db.truncateLog();
    for (let next: number | undefined = 0; next !== undefined; ) next = db.scrub(next);
  } finally {
    db.close();
  }
};

export const forgetChores = {
  /** Takes out of all copies what is no longer in the store at `path`. A copy that cannot be changed goes. */
  forgetInCopies(path: string): null {
    for (const { name } of listCopies(path)) {
      const copy = join(copiesOf(path), name);
      try {
        forgetIn(copy, path);
      } catch {
        removeStore(copy);
      }
      // Beside it nothing is left that a crash would have needed.
      for (const end of ['-wal', '-shm']) rmSync(`${copy}${end}`, { force: true });
    }
    return null;
  },
};
