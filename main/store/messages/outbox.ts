// What waits to be sent: messages, and what changes other messages, in the order in which they were written.

import { ImppError } from '../../../shared/errors.ts';
import type { Message, Outcome, Problem } from '../../../shared/model.ts';
import {
  conversationOf,
  readConversation,
  settleLast,
  settleUnread,
  type StoredConversation,
} from '../conversations/conversations.ts';
import type { Database } from '../file/database.ts';
import { addEffect, type Effect, forgetBody, settleEffects } from './effects.ts';
import { insertMessage, type NewMessage, type Written } from './entries.ts';
import { findMessage } from './message-rows.ts';
import { readAll } from '../conversations/marks.ts';
import { noteStep, writeOutcome } from './outcomes.ts';

/** A message of one's own as it is to be sent. */
export interface Draft extends NewMessage {
  /** The inbox it goes to; mostly `peer` itself. */
  readonly target: string;
  /** Never kept by a server. */
  readonly isOnlyNow?: boolean;
}

/** Something that changes another message, as it is to be sent. */
export interface Control {
  readonly account: number;
  readonly peer: string;
  /** The inbox it goes to. */
  readonly inbox: string;
  readonly messageId: string;
  readonly at: number;
  readonly effect: Effect;
  readonly body: Uint8Array;
}

/** What has no final answer yet; the octets are read one by one, by `outboxBody`. */
export interface Outgoing {
  /** Its place: rising in the order of writing. */
  readonly id: number;
  readonly kind: 'message' | Effect['kind'];
  readonly peer: string;
  /** The inbox it goes to. */
  readonly target: string;
  readonly messageId: string;
  /** Octets. */
  readonly size: number;
  readonly isOnlyNow: boolean;
  readonly expires?: number;
  /** The message itself, or the one that it changes, where that is here. */
  readonly message?: Message;
}

interface Row {
  id: number;
  kind: Outgoing['kind'];
  peer: string;
  target: string;
  message_id: string;
  size: number;
  is_only_now: number;
  expires: number | null;
  message: number | null;
}

const SELECT = `SELECT o.id, o.kind, o.peer, o.target, o.message_id, o.is_only_now, o.expires, o.message,
  coalesce(length(o.body), (SELECT length(body) FROM bodies WHERE message = o.message), 0) AS size FROM outbox o`;

const read = (db: Database, row: Row): Outgoing => {
  const message = row.message === null ? undefined : findMessage(db, row.message);
  return {
    id: row.id,
    kind: row.kind,
    peer: row.peer,
    target: row.target,
    messageId: row.message_id,
    size: row.size,
    isOnlyNow: row.is_only_now === 1,
    ...(row.expires === null ? {} : { expires: row.expires }),
    ...(message === undefined ? {} : { message }),
  };
};

const readOutgoing = (db: Database, id: number): Outgoing => {
  const row = db.get<Row>(`${SELECT} WHERE o.id = ?`, id);
  if (row === undefined) throw new ImppError('not-found', 'this is not in the outbox');
  return read(db, row);
};

const conversationIdOf = (db: Database, message: number): number | undefined =>
  db.get<{ conversation: number }>('SELECT conversation FROM messages WHERE id = ?', message)?.conversation;

/** The message and its conversation as they are now. Throws `not-found`. */
export const written = (db: Database, id: number): Written => {
  const conversation = conversationIdOf(db, id);
  const message = findMessage(db, id);
  if (conversation === undefined || message === undefined)
    throw new ImppError('not-found', 'there is no such message');
  return { message, conversation: readConversation(db, conversation) };
};

/** What sending made: for the window, and for the outbox. */
export interface Sent {
  readonly outgoing: Outgoing;
  readonly messages: readonly Message[];
  /** Absent where nothing in it changed. */
  readonly conversation?: StoredConversation;
}

/** A reaction that nobody took has not been: the message shows what it showed before. */
const takeBack = (db: Database, account: number, row: Row): void => {
  db.run(
    `DELETE FROM effects WHERE is_mine = 1 AND message_id = ?
       AND conversation = (SELECT id FROM conversations WHERE account = ? AND peer = ?)`,
    row.message_id,
    account,
    row.peer,
  );
};

export const outboxOperations = {
  /** How many messages of the account have no answer yet, and to whom the first of them goes. */
  countOutbox(db: Database, account: number): { messages: number; octets: number; peer?: string } {
    const rows = db.all<{ peer: string; octets: number }>(
      `SELECT o.peer, coalesce(length(b.body), 0) AS octets
       FROM outbox o LEFT JOIN bodies b ON b.message = o.message
       WHERE o.account = ? AND o.kind = 'message' ORDER BY o.id`,
      account,
    );
    const [first] = rows;
    return {
      messages: rows.length,
      octets: rows.reduce((sum, { octets }) => sum + octets, 0),
      ...(first === undefined ? {} : { peer: first.peer }),
    };
  },

  /** The message and its place in the outbox, together; the draft has become the message, and the rest is read. */
  sendMessage(db: Database, draft: Draft): Sent & Written {
    const conversation = conversationOf(db, draft.account, draft.peer);
    const id = insertMessage(db, conversation, draft, { isMine: true, outcome: 'waiting' });
    if (id === undefined) throw new ImppError('conflict', 'a message with this Message-ID is there already');
    const { id: place } = db.run(
      `INSERT INTO outbox (account, peer, target, message_id, kind, message, is_only_now, expires)
       VALUES (?, ?, ?, ?, 'message', ?, ?, ?)`,
      draft.account,
      draft.peer,
      draft.target,
      draft.messageId,
      id,
      draft.isOnlyNow ? 1 : 0,
      draft.expires ?? null,
    );
    db.run(`UPDATE conversations SET draft = '', has_own = 1 WHERE id = ?`, conversation);
    readAll(db, conversation, draft.receivedAt);
    settleLast(db, conversation);
    const result = written(db, id);
    return { ...result, messages: [result.message], outgoing: readOutgoing(db, place) };
  },

  /** What changes another message is applied here, and takes its place in the outbox, together. */
  sendControl(db: Database, control: Control): Sent {
    const { account, peer, effect, messageId } = control;
    const conversation = conversationOf(db, account, peer);
    const changed = addEffect(db, conversation, { ...control, isMine: true, sequence: undefined });
    if (changed === undefined)
      throw new ImppError('conflict', 'a message with this Message-ID is there already');
    const message =
      changed[0] ??
      db.get<{ id: number }>(
        'SELECT id FROM messages WHERE conversation = ? AND message_id = ?',
        conversation,
        effect.target,
      )?.id;
    const { id: place } = db.run(
      'INSERT INTO outbox (account, peer, target, message_id, kind, message, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
      account,
      peer,
      control.inbox,
      messageId,
      effect.kind,
      message ?? null,
      control.body,
    );
    // A new version takes the place of one that failed.
    if (effect.kind === 'correction' && message !== undefined)
      db.run(
        `UPDATE messages SET problem = NULL WHERE id = ? AND outcome NOT IN ('failed', 'expired')`,
        message,
      );
    if (effect.kind === 'retraction') settleUnread(db, conversation);
    const messages = changed.flatMap((id) => findMessage(db, id) ?? []);
    return {
      outgoing: readOutgoing(db, place),
      messages,
      ...(messages.length === 0 ? {} : { conversation: readConversation(db, conversation) }),
    };
  },

  /** What has no final answer after place `after`, in the order in which it was written. */
  listOutbox: (db: Database, account: number, after: number, limit: number): Outgoing[] =>
    db
      .all<Row>(`${SELECT} WHERE o.account = ? AND o.id > ? ORDER BY o.id LIMIT ?`, account, after, limit)
      .map((row) => read(db, row)),

  /** The octets to send. Throws `not-found` when it has left the outbox. */
  outboxBody(db: Database, id: number): Uint8Array {
    const body = db.get<{ body: Uint8Array | null }>(
      'SELECT coalesce(o.body, b.body) AS body FROM outbox o LEFT JOIN bodies b ON b.message = o.message WHERE o.id = ?',
      id,
    )?.body;
    if (body === undefined || body === null) throw new ImppError('not-found', 'this is not in the outbox');
    return body;
  },

  /** It goes to another inbox from now on, in other octets that say so. */
  redirectOutgoing(db: Database, id: number, target: string, body: Uint8Array): null {
    db.run('UPDATE outbox SET target = ? WHERE id = ?', target, id);
    const row = db.get<{ kind: string; message: number | null }>(
      'SELECT kind, message FROM outbox WHERE id = ?',
      id,
    );
    if (row?.kind !== 'message') db.run('UPDATE outbox SET body = ? WHERE id = ?', body, id);
    else {
      db.run('UPDATE messages SET target = ? WHERE id = ?', target, row.message);
      db.run('UPDATE bodies SET body = ? WHERE message = ?', body, row.message);
    }
    return null;
  },

  /**
   * Writes how far it got; `isFinal`: it leaves the outbox. A worse answer than a known one changes nothing. Gives
   * the message that shows something else now, if there is one. `domain`: who says so.
   */
  settleOutgoing(
    db: Database,
    id: number,
    outcome: Outcome,
    at: number,
    problem: Problem | undefined,
    isFinal: boolean,
    domain?: string,
  ): Written | undefined {
    const row = db.get<Row & { account: number }>(
      `${SELECT.replace('SELECT', 'SELECT o.account,')} WHERE o.id = ?`,
      id,
    );
    if (row === undefined) return undefined;
    if (isFinal) db.run('DELETE FROM outbox WHERE id = ?', id);
    if (row.message === null) return undefined;
    if (row.kind === 'message') {
      writeOutcome(db, row.message, outcome, at, problem, domain);
      if (isFinal && findMessage(db, row.message)?.isRetracted) forgetBody(db, row.message);
    } else {
      if (!isFinal || (outcome !== 'failed' && outcome !== 'expired')) return undefined;
      if (row.kind === 'reaction') {
        takeBack(db, row.account, row);
        const { message } = written(db, row.message);
        settleAgain(db, row.message, message.messageId);
      } else if (row.kind !== 'receipt')
        db.run(
          'UPDATE messages SET problem = ? WHERE id = ?',
          problem === undefined ? null : JSON.stringify(problem),
          row.message,
        );
      noteStep(db, row.message, at, outcome, domain, problem);
    }
    return written(db, row.message);
  },

  /** Writes an outcome of a message that is in the outbox no more: its domain was asked again. */
  learnOutcome(db: Database, message: number, outcome: Outcome, at: number, domain?: string): Written {
    writeOutcome(db, message, outcome, at, undefined, domain);
    return written(db, message);
  },

  /** Puts a message that failed or expired back into the outbox, under the same Message-ID, without its end. */
  retryOutgoing(db: Database, message: number): Sent & Written {
    const { message: former } = written(db, message);
    if ((former.outcome !== 'failed' && former.outcome !== 'expired') || former.isRetracted)
      throw new ImppError('not-found', 'this message has not failed');
    db.run(
      `UPDATE messages SET outcome = 'waiting', outcome_at = NULL, problem = NULL, expires = NULL WHERE id = ?`,
      message,
    );
    const { id: place } = db.run(
      `INSERT INTO outbox (account, peer, target, message_id, kind, message)
         SELECT m.account, c.peer, coalesce(m.target, c.peer), m.message_id, 'message', m.id
         FROM messages m JOIN conversations c ON c.id = m.conversation WHERE m.id = ?`,
      message,
    );
    const result = written(db, message);
    return { ...result, messages: [result.message], outgoing: readOutgoing(db, place) };
  },

  /** The place of a message in the outbox; undefined when it has left it. */
  findOutgoing: (db: Database, message: number): number | undefined =>
    db.get<{ id: number }>(`SELECT id FROM outbox WHERE message = ? AND kind = 'message'`, message)?.id,

  /** My messages to `peer` that are stored there, newest first, since `since`, with the inbox they went to. */
  listStoredThere: (
    db: Database,
    account: number,
    peer: string,
    since: number,
    limit: number,
  ): { id: number; messageId: string; target: string; size: number }[] =>
    db.all<{ id: number; messageId: string; target: string; size: number }>(
      `SELECT m.id, m.message_id AS messageId, coalesce(m.target, ?2) AS target, length(b.body) AS size
       FROM messages m JOIN bodies b ON b.message = m.id
       WHERE m.conversation = (SELECT id FROM conversations WHERE account = ?1 AND peer = ?2)
         AND m.is_mine = 1 AND m.outcome = 'stored' AND m.at > ?3 ORDER BY m.at DESC, m.ord DESC LIMIT ?4`,
      account,
      peer,
      since,
      limit,
    ),
};

/** Works a message out again after an effect has gone: there may be none left that would say so. */
const settleAgain = (db: Database, message: number, messageId: string): void => {
  const conversation = conversationIdOf(db, message);
  if (conversation === undefined) return;
  db.run('UPDATE messages SET reactions = NULL WHERE id = ?', message);
  settleEffects(db, conversation, messageId);
};
