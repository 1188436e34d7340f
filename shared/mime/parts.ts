// What a message consists of, for people: the texts that are shown, and the files.

import { fieldOf, type Fields, readFields } from './fields.ts';
import { type Range, splitMultipart } from './multipart.ts';
import { type Parameterized, parseParameterized } from './parameters.ts';

/** A part that is not divided further. */
export interface Part {
  readonly fields: Fields['fields'];
  readonly type: Parameterized;
  readonly disposition: Parameterized;
  /** The encoded content; of a multipart that is kept whole the entity with its fields, which name its parts. */
  readonly range: Range;
}

export interface Parts {
  readonly texts: Part[];
  readonly files: Part[];
}

/** Multiparts within each other: everyone's messages have two or three. */
const MAX_DEPTH = 8;
/** More parts than that are one file. */
const MAX_PARTS = 256;
/** Octets of text that are shown; more is no message but a file, and would fill a window many times. */
const MAX_TEXT = 1_048_576;

const SPACE = 32;

/** How an entity is looked at. */
interface Place {
  readonly depth: number;
  /** What the entity is if it does not say. */
  readonly type: string;
  /** It is another form of what is shown: only the files that it alone has are wanted. */
  readonly isAlternative: boolean;
  /** It is signed: a message in it is this very message [IMPP 16]. */
  readonly isSigned: boolean;
}

const typeOf = (fields: Fields['fields'], otherwise: string): Parameterized =>
  parseParameterized(fieldOf(fields, 'content-type') ?? otherwise);

class Walk {
  readonly found: Parts = { texts: [], files: [] };
  readonly #bytes: Uint8Array;
  #parts = 0;
  #text = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  enter(range: Range, place: Place): void {
    const { fields, contentStart } = readFields(this.#bytes, range.start, range.end);
    const type = typeOf(fields, place.type);
    const disposition = parseParameterized(fieldOf(fields, 'content-disposition') ?? '');
    const content = { start: contentStart, end: range.end };
    if (type.value.startsWith('multipart/')) {
      if (!this.#enterMultipart(type, content, place)) {
        this.#addFile({ fields, type, disposition, range });
      }
      return;
    }
    if (place.isSigned && type.value === 'message/rfc822' && place.depth < MAX_DEPTH) {
      this.enter(content, { ...place, depth: place.depth + 1, type: 'text/plain', isSigned: false });
      return;
    }
    const part = { fields, type, disposition, range: content };
    const isAttached = disposition.value === 'attachment' || disposition.parameters.has('filename');
    if (place.isAlternative) {
      if (isAttached) this.#addFile(part);
    } else if (type.value === 'text/plain' && !isAttached && this.#hasRoomFor(content)) {
      this.#parts += 1;
      this.found.texts.push(part);
    } else {
      this.#addFile(part);
    }
  }

  #addFile(part: Part): void {
    this.#parts += 1;
    this.found.files.push(part);
  }

  #hasRoomFor({ start, end }: Range): boolean {
    if (this.#text + end - start > MAX_TEXT) return false;
    this.#text += end - start;
    return true;
  }

  /** False: it has no parts, or too many, or is too deep, or nobody but the receiver's keys can open it. */
  #enterMultipart({ value, parameters }: Parameterized, content: Range, place: Place): boolean {
    const boundary = parameters.get('boundary');
    if (!boundary || place.depth >= MAX_DEPTH || value === 'multipart/encrypted') return false;
    const parts = splitMultipart(this.#bytes, boundary, content, MAX_PARTS + 1);
    if (parts.length === 0 || parts.length > MAX_PARTS - this.#parts) return false;
    const inner: Place = {
      depth: place.depth + 1,
      type: value === 'multipart/digest' ? 'message/rfc822' : 'text/plain',
      isAlternative: place.isAlternative,
      isSigned: false,
    };
    if (value === 'multipart/alternative') this.#enterAlternatives(parts, inner);
    else
      parts.forEach((part, at) =>
        this.enter(part, { ...inner, isSigned: value === 'multipart/signed' && at === 0 }),
      );
    return true;
  }

  #enterAlternatives(parts: readonly Range[], inner: Place): void {
    // Plain text says all that we can show, unless it says nothing; within a multipart there may be some.
    const types = parts.map((part) => {
      const { fields, contentStart } = readFields(this.#bytes, part.start, part.end);
      const { value } = typeOf(fields, inner.type);
      return value === 'text/plain' && this.#isBlank({ start: contentStart, end: part.end }) ? '' : value;
    });
    const plain = types.indexOf('text/plain');
    const multipart = types.findIndex((type) => type.startsWith('multipart/'));
    const other = types.findIndex((type) => type !== '');
    const chosen = [plain, multipart, other].find((at) => at !== -1) ?? 0;
    parts.forEach((part, at) =>
      this.enter(part, { ...inner, isAlternative: inner.isAlternative || at !== chosen }),
    );
  }

  #isBlank({ start, end }: Range): boolean {
    for (let at = start; at < end; at += 1) if ((this.#bytes[at] ?? 0) > SPACE) return false;
    return true;
  }
}

/**
 * The texts and the files of the entity at `range`, in their order: at most 256, at most eight multiparts deep, and
 * whatever is beyond that as one file. One pass over the octets for each depth.
 */
export function partsOf(bytes: Uint8Array, range: Range): Parts {
  const walk = new Walk(bytes);
  walk.enter(range, { depth: 0, type: 'text/plain', isAlternative: false, isSigned: false });
  return walk.found;
}
