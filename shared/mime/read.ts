// What the app shows of a message [IMPP 15]. Tolerant: a message from anywhere is shown as well as can be, and
// what is not understood as a file, never as nothing.

import { parseTime } from '../impp/headers.ts';
import { parseComposing, COMPOSING_TYPE } from './composing.ts';
import { parseDate } from './date.ts';
import { decodeText } from './encodings.ts';
import { type Fields, fieldOf, readFields } from './fields.ts';
import { type FilePart, fileOf, filePartOf, octetsOf } from './files.ts';
import { unflow } from './flowed.ts';
import { type Disposition, IMDN_TYPE, parseImdn } from './imdn.ts';
import { parseMailboxes, urlOfMailbox } from './mailbox.ts';
import { parseParameterized } from './parameters.ts';
import { type Part, type Parts, partsOf } from './parts.ts';
import { emojiIn } from './reaction.ts';

/** What a message is there for. */
export type MessageKind =
  /** To be read; with `supersedes` a correction, or without text and files a retraction. */
  | { readonly type: 'text' }
  /** `to`: the Message-ID of what it is a reaction to [RFC 9078]. */
  | { readonly type: 'reaction'; readonly emoji: string; readonly to: string }
  /** `of`: a Message-ID [RFC 5438]. `at`: when, by the clock of whom it comes from; ms since 1970. */
  | { readonly type: 'receipt'; readonly of: string; readonly disposition: Disposition; readonly at?: number }
  /** `refresh` in seconds [RFC 3994]. */
  | { readonly type: 'composing'; readonly isActive: boolean; readonly refresh?: number };

export interface ReadMessage {
  /** Canonical URLs, as far as the addresses are of IMPP. */
  readonly from?: string;
  readonly to: readonly string[];
  /** By the sender's clock; ms since 1970. */
  readonly date?: number;
  readonly messageId?: string;
  readonly inReplyTo?: string;
  /** Message-IDs, the oldest first. */
  readonly references: readonly string[];
  readonly supersedes?: string;
  readonly kind: MessageKind;
  /** Lines end in LF. */
  readonly text: string;
  /** The parts that are not shown as text. */
  readonly files: readonly FilePart[];
  /** The sender wants to be told when it has been displayed. */
  readonly wantsReceipt: boolean;
  /** Somebody else's words. */
  readonly isForwarded: boolean;
}

const MESSAGE_ID = /<[^<>\s\p{C}]{1,248}>/u;
const MESSAGE_IDS = new RegExp(MESSAGE_ID, 'gu');
/** Characters of a field that are searched for one Message-ID. */
const LONGEST_ID_FIELD = 1000;
/** The nearest ones of References are at its end. */
const MOST_REFERENCES = 100;
const SIGNATURE = /^application\/(?:(?:x-)?pkcs7|pgp)-signature$/;

function readText(bytes: Uint8Array, part: Part): string {
  const { parameters } = part.type;
  const text = decodeText(octetsOf(bytes, part), parameters.get('charset') ?? '').replace(/\r\n?/g, '\n');
  const isFlowed = parameters.get('format')?.toLowerCase() === 'flowed';
  return isFlowed ? unflow(text, parameters.get('delsp')?.toLowerCase() === 'yes') : text;
}

/** Of a message that has one part beside signatures. */
function kindOf(
  bytes: Uint8Array,
  part: Part,
  inReplyTo: string | undefined,
  at: number | undefined,
): MessageKind {
  switch (part.type.value) {
    case 'text/plain': {
      if (part.disposition.value !== 'reaction' || inReplyTo === undefined) break;
      const emoji = emojiIn(readText(bytes, part));
      if (emoji !== undefined) return { type: 'reaction', emoji, to: inReplyTo };
      break;
    }
    case IMDN_TYPE: {
      const imdn = parseImdn(octetsOf(bytes, part));
      if (imdn !== undefined) return { type: 'receipt', ...imdn, ...(at === undefined ? {} : { at }) };
      break;
    }
    case COMPOSING_TYPE: {
      const composing = parseComposing(octetsOf(bytes, part));
      if (composing !== undefined) return { type: 'composing', ...composing };
    }
  }
  return { type: 'text' };
}

/** CPIM has fields of its own, and below them the entity [RFC 3862 2]. */
const isCpim = (contentType: string) => parseParameterized(contentType).value === 'message/cpim';

/** The parts, as every reader of this message counts them. */
function contentOf(bytes: Uint8Array, contentType: string, { fields, contentStart }: Fields): Parts {
  const whole = { start: 0, end: bytes.length };
  if (fields.length > 0)
    return partsOf(bytes, isCpim(contentType) ? { ...whole, start: contentStart } : whole);
  // Octets that are no message at all.
  const type = parseParameterized('message/rfc822');
  return { texts: [], files: [{ fields, type, disposition: parseParameterized(''), range: whole }] };
}

function urlsOf(value: string | undefined): string[] {
  if (value === undefined || value.length > 65_536) return [];
  try {
    return parseMailboxes(value).mailboxes.flatMap((mailbox) => urlOfMailbox(mailbox) ?? []);
  } catch {
    return [];
  }
}

/** `positive-delivery, display` [RFC 5438 6.2]. */
const asksForDisplay = (value: string | undefined): boolean =>
  /(?:^|,)\s*display\s*(?:[,;]|$)/i.test((value ?? '').slice(0, LONGEST_ID_FIELD));

/** Reads a message of `contentType`, `message/rfc822` or `message/cpim`. Never throws: whatever it is has come. */
export function readMessage(bytes: Uint8Array, contentType = 'message/rfc822'): ReadMessage {
  const all = readFields(bytes);
  // CPIM writes the fields of a namespace with its prefix, as `imdn.Message-ID` [RFC 5438 6].
  const fields = isCpim(contentType)
    ? all.fields.map(([name, value]) => [name.replace(/^imdn\./, ''), value] as const)
    : all.fields;
  const parts = contentOf(bytes, contentType, all);

  const [from] = urlsOf(fieldOf(fields, 'from'));
  const time = fieldOf(fields, isCpim(contentType) ? 'datetime' : 'date');
  const date = time === undefined ? undefined : isCpim(contentType) ? parseTime(time) : parseDate(time);
  const idOf = (name: string) =>
    MESSAGE_ID.exec((fieldOf(fields, name) ?? '').slice(0, LONGEST_ID_FIELD))?.[0];
  const messageId = idOf('message-id');
  const inReplyTo = idOf('in-reply-to');
  const supersedes = idOf('supersedes');

  const [only, ...others] = [...parts.texts, ...parts.files].filter(
    ({ type }) => !SIGNATURE.test(type.value),
  );
  const kind: MessageKind =
    only === undefined || others.length > 0 ? { type: 'text' } : kindOf(bytes, only, inReplyTo, date);
  // A receipt is no file to its reader.
  const shown = parts.files.filter((part) => kind.type === 'text' || part !== only);
  const files = shown.map((part) => filePartOf(bytes, part, parts.files.indexOf(part)));
  return {
    ...(from === undefined ? {} : { from }),
    to: fields.flatMap(([name, value]) => (name === 'to' ? urlsOf(value) : [])),
    ...(date === undefined ? {} : { date }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    references: ((fieldOf(fields, 'references') ?? '').match(MESSAGE_IDS) ?? []).slice(-MOST_REFERENCES),
    ...(supersedes === undefined ? {} : { supersedes }),
    kind,
    text: parts.texts.map((part) => readText(bytes, part)).join('\n'),
    files,
    wantsReceipt: asksForDisplay(fieldOf(fields, 'disposition-notification')),
    isForwarded: /^yes$/i.test(fieldOf(fields, 'x-forwarded') ?? ''),
  };
}

/**
 * The file at `index` of those that {@link readMessage} lists for these octets. Throws `not-found` for an index
 * that has none.
 */
export function readFile(
  bytes: Uint8Array,
  contentType: string | undefined,
  index: number,
): { readonly name: string; readonly type: string; readonly bytes: Uint8Array } {
  const parts = contentOf(bytes, contentType ?? 'message/rfc822', readFields(bytes));
  return fileOf(bytes, parts.files, index);
}
