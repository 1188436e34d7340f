// What has been read, by Inbox-Sequence: the same on all devices of an account.

import {
  conversationOf,
  findConversation,
  readConversation,
  readNew,
  settleUnread,
  type StoredConversation,
} from './conversations.ts';
import type { Database } from '../file/database.ts';

/** Everything up to `all` has been read, and with one address up to `sequence`. */
export interface Marks {
  readonly all: number;
  readonly marks: readonly { readonly address: string; readonly sequence: number }[];
}

const HIGHEST = `(SELECT max(sequence) FROM messages
  WHERE conversation = conversations.id AND is_mine = 0 AND is_retracted = 0)`;

/** Everything that is in the conversation has been read. */
export const readAll = (db: Database, conversation: number, now: number): void => {
  db.run(
    `UPDATE conversations SET unread = 0, read_moved = ?2, read_sequence = max(read_sequence, coalesce(${HIGHEST}, 0))
     WHERE id = ?1`,
    conversation,
    now,
  );
  readNew(db, conversation);
};

export const markOperations = {
  /** Marks all that is in it as read; undefined where there is nothing to read. */
  markRead(db: Database, account: number, peer: string, now = Date.now()): StoredConversation | undefined {
    const id = findConversation(db, account, peer);
    if (id === undefined) return undefined;
    readAll(db, id, now);
    return readConversation(db, id);
  },

  /** What has been read here and elsewhere; the marks that moved last come first. */
  listMarks(db: Database, account: number): Marks {
    const all =
      db.get<{ read_all: number }>('SELECT read_all FROM accounts WHERE id = ?', account)?.read_all ?? 0;
    const marks = db.all<{ address: string; sequence: number }>(
      `SELECT peer AS address, read_sequence AS sequence FROM conversations
       WHERE account = ? AND read_sequence > ? ORDER BY read_moved DESC, id DESC`,
      account,
      all,
    );
    return { all, marks };
  },

  /** Takes marks of other devices; none is taken back. Gives the conversations that changed. */
  mergeMarks(db: Database, account: number, { all, marks }: Marks, now = Date.now()): StoredConversation[] {
    const changed = new Set<number>();
    db.run('UPDATE accounts SET read_all = max(read_all, ?) WHERE id = ?', all, account);
    for (const { id } of db.all<{ id: number }>(
      'SELECT id FROM conversations WHERE account = ? AND read_sequence < ?',
      account,
      all,
    )) {
      db.run('UPDATE conversations SET read_sequence = ? WHERE id = ?', all, id);
      changed.add(id);
    }
    for (const { address, sequence } of marks) {
      if (sequence <= all) continue;
      const id = conversationOf(db, account, address);
      const { changes } = db.run(
        'UPDATE conversations SET read_sequence = ?, read_moved = ? WHERE id = ? AND read_sequence < ?',
        sequence,
        now,
        id,
        sequence,
      );
      if (changes > 0) changed.add(id);
    }
    for (const id of changed) {
      readNew(db, id);
      settleUnread(db, id);
    }
    return [...changed].map((id) => readConversation(db, id));
  },

  /**
   * The highest number up to which everything has been read in all conversations: as far as `<all>` may go without
   * marking what nobody has read.
   */
  readEverywhere(db: Database, account: number): number {
    const lowest = db.get<{ sequence: number | null }>(
      `SELECT min((SELECT min(m.sequence) FROM messages m WHERE m.conversation = c.id AND m.is_mine = 0
         AND m.is_retracted = 0 AND m.sequence > c.read_sequence)) AS sequence
       FROM conversations c WHERE c.account = ? AND c.unread > 0`,
      account,
    )?.sequence;
    // What has not been seen has not been read.
    const gap = db.get<{ first: number | null }>(
      'SELECT min(first) AS first FROM gaps WHERE account = ?',
      account,
    );
    const position =
      db.get<{ inbox_position: number }>('SELECT inbox_position FROM accounts WHERE id = ?', account)
        ?.inbox_position ?? 0;
    return Math.min(position, (lowest ?? position + 1) - 1, (gap?.first ?? position + 1) - 1);
  },

  /** Incoming messages up to the mark that ask for a receipt and got none. */
  listReceiptsDue: (
    db: Database,
    account: number,
    peer: string,
  ): { id: number; messageId: string; at: number }[] =>
    db.all<{ id: number; messageId: string; at: number }>(
      `SELECT m.id, m.message_id AS messageId, m.at FROM messages m JOIN conversations c ON c.id = m.conversation
       WHERE c.account = ? AND c.peer = ? AND m.wants_receipt = 1 AND m.is_mine = 0 AND m.sequence <= c.read_sequence
       ORDER BY m.sequence`,
      account,
      peer,
    ),

  /** No receipt will be sent for what has been read so far: it was read while that was switched off. */
  forgoReceipts(db: Database, account: number, peer: string): null {
    db.run(
      `UPDATE messages SET wants_receipt = 0 WHERE id IN (
         SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation
         WHERE c.account = ? AND c.peer = ? AND m.wants_receipt = 1 AND m.sequence <= c.read_sequence)`,
      account,
      peer,
    );
    return null;
  },
};
