import type { Conversation } from '../../shared/model.ts';
import type { Database } from './database.ts';
import { MESSAGE_COLUMNS, type MessageRow, readMessage } from './message-rows.ts';

interface Row {
  id: number;
  account: string;
  peer: string;
  draft: string;
  unread: number;
  last_message: number | null;
}

const SELECT =
  'SELECT c.id, a.url AS account, c.peer, c.draft, c.unread, c.last_message FROM conversations c JOIN accounts a ON a.id = c.account';

const read = (db: Database, row: Row): Conversation => {
  const last =
    row.last_message === null
      ? undefined
      : db.get<MessageRow>(`${MESSAGE_COLUMNS} WHERE m.id = ?`, row.last_message);
  return {
    account: row.account,
    peer: row.peer,
    unread: row.unread,
    draft: row.draft,
    isPinned: false,
    isArchived: false,
    isRequest: false,
    ...(last === undefined ? {} : { last: readMessage(last) }),
  };
};

const findConversation = (db: Database, account: number, peer: string): number | undefined =>
  db.get<{ id: number }>('SELECT id FROM conversations WHERE account = ? AND peer = ?', account, peer)?.id;

/** The row of the conversation, made if it is not there. */
export const conversationOf = (db: Database, account: number, peer: string): number =>
  findConversation(db, account, peer) ??
  db.run('INSERT INTO conversations (account, peer) VALUES (?, ?)', account, peer).id;

export const readConversation = (db: Database, id: number): Conversation => {
  const row = db.get<Row>(`${SELECT} WHERE c.id = ?`, id);
  if (row === undefined) throw new Error('a conversation that was just touched is not there');
  return read(db, row);
};

/** Finds the last message anew, after one came or went. */
export const settleLast = (db: Database, conversation: number): void => {
  db.run(
    `UPDATE conversations SET last_message =
       (SELECT id FROM messages WHERE conversation = ?1 ORDER BY at DESC, id DESC LIMIT 1) WHERE id = ?1`,
    conversation,
  );
};

export const conversationOperations = {
  listConversations: (db: Database): Conversation[] =>
    db.all<Row>(`${SELECT} WHERE a.is_gone = 0 ORDER BY c.id`).map((row) => read(db, row)),

  /** Marks all that is in it as read; undefined where there is nothing to read. */
  markRead(db: Database, account: number, peer: string): Conversation | undefined {
    const id = findConversation(db, account, peer);
    if (id === undefined) return undefined;
    db.run(
      `UPDATE conversations SET unread = 0,
         last_read = coalesce((SELECT max(id) FROM messages WHERE conversation = ?1), 0) WHERE id = ?1`,
      id,
    );
    return readConversation(db, id);
  },

  /** Keeps what is typed but not sent; undefined where nothing is typed and nothing was ever written. */
  keepDraft(db: Database, account: number, peer: string, text: string): Conversation | undefined {
    if (text === '' && findConversation(db, account, peer) === undefined) return undefined;
    const id = conversationOf(db, account, peer);
    db.run('UPDATE conversations SET draft = ? WHERE id = ?', text, id);
    return readConversation(db, id);
  },
};
