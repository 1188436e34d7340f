import { ImppError } from '../errors.ts';

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;

/** Octets of one header section: no sender needs more, and every message's is read. */
export const MAX_HEADER_SECTION = 262_144;

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const tolerantDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

export const malformed = (what: string): ImppError => new ImppError('bad-request', `message: ${what}`);

/**
 * Walks over the fields of a header section [RFC 5322 2.2] without copying: octet offsets, one field at a time.
 *
 * Strict, it throws `bad-request` wherever two readers could see different fields, since one of them would be
 * shown another sender than the other checked: a line that is no field, a CR alone, a line that ends in LF among
 * lines that end in CRLF. Messages whose lines all end in LF are taken. Tolerant, it passes over what it cannot
 * read, and over what is beyond the limit of a header section.
 */
export class FieldReader {
  nameStart = 0;
  nameEnd = 0;
  valueStart = 0;
  /** Before the end of the last line of the value. */
  valueEnd = 0;
  /** Where the header section ends and the content begins; valid once {@link next} has said false. */
  contentStart = 0;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #isStrict: boolean;
  #at: number;
  readonly #limit: number;
  /** How lines end here: undefined until one has. */
  #hasCr: boolean | undefined;

  constructor(bytes: Uint8Array, options: { isStrict: boolean; start?: number; end?: number }) {
    this.#bytes = bytes;
    this.#at = options.start ?? 0;
    this.#end = options.end ?? bytes.length;
    this.#isStrict = options.isStrict;
    this.#limit = this.#at + MAX_HEADER_SECTION;
  }

  /** Goes to the next field; false at the end of the section. */
  next(): boolean {
    const bytes = this.#bytes;
    for (;;) {
      if (this.#at >= this.#end) return this.#finish(this.#end);
      const isOver = this.#at > this.#limit;
      if (isOver && this.#isStrict) throw malformed(`a header section over ${MAX_HEADER_SECTION} octets`);
      const first = bytes[this.#at];
      if (first === LF || (first === CR && bytes[this.#at + 1] === LF)) {
        this.#noteLineEnd(first === CR);
        return this.#finish(this.#at + (first === CR ? 2 : 1));
      }

      this.nameStart = this.#at;
      let at = this.#at;
      let octet = bytes[at] ?? 0;
      while (octet > SPACE && octet < 127 && octet !== COLON) octet = bytes[(at += 1)] ?? 0;
      this.nameEnd = at;
      while (octet === SPACE || octet === TAB) octet = bytes[(at += 1)] ?? 0;
      const isField = octet === COLON && this.nameEnd > this.nameStart && at < this.#end;
      if (!isField && this.#isStrict) throw malformed('a line in the header that is no field');
      this.valueStart = isField ? at + 1 : this.nameStart;
      this.#passValue();
      if (isField && !isOver) return true;
    }
  }

  /** The name, as far as ASCII letters go, is `name` (lower case) in whatever case. */
  hasName(name: string): boolean {
    const length = name.length;
    if (this.nameEnd - this.nameStart !== length) return false;
    for (let at = 0; at < length; at += 1) {
      if (((this.#bytes[this.nameStart + at] ?? 0) | 0x20) !== name.charCodeAt(at)) return false;
    }
    return true;
  }

  /** In lower case. */
  name(): string {
    return tolerantDecoder.decode(this.#bytes.subarray(this.nameStart, this.nameEnd)).toLowerCase();
  }

  /** Unfolded and trimmed. Strict, throws `bad-request` for what is not UTF-8. */
  value(): string {
    const most = this.valueStart + MAX_HEADER_SECTION;
    const end = this.#isStrict ? this.valueEnd : Math.min(this.valueEnd, most);
    const raw = this.#bytes.subarray(this.valueStart, end);
    let text: string;
    try {
      text = (this.#isStrict ? strictDecoder : tolerantDecoder).decode(raw);
    } catch (cause) {
      throw new ImppError('bad-request', 'message: a field that is not UTF-8', { cause });
    }
    return text.replace(/\r?\n/g, '').trim();
  }

  #passValue(): void {
    const bytes = this.#bytes;
    let at = this.valueStart;
    for (;;) {
      let octet = 0;
      while (at < this.#end && (octet = bytes[at] ?? 0) !== LF && octet !== CR) at += 1;
      if (at >= this.#end) {
        this.valueEnd = this.#end;
        this.#at = this.#end;
        return;
      }
      if (octet === CR && bytes[at + 1] !== LF) {
        if (this.#isStrict) throw malformed('a CR without its LF');
        at += 1;
        continue;
      }
      this.#noteLineEnd(octet === CR);
      const after = at + (octet === CR ? 2 : 1);
      const first = after < this.#end ? bytes[after] : 0;
      if (first !== SPACE && first !== TAB) {
        this.valueEnd = at;
        this.#at = after;
        return;
      }
      at = after;
    }
  }

  #noteLineEnd(hasCr: boolean): void {
    if (this.#isStrict && this.#hasCr !== undefined && this.#hasCr !== hasCr)
      throw malformed('line ends of two kinds');
    this.#hasCr = hasCr;
  }

  #finish(contentStart: number): false {
    this.contentStart = Math.min(contentStart, this.#end);
    return false;
  }
}

export interface Fields {
  /** Names in lower case, values unfolded, in order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Offset of the content. */
  readonly contentStart: number;
}

/** All fields of the header section that begins at `start`, tolerantly. */
export function readFields(bytes: Uint8Array, start = 0, end = bytes.length): Fields {
  const reader = new FieldReader(bytes, { isStrict: false, start, end });
  const fields: (readonly [string, string])[] = [];
  while (reader.next()) fields.push([reader.name(), reader.value()]);
  return { fields, contentStart: reader.contentStart };
}

/** The value of the first field of that name (lower case). */
export const fieldOf = (fields: Fields['fields'], name: string): string | undefined =>
  fields.find(([candidate]) => candidate === name)?.[1];
