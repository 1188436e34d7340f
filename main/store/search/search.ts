import type { MessageHits } from '../../../shared/ipc.ts';
import { plain } from '../../../shared/text/format.ts';
import type { Database } from '../file/database.ts';
import { MESSAGE_COLUMNS, type MessageRow, readMessage } from '../messages/message-rows.ts';
import { type Excerpt, excerptOf, holds, LONGEST } from './excerpt.ts';
import { firstRowAt, ID_MASK } from './keeping.ts';
import { matchOf, type Term, termsOf } from './query.ts';

export interface SearchRequest {
  readonly query: string;
  readonly account?: number | undefined;
  /** With `account`: the address of the other party. */
  readonly peer?: string | undefined;
  readonly isMine?: boolean | undefined;
  readonly hasFile?: boolean | undefined;
  /** Written at or after, and before: milliseconds. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly limit: number;
}

/** Of every row of the index the message's number, newest first. */
const FIND = `SELECT rowid & ${ID_MASK} AS id FROM search_index
  WHERE search_index MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC`;
/** Without words and filters, the messages themselves are what is asked for. */
const EVERY_ROW = 2n ** 63n - 1n;

/** As the text is shown; as it was typed where what was found stands in the marks of formatting only. */
const excerptIn = (text: string, terms: readonly Term[]): Excerpt => {
  const shown = excerptOf(plain(text.slice(0, LONGEST)), terms);
  return shown.marks.length > 0 || terms.length === 0 ? shown : excerptOf(text, terms);
};

const read = (db: Database, row: MessageRow, terms: readonly Term[]): MessageHits['hits'][number] => {
  const message = readMessage(db, row);
  const excerpt = excerptIn(message.text, terms);
  const file =
    terms.length === 0 || excerpt.marks.length > 0
      ? undefined
      : message.files.find(({ name }) => holds(name, terms));
  return { message, excerpt, ...(file === undefined ? {} : { file: file.index }) };
};

export const searchOperations = {
  /** Messages that have all words of a query and pass its filters, newest first. Nothing asked for, nothing found. */
  search(db: Database, request: SearchRequest): Omit<MessageHits, 'took'> {
    const { account, peer, isMine, hasFile, from, until, limit } = request;
    const terms = termsOf(request.query);
    if (terms.length === 0 && request.query.trim() !== '') return { hits: [], hasMore: false };
    // With an account: one conversation; without: those of all accounts with this person.
    const conversations =
      peer === undefined
        ? undefined
        : db
            .all<{ id: number }>(
              'SELECT id FROM conversations WHERE peer = ?1 AND (?2 IS NULL OR account = ?2)',
              peer,
              account ?? null,
            )
            .map(({ id }) => id);
    const match = matchOf(terms, { account, conversations, isMine, hasFile });
    if (match === undefined) return { hits: [], hasMore: false };
    const hits: MessageHits['hits'][number][] = [];
    const rows = db.each<{ id: number }>(
      FIND,
      match,
      from === undefined ? 0n : firstRowAt(from),
      until === undefined ? EVERY_ROW : firstRowAt(until),
    );
    for (const { id } of rows) {
      const row = db.get<MessageRow>(
        `${MESSAGE_COLUMNS} WHERE m.id = ? AND m.is_retracted = 0 AND a.is_gone = 0 AND c.is_gone = 0`,
        id,
      );
      if (row === undefined) continue;
      if (hits.length === limit) return { hits, hasMore: true };
      hits.push(read(db, row, terms));
    }
    return { hits, hasMore: false };
  },
};
