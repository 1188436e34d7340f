// What the person deleted on this computer: gone from rows, index and file, and not to come back from a gap.

import { createHash } from 'node:crypto';
import type { Database } from '../file/database.ts';
import { cutOut, mergeIndex, unindex } from '../search/keeping.ts';

/** 48 bits say which one it was to who has it, and nothing to who has not. */
const hashOf = (text: string): number => createHash('sha256').update(text).digest().readUIntBE(0, 6);

const hashOfPeer = (peer: string): number => hashOf(`peer ${peer}`);
const hashOfMessage = (peer: string, messageId: string): number => hashOf(`message ${peer} ${messageId}`);

/**
 * What was deleted still stands in the log, in free space and in copies: until that is settled, the store remembers
 * that it has to be, over an end of the program, too.
 */
export const noteDeletion = (db: Database): void => {
  db.hasDeleted = true;
  db.run(`INSERT INTO settings (name, value) VALUES ('forgetting', '1')
     ON CONFLICT (name) DO UPDATE SET value = value + 1`);
};

const remember = (db: Database, account: number, hash: number, through: number): void => {
  db.run(
    `INSERT INTO deleted (account, hash, through) VALUES (?, ?, ?)
     ON CONFLICT (account, hash) DO UPDATE SET through = max(through, excluded.through)`,
    account,
    hash,
    through,
  );
};

/** Any sequence there can be. */
const FOR_EVER = Number.MAX_SAFE_INTEGER;

/** A message that was deleted, or whose conversation was with all that the domain had of it then. */
export const wasDeleted = (
  db: Database,
  account: number,
  peer: string,
  messageId: string,
  sequence: number | undefined,
): boolean =>
  db.get(
    'SELECT 1 FROM deleted WHERE account = ?1 AND (hash = ?2 OR (hash = ?3 AND through >= ?4))',
    account,
    hashOfMessage(peer, messageId),
    hashOfPeer(peer),
    sequence ?? FOR_EVER,
  ) !== undefined;

/** Deletes one message with everything that was said of it. */
export const eraseMessage = (db: Database, id: number): void => {
  const row = db.get<{ account: number; conversation: number; peer: string; message_id: string }>(
    `SELECT m.account, m.conversation, c.peer, m.message_id FROM messages m
       JOIN conversations c ON c.id = m.conversation WHERE m.id = ?`,
    id,
  );
  if (row === undefined) return;
  unindex(db, id);
  const effects = db.all<{ message_id: string }>(
    'SELECT message_id FROM effects WHERE conversation = ? AND target = ?',
    row.conversation,
    row.message_id,
  );
  for (const { message_id } of [row, ...effects])
    remember(db, row.account, hashOfMessage(row.peer, message_id), FOR_EVER);
  db.run('DELETE FROM effects WHERE conversation = ? AND target = ?', row.conversation, row.message_id);
  db.run('DELETE FROM messages WHERE id = ?', id);
  noteDeletion(db);
};

/** The conversation is no longer there; `sweep` deletes what it held. */
export const dropConversation = (db: Database, account: number, peer: string): void => {
  const position =
    db.get<{ inbox_position: number }>('SELECT inbox_position FROM accounts WHERE id = ?', account)
      ?.inbox_position ?? 0;
  remember(db, account, hashOfPeer(peer), position);
  const unsent = db.all<{ message_id: string }>(
    `SELECT m.message_id FROM messages m JOIN conversations c ON c.id = m.conversation
     WHERE c.account = ? AND c.peer = ? AND m.sequence IS NULL`,
    account,
    peer,
  );
  // Their place in the inbox is not known, and may come after what is here.
  for (const { message_id } of unsent) remember(db, account, hashOfMessage(peer, message_id), FOR_EVER);
  db.run('DELETE FROM outbox WHERE account = ? AND peer = ?', account, peer);
  db.run(
    `UPDATE conversations SET is_gone = 1, peer = ' ' || id, draft = '', last_message = NULL, unread = 0
     WHERE account = ? AND peer = ?`,
    account,
    peer,
  );
};

const gone = 'SELECT id FROM conversations WHERE is_gone = 1';

/** What the sweep has come to, over an end of the program: `rows` are being deleted, then the index is written anew. */
const stateOf = (db: Database): string | undefined =>
  db.get<{ value: string }>(`SELECT value FROM settings WHERE name = 'sweeping'`)?.value;

const setState = (db: Database, state: 'rows' | 'merging' | undefined): void => {
  if (state === undefined) db.run(`DELETE FROM settings WHERE name = 'sweeping'`);
  else
    db.run(
      `INSERT INTO settings (name, value) VALUES ('sweeping', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      state,
    );
};

const sweepMessages = (db: Database, limit: number): boolean => {
  const ids = db.all<{ id: number }>(
    `SELECT id FROM messages WHERE conversation IN (${gone}) LIMIT ?`,
    limit,
  );
  if (ids.length > 0 && stateOf(db) !== 'rows') {
    setState(db, 'rows');
    cutOut(db, false);
  }
  for (const { id } of ids) {
    unindex(db, id);
    db.run('DELETE FROM messages WHERE id = ?', id);
  }
  return ids.length === limit;
};

/** Writes the index anew behind the rows that were deleted, a portion at a time; gives whether there is more. */
const sweepIndex = (db: Database): boolean => {
  const state = stateOf(db);
  if (state === undefined) return false;
  if (state === 'rows') {
    cutOut(db, true);
    setState(db, 'merging');
    mergeIndex(db, true);
    return true;
  }
  const hasMore = mergeIndex(db, false);
  if (!hasMore) setState(db, undefined);
  return hasMore;
};

/**
 * Deletes at most `limit` messages of conversations that are gone, and at last the words that the index still has of
 * them; gives whether there is more.
 */
export const sweepConversations = (db: Database, limit: number): boolean => {
  if (sweepMessages(db, limit)) return true;
  const { changes } = db.run(
    `DELETE FROM effects WHERE id IN (SELECT id FROM effects WHERE conversation IN (${gone}) LIMIT ?)`,
    limit,
  );
  if (changes === limit) return true;
  const { changes: conversations } = db.run('DELETE FROM conversations WHERE is_gone = 1');
  if (conversations > 0) noteDeletion(db);
  return sweepIndex(db);
};

export const deletionOperations = {
  /** Which deletion was the last that may have left something somewhere; undefined: nothing is left. */
  lastDeletion: (db: Database): string | undefined =>
    db.get<{ value: string }>(`SELECT value FROM settings WHERE name = 'forgetting'`)?.value,

  /** Nothing is left of what was deleted up to `deletion`. */
  forgotten(db: Database, deletion: string): null {
    db.run(`DELETE FROM settings WHERE name = 'forgetting' AND value = ?`, deletion);
    return null;
  },

  /** Empties the log of what was deleted, when the transaction has ended; unless someone is reading just then. */
  emptyLog(db: Database): null {
    db.hasDeleted = true;
    return null;
  },

  /** Overwrites what is left of deleted rows, a portion from `from` on; gives where the next one begins. */
  scrub: (db: Database, from: number): number | undefined => db.scrub(from),
};
