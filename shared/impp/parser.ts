// Bytes in, messages out [IMPP 4]: no socket, no clock, and the first fault is final. Every octet of a head is
// looked at once, wherever the chunks end; a body is copied at most once.

import { ImppError } from '../errors.ts';
import { CONTENT_LENGTH, CONTENT_TYPE, findKnown } from './known-headers.ts';
import { CONTROLS, Headers, KNOWN_HEADERS } from './headers.ts';
import { type Gauge, Incoming } from './incoming.ts';
import {
  MAX_BODY_UNATTACHED,
  MAX_HEADER_SECTION,
  MAX_HEADERS,
  MAX_LENGTH_DIGITS,
  MAX_START_LINE,
  MAX_TOKEN,
  OVERSIZE_FACTOR,
  WHOLE_BODY,
} from './limits.ts';
import type { Message } from './message.ts';
import { COLON, CR, DEL, HTAB, IN_START_LINE, IN_TOKEN, LF, SP } from './octets.ts';
import { Slab } from './slab.ts';
import { readStartLine, type StartLine } from './start-line.ts';
import { portableText, type Text } from './text.ts';

/** Malformed framing: answer it as far as it can be named, unless it is in a response, and close [IMPP 4]. */
export class FramingFault extends ImppError {
  /** `-` when it cannot be read, and then `id` too. */
  readonly method: string;
  readonly id: string;
  /** A malformed response closes without a word. */
  readonly inResponse: boolean;

  constructor(
    code: 'bad-request' | 'message-too-large',
    reason: string,
    where: { method: string; id: string; inResponse: boolean; maxMessageSize?: number },
  ) {
    super(
      code,
      reason,
      where.maxMessageSize === undefined ? {} : { data: { maxMessageSize: where.maxMessageSize } },
    );
    this.method = where.method;
    this.id = where.id;
    this.inResponse = where.inResponse;
  }
}

export interface ParserOptions {
  /** The Max-Message-Size in force, octets; the default is that of a connection that is not attached. */
  readonly maxBody?: number;
  readonly text?: Text;
  /**
   * If given, a request with a body over `WHOLE_BODY` is there as soon as its head is, and its body comes as
   * `stream`; the body of such a response is dropped, but see `maxAnswer`. Absent: every body is gathered.
   */
  readonly gauge?: Gauge;
}

/** Heads up to this size become one text of which the values are slices; a value kept for long keeps all of it. */
const SLICED_HEAD = 1024;
/** name start, name end, value start, value end, index of the known name or -1, whether it is not ASCII. */
const FIELDS = 6;
/** Where the lines of the head being read stand. One for all parsers: it is empty between two calls of `push`. */
const marks = new Int32Array(MAX_HEADERS * FIELDS);
const NO_BODY = new Uint8Array(0);

export class Parser {
  /** The Max-Message-Size in force, octets. A change concerns the messages whose head has not been read. */
  maxBody: number;
  /** With a gauge: the largest body over `WHOLE_BODY` of a response that is gathered instead of dropped, octets. */
  maxAnswer = 0;
  /** Which requests keep their head as it came. */
  keepsHead: ((headers: Headers) => boolean) | undefined;
  readonly #text: Text;
  #fault: FramingFault | undefined;

  // The head being read. Positions count from its first octet.
  #carry: Uint8Array | undefined;
  #carried = 0;
  #start: StartLine | undefined;
  #section = 0;
  #line = 0;
  #colon = -1;
  #scan = 0;
  #high = 0;
  #count = 0;
  #seenLow = 0;
  #seenHigh = 0;
  #length = -1;
  #list: string[] = [];

  // The message whose head is complete, and the octets its body still lacks.
  #headers: Headers | undefined;
  #head: Uint8Array | undefined;
  #faultInMeaning: ImppError | undefined;
  #missing = 0;
  #isReadAway = false;
  #body: Uint8Array | undefined;
  readonly #gauge: Gauge | undefined;
  #incoming: Incoming | undefined;

  constructor(options: ParserOptions = {}) {
    this.#gauge = options.gauge;
    this.maxBody = options.maxBody ?? MAX_BODY_UNATTACHED;
    this.#text = options.text ?? portableText;
  }

  /** Why the stream cannot be read on. Final. */
  get fault(): FramingFault | undefined {
    return this.#fault;
  }

  /** Octets received of a message that is not complete (those that are read away included). */
  get buffered(): number {
    return this.#headers === undefined ? this.#carried : this.#scan + this.#length - this.#missing;
  }

  /** The body that is coming in pieces just now. */
  get incoming(): Incoming | undefined {
    return this.#incoming;
  }

  /**
   * Takes the next octets and gives the messages that are complete with them; after a fault, none. Never throws.
   * `bytes` must not change afterwards: bodies may be views of it.
   */
  push(bytes: Uint8Array): Message[] {
    const messages: Message[] = [];
    const slab = new Slab();
    let at = 0;
    while (at < bytes.length && this.#fault === undefined) {
      if (this.#headers === undefined) {
        at = this.#takeHead(bytes, at);
        if (this.#incoming !== undefined) messages.push(this.#message(undefined));
      }
      if (this.#headers !== undefined) at = this.#takeBody(bytes, at, messages, slab);
    }
    return messages;
  }

  /** Reads on in a head; gives where in `bytes` reading stopped. */
  #takeHead(bytes: Uint8Array, at: number): number {
    if (this.#carry === undefined) {
      if (this.#readHead(bytes, at, bytes.length)) {
        this.#keepHead(bytes, at);
        return at + this.#scan;
      }
      if (this.#fault === undefined) this.#keep(bytes, at, bytes.length);
      return bytes.length;
    }
    const before = this.#carried;
    // No more than a head can be long, lest all of a large body be copied with the end of its head.
    const end = Math.min(bytes.length, at + MAX_START_LINE + MAX_HEADER_SECTION - before);
    this.#keep(bytes, at, end);
    if (!this.#readHead(this.#carry as Uint8Array, 0, this.#carried)) return end;
    this.#keepHead(this.#carry as Uint8Array, 0);
    this.#carry = undefined;
    this.#carried = 0;
    return at + this.#scan - before;
  }

  #keepHead(bytes: Uint8Array, base: number): void {
    const headers = this.#headers as Headers;
    if (this.keepsHead === undefined || this.#start?.isResponse !== false || !this.keepsHead(headers)) return;
    this.#head = bytes.slice(base, base + this.#scan);
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.#carried + end - start;
    if (this.#carry === undefined || this.#carry.length < needed) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#carried, 64));
      if (this.#carry !== undefined) larger.set(this.#carry.subarray(0, this.#carried));
      this.#carry = larger;
    }
    this.#carry.set(bytes.subarray(start, end), this.#carried);
    this.#carried = needed;
  }

  /** Reads the head that begins at `base`, of which there are octets up to `end`; whether it is complete and legal. */
  #readHead(bytes: Uint8Array, base: number, end: number): boolean {
    if (this.#start === undefined && !this.#readStartLine(bytes, base, end)) return false;
    const limit = base + this.#section + MAX_HEADER_SECTION;
    const stop = Math.min(end, limit);
    let line = base + this.#line;
    let colon = this.#colon === -1 ? -1 : base + this.#colon;
    let at = base + this.#scan;
    let high = this.#high;
    let marked = 0;
    let isComplete = false;
    while (at < stop) {
      if (colon === -1) {
        while (at < stop && IN_TOKEN[bytes[at] as number] === 1) at += 1;
        if (at === stop) break;
        if (bytes[at] === CR && at === line) {
          if (at + 1 === stop) break;
          if (bytes[at + 1] !== LF) return this.#fail('a bare CR');
          at += 2;
          isComplete = true;
          break;
        }
        if (bytes[at] !== COLON || at === line || at - line > MAX_TOKEN)
          return this.#fail('not a header line');
        colon = at;
        at += 1;
        high = 0;
      }
      for (; at < stop; at += 1) {
        const octet = bytes[at] as number;
        if (octet < SP ? octet !== HTAB : octet === DEL) break;
        high |= octet;
      }
      if (at === stop) break;
      if (bytes[at] !== CR) return this.#fail('a control character in a header');
      if (at + 1 === stop) break;
      if (bytes[at + 1] !== LF) return this.#fail('a bare CR');
      if (!this.#mark(bytes, line, colon, at, high, marked)) return false;
      marked += 1;
      at += 2;
      line = at;
      colon = -1;
    }
    if (!isComplete && end >= limit)
      return this.#fail('the header section is too large', 'message-too-large');
    this.#makeText(bytes, marked);
    this.#line = line - base;
    this.#colon = colon === -1 ? -1 : colon - base;
    this.#scan = at - base;
    this.#high = high;
    return isComplete && this.#endHead();
  }

  #readStartLine(bytes: Uint8Array, base: number, end: number): boolean {
    const limit = base + MAX_START_LINE;
    const stop = Math.min(end, limit);
    let at = base + this.#scan;
    while (at < stop && IN_START_LINE[bytes[at] as number] === 1) at += 1;
    const isWhole = at + 1 < stop && bytes[at] === CR && bytes[at + 1] === LF;
    if (isWhole) {
      const start = readStartLine(this.#text.ascii(bytes, base, at));
      this.#start = start;
      if (start.version === 'malformed') return this.#fail('not a start line');
      this.#section = at + 2 - base;
      this.#line = this.#section;
      this.#scan = this.#section;
      return true;
    }
    // A malformed response closes without a word, so what cannot be read on is looked at for its first word.
    this.#scan = at - base;
    const isWaiting = at === stop || (bytes[at] === CR && at + 1 === stop);
    if (isWaiting && end < limit) return false;
    this.#start = readStartLine(this.#text.ascii(bytes, base, at));
    return isWaiting
      ? this.#fail('the start line is too long', 'message-too-large')
      : this.#fail('a control character in the start line');
  }

  /** Notes a header line whose end is at `end`; false with a fault if it is not legal. */
  #mark(bytes: Uint8Array, line: number, colon: number, end: number, high: number, marked: number): boolean {
    if (this.#count === MAX_HEADERS) return this.#fail('too many headers', 'message-too-large');
    this.#count += 1;
    let from = colon + 1;
    let to = end;
    while (from < to && (bytes[from] === SP || bytes[from] === HTAB)) from += 1;
    while (to > from && (bytes[to - 1] === SP || bytes[to - 1] === HTAB)) to -= 1;
    const known = findKnown(bytes, line, colon);
    if (known !== -1) {
      const bit = 1 << (known & 31);
      const seen = known < 32 ? this.#seenLow : this.#seenHigh;
      if ((seen & bit) !== 0) return this.#fail(`a second ${KNOWN_HEADERS[known]}`);
      if (known < 32) this.#seenLow = seen | bit;
      else this.#seenHigh = seen | bit;
      if (known === CONTENT_LENGTH && !this.#readLength(bytes, from, to)) return false;
    }
    if (high >= 0x80 && !this.#isLegalValue(bytes, from, to)) return this.#fail('a value is not legal UTF-8');
    const mark = marked * FIELDS;
    marks[mark] = line;
    marks[mark + 1] = colon;
    marks[mark + 2] = from;
    marks[mark + 3] = to;
    marks[mark + 4] = known;
    marks[mark + 5] = high & 0x80;
    return true;
  }

  #readLength(bytes: Uint8Array, from: number, to: number): boolean {
    let length = 0;
    for (let at = from; at < to; at += 1) {
      const digit = (bytes[at] as number) - 0x30;
      if (digit < 0 || digit > 9) return this.#fail('Content-Length is not a number');
      length = length * 10 + digit;
    }
    if (from === to || to - from > MAX_LENGTH_DIGITS) return this.#fail('Content-Length is not a number');
    this.#length = length;
    return true;
  }

  #isLegalValue(bytes: Uint8Array, from: number, to: number): boolean {
    try {
      return !CONTROLS.test(this.#text.decode(bytes, from, to));
    } catch {
      return false;
    }
  }

  /** Makes text of the lines marked. At the latest when a chunk ends, since the marks point into it. */
  #makeText(bytes: Uint8Array, marked: number): void {
    if (marked === 0) return;
    const first = marks[0] as number;
    const last = marks[(marked - 1) * FIELDS + 3] as number;
    let high = 0;
    for (let mark = 5; mark < marked * FIELDS; mark += FIELDS) high |= marks[mark] as number;
    const whole =
      high === 0 && last - first <= SLICED_HEAD ? this.#text.ascii(bytes, first, last) : undefined;
    for (let mark = 0; mark < marked * FIELDS; mark += FIELDS) {
      const line = marks[mark] as number;
      const colon = marks[mark + 1] as number;
      const from = marks[mark + 2] as number;
      const to = marks[mark + 3] as number;
      const known = marks[mark + 4] as number;
      if (known !== -1) this.#list.push(KNOWN_HEADERS[known] as string);
      else this.#list.push(whole?.slice(line - first, colon - first) ?? this.#text.ascii(bytes, line, colon));
      if (whole !== undefined) this.#list.push(whole.slice(from - first, to - first));
      else if (marks[mark + 5] === 0) this.#list.push(this.#text.ascii(bytes, from, to));
      else this.#list.push(this.#text.decode(bytes, from, to));
    }
  }

  /** The head is complete: says what follows it; false with a fault if the body is far too large. */
  #endHead(): boolean {
    const length = this.#length;
    if (length > this.maxBody && length >= OVERSIZE_FACTOR * this.maxBody) {
      return this.#fail('the body is too large', 'message-too-large');
    }
    this.#headers = Headers.ofChecked(this.#list);
    this.#faultInMeaning = this.#findFaultInMeaning();
    const isGathered = length <= WHOLE_BODY || (this.#start?.isResponse === true && length <= this.maxAnswer);
    const gauge = isGathered ? undefined : this.#gauge;
    const isOfUse = this.#faultInMeaning === undefined && this.#start?.isResponse === false;
    this.#isReadAway = length > this.maxBody || (gauge !== undefined && !isOfUse);
    if (gauge !== undefined && isOfUse) this.#incoming = new Incoming(length, gauge);
    this.#missing = Math.max(0, length);
    return true;
  }

  /** What is answered without an end to the connection; the first that holds. */
  #findFaultInMeaning(): ImppError | undefined {
    if (this.#start?.version === 'other') return new ImppError('version-not-supported', 'this is IMPP/1.0');
    if (this.#length > this.maxBody) {
      return new ImppError('message-too-large', 'the body is too large', {
        data: { maxMessageSize: this.maxBody },
      });
    }
    if (this.#length > 0 && (this.#seenLow & (1 << CONTENT_TYPE)) === 0) {
      return new ImppError('bad-request', 'a body needs a Content-Type');
    }
    return undefined;
  }

  /** Reads on in a body; gives where in `bytes` it stopped. */
  #takeBody(bytes: Uint8Array, at: number, messages: Message[], slab: Slab): number {
    const end = Math.min(bytes.length, at + this.#missing);
    const isWhole = this.#body === undefined && end - at === this.#length;
    this.#missing -= end - at;
    if (this.#incoming !== undefined) this.#incoming.write(bytes, at, end);
    else if (!this.#isReadAway && this.#length > 0) {
      if (isWhole) this.#body = slab.part(bytes, at, end);
      else {
        // The length has been checked, so that this is at most what the peer was told it may send.
        this.#body ??= new Uint8Array(this.#length);
        this.#body.set(bytes.subarray(at, end), this.#length - this.#missing - (end - at));
      }
    }
    if (this.#missing > 0) return end;
    if (this.#incoming === undefined) messages.push(this.#message(this.#length === 0 ? NO_BODY : this.#body));
    this.#reset();
    return end;
  }

  #message(body: Uint8Array | undefined): Message {
    const { isResponse, ok, method, id } = this.#start as StartLine;
    const headers = this.#headers as Headers;
    const fault = this.#faultInMeaning;
    if (isResponse) return { kind: 'response', ok, method, id, headers, body, fault };
    const kept = this.#head === undefined ? undefined : { head: this.#head };
    if (this.#incoming === undefined) return { kind: 'request', method, id, headers, body, fault, ...kept };
    return { kind: 'request', method, id, headers, stream: this.#incoming, ...kept };
  }

  #reset(): void {
    this.#start = undefined;
    this.#headers = undefined;
    this.#head = undefined;
    this.#faultInMeaning = undefined;
    this.#body = undefined;
    this.#incoming = undefined;
    this.#list = [];
    this.#section = 0;
    this.#line = 0;
    this.#scan = 0;
    this.#count = 0;
    this.#seenLow = 0;
    this.#seenHigh = 0;
    this.#length = -1;
  }

  #fail(reason: string, code: 'bad-request' | 'message-too-large' = 'bad-request'): false {
    this.#fault = new FramingFault(code, reason, {
      method: this.#start?.method ?? '-',
      id: this.#start?.id ?? '-',
      inResponse: this.#start?.isResponse ?? false,
      ...(code === 'message-too-large' ? { maxMessageSize: this.maxBody } : {}),
    });
    this.#carry = undefined;
    this.#carried = 0;
    this.#list = [];
    return false;
  }
}
