// What the app shows of a message [IMPP 15]. Tolerant: a message from anywhere is shown as well as can be, and
// what is not understood as an attachment, never as nothing.

import { parseTime } from '../impp/headers.ts';
import { parseDate } from './date.ts';
import { decodeText, decodeTransfer } from './encodings.ts';
import { type Fields, fieldOf, readFields } from './fields.ts';
import { unflow } from './flowed.ts';
import { parseMailboxes, urlOfMailbox } from './mailbox.ts';
import { type Range, splitMultipart } from './multipart.ts';
import { type Parameterized, parseParameterized } from './parameters.ts';

export interface ReadMessage {
  /** Canonical URLs, as far as the addresses are of IMPP. */
  readonly from?: string;
  readonly to: readonly string[];
  /** By the sender's clock; ms since 1970. */
  readonly date?: number;
  readonly messageId?: string;
  readonly inReplyTo?: string;
  readonly supersedes?: string;
  /** Lines end in LF. */
  readonly text: string;
  /** The names of parts that are not shown as text, or their types. */
  readonly attachments: readonly string[];
}

/** Multiparts within each other: everyone's messages have two or three. */
const MAX_DEPTH = 8;
/** More parts than that are one attachment. */
const MAX_PARTS = 256;

const MESSAGE_ID = /<[^<>\s]+>/;
/** What would let a name pass for another, or break out of its line. */
const NOT_IN_NAMES = /[\p{C}/\\]/gu;

interface Found {
  readonly texts: string[];
  readonly attachments: string[];
}

function nameOf(fields: Fields['fields'], type: Parameterized, disposition: Parameterized): string {
  const name = disposition.parameters.get('filename') ?? type.parameters.get('name') ?? '';
  const shown = name.replace(NOT_IN_NAMES, '_').trim().slice(0, 255);
  return shown !== '' ? shown : type.value || fieldOf(fields, 'content-type') || 'application/octet-stream';
}

function readText(bytes: Uint8Array, fields: Fields['fields'], { parameters }: Parameterized): string {
  const octets = decodeTransfer(bytes, fieldOf(fields, 'content-transfer-encoding') ?? '');
  const text = decodeText(octets, parameters.get('charset') ?? '').replace(/\r\n?/g, '\n');
  const isFlowed = parameters.get('format')?.toLowerCase() === 'flowed';
  return isFlowed ? unflow(text, parameters.get('delsp')?.toLowerCase() === 'yes') : text;
}

const typeOf = (fields: Fields['fields']) =>
  parseParameterized(fieldOf(fields, 'content-type') ?? 'text/plain');

function readAlternatives(bytes: Uint8Array, parts: readonly Range[], depth: number, found: Found): void {
  const types = parts.map((part) => typeOf(readFields(bytes, part.start, part.end).fields).value);
  // Plain text says all that we can show; within a multipart there may be some.
  const plain = types.indexOf('text/plain');
  const at = plain !== -1 ? plain : types.findIndex((type) => type.startsWith('multipart/'));
  const chosen = parts[at === -1 ? 0 : at];
  if (chosen !== undefined) readEntity(bytes, chosen, depth, found);
}

function readEntity(bytes: Uint8Array, range: Range, depth: number, found: Found): void {
  const { fields, contentStart } = readFields(bytes, range.start, range.end);
  const type = typeOf(fields);
  const disposition = parseParameterized(fieldOf(fields, 'content-disposition') ?? '');
  const boundary = type.parameters.get('boundary');
  if (type.value.startsWith('multipart/') && boundary && depth < MAX_DEPTH) {
    const parts = splitMultipart(bytes, boundary, { start: contentStart, end: range.end }, MAX_PARTS + 1);
    const room = MAX_PARTS - found.texts.length - found.attachments.length;
    if (parts.length > 0 && parts.length <= room) {
      if (type.value === 'multipart/alternative') readAlternatives(bytes, parts, depth + 1, found);
      else for (const part of parts) readEntity(bytes, part, depth + 1, found);
      return;
    }
  }
  if (type.value === 'text/plain' && disposition.value !== 'attachment') {
    found.texts.push(readText(bytes.subarray(contentStart, range.end), fields, type));
  } else {
    found.attachments.push(nameOf(fields, type, disposition));
  }
}

function urlsOf(value: string | undefined): string[] {
  if (value === undefined || value.length > 65_536) return [];
  try {
    return parseMailboxes(value).mailboxes.flatMap((mailbox) => urlOfMailbox(mailbox) ?? []);
  } catch {
    return [];
  }
}

/** Reads a message of `contentType`, `message/rfc822` or `message/cpim`. Never throws: whatever it is has come. */
export function readMessage(bytes: Uint8Array, contentType = 'message/rfc822'): ReadMessage {
  const isCpim = parseParameterized(contentType).value === 'message/cpim';
  const { fields, contentStart } = readFields(bytes);
  const found: Found = { texts: [], attachments: [] };
  const entity = { start: isCpim ? contentStart : 0, end: bytes.length };
  if (fields.length > 0) readEntity(bytes, entity, 0, found);
  if (found.texts.length === 0 && found.attachments.length === 0) found.attachments.push(contentType);

  const [from] = urlsOf(fieldOf(fields, 'from'));
  const time = fieldOf(fields, isCpim ? 'datetime' : 'date');
  const date = time === undefined ? undefined : isCpim ? parseTime(time) : parseDate(time);
  const idOf = (name: string) => MESSAGE_ID.exec((fieldOf(fields, name) ?? '').slice(0, 1_000))?.[0];
  const messageId = idOf('message-id');
  const inReplyTo = idOf('in-reply-to');
  const supersedes = idOf('supersedes');
  return {
    ...(from === undefined ? {} : { from }),
    to: fields.flatMap(([name, value]) => (name === 'to' ? urlsOf(value) : [])),
    ...(date === undefined ? {} : { date }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(supersedes === undefined ? {} : { supersedes }),
    text: found.texts.join('\n'),
    attachments: found.attachments,
  };
}
