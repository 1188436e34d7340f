import type { FilePart, Message, Outcome, Problem, Quote } from '../../../shared/model.ts';
import { plain } from '../../../shared/text/format.ts';
import type { Database } from '../file/database.ts';

export interface MessageRow {
  id: number;
  conversation: number;
  account: string;
  peer: string;
  message_id: string;
  is_mine: number;
  at: number;
  ord: number;
  received_at: number;
  text: string;
  files: string;
  quote: string | null;
  corrected_at: number | null;
  is_retracted: number;
  is_forwarded: number;
  expires: number | null;
  read_at: number | null;
  deferred: number | null;
  reactions: string | null;
  outcome: Outcome | null;
  outcome_at: number | null;
  problem: string | null;
}

export const MESSAGE_COLUMNS = `SELECT m.id, m.conversation, a.url AS account, c.peer, m.message_id, m.is_mine, m.at,
  m.ord, m.received_at, m.text, m.files, m.quote, m.corrected_at, m.is_retracted, m.is_forwarded, m.expires,
  m.read_at, m.deferred, m.reactions, m.outcome, m.outcome_at, m.problem
  FROM messages m JOIN conversations c ON c.id = m.conversation JOIN accounts a ON a.id = m.account`;

/** Of what is quoted: UTF-16 units. */
const QUOTE_LENGTH = 200;

/** The files of a message as its row holds them. */
export const filesIn = (files: string): FilePart[] =>
  files === '[]' ? [] : (JSON.parse(files) as FilePart[]);

/** One line for a text: its beginning without the marks of formatting, or the names of its files. */
const beginning = (text: string, files: string): string => {
  const line = plain(text.slice(0, QUOTE_LENGTH * 4));
  const shown =
    line !== ''
      ? line
      : filesIn(files)
          .map(({ name }) => name)
          .join(', ');
  return shown.length <= QUOTE_LENGTH ? shown : `${shown.slice(0, QUOTE_LENGTH).toWellFormed()}…`;
};

const readQuote = (db: Database, conversation: number, messageId: string): Quote => {
  const row = db.get<{
    id: number;
    at: number;
    ord: number;
    is_mine: number;
    text: string;
    files: string;
    is_retracted: number;
  }>(
    `SELECT id, at, ord, is_mine, substr(text, 1, ${QUOTE_LENGTH * 4}) AS text, files, is_retracted FROM messages
     WHERE conversation = ? AND message_id = ? LIMIT 1`,
    conversation,
    messageId,
  );
  if (row === undefined) return { messageId };
  return {
    messageId,
    id: row.id,
    place: { at: row.at, order: row.ord },
    isMine: row.is_mine === 1,
    ...(row.is_retracted === 1 ? {} : { text: beginning(row.text, row.files) }),
  };
};

export const readMessage = (db: Database, row: MessageRow): Message => ({
  id: row.id,
  account: row.account,
  peer: row.peer,
  messageId: row.message_id,
  isMine: row.is_mine === 1,
  at: row.at,
  order: row.ord,
  receivedAt: row.received_at,
  text: row.text,
  files: filesIn(row.files),
  reactions: row.reactions === null ? [] : (JSON.parse(row.reactions) as Message['reactions']),
  ...(row.quote === null ? {} : { quote: readQuote(db, row.conversation, row.quote) }),
  ...(row.corrected_at === null ? {} : { correctedAt: row.corrected_at }),
  ...(row.is_retracted === 0 ? {} : { isRetracted: true }),
  ...(row.is_forwarded === 0 ? {} : { isForwarded: true }),
  ...(row.expires === null ? {} : { expires: row.expires }),
  ...(row.read_at === null ? {} : { readAt: row.read_at }),
  ...(row.deferred === null ? {} : { deferred: row.deferred }),
  ...(row.outcome === null ? {} : { outcome: row.outcome }),
  ...(row.outcome_at === null ? {} : { outcomeAt: row.outcome_at }),
  ...(row.problem === null ? {} : { problem: JSON.parse(row.problem) as Problem }),
});

const FIND = `${MESSAGE_COLUMNS} WHERE m.id = ?`;

export const findMessage = (db: Database, id: number): Message | undefined => {
  const row = db.get<MessageRow>(FIND, id);
  return row === undefined ? undefined : readMessage(db, row);
};
