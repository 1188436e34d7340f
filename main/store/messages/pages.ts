import type { Message, Place } from '../../../shared/model.ts';
import { findConversation } from '../conversations/conversations.ts';
import type { Database } from '../file/database.ts';
import { MESSAGE_COLUMNS, type MessageRow, readMessage } from './message-rows.ts';

/** Which part of a conversation: before or after a place, half of each around one, else the newest. */
export interface Part {
  readonly before?: Place | undefined;
  readonly after?: Place | undefined;
  readonly around?: Place | undefined;
  readonly limit: number;
}

export interface Page {
  readonly messages: readonly Message[];
  /** There are older, or newer, ones on this computer. */
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  readonly losses: readonly { readonly from: number; readonly until: number }[];
  /** The lowest Inbox-Sequence of the page: what gaps lie below decides whether there is more at the domain. */
  readonly lowest?: number;
}

interface Row extends MessageRow {
  sequence: number | null;
}

const SELECT = MESSAGE_COLUMNS.replace('SELECT', 'SELECT m.sequence,');
const FIRST: Place = { at: Number.MIN_SAFE_INTEGER, order: 0 };
const LAST: Place = { at: Number.MAX_SAFE_INTEGER, order: Number.MAX_SAFE_INTEGER };

/** One more than wanted tells whether there is more. */
const older = (db: Database, conversation: number, { at, order }: Place, limit: number): Row[] =>
  db
    .all<Row>(
      `${SELECT} WHERE m.conversation = ? AND (m.at, m.ord) < (?, ?) ORDER BY m.at DESC, m.ord DESC LIMIT ?`,
      conversation,
      at,
      order,
      limit + 1,
    )
    .reverse();

const newer = (db: Database, conversation: number, { at, order }: Place, limit: number): Row[] =>
  db.all<Row>(
    `${SELECT} WHERE m.conversation = ? AND (m.at, m.ord) > (?, ?) ORDER BY m.at, m.ord LIMIT ?`,
    conversation,
    at,
    order,
    limit + 1,
  );

const hasAny = (db: Database, conversation: number, { at, order }: Place, isOlder: boolean): boolean =>
  db.get(
    `SELECT 1 FROM messages WHERE conversation = ? AND (at, ord) ${isOlder ? '<=' : '>='} (?, ?) LIMIT 1`,
    conversation,
    at,
    order,
  ) !== undefined;

const partOf = (
  db: Database,
  conversation: number,
  { before, after, around, limit }: Part,
): { rows: Row[]; hasOlder: boolean; hasNewer: boolean } => {
  if (after !== undefined) {
    const rows = newer(db, conversation, after, limit);
    const hasOlder = hasAny(db, conversation, after, true);
    return { rows: rows.slice(0, limit), hasOlder, hasNewer: rows.length > limit };
  }
  if (around !== undefined) {
    const half = Math.ceil(limit / 2);
    const behind = older(db, conversation, around, half);
    // The place itself belongs to what follows.
    const ahead = newer(db, conversation, { at: around.at, order: around.order - 1 }, limit - half);
    return {
      rows: [...behind.slice(-half), ...ahead.slice(0, limit - half)],
      hasOlder: behind.length > half,
      hasNewer: ahead.length > limit - half,
    };
  }
  const rows = older(db, conversation, before ?? LAST, limit);
  const hasNewer = before !== undefined && hasAny(db, conversation, before, false);
  return { rows: rows.slice(-limit), hasOlder: rows.length > limit, hasNewer };
};

export const pageOperations = {
  /** Messages of a conversation in order, with the losses that belong between and beside them. */
  readPage(db: Database, account: number, peer: string, part: Part): Page {
    const conversation = findConversation(db, account, peer);
    if (conversation === undefined) return { messages: [], hasOlder: false, hasNewer: false, losses: [] };
    const { rows, hasOlder, hasNewer } = partOf(db, conversation, part);
    const from = hasOlder ? (rows[0]?.at ?? FIRST.at) : FIRST.at;
    const until = hasNewer ? (rows.at(-1)?.at ?? LAST.at) : LAST.at;
    const losses = db.all<{ from: number; until: number }>(
      `SELECT from_at AS "from", until_at AS until FROM losses
       WHERE account = ? AND from_at <= ? AND until_at >= ? ORDER BY first`,
      account,
      until,
      from,
    );
    const sequences = rows.flatMap(({ sequence }) => sequence ?? []);
    return {
      messages: rows.map((row) => readMessage(db, row)),
      hasOlder,
      hasNewer,
      losses,
      ...(sequences.length === 0 ? {} : { lowest: Math.min(...sequences) }),
    };
  },
};
