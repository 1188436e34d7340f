// What comes from the inbox: in order while it is new, in any order while gaps are filled, and all of it perhaps
// more than once.

import type { FilePart, Message, Outcome } from '../../../shared/model.ts';
import { unarchive } from '../conversations/conversation-settings.ts';
import { readNew, settleUnread, type StoredConversation } from '../conversations/conversations.ts';
import { fillRange, gapOperations, type Range } from '../conversations/gaps.ts';
import type { Database } from '../file/database.ts';
import { index, unindex } from '../search/keeping.ts';
import { wasDeleted } from './deletions.ts';
import { addEffect, type Effect, forgetBody, settleEffects } from './effects.ts';
import { findMessage } from './message-rows.ts';
import { noteStep, raiseOutcome } from './outcomes.ts';
import { type Changes, Touched } from './touched.ts';

/** What one write made of a conversation, for the window. */
export interface Written {
  readonly message: Message;
  readonly conversation: StoredConversation;
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
  /** Of `body`; absent: message/rfc822. */
  readonly contentType?: string | undefined;
  /** The Message-ID that it answers. */
  readonly quote?: string | undefined;
  readonly isForwarded?: boolean | undefined;
  readonly expires?: number | undefined;
}

/** An entry of the inbox as it is to be kept. */
export interface Entry extends NewMessage {
  readonly isMine: boolean;
  readonly outcome: Outcome | undefined;
  readonly wantsReceipt?: boolean | undefined;
  /** Octets that were left at the domain: `body`, text and files are not here yet. */
  readonly deferred?: number | undefined;
  /** It is no message to show, but changes another one. */
  readonly effect?: Effect | undefined;
}

export interface Arrival {
  readonly entry: Entry;
  readonly sequence: number;
}

const positionOf = (db: Database, account: number): number =>
  db.get<{ inbox_position: number }>('SELECT inbox_position FROM accounts WHERE id = ?', account)
    ?.inbox_position ?? 0;

/** So far behind the last message of one time is one whose sequence is not known yet: thousands fit before the next. */
const BEHIND = 2 ** -12;

/** The order of what is written here now: behind all that this device has seen. */
const orderNow = (db: Database, account: number, conversation: number): number => {
  const last = db.get<{ ord: number }>(
    `SELECT m.ord FROM conversations c JOIN messages m ON m.id = c.last_message WHERE c.id = ?`,
    conversation,
  );
  return Math.max(positionOf(db, account), last?.ord ?? 0) + BEHIND;
};

/** Writes the row and the octets; undefined where a message of this Message-ID and side is there. */
export const insertMessage = (
  db: Database,
  conversation: number,
  message: NewMessage,
  more: {
    readonly isMine: boolean;
    readonly outcome: Outcome | undefined;
    readonly sequence?: number | undefined;
    readonly wantsReceipt?: boolean | undefined;
    readonly deferred?: number | undefined;
  },
): number | undefined => {
  const { id, changes } = db.run(
    `INSERT INTO messages (account, conversation, is_mine, message_id, at, received_at, text, files, outcome,
       sequence, ord, quote, is_forwarded, expires, wants_receipt, deferred)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    message.account,
    conversation,
    more.isMine ? 1 : 0,
    message.messageId,
    message.at,
    message.receivedAt,
    message.text,
    message.files.length === 0 ? '[]' : JSON.stringify(message.files),
    more.outcome ?? null,
    more.sequence ?? null,
    more.sequence ?? orderNow(db, message.account, conversation),
    message.quote ?? null,
    message.isForwarded ? 1 : 0,
    message.expires ?? null,
    more.wantsReceipt && !more.isMine ? 1 : 0,
    more.deferred ?? null,
  );
  if (changes === 0) return undefined;
  if (more.deferred === undefined) keepBody(db, id, message);
  index(db, id);
  return id;
};

const keepBody = (db: Database, id: number, { body, contentType }: NewMessage): void => {
  db.run(
    'INSERT INTO bodies (message, body, content_type) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    id,
    body,
    contentType === undefined || contentType === 'message/rfc822' ? null : contentType,
  );
};

interface Known {
  id: number;
  at: number;
  sequence: number | null;
  deferred: number | null;
  is_retracted: number;
}

const findKnown = (db: Database, conversation: number, { messageId, isMine }: Entry): Known | undefined =>
  db.get<Known>(
    `SELECT id, at, sequence, deferred, is_retracted FROM messages
     WHERE conversation = ? AND message_id = ? AND is_mine = ?`,
    conversation,
    messageId,
    isMine ? 1 : 0,
  );

/** An entry whose message is there: it may tell the place in the inbox, or bring what was left behind. */
const complete = (db: Database, known: Known, entry: Entry, sequence: number | undefined): boolean => {
  const isPlaced = sequence !== undefined && known.sequence === null;
  const isFilled = known.deferred !== null && entry.deferred === undefined && known.is_retracted === 0;
  if (!isPlaced && !isFilled) return false;
  // The index knows a message by its time, too.
  if (isFilled || entry.at !== known.at) unindex(db, known.id);
  if (isPlaced) {
    db.run(
      'UPDATE messages SET sequence = ?1, ord = ?1, at = ?2, received_at = ?3 WHERE id = ?4',
      sequence,
      entry.at,
      entry.receivedAt,
      known.id,
    );
    // It stands in one's own inbox because the other domain took it.
    if (entry.isMine) raiseOutcome(db, known.id, 'stored', entry.receivedAt);
    if (known.is_retracted === 1) forgetBody(db, known.id);
  }
  if (isFilled) {
    db.run(
      `UPDATE messages SET at = ?, text = ?, files = ?, quote = ?, is_forwarded = ?, expires = ?, wants_receipt = ?,
         deferred = NULL WHERE id = ?`,
      entry.at,
      entry.text,
      JSON.stringify(entry.files),
      entry.quote ?? null,
      entry.isForwarded ? 1 : 0,
      entry.expires ?? null,
      entry.wantsReceipt && !entry.isMine ? 1 : 0,
      known.id,
    );
    keepBody(db, known.id, entry);
  }
  if (isFilled || entry.at !== known.at) index(db, known.id);
  return true;
};

const addOneEffect = (
  db: Database,
  conversation: number,
  entry: Entry,
  effect: Effect,
  sequence: number | undefined,
  touched: Touched,
): void => {
  const envelope = findKnown(db, conversation, entry);
  if (envelope !== undefined && envelope.deferred !== null) {
    const message = findMessage(db, envelope.id);
    if (message !== undefined) touched.removed.push(message);
    unindex(db, envelope.id);
    db.run('DELETE FROM messages WHERE id = ?', envelope.id);
    settleUnread(db, conversation);
    touched.conversations.add(conversation);
  }
  touched.effectAdded(conversation);
  const { account, messageId, isMine, at, body, contentType } = entry;
  const changed = addEffect(db, conversation, {
    account,
    messageId,
    isMine,
    at,
    sequence,
    effect,
    body,
    contentType,
  });
  for (const id of changed ?? []) touched.messages.add(id);
  if (changed === undefined || changed.length === 0) return;
  // A retraction is not unread any more, and the last message may say something else now.
  if (effect.kind === 'retraction') settleUnread(db, conversation);
  touched.conversations.add(conversation);
};

/** Reads what an own message says besides: everything before it was read. */
const countRead = (
  db: Database,
  conversation: number,
  id: number,
  entry: Entry,
  sequence: number | undefined,
): void => {
  if (!entry.isMine && sequence === undefined) {
    db.run('UPDATE messages SET is_new = 1 WHERE id = ?', id);
    settleUnread(db, conversation);
    return;
  }
  if (!entry.isMine) {
    db.run(
      'UPDATE conversations SET unread = unread + 1 WHERE id = ? AND read_sequence < ?',
      conversation,
      sequence ?? 0,
    );
    return;
  }
  const { changes } = db.run(
    `UPDATE conversations SET has_own = 1, read_sequence = max(read_sequence, ?1)
     WHERE id = ?2 AND (has_own = 0 OR read_sequence < ?1)`,
    sequence ?? 0,
    conversation,
  );
  if (changes === 0) return;
  readNew(db, conversation);
  settleUnread(db, conversation);
};

const addOne = (
  db: Database,
  entry: Entry,
  sequence: number | undefined,
  isNew: boolean,
  touched: Touched,
): void => {
  if (touched.hasDeletions && wasDeleted(db, entry.account, entry.peer, entry.messageId, sequence)) return;
  const conversation = touched.conversationOf(entry);
  if (entry.effect !== undefined) {
    addOneEffect(db, conversation, entry, entry.effect, sequence, touched);
    return;
  }
  const id = insertMessage(db, conversation, entry, { ...entry, sequence });
  if (id === undefined) {
    const known = findKnown(db, conversation, entry);
    if (known === undefined || !complete(db, known, entry, sequence)) return;
    touched.messages.add(known.id);
    touched.conversations.add(conversation);
    if (entry.isMine) countRead(db, conversation, known.id, entry, sequence);
    settleEffects(db, conversation, entry.messageId);
    return;
  }
  touched.messages.add(id);
  touched.conversations.add(conversation);
  countRead(db, conversation, id, entry, sequence);
  if (touched.hasEffects(conversation) && settleEffects(db, conversation, entry.messageId).length > 0)
    settleUnread(db, conversation);
  if (!isNew || entry.isMine) return;
  touched.fresh.push(id);
  unarchive(db, entry.account, conversation, sequence, entry.receivedAt);
};

const advance = (db: Database, account: number, sequence: number): void => {
  db.run('UPDATE accounts SET inbox_position = ?1 WHERE id = ?2 AND inbox_position < ?1', sequence, account);
};

const addAll = (
  db: Database,
  account: number,
  arrivals: readonly Arrival[],
  filled: Range | undefined,
): Changes => {
  const touched = new Touched(db, account);
  const before = positionOf(db, account);
  let position = before;
  for (const { entry, sequence } of arrivals) {
    addOne(db, entry, sequence, sequence > before, touched);
    position = Math.max(position, sequence);
    if (filled === undefined && sequence <= before)
      fillRange(db, account, { first: sequence, last: sequence });
  }
  if (position > before) advance(db, account, position);
  if (filled !== undefined) fillRange(db, account, filled);
  return touched.end();
};

export const entryOperations = {
  /**
   * Keeps entries of the inbox, the position that they reach and the part of a gap that they fill, together.
   * `filled`: all numbers of it are done, whichever of them came.
   */
  addEntries: addAll,

  /** One entry; undefined when nothing is to be shown that was not before. */
  addEntry(db: Database, entry: Entry, sequence: number | undefined): Written | undefined {
    const touched = new Touched(db, entry.account);
    if (sequence === undefined) addOne(db, entry, undefined, true, touched);
    const { messages, conversations } =
      sequence === undefined ? touched.end() : addAll(db, entry.account, [{ entry, sequence }], undefined);
    const [message] = messages;
    const [conversation] = conversations;
    return message === undefined || conversation === undefined ? undefined : { message, conversation };
  },

  /** An entry that cannot be shown at all: nothing of it is kept but that it was seen. */
  skipEntry(db: Database, account: number, sequence: number): null {
    if (sequence > positionOf(db, account)) advance(db, account, sequence);
    else fillRange(db, account, { first: sequence, last: sequence });
    return null;
  },

  /** Takes the position back, so that what follows `sequence` is asked for again. */
  rewindInbox(db: Database, account: number, sequence: number): null {
    db.run('UPDATE accounts SET inbox_position = min(inbox_position, ?) WHERE id = ?', sequence, account);
    return null;
  },

  /** Goes on behind `last` without having seen what lies between: that is a gap from now on. */
  leapInbox(db: Database, account: number, last: number): null {
    const position = positionOf(db, account);
    if (last <= position) return null;
    gapOperations.addGap(db, account, { first: position + 1, last });
    advance(db, account, last);
    return null;
  },

  inboxPosition: positionOf,

  /** Messages whose octets are still at the domain, newest first. */
  listDeferredMessages: (
    db: Database,
    account: number,
  ): { id: number; peer: string; sequence: number; octets: number }[] =>
    db.all<{ id: number; peer: string; sequence: number; octets: number }>(
      `SELECT m.id, c.peer, m.sequence, m.deferred AS octets FROM messages m JOIN conversations c ON c.id = m.conversation
       WHERE m.account = ? AND m.deferred IS NOT NULL AND m.sequence IS NOT NULL AND c.is_gone = 0
       ORDER BY m.sequence DESC`,
      account,
    ),

  /** Notes that what was left behind has come. */
  noteFetched(db: Database, id: number, at: number): null {
    noteStep(db, id, at, 'fetched', undefined, undefined);
    return null;
  },
};
