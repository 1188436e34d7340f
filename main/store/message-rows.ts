import type { FilePart, Message, Outcome, Problem } from '../../shared/model.ts';

export interface MessageRow {
  id: number;
  account: string;
  peer: string;
  message_id: string;
  is_mine: number;
  at: number;
  received_at: number;
  text: string;
  attachments: string;
  outcome: Outcome | null;
  outcome_at: number | null;
  problem: string | null;
}

export const MESSAGE_COLUMNS = `SELECT m.id, a.url AS account, c.peer, m.message_id, m.is_mine, m.at, m.received_at,
  m.text, m.attachments, m.outcome, m.outcome_at, m.problem
  FROM messages m JOIN conversations c ON c.id = m.conversation JOIN accounts a ON a.id = m.account`;

export const readMessage = (row: MessageRow): Message => ({
  id: row.id,
  account: row.account,
  peer: row.peer,
  messageId: row.message_id,
  isMine: row.is_mine === 1,
  at: row.at,
  receivedAt: row.received_at,
  text: row.text,
  order: row.id,
  files: JSON.parse(row.attachments) as FilePart[],
  reactions: [],
  ...(row.outcome === null ? {} : { outcome: row.outcome }),
  ...(row.outcome_at === null ? {} : { outcomeAt: row.outcome_at }),
  ...(row.problem === null ? {} : { problem: JSON.parse(row.problem) as Problem }),
});
