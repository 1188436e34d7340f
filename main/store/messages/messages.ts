import { ImppError } from '../../../shared/errors.ts';
import type { Message } from '../../../shared/model.ts';
import {
  conversationOf,
  findConversation,
  readConversation,
  settleLast,
  settleUnread,
  type StoredConversation,
} from '../conversations/conversations.ts';
import type { Database } from '../file/database.ts';
import { dropConversation, eraseMessage } from './deletions.ts';
import { findMessage } from './message-rows.ts';

/** The octets of a message as they came or were sent. */
export interface StoredBody {
  readonly body: Uint8Array;
  readonly contentType: string;
}

/** Of a first message, as much as a request shows. */
const FIRST_LENGTH = 1000;

interface Versions {
  conversation: number;
  is_mine: number;
  message_id: string;
  at: number;
  text: string;
  original: string | null;
}

const find = (db: Database, id: number): Message => {
  const message = findMessage(db, id);
  if (message === undefined) throw new ImppError('not-found', 'there is no such message');
  return message;
};

export const messageOperations = {
  /** Throws `not-found`. */
  getMessage: find,

  /** How the first message that `peer` wrote begins. */
  firstTextFrom: (db: Database, account: number, peer: string): string | undefined =>
    db.get<{ text: string }>(
      `SELECT substr(m.text, 1, ${FIRST_LENGTH}) AS text FROM messages m
         JOIN conversations c ON c.id = m.conversation
       WHERE c.account = ? AND c.peer = ? AND m.is_mine = 0 AND m.text <> '' ORDER BY m.at, m.ord LIMIT 1`,
      account,
      peer,
    )?.text,

  /** The octets of a message. Throws `not-found` where they are not here, or were taken back. */
  messageBody(db: Database, id: number): StoredBody {
    const row = db.get<{ body: Uint8Array; content_type: string | null }>(
      'SELECT body, content_type FROM bodies WHERE message = ?',
      id,
    );
    if (row === undefined) throw new ImppError('not-found', 'the message is not on this computer');
    return { body: row.body, contentType: row.content_type ?? 'message/rfc822' };
  },

  /** All versions of a message, oldest first; the last one is what is shown. Throws `not-found`. */
  listVersions(db: Database, id: number): { at: number; text: string }[] {
    const row = db.get<Versions>(
      'SELECT conversation, is_mine, message_id, at, text, original FROM messages WHERE id = ?',
      id,
    );
    if (row === undefined) throw new ImppError('not-found', 'there is no such message');
    const first = { at: row.at, text: row.original ?? row.text };
    if (row.original === null) return [first];
    return [
      first,
      ...db.all<{ at: number; text: string }>(
        `SELECT at, payload AS text FROM effects
         WHERE conversation = ? AND target = ? AND is_mine = ? AND kind = 'correction' ORDER BY at, message_id`,
        row.conversation,
        row.message_id,
        row.is_mine,
      ),
    ];
  },

  /** The newest reaction of one's own to a message; undefined where there never was one. */
  ownReaction(db: Database, id: number): { messageId: string; at: number; isWithdrawn: boolean } | undefined {
    const row = db.get<{ messageId: string; at: number; isWithdrawn: number }>(
      `SELECT e.message_id AS messageId, e.at, EXISTS (
           SELECT 1 FROM effects r WHERE r.conversation = e.conversation AND r.target = e.message_id
             AND r.is_mine = 1 AND r.kind = 'retraction') AS isWithdrawn
         FROM effects e JOIN messages m ON m.conversation = e.conversation AND m.message_id = e.target
         WHERE m.id = ? AND e.kind = 'reaction' AND e.is_mine = 1 ORDER BY e.at DESC, e.message_id DESC LIMIT 1`,
      id,
    );
    return row === undefined ? undefined : { ...row, isWithdrawn: row.isWithdrawn === 1 };
  },

  /** Removes a message from this computer. Throws `not-found`. */
  deleteMessage(db: Database, id: number): { message: Message; conversation: StoredConversation } {
    const message = find(db, id);
    const conversation = db.get<{ conversation: number }>(
      'SELECT conversation FROM messages WHERE id = ?',
      id,
    );
    eraseMessage(db, id);
    if (conversation === undefined) throw new ImppError('not-found', 'there is no such message');
    settleLast(db, conversation.conversation);
    settleUnread(db, conversation.conversation);
    return { message, conversation: readConversation(db, conversation.conversation) };
  },

  /**
   * Removes a conversation from this computer: it is gone at once, what it held is swept. Its settings and what
   * was read of it stay, as they are those of all devices. Throws `not-found`.
   */
  deleteConversation(db: Database, account: number, peer: string): null {
    const former = findConversation(db, account, peer);
    if (former === undefined) throw new ImppError('not-found', 'there is no such conversation');
    dropConversation(db, account, peer);
    const next = conversationOf(db, account, peer);
    db.run(
      `UPDATE conversations SET (read_sequence, read_moved, muted_until, sends_receipts, sends_typing, notifies) =
         (SELECT read_sequence, read_moved, muted_until, sends_receipts, sends_typing, notifies
          FROM conversations WHERE id = ?) WHERE id = ?`,
      former,
      next,
    );
    return null;
  },
};
