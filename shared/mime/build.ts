import { ImppError } from '../errors.ts';
import { formatDate } from './date.ts';
import { formatMailbox } from './mailbox.ts';

export interface NewMessage {
  /** Canonical URLs. */
  readonly from: string;
  readonly to: string;
  /** Milliseconds since 1970. */
  readonly date: number;
  /** `<id@host>`, that of the envelope [IMPP 15]. */
  readonly messageId: string;
  readonly text: string;
  /** The Message-ID that this answers. */
  readonly inReplyTo?: string | undefined;
  readonly references?: readonly string[] | undefined;
  /** The Message-ID that this corrects, or with an empty text takes back. */
  readonly supersedes?: string | undefined;
}

const MESSAGE_ID = /^<[^\s<>@\p{C}]+@[^\s<>@\p{C}]+>$/u;
/** Octets of a line in `8bit` [RFC 2045 2.8]. */
const MAX_LINE = 998;
const encoder = new TextEncoder();

/** Throws `invalid-argument` for what would not be one field. */
function messageId(text: string): string {
  if (text.length > 250 || !MESSAGE_ID.test(text))
    throw new ImppError('invalid-argument', 'not a Message-ID');
  return text;
}

/** Whether every line fits `8bit`; UTF-16 units tripled are an upper bound of the octets. */
function isEightBit(text: string): boolean {
  if (text.includes('\0')) return false;
  return text
    .split('\r\n')
    .every((line) => line.length * 3 <= MAX_LINE || encoder.encode(line).length <= MAX_LINE);
}

/**
 * Builds a message of plain text [IMPP 15]. Line ends of any kind become CRLF. Text whose lines are too long for
 * `8bit` is `binary`: the same octets, truly labelled, since IMPP has no limit on lines.
 * Throws `invalid-argument` for a Message-ID that is none.
 */
export function buildMessage(message: NewMessage): Uint8Array<ArrayBuffer> {
  const text = message.text.replace(/\r\n?|\n/g, '\r\n');
  const head = [
    `From: <${formatMailbox(message.from)}>`,
    `To: <${formatMailbox(message.to)}>`,
    `Date: ${formatDate(message.date)}`,
    `Message-ID: ${messageId(message.messageId)}`,
  ];
  if (message.inReplyTo !== undefined) head.push(`In-Reply-To: ${messageId(message.inReplyTo)}`);
  const references = message.references ?? [];
  if (references.length > 0) head.push(`References: ${references.map(messageId).join('\r\n ')}`);
  if (message.supersedes !== undefined) head.push(`Supersedes: ${messageId(message.supersedes)}`);
  head.push(
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Transfer-Encoding: ${isEightBit(text) ? '8bit' : 'binary'}`,
  );
  return encoder.encode(`${head.join('\r\n')}\r\n\r\n${text}`);
}
