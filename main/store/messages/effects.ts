// Messages that change another one. They may come before it, twice, in any order and on any device: all are kept,
// and what a message shows is worked out from all of them, so that every device ends with the same.

import type { Message } from '../../../shared/model.ts';
import type { Database } from '../file/database.ts';
import { noteDeletion } from './deletions.ts';
import { raiseOutcome } from './outcomes.ts';
import { index, unindex } from '../search/keeping.ts';

/** What a message does to the one whose Message-ID is `target`. */
export interface Effect {
  readonly kind: 'reaction' | 'correction' | 'retraction' | 'receipt';
  readonly target: string;
  /** The emoji, the text of the new version, or the disposition of a receipt (`displayed`, `delivered`). */
  readonly payload: string;
}

export interface NewEffect {
  readonly account: number;
  readonly messageId: string;
  readonly isMine: boolean;
  readonly at: number;
  readonly sequence: number | undefined;
  readonly effect: Effect;
  readonly body: Uint8Array | undefined;
  readonly contentType?: string | undefined;
}

interface EffectRow {
  message_id: string;
  is_mine: number;
  kind: Effect['kind'];
  payload: string;
  at: number;
}

interface Target {
  id: number;
  is_mine: number;
  text: string;
  original: string | null;
  corrected_at: number | null;
  is_retracted: number;
  reactions: string | null;
  read_at: number | null;
  wants_receipt: number;
}

const newest = (rows: readonly EffectRow[]): EffectRow | undefined =>
  rows.reduce<EffectRow | undefined>(
    (best, row) =>
      best === undefined || row.at > best.at || (row.at === best.at && row.message_id > best.message_id)
        ? row
        : best,
    undefined,
  );

const isWithdrawn = (db: Database, conversation: number, { message_id, is_mine }: EffectRow): boolean =>
  db.get(
    `SELECT 1 FROM effects WHERE conversation = ? AND target = ? AND is_mine = ? AND kind = 'retraction'`,
    conversation,
    message_id,
    is_mine,
  ) !== undefined;

/** One reaction a person: the newest one, unless that was taken back. */
const reactionsIn = (
  db: Database,
  conversation: number,
  effects: readonly EffectRow[],
): Message['reactions'] =>
  [1, 0].flatMap((isMine) => {
    const last = newest(effects.filter(({ kind, is_mine }) => kind === 'reaction' && is_mine === isMine));
    return last === undefined || last.payload === '' || isWithdrawn(db, conversation, last)
      ? []
      : [{ isMine: isMine === 1, emoji: last.payload }];
  });

/**
 * Deletes the octets of a message that was taken back. Not while it waits in the outbox: whether it got there is
 * open, and it has to be asked for again as it was.
 */
export const forgetBody = (db: Database, message: number): void => {
  db.run(
    `DELETE FROM bodies WHERE message = ?1 AND NOT EXISTS (SELECT 1 FROM outbox WHERE message = ?1 AND kind = 'message')`,
    message,
  );
};

/** What its author took back leaves nothing of what it said. */
const erase = (db: Database, conversation: number, message: Target, messageId: string): void => {
  forgetBody(db, message.id);
  db.run(
    `UPDATE effects SET payload = '', body = NULL
     WHERE conversation = ? AND target = ? AND is_mine = ? AND kind = 'correction'`,
    conversation,
    messageId,
    message.is_mine,
  );
  if (message.is_retracted === 0) {
    unindex(db, message.id);
    db.run(
      `UPDATE messages SET text = '', files = '[]', original = NULL, corrected_at = NULL, quote = NULL,
         reactions = NULL, read_at = NULL, is_retracted = 1, deferred = NULL, wants_receipt = 0 WHERE id = ?`,
      message.id,
    );
    index(db, message.id);
    noteDeletion(db);
  }
};

/**
 * Works out what the message shows from all that is known to change it; gives its id if that is another thing
 * now than before. Nothing where the message is not here.
 */
export const settleEffects = (db: Database, conversation: number, messageId: string): number[] => {
  const effects = db.all<EffectRow>(
    'SELECT message_id, is_mine, kind, payload, at FROM effects WHERE conversation = ? AND target = ?',
    conversation,
    messageId,
  );
  if (effects.length === 0) return [];
  // Two messages may have this Message-ID, one from each side; both were meant then.
  return db
    .all<Target>(
      `SELECT id, is_mine, text, original, corrected_at, is_retracted, reactions, read_at, wants_receipt
       FROM messages WHERE conversation = ? AND message_id = ?`,
      conversation,
      messageId,
    )
    .filter((message) => settleOne(db, conversation, messageId, message, effects))
    .map(({ id }) => id);
};

const settleOne = (
  db: Database,
  conversation: number,
  messageId: string,
  message: Target,
  effects: readonly EffectRow[],
): boolean => {
  const byAuthor = effects.filter(({ is_mine }) => is_mine === message.is_mine);
  if (byAuthor.some(({ kind }) => kind === 'retraction')) {
    erase(db, conversation, message, messageId);
    return message.is_retracted === 0;
  }
  const correction = newest(byAuthor.filter(({ kind }) => kind === 'correction'));
  const first = message.original ?? message.text;
  const text = correction?.payload ?? first;
  const reactions = reactionsIn(db, conversation, effects);
  const shown = reactions.length === 0 ? null : JSON.stringify(reactions);
  const receipts = effects.filter(({ kind, is_mine }) => kind === 'receipt' && is_mine !== message.is_mine);
  const reads = message.is_mine === 1 ? receipts.filter(({ payload }) => payload === 'displayed') : [];
  const readAt = reads.length === 0 ? null : Math.min(...reads.map(({ at }) => at));
  const wants = message.is_mine === 0 && receipts.length > 0 ? 0 : message.wants_receipt;
  const isDelivered = message.is_mine === 1 && receipts.length > 0;
  const hasRisen =
    isDelivered && raiseOutcome(db, message.id, 'delivered', Math.min(...receipts.map(({ at }) => at)));
  if (
    text === message.text &&
    (correction?.at ?? null) === message.corrected_at &&
    shown === message.reactions &&
    readAt === message.read_at &&
    wants === message.wants_receipt
  ) {
    return hasRisen;
  }
  if (text !== message.text) unindex(db, message.id);
  db.run(
    `UPDATE messages SET text = ?, original = ?, corrected_at = ?, reactions = ?, read_at = ?, wants_receipt = ?
     WHERE id = ?`,
    text,
    correction === undefined ? null : first,
    correction?.at ?? null,
    shown,
    readAt,
    wants,
    message.id,
  );
  if (text !== message.text) index(db, message.id);
  return true;
};

/**
 * What the effect is about in the end: of a correction, the message that it corrects, by whatever version others
 * name it; of a reaction that is taken back, the message under the reaction.
 */
const rootOf = (
  db: Database,
  conversation: number,
  { effect, isMine }: NewEffect,
): { target: string; settled: string } => {
  const named = db.get<{ target: string; kind: string; is_mine: number }>(
    'SELECT target, kind, is_mine FROM effects WHERE conversation = ? AND message_id = ? LIMIT 1',
    conversation,
    effect.target,
  );
  if (named?.kind === 'correction') return { target: named.target, settled: named.target };
  if (named?.kind === 'reaction' && effect.kind === 'retraction' && named.is_mine === Number(isMine))
    return { target: effect.target, settled: named.target };
  return { target: effect.target, settled: effect.target };
};

/**
 * Keeps an effect and applies it, now or when its message comes. Gives the messages that show something else now;
 * undefined when it was known.
 */
export const addEffect = (db: Database, conversation: number, added: NewEffect): number[] | undefined => {
  const { effect, messageId, isMine } = added;
  const { target, settled } = rootOf(db, conversation, added);
  const { changes } = db.run(
    `INSERT INTO effects (account, conversation, is_mine, message_id, target, kind, payload, at, sequence, body,
       content_type) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    added.account,
    conversation,
    isMine ? 1 : 0,
    messageId,
    target,
    effect.kind,
    effect.payload,
    added.at,
    added.sequence ?? null,
    // Of receipts, what they say is all that there is.
    effect.kind === 'receipt' ? null : (added.body ?? null),
    added.contentType ?? null,
  );
  if (changes === 0) {
    // One's own: the server's time may be another than this computer's, and is the same for all devices.
    db.run(
      `UPDATE effects SET sequence = ?, at = ? WHERE conversation = ? AND message_id = ? AND is_mine = ?
         AND sequence IS NULL`,
      added.sequence ?? null,
      added.at,
      conversation,
      messageId,
      isMine ? 1 : 0,
    );
    const changed = settleEffects(db, conversation, settled);
    return changed.length === 0 ? undefined : changed;
  }
  if (effect.kind === 'correction') {
    // What was said about this version before it came is about the message.
    db.run(
      'UPDATE effects SET target = ? WHERE conversation = ? AND target = ? AND message_id <> ?',
      target,
      conversation,
      messageId,
      target,
    );
  }
  return settleEffects(db, conversation, settled);
};
