// The files of a message: what they are called, and their octets.

import { ImppError } from '../errors.ts';
import { decodedSize, decodeTransfer } from './encodings.ts';
import { fieldOf, readFields } from './fields.ts';
import { cleanName, nameForType } from './file-names.ts';
import type { Part } from './parts.ts';
import { decodeWords } from './words.ts';

export interface FilePart {
  /** Its place among the files of the message. */
  readonly index: number;
  /** Fit for any disk: no path, nothing that is not seen or turns it around, 1 to 255 octets. */
  readonly name: string;
  /** What the sender says it is, as `image/png`: to be believed by nobody. */
  readonly type: string;
  /** Decoded octets. */
  readonly size: number;
}

const TYPE = /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/;
const OCTETS = 'application/octet-stream';
/** Enough of a message to find its subject. */
const SUBJECT_WITHIN = 65_536;
const LONGEST_SUBJECT = 4096;

const isWhole = (part: Part) => part.type.value.startsWith('multipart/');
/** A multipart that is kept whole has no encoding of its own. */
const encodingOf = (part: Part) =>
  isWhole(part) ? '' : (fieldOf(part.fields, 'content-transfer-encoding') ?? '');

export const octetsOf = (bytes: Uint8Array, part: Part): Uint8Array =>
  decodeTransfer(bytes.subarray(part.range.start, part.range.end), encodingOf(part));

const typeOf = ({ type }: Part) => (TYPE.test(type.value) ? type.value : OCTETS);

/** `Re: Lunch.eml` for a message within. */
function subjectName(bytes: Uint8Array, part: Part): string | undefined {
  const head = bytes.subarray(part.range.start, Math.min(part.range.end, part.range.start + SUBJECT_WITHIN));
  const subject = fieldOf(readFields(decodeTransfer(head, encodingOf(part))).fields, 'subject') ?? '';
  const shown = decodeWords(subject.slice(0, LONGEST_SUBJECT)).replace(/[/\\]/g, '_').trim();
  return shown === '' ? undefined : `${shown}.eml`;
}

function nameOf(bytes: Uint8Array, part: Part): string {
  const { type, disposition } = part;
  const given = decodeWords(
    (disposition.parameters.get('filename') ?? type.parameters.get('name') ?? '').slice(0, LONGEST_SUBJECT),
  );
  const essence = typeOf(part);
  const isSealed = /^application\/(?:x-)?pkcs7-mime$/.test(essence);
  const fallback =
    isSealed && type.parameters.get('smime-type')?.toLowerCase() === 'signed-data'
      ? 'signed-message.p7m'
      : nameForType(essence);
  // Everyone calls it so, and it tells nobody anything.
  if (isSealed && /^smime\.p7m$/i.test(given)) return fallback;
  const isMessage = essence === 'message/rfc822' || essence === 'message/global';
  return cleanName(given.trim() === '' && isMessage ? (subjectName(bytes, part) ?? '') : given, fallback);
}

export const filePartOf = (bytes: Uint8Array, part: Part, index: number): FilePart => ({
  index,
  name: nameOf(bytes, part),
  type: typeOf(part),
  size: decodedSize(bytes.subarray(part.range.start, part.range.end), encodingOf(part)),
});

/** Throws `not-found` for an index that has no part. */
export function fileOf(
  bytes: Uint8Array,
  parts: readonly Part[],
  index: number,
): { readonly name: string; readonly type: string; readonly bytes: Uint8Array } {
  const part = parts[index];
  if (part === undefined) throw new ImppError('not-found', 'no such file in the message');
  return { name: nameOf(bytes, part), type: typeOf(part), bytes: octetsOf(bytes, part) };
}
