// The history in forms that other programs read: mbox with the octets of every message as they came, and JSON with
// everything that is shown.

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { appendMbox } from '../../../shared/mime/mbox.ts';
import { readFile } from '../../../shared/mime/read.ts';
import { Database } from '../file/database.ts';
import { partOf } from '../file/part.ts';
import { tellProgress } from './progress.ts';
import { MESSAGE_COLUMNS, type MessageRow, readMessage } from '../messages/message-rows.ts';
import { messageOperations } from '../messages/messages.ts';
import { outcomeOperations } from '../messages/outcomes.ts';

export interface ExportRequest {
  /** The account's row. */
  readonly account: number;
  /** One conversation, else all. */
  readonly peer?: string | undefined;
  readonly format: 'mbox' | 'json';
  /** The file to write. */
  readonly to: string;
  readonly now: number;
}

/** Octets gathered before they are written. */
const PORTION = 1 << 20;
const encoder = new TextEncoder();

/** A file that is there whole or not at all, and that nobody else may read. */
class Output {
  readonly #path: string;
  readonly #file: number;
  #waiting: Uint8Array[] = [];
  #size = 0;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(partOf(path), 'w', 0o600);
  }

  write(...pieces: readonly (Uint8Array | string)[]): void {
    for (const piece of pieces) {
      const bytes = typeof piece === 'string' ? encoder.encode(piece) : piece;
      this.#waiting.push(bytes);
      this.#size += bytes.length;
    }
    if (this.#size >= PORTION) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#waiting);
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
    this.#waiting = [];
    this.#size = 0;
  }

  end(): void {
    this.#flush();
    fsyncSync(this.#file);
    closeSync(this.#file);
    renameSync(partOf(this.#path), this.#path);
  }

  drop(): void {
    closeSync(this.#file);
    rmSync(partOf(this.#path), { force: true });
  }
}

interface Conversation {
  id: number;
  peer: string;
}

interface BodyRow {
  is_mine: number;
  at: number;
  body: Uint8Array;
}

/** Messages and what changes them, in order; receipts say nothing that anybody wrote. */
const BODIES = `
  SELECT m.is_mine, m.at, m.ord AS ord, b.body FROM messages m JOIN bodies b ON b.message = m.id
    WHERE m.conversation = ?1
  UNION ALL
  SELECT is_mine, at, sequence AS ord, body FROM effects WHERE conversation = ?1 AND body IS NOT NULL
  ORDER BY 2, 3`;

/** Counts what is written. */
type Tell = (messages: number) => void;

const writeMbox = (
  db: Database,
  output: Output,
  url: string,
  { id, peer }: Conversation,
  tell: Tell,
): number => {
  let count = 0;
  for (const { is_mine, at, body } of db.each<BodyRow>(BODIES, id)) {
    output.write(...appendMbox(is_mine === 1 ? url : peer, at, body));
    count += 1;
    tell(count);
  }
  return count;
};

const dataOf = (body: Uint8Array, contentType: string, index: number): { data?: string } => {
  try {
    return { data: Buffer.from(readFile(body, contentType, index).bytes).toString('base64') };
  } catch {
    // A file that cannot be taken out of the message is still named.
    return {};
  }
};

const writeJson = (db: Database, output: Output, conversation: Conversation, tell: Tell): number => {
  output.write(`{"peer":${JSON.stringify(conversation.peer)},"messages":[`);
  let count = 0;
  const rows = db.each<MessageRow>(
    `${MESSAGE_COLUMNS} WHERE m.conversation = ? ORDER BY m.at, m.ord`,
    conversation.id,
  );
  for (const row of rows) {
    const { id, account: _account, peer: _peer, files, quote, ...message } = readMessage(db, row);
    const stored = files.length === 0 ? undefined : storedBody(db, id);
    const versions = message.correctedAt === undefined ? undefined : messageOperations.listVersions(db, id);
    const text = JSON.stringify({
      ...message,
      ...(quote === undefined ? {} : { quote: quote.messageId }),
      ...(versions === undefined ? {} : { versions }),
      steps: outcomeOperations.listSteps(db, id),
      files: files.map((file) => ({
        ...file,
        ...(stored === undefined ? {} : dataOf(stored.body, stored.contentType, file.index)),
      })),
    });
    output.write(count === 0 ? '\n' : ',\n', text);
    count += 1;
    tell(count);
  }
  output.write(']}');
  return count;
};

const storedBody = (db: Database, id: number) => {
  try {
    return messageOperations.messageBody(db, id);
  } catch {
    // Left at the domain, or taken back.
    return undefined;
  }
};

export const exportChores = {
  /** Writes one conversation or all of an account to a file; gives how many messages. */
  exportHistory(path: string, { account, peer, format, to, now }: ExportRequest): { messages: number } {
    const db = new Database(path, 'reader');
    const output = new Output(to);
    try {
      const url = db.get<{ url: string }>('SELECT url FROM accounts WHERE id = ?', account)?.url ?? '';
      const conversations = db.all<Conversation>(
        `SELECT id, peer FROM conversations WHERE account = ?1 AND is_gone = 0 AND last_message IS NOT NULL
           AND (?2 IS NULL OR peer = ?2) ORDER BY peer`,
        account,
        peer ?? null,
      );
      let messages = 0;
      const total =
        db.get<{ count: number }>(
          `SELECT count(*) AS count FROM messages m JOIN conversations c ON c.id = m.conversation
           WHERE c.account = ?1 AND c.is_gone = 0 AND (?2 IS NULL OR c.peer = ?2)`,
          account,
          peer ?? null,
        )?.count ?? 0;
      // What changes messages is written as well, and is not counted.
      const tell = (written: number): void => tellProgress(Math.min(messages + written, total), total);
      if (format === 'mbox') {
        for (const conversation of conversations) messages += writeMbox(db, output, url, conversation, tell);
      } else {
        const head = { format: 'parley-history', version: 1, account: url, exportedAt: now };
        output.write(`${JSON.stringify(head).slice(0, -1)},"conversations":[`);
        for (const [at, conversation] of conversations.entries()) {
          output.write(at === 0 ? '\n' : ',\n');
          messages += writeJson(db, output, conversation, tell);
        }
        output.write('\n]}\n');
      }
      output.end();
      return { messages };
    } catch (error) {
      output.drop();
      throw error;
    } finally {
      db.close();
    }
  },
};
