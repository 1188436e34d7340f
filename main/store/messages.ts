import { ImppError } from '../../shared/errors.ts';
import type { Conversation, FilePart, Message, Outcome, Place, Problem } from '../../shared/model.ts';
import { conversationOf, readConversation, settleLast } from './conversations.ts';
import type { Database } from './database.ts';
import { MESSAGE_COLUMNS, type MessageRow, readMessage } from './message-rows.ts';

/** What one write made of a conversation, for the window. */
export interface Written {
  readonly message: Message;
  readonly conversation: Conversation;
}

export interface NewMessage {
  readonly account: number;
  readonly peer: string;
  readonly messageId: string;
  readonly at: number;
  readonly receivedAt: number;
  readonly text: string;
  readonly files: readonly FilePart[];
  readonly body: Uint8Array;
}

/** A message of one's own as it is to be sent. */
export interface Draft extends NewMessage {
  /** The inbox it goes to; mostly `peer` itself. */
  readonly target: string;
}

/** An entry of the inbox as it is to be kept. */
export interface Entry extends NewMessage {
  readonly isMine: boolean;
  readonly outcome: Outcome | undefined;
}

const find = (db: Database, id: number): Message => {
  const row = db.get<MessageRow>(`${MESSAGE_COLUMNS} WHERE m.id = ?`, id);
  if (row === undefined) throw new ImppError('not-found', 'there is no such message');
  return readMessage(row);
};

const conversationIdOf = (db: Database, message: number): number =>
  db.get<{ conversation: number }>('SELECT conversation FROM messages WHERE id = ?', message)?.conversation ??
  0;

const insert = (
  db: Database,
  conversation: number,
  message: NewMessage,
  isMine: boolean,
  outcome: Outcome | undefined,
): number | undefined => {
  const { id, changes } = db.run(
    `INSERT INTO messages (account, conversation, is_mine, message_id, at, received_at, text, attachments, outcome)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    message.account,
    conversation,
    isMine ? 1 : 0,
    message.messageId,
    message.at,
    message.receivedAt,
    message.text,
    JSON.stringify(message.files),
    outcome ?? null,
  );
  if (changes === 0) return undefined;
  db.run('INSERT INTO bodies (message, body) VALUES (?, ?)', id, message.body);
  settleLast(db, conversation);
  return id;
};

const advance = (db: Database, account: number, sequence: number | undefined): void => {
  if (sequence === undefined) return;
  db.run('UPDATE accounts SET inbox_position = ?1 WHERE id = ?2 AND inbox_position < ?1', sequence, account);
};

/** What waits in the outbox, with the octets to send. */
export interface Outgoing {
  readonly message: Message;
  readonly target: string;
  readonly body: Uint8Array;
}

interface OutgoingRow extends MessageRow {
  target: string | null;
  body: Uint8Array;
}

const OUTGOING_COLUMNS = MESSAGE_COLUMNS.replace('SELECT', 'SELECT m.target, b.body,');

const readOutgoing = (row: OutgoingRow): Outgoing => ({
  message: readMessage(row),
  target: row.target ?? row.peer,
  body: row.body,
});

/** Of a first message, as much as a request shows. */
const FIRST_LENGTH = 1000;

export const messageOperations = {
  /** How the first message that `peer` wrote begins. */
  firstTextFrom: (db: Database, account: number, peer: string): string | undefined =>
    db.get<{ text: string }>(
      `SELECT substr(m.text, 1, ${FIRST_LENGTH}) AS text FROM messages m
         JOIN conversations c ON c.id = m.conversation
       WHERE c.account = ? AND c.peer = ? AND m.is_mine = 0 AND m.text <> '' ORDER BY m.at, m.id LIMIT 1`,
      account,
      peer,
    )?.text,

  /** At most `limit` messages before (`at`, `id`), ascending. */
  pageMessages(
    db: Database,
    account: number,
    peer: string,
    before: Place | undefined,
    limit: number,
  ): Message[] {
    const conversation = db.get<{ id: number }>(
      'SELECT id FROM conversations WHERE account = ? AND peer = ?',
      account,
      peer,
    )?.id;
    if (conversation === undefined) return [];
    const rows =
      before === undefined
        ? db.all<MessageRow>(
            `${MESSAGE_COLUMNS} WHERE m.conversation = ? ORDER BY m.at DESC, m.id DESC LIMIT ?`,
            conversation,
            limit,
          )
        : db.all<MessageRow>(
            `${MESSAGE_COLUMNS} WHERE m.conversation = ? AND (m.at, m.id) < (?, ?)
             ORDER BY m.at DESC, m.id DESC LIMIT ?`,
            conversation,
            before.at,
            before.order,
            limit,
          );
    return rows.reverse().map(readMessage);
  },

  /** The message and its place in the outbox, together; the draft has become the message. */
  addOutgoing(db: Database, message: Draft): Written {
    const conversation = conversationOf(db, message.account, message.peer);
    const id = insert(db, conversation, message, true, 'waiting');
    if (id === undefined) throw new ImppError('conflict', 'a message with this Message-ID is there already');
    if (message.target !== message.peer)
      db.run('UPDATE messages SET target = ? WHERE id = ?', message.target, id);
    db.run('INSERT INTO outbox (account, message) VALUES (?, ?)', message.account, id);
    db.run(`UPDATE conversations SET draft = '' WHERE id = ?`, conversation);
    return { message: find(db, id), conversation: readConversation(db, conversation) };
  },

  /** What has no final answer after message number `after`, in the order in which it was written. */
  listOutgoing: (db: Database, account: number, after: number, limit: number): Outgoing[] =>
    db
      .all<OutgoingRow>(
        `${OUTGOING_COLUMNS}
         JOIN outbox o ON o.message = m.id JOIN bodies b ON b.message = m.id
         WHERE o.account = ? AND o.message > ? ORDER BY o.message LIMIT ?`,
        account,
        after,
        limit,
      )
      .map(readOutgoing),

  /** My messages to `peer` that are stored there, newest first, since `since`. */
  listStored: (db: Database, account: number, peer: string, since: number, limit: number): Outgoing[] =>
    db
      .all<OutgoingRow>(
        `${OUTGOING_COLUMNS} JOIN bodies b ON b.message = m.id
         WHERE m.conversation = (SELECT id FROM conversations WHERE account = ? AND peer = ?)
           AND m.is_mine = 1 AND m.outcome = 'stored' AND m.at > ? ORDER BY m.at DESC, m.id DESC LIMIT ?`,
        account,
        peer,
        since,
        limit,
      )
      .map(readOutgoing),

  /** Writes how far a message got. `isFinal`: it leaves the outbox. */
  setOutcome(
    db: Database,
    id: number,
    outcome: Outcome,
    at: number,
    problem: Problem | undefined,
    isFinal: boolean,
  ): Written {
    db.run(
      'UPDATE messages SET outcome = ?, outcome_at = ?, problem = ? WHERE id = ?',
      outcome,
      at,
      problem === undefined ? null : JSON.stringify(problem),
      id,
    );
    if (isFinal) db.run('DELETE FROM outbox WHERE message = ?', id);
    return { message: find(db, id), conversation: readConversation(db, conversationIdOf(db, id)) };
  },

  /** Puts a message that failed back into the outbox, under the same Message-ID. */
  retryMessage(db: Database, id: number): Written & { readonly outgoing: Outgoing } {
    const message = find(db, id);
    if (message.outcome !== 'failed') throw new ImppError('not-found', 'this message has not failed');
    db.run(`UPDATE messages SET outcome = 'waiting', outcome_at = NULL, problem = NULL WHERE id = ?`, id);
    db.run(
      'INSERT INTO outbox (account, message) SELECT account, id FROM messages WHERE id = ? ON CONFLICT DO NOTHING',
      id,
    );
    const row = db.get<OutgoingRow>(
      `${OUTGOING_COLUMNS} JOIN bodies b ON b.message = m.id WHERE m.id = ?`,
      id,
    );
    if (row === undefined) throw new ImppError('not-found', 'there is no such message');
    return {
      message: find(db, id),
      conversation: readConversation(db, conversationIdOf(db, id)),
      outgoing: readOutgoing(row),
    };
  },

  /** The message goes to another inbox from now on, in other octets that say so. */
  redirectMessage(db: Database, id: number, target: string, body: Uint8Array): null {
    db.run('UPDATE messages SET target = ? WHERE id = ?', target, id);
    db.run('UPDATE bodies SET body = ? WHERE message = ?', body, id);
    return null;
  },

  /** Removes a message that failed. */
  discardMessage(db: Database, id: number): Written {
    const message = find(db, id);
    if (message.outcome !== 'failed') throw new ImppError('not-found', 'this message has not failed');
    const conversation = conversationIdOf(db, id);
    db.run('DELETE FROM messages WHERE id = ?', id);
    settleLast(db, conversation);
    return { message, conversation: readConversation(db, conversation) };
  },

  /**
   * Keeps an entry of the inbox and the position reached, together; undefined when the message is there
   * already. An own message written on another device also says that what came before it has been read.
   */
  addEntry(db: Database, entry: Entry, sequence: number | undefined): Written | undefined {
    advance(db, entry.account, sequence);
    if (sequence !== undefined) {
      db.run('DELETE FROM deferred WHERE account = ? AND sequence = ?', entry.account, sequence);
    }
    const conversation = conversationOf(db, entry.account, entry.peer);
    const id = insert(db, conversation, entry, entry.isMine, entry.outcome);
    if (id === undefined) return undefined;
    if (entry.isMine)
      db.run('UPDATE conversations SET unread = 0, last_read = ? WHERE id = ?', id, conversation);
    else db.run('UPDATE conversations SET unread = unread + 1 WHERE id = ?', conversation);
    return { message: find(db, id), conversation: readConversation(db, conversation) };
  },

  /** Notes an entry whose body is still at the server, or one that cannot be shown at all (`keep` false). */
  passEntry(db: Database, account: number, sequence: number, keep: boolean): null {
    advance(db, account, sequence);
    if (keep) {
      db.run(
        'INSERT INTO deferred (account, sequence) VALUES (?, ?) ON CONFLICT DO NOTHING',
        account,
        sequence,
      );
    } else db.run('DELETE FROM deferred WHERE account = ? AND sequence = ?', account, sequence);
    return null;
  },

  /** Takes the position back, so that what follows `sequence` is asked for again. */
  rewindInbox(db: Database, account: number, sequence: number): null {
    db.run('UPDATE accounts SET inbox_position = min(inbox_position, ?) WHERE id = ?', sequence, account);
    return null;
  },

  listDeferred: (db: Database, account: number): number[] =>
    db
      .all<{ sequence: number }>('SELECT sequence FROM deferred WHERE account = ? ORDER BY sequence', account)
      .map((row) => row.sequence),

  inboxPosition: (db: Database, account: number): number =>
    db.get<{ inbox_position: number }>('SELECT inbox_position FROM accounts WHERE id = ?', account)
      ?.inbox_position ?? 0,

  /** Messages whose text has all the words, or words that begin with them; the newest first. */
  searchMessages(db: Database, account: number, words: string, limit: number): Message[] {
    const query = words
      .split(/\s+/)
      .filter((word) => word !== '')
      .map((word) => `"${word.replaceAll('"', '""')}"*`)
      .join(' ');
    if (query === '') return [];
    return db
      .all<MessageRow>(
        // The index is walked from its newest end and left at the limit, however common the words are.
        `${MESSAGE_COLUMNS} JOIN message_text f ON f.rowid = m.id
         WHERE f.message_text MATCH ? AND m.account = ? ORDER BY f.rowid DESC LIMIT ?`,
        query,
        account,
        limit,
      )
      .map(readMessage);
  },
};
