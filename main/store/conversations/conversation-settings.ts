// What the person set for conversations, on all devices: kept as the contact list is, with the changes that the
// domain does not have yet on top.

import {
  conversationOf,
  findConversation,
  readConversation,
  type StoredConversation,
} from './conversations.ts';
import type { Settings } from '../../../shared/model.ts';
import type { Database } from '../file/database.ts';

/** One's own settings of a conversation; what is absent is as in general. */
export interface ConversationSettings {
  readonly address: string;
  readonly isPinned?: boolean;
  readonly isArchived?: boolean;
  readonly mutedUntil?: number | 'changed';
  readonly sendsReceipts?: boolean;
  readonly sendsTyping?: boolean;
  readonly notifies?: Settings['notifies'];
}

/** null: back to what holds in general. */
export interface ConversationChange {
  readonly isPinned?: boolean;
  readonly isArchived?: boolean;
  readonly mutedUntil?: number | 'changed' | null;
  readonly sendsReceipts?: boolean | null;
  readonly sendsTyping?: boolean | null;
  readonly notifies?: Settings['notifies'] | null;
}

export interface ConversationEdit {
  readonly address: string;
  readonly change: ConversationChange;
}

interface Row {
  peer: string;
  is_pinned: number;
  is_archived: number;
  muted_until: number | null;
  sends_receipts: number | null;
  sends_typing: number | null;
  notifies: Settings['notifies'] | null;
}

const HAS_SETTINGS = `(is_pinned = 1 OR is_archived = 1 OR muted_until IS NOT NULL OR sends_receipts IS NOT NULL
  OR sends_typing IS NOT NULL OR notifies IS NOT NULL)`;

const flag = (value: boolean | null): number | null => (value === null ? null : Number(value));

const apply = (db: Database, id: number, change: ConversationChange): void => {
  const { mutedUntil } = change;
  if (change.isPinned !== undefined)
    db.run('UPDATE conversations SET is_pinned = ? WHERE id = ?', flag(change.isPinned), id);
  if (change.isArchived !== undefined)
    db.run('UPDATE conversations SET is_archived = ? WHERE id = ?', flag(change.isArchived), id);
  if (mutedUntil !== undefined)
    db.run(
      'UPDATE conversations SET muted_until = ? WHERE id = ?',
      mutedUntil === 'changed' ? -1 : mutedUntil,
      id,
    );
  if (change.sendsReceipts !== undefined)
    db.run('UPDATE conversations SET sends_receipts = ? WHERE id = ?', flag(change.sendsReceipts), id);
  if (change.sendsTyping !== undefined)
    db.run('UPDATE conversations SET sends_typing = ? WHERE id = ?', flag(change.sendsTyping), id);
  if (change.notifies !== undefined)
    db.run('UPDATE conversations SET notifies = ? WHERE id = ?', change.notifies, id);
};

const listEdits = (db: Database, account: number): { id: number; edit: ConversationEdit }[] =>
  db
    .all<{ id: number; edit: string }>(
      'SELECT id, edit FROM conversation_edits WHERE account = ? ORDER BY id',
      account,
    )
    .map((row) => ({ id: row.id, edit: JSON.parse(row.edit) as ConversationEdit }));

/**
 * An unread message came, at `now`: a conversation that is not muted comes out of the archive, here and on the
 * other devices. What was read elsewhere was archived after that.
 */
export const unarchive = (
  db: Database,
  account: number,
  id: number,
  sequence: number | undefined,
  now: number,
): void => {
  const row = db.get<{ peer: string }>(
    `SELECT peer FROM conversations WHERE id = ? AND is_archived = 1
       AND (muted_until IS NULL OR muted_until BETWEEN 0 AND ?) AND read_sequence < ?`,
    id,
    now,
    sequence ?? Number.MAX_SAFE_INTEGER,
  );
  if (row !== undefined) settingsOperations.editConversation(db, account, row.peer, { isArchived: false });
};

export const settingsOperations = {
  /** Changes a conversation here and remembers the change until the domain has it. */
  editConversation(
    db: Database,
    account: number,
    peer: string,
    change: ConversationChange,
  ): StoredConversation {
    const id = conversationOf(db, account, peer);
    apply(db, id, change);
    const edit: ConversationEdit = { address: peer, change };
    db.run('INSERT INTO conversation_edits (account, edit) VALUES (?, ?)', account, JSON.stringify(edit));
    return readConversation(db, id);
  },

  listConversationEdits: listEdits,

  /** All that differs from what holds in general. */
  listConversationSettings: (db: Database, account: number): ConversationSettings[] =>
    db
      .all<Row>(
        `SELECT peer, is_pinned, is_archived, muted_until, sends_receipts, sends_typing, notifies FROM conversations
         WHERE account = ? AND ${HAS_SETTINGS} ORDER BY peer`,
        account,
      )
      .map((row) => ({
        address: row.peer,
        ...(row.is_pinned === 1 ? { isPinned: true } : {}),
        ...(row.is_archived === 1 ? { isArchived: true } : {}),
        ...(row.muted_until === null
          ? {}
          : { mutedUntil: row.muted_until === -1 ? ('changed' as const) : row.muted_until }),
        ...(row.sends_receipts === null ? {} : { sendsReceipts: row.sends_receipts === 1 }),
        ...(row.sends_typing === null ? {} : { sendsTyping: row.sends_typing === 1 }),
        ...(row.notifies === null ? {} : { notifies: row.notifies }),
      })),

  /**
   * The settings as the domain has them, edits up to number `through` included; later edits stay on top. Gives
   * the conversations that may have changed.
   */
  replaceConversationSettings(
    db: Database,
    account: number,
    settings: readonly ConversationSettings[],
    through: number,
  ): StoredConversation[] {
    const touched = new Set(
      db
        .all<{ id: number }>(`SELECT id FROM conversations WHERE account = ? AND ${HAS_SETTINGS}`, account)
        .map(({ id }) => id),
    );
    db.run('DELETE FROM conversation_edits WHERE account = ? AND id <= ?', account, through);
    db.run(
      `UPDATE conversations SET is_pinned = 0, is_archived = 0, muted_until = NULL, sends_receipts = NULL,
         sends_typing = NULL, notifies = NULL WHERE account = ? AND ${HAS_SETTINGS}`,
      account,
    );
    for (const { address, ...change } of settings) {
      const id = conversationOf(db, account, address);
      touched.add(id);
      apply(db, id, change);
    }
    for (const { edit } of listEdits(db, account)) {
      const id = findConversation(db, account, edit.address);
      if (id === undefined) continue;
      touched.add(id);
      apply(db, id, edit.change);
    }
    return [...touched].map((id) => readConversation(db, id));
  },
};
