import type { Conversation, Place, Settings } from '../../../shared/model.ts';
import type { Database } from '../file/database.ts';
import { MESSAGE_COLUMNS, type MessageRow, readMessage } from '../messages/message-rows.ts';

/**
 * A conversation as the store knows it. Whether it is a request depends on contacts and rules, which the account
 * knows: `isRequest` is false here, and `hasOwn` says whether anything was ever written to that person.
 */
export interface StoredConversation extends Conversation {
  readonly hasOwn: boolean;
  /** The highest Inbox-Sequence that has been read. */
  readonly readSequence: number;
}

export interface ConversationRow {
  id: number;
  account: string;
  peer: string;
  draft: string;
  unread: number;
  last_message: number | null;
  read_sequence: number;
  has_own: number;
  is_pinned: number;
  is_archived: number;
  muted_until: number | null;
  sends_receipts: number | null;
  sends_typing: number | null;
  notifies: Settings['notifies'] | null;
}

const SELECT = `SELECT c.id, a.url AS account, c.peer, c.draft, c.unread, c.last_message, c.read_sequence, c.has_own,
  c.is_pinned, c.is_archived, c.muted_until, c.sends_receipts, c.sends_typing, c.notifies
  FROM conversations c JOIN accounts a ON a.id = c.account`;

/** Rows that only hold a mark, or the settings of somebody who never wrote, are no conversation to show. */
const IS_SHOWN = `(c.last_message IS NOT NULL OR c.draft <> '' OR c.is_pinned = 1)`;

/** How the column says "until changed". */
const UNTIL_CHANGED = -1;

const read = (db: Database, row: ConversationRow): StoredConversation => {
  const last =
    row.last_message === null
      ? undefined
      : db.get<MessageRow>(`${MESSAGE_COLUMNS} WHERE m.id = ?`, row.last_message);
  const firstUnread =
    row.unread === 0
      ? undefined
      : (db.get<{ at: number; ord: number }>(
          `SELECT at, ord FROM messages WHERE conversation = ? AND is_mine = 0 AND is_retracted = 0 AND sequence > ?
           ORDER BY sequence LIMIT 1`,
          row.id,
          row.read_sequence,
        ) ??
        db.get<{ at: number; ord: number }>(
          `SELECT at, ord FROM messages WHERE conversation = ? AND is_new = 1 AND is_retracted = 0
           ORDER BY at, ord LIMIT 1`,
          row.id,
        ));
  return {
    account: row.account,
    peer: row.peer,
    unread: row.unread,
    draft: row.draft,
    isPinned: row.is_pinned === 1,
    isArchived: row.is_archived === 1,
    isRequest: false,
    hasOwn: row.has_own === 1,
    readSequence: row.read_sequence,
    ...(firstUnread === undefined
      ? {}
      : { firstUnread: { at: firstUnread.at, order: firstUnread.ord } satisfies Place }),
    ...(last === undefined ? {} : { last: readMessage(db, last) }),
    ...(row.muted_until === null
      ? {}
      : { mutedUntil: row.muted_until === UNTIL_CHANGED ? ('changed' as const) : row.muted_until }),
    ...(row.sends_receipts === null ? {} : { sendsReceipts: row.sends_receipts === 1 }),
    ...(row.sends_typing === null ? {} : { sendsTyping: row.sends_typing === 1 }),
    ...(row.notifies === null ? {} : { notifies: row.notifies }),
  };
};

export const findConversation = (db: Database, account: number, peer: string): number | undefined =>
  db.get<{ id: number }>('SELECT id FROM conversations WHERE account = ? AND peer = ?', account, peer)?.id;

/** The row of the conversation, made if it is not there. */
export const conversationOf = (db: Database, account: number, peer: string): number =>
  findConversation(db, account, peer) ??
  db.run(
    `INSERT INTO conversations (account, peer, read_sequence)
       VALUES (?1, ?2, coalesce((SELECT read_all FROM accounts WHERE id = ?1), 0))`,
    account,
    peer,
  ).id;

export const readConversation = (db: Database, id: number): StoredConversation => {
  const row = db.get<ConversationRow>(`${SELECT} WHERE c.id = ?`, id);
  if (row === undefined) throw new Error('a conversation that was just touched is not there');
  return read(db, row);
};

/** Finds the last message anew, after one came or went. */
export const settleLast = (db: Database, conversation: number): void => {
  db.run(
    `UPDATE conversations SET last_message =
       (SELECT id FROM messages WHERE conversation = ?1 ORDER BY at DESC, ord DESC LIMIT 1) WHERE id = ?1`,
    conversation,
  );
};

/**
 * Counts anew what is unread: incoming, not retracted, above the mark, or beside the inbox and not seen. As quick as
 * there is little of it.
 */
export const settleUnread = (db: Database, conversation: number): void => {
  db.run(
    `UPDATE conversations SET unread = (SELECT count(*) FROM messages
       WHERE conversation = ?1 AND is_mine = 0 AND is_retracted = 0 AND sequence > conversations.read_sequence)
       + (SELECT count(*) FROM messages WHERE conversation = ?1 AND is_new = 1 AND is_retracted = 0)
     WHERE id = ?1`,
    conversation,
  );
};

/** What came beside the inbox has been read. */
export const readNew = (db: Database, conversation: number): void => {
  db.run('UPDATE messages SET is_new = 0 WHERE conversation = ? AND is_new = 1', conversation);
};

export const conversationOperations = {
  listConversations: (db: Database): StoredConversation[] =>
    db
      .all<ConversationRow>(`${SELECT} WHERE a.is_gone = 0 AND c.is_gone = 0 AND ${IS_SHOWN} ORDER BY c.id`)
      .map((row) => read(db, row)),

  /** Keeps what is typed but not sent; undefined where nothing is typed and nothing was ever written. */
  keepDraft(db: Database, account: number, peer: string, text: string): StoredConversation | undefined {
    if (text === '' && findConversation(db, account, peer) === undefined) return undefined;
    const id = conversationOf(db, account, peer);
    db.run('UPDATE conversations SET draft = ? WHERE id = ?', text, id);
    return readConversation(db, id);
  },
};
