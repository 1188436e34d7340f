// Messages as mail [IMPP 15]: fields, one text, files.

import { ImppError } from '../errors.ts';
import { COMPOSING_TYPE, type Composing, formatComposing } from './composing.ts';
import { formatDate } from './date.ts';
import { encodeBase64Lines } from './encodings.ts';
import { cleanName, nameForType } from './file-names.ts';
import { formatImdn, IMDN_TYPE } from './imdn.ts';
import { formatMailbox } from './mailbox.ts';
import { joinOctets } from './octets.ts';
import { formatParameter } from './parameters.ts';

/** What every message has. */
export interface Envelope {
  /** Canonical URLs. */
  readonly from: string;
  readonly to: string;
  /** Milliseconds since 1970. */
  readonly date: number;
  /** `<id@host>`, that of the envelope [IMPP 15]. */
  readonly messageId: string;
}

export interface NewFile {
  readonly name: string;
  /** As `image/png`; what is no type, and what is made of parts itself, is sent as octets. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface NewMessage extends Envelope {
  readonly text: string;
  /** The Message-ID that this answers. */
  readonly inReplyTo?: string | undefined;
  /** The first and the last 20 are written. */
  readonly references?: readonly string[] | undefined;
  /** The Message-ID that this corrects, or with an empty text takes back. */
  readonly supersedes?: string | undefined;
  readonly files?: readonly NewFile[] | undefined;
  /** Asks to be told when it has been displayed [RFC 5438 6.2]. */
  readonly wantsReceipt?: boolean | undefined;
  /** Somebody else's words. */
  readonly isForwarded?: boolean | undefined;
}

const MESSAGE_ID = /^<[^\s<>@\p{C}]+@[^\s<>@\p{C}]+>$/u;
/** Those of others need no more than to be one word: what came under such a name can be answered. */
const REFERENCE = /^<[^\s<>\p{C}]+>$/u;
const LONGEST_MESSAGE_ID = 250;
const MOST_REFERENCES = 20;
/** Octets of a line in `8bit` [RFC 2045 2.8]. */
const MAX_LINE = 998;
const TYPE = /^(?!multipart\/|message\/)[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/;
const OCTETS = 'application/octet-stream';
const encoder = new TextEncoder();

/** Throws `invalid-argument` for what would not be one field. */
function checked(id: string, pattern: RegExp): string {
  if (id.length > LONGEST_MESSAGE_ID || !pattern.test(id))
    throw new ImppError('invalid-argument', 'not a Message-ID');
  return id;
}

const messageId = (id: string) => checked(id, MESSAGE_ID);
const reference = (id: string) => checked(id, REFERENCE);

const envelopeFields = (envelope: Envelope): string[] => [
  `From: <${formatMailbox(envelope.from)}>`,
  `To: <${formatMailbox(envelope.to)}>`,
  `Date: ${formatDate(envelope.date)}`,
  `Message-ID: ${messageId(envelope.messageId)}`,
];

/** The octets of an entity: its fields, and below them its content. */
const entity = (fields: readonly string[], content: string): Uint8Array<ArrayBuffer> =>
  encoder.encode(`${fields.join('\r\n')}\r\n\r\n${content}`);

const crlf = (text: string): string => text.replace(/\r\n?|\n/g, '\r\n');

/** Whether every line fits `8bit`; UTF-16 units tripled are an upper bound of the octets. */
function isEightBit(text: string): boolean {
  if (text.includes('\0')) return false;
  return text
    .split('\r\n')
    .every((line) => line.length * 3 <= MAX_LINE || encoder.encode(line).length <= MAX_LINE);
}

/** Text whose lines are too long for `8bit` is `binary`: truly labelled, since IMPP has no limit on lines. */
const encodingOf = (text: string) => (isEightBit(text) ? '8bit' : 'binary');

const textFields = (text: string): string[] => [
  'Content-Type: text/plain; charset=utf-8',
  `Content-Transfer-Encoding: ${encodingOf(text)}`,
];

function fileFields({ name, type }: NewFile): string[] {
  const essence = type.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const sent = TYPE.test(essence) ? essence : OCTETS;
  return [
    `Content-Type: ${sent}`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment${formatParameter('filename', cleanName(name, nameForType(sent)))}`,
  ];
}

/** In no line of the text: a Message-ID is not known before it is sent, so nobody can have it written there. */
function boundaryFor({ messageId: id }: Envelope, text: string): string {
  const stem = `=_${id.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 48)}`;
  let boundary = stem;
  for (let number = 1; text.includes(boundary); number += 1) boundary = `${stem}.${number}`;
  return boundary;
}

/** The text comes first, unless there is none. */
function buildMixed(head: readonly string[], message: NewMessage, text: string): Uint8Array<ArrayBuffer> {
  const boundary = boundaryFor(message, text);
  const fields = [
    ...head,
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    `Content-Transfer-Encoding: ${encodingOf(text)}`,
  ];
  const pieces = [entity(fields, '')];
  const start = encoder.encode(`--${boundary}\r\n`);
  if (text !== '') pieces.push(start, entity(textFields(text), `${text}\r\n`));
  for (const file of message.files ?? [])
    pieces.push(start, entity(fileFields(file), ''), encodeBase64Lines(file.bytes));
  return joinOctets([...pieces, encoder.encode(`--${boundary}--\r\n`)]);
}

/**
 * Builds a message of text and files [IMPP 15]. Line ends of any kind become CRLF.
 * Throws `invalid-argument` for a Message-ID that is none.
 */
export function buildMessage(message: NewMessage): Uint8Array<ArrayBuffer> {
  const text = crlf(message.text);
  const head = envelopeFields(message);
  if (message.inReplyTo !== undefined) head.push(`In-Reply-To: ${reference(message.inReplyTo)}`);
  const [first, ...rest] = message.references ?? [];
  if (first !== undefined) {
    const references = [first, ...rest.slice(-MOST_REFERENCES)];
    head.push(`References: ${references.map(reference).join('\r\n ')}`);
  }
  if (message.supersedes !== undefined) head.push(`Supersedes: ${reference(message.supersedes)}`);
  if (message.wantsReceipt === true) head.push('Disposition-Notification: display');
  if (message.isForwarded === true) head.push('X-Forwarded: yes');
  head.push('MIME-Version: 1.0');
  if (message.files !== undefined && message.files.length > 0) return buildMixed(head, message, text);
  return entity([...head, ...textFields(text)], text);
}

/** A reaction to the message `inReplyTo` [RFC 9078]. Throws `invalid-argument`. */
export function buildReaction(
  reaction: Envelope & { readonly inReplyTo: string; readonly emoji: string },
): Uint8Array<ArrayBuffer> {
  const fields = [
    ...envelopeFields(reaction),
    `In-Reply-To: ${reference(reaction.inReplyTo)}`,
    'MIME-Version: 1.0',
    ...textFields(reaction.emoji),
    'Content-Disposition: reaction',
  ];
  return entity(fields, `${reaction.emoji}\r\n`);
}

/** That the message `original` was displayed, or delivered [RFC 5438]. Throws `invalid-argument`. */
export function buildReceipt(
  receipt: Envelope & {
    /** `date`: of the original, ms since 1970. */
    readonly original: { readonly messageId: string; readonly date: number };
    readonly kind: 'display' | 'delivery';
  },
): Uint8Array<ArrayBuffer> {
  const { original, kind } = receipt;
  const fields = [
    ...envelopeFields(receipt),
    'MIME-Version: 1.0',
    `Content-Type: ${IMDN_TYPE}; charset=utf-8`,
    'Content-Transfer-Encoding: 8bit',
    'Content-Disposition: notification',
  ];
  return entity(fields, formatImdn({ ...original, messageId: reference(original.messageId) }, kind));
}

/** That somebody is writing, or no longer [RFC 3994]; to be sent with `Storage: none`. Throws `invalid-argument`. */
export function buildComposing(composing: Envelope & Composing): Uint8Array<ArrayBuffer> {
  const fields = [
    ...envelopeFields(composing),
    'MIME-Version: 1.0',
    `Content-Type: ${COMPOSING_TYPE}; charset=utf-8`,
    'Content-Transfer-Encoding: 8bit',
  ];
  return entity(fields, formatComposing(composing));
}
