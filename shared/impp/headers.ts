import { ImppError } from '../errors.ts';
import { MAX_DECIMAL, MAX_LEASE_SECONDS, MAX_TOKEN } from './limits.ts';
import { HTAB, SP } from './octets.ts';

/** The headers of [IMPP 5], as they are written. Each may stand once in a message. */
export const KNOWN_HEADERS = [
  'Content-Type',
  'Content-Length',
  'From',
  'Target',
  'Origin',
  'To',
  'Connection-ID',
  'Target-Connection-ID',
  'Lease-Time',
  'Revision',
  'If-Revision',
  'View',
  'Subscription-State',
  'Message-ID',
  'Outcome',
  'Storage',
  'Expires',
  'Max-Forwards',
  'Inbox-Sequence',
  'Inbox-After',
  'Inbox-First',
  'Inbox-Last',
  'Before',
  'Limit',
  'Count',
  'Body-Deferred',
  'Copy',
  'Replay',
  'Received',
  'Error',
  'Reason',
  'Location',
  'Server',
  'Retry-After',
  'Max-Message-Size',
  'Domain',
  'Role',
  'Agent',
  'Services',
  'Max-Pending',
  'Idle-Timeout',
  'Bulk-Threshold',
  'TLS',
  'Auth-Mechanisms',
  'Iterations',
  'Registration',
  'Policy',
  'Mechanism',
  'Auth-State',
  'Address',
  'Device',
  'Device-Name',
  'Purpose',
  'Name',
  'Query',
  'Watcher',
  'Token',
  'Invite',
] as const;

const CANONICAL: ReadonlyMap<string, string> = new Map(
  KNOWN_HEADERS.flatMap((name) => [
    [name, name],
    [name.toLowerCase(), name],
  ]),
);

/** The written form of a header of [IMPP 5]; undefined for all others. */
export const canonicalName = (name: string): string | undefined =>
  CANONICAL.get(name) ?? CANONICAL.get(name.toLowerCase());

const TOKEN = new RegExp(`^[A-Za-z0-9._\\-]{1,${MAX_TOKEN}}$`, 'v');

/** 1-64 of ALPHA DIGIT `-` `.` `_`. */
export const isToken = (text: string): boolean => TOKEN.test(text);

/** C0 but HTAB, DEL, C1: in a value they could end a line early, or reach a terminal that obeys them. */
// oxlint-disable-next-line no-control-regex -- refusing them is the purpose
export const CONTROLS = /[\x00-\x08\x0A-\x1F\x7F-\x9F]/v;

/**
 * An ordered list of names and values. Names compare without case and keep their spelling, but for those of
 * [IMPP 5], which take the page's. Whatever is in a list may be written: `set` and `append` refuse the rest.
 */
export class Headers {
  /** name, value, name, value ...: half the objects of a list of pairs, and quick to walk. */
  readonly #list: string[];

  private constructor(list: string[]) {
    this.#list = list;
  }

  /** Throws `invalid-argument` as `append` does. */
  static from(pairs: Iterable<readonly [string, string]> = []): Headers {
    const headers = new Headers([]);
    for (const [name, value] of pairs) headers.append(name, value);
    return headers;
  }

  /** For the parser: takes over a flat list whose names and values it has checked. */
  static ofChecked(list: string[]): Headers {
    return new Headers(list);
  }

  copy(): Headers {
    return new Headers(this.#list.slice());
  }

  get size(): number {
    return this.#list.length / 2;
  }

  /** The first value. */
  get(name: string): string | undefined {
    const index = this.#find(name);
    return index === -1 ? undefined : this.#list[index + 1];
  }

  has(name: string): boolean {
    return this.#find(name) !== -1;
  }

  /** Replaces, in the place of the first of that name. Throws `invalid-argument` as `append` does. */
  set(name: string, value: string): this {
    const index = this.#find(name);
    if (index === -1) return this.append(name, value);
    this.#list[index + 1] = checkedValue(name, value);
    for (let other = this.#find(name, index + 2); other !== -1; other = this.#find(name, other)) {
      this.#list.splice(other, 2);
    }
    return this;
  }

  /**
   * White space at the ends of the value is trimmed, as every reader does. Throws `invalid-argument` for a name
   * that is no token, a value with control characters or half a surrogate pair, and the second of a known name.
   */
  append(name: string, value: string): this {
    const known = canonicalName(name);
    if (known === undefined && !isToken(name)) {
      throw new ImppError('invalid-argument', `not a header name: ${JSON.stringify(name)}`);
    }
    if (known !== undefined && this.has(known)) {
      throw new ImppError('invalid-argument', `a second ${known}`);
    }
    this.#list.push(known ?? name, checkedValue(name, value));
    return this;
  }

  delete(name: string): this {
    for (let index = this.#find(name); index !== -1; index = this.#find(name, index))
      this.#list.splice(index, 2);
    return this;
  }

  *entries(): IterableIterator<[string, string]> {
    for (let index = 0; index < this.#list.length; index += 2) {
      yield [this.#list[index] as string, this.#list[index + 1] as string];
    }
  }

  /** For the serializer, which walks many lists: name, value, name, value ... not to be changed. */
  flat(): readonly string[] {
    return this.#list;
  }

  #find(name: string, from = 0): number {
    const list = this.#list;
    for (let index = from; index < list.length; index += 2) if (list[index] === name) return index;
    const known = canonicalName(name);
    if (known === name) return -1;
    if (known !== undefined) return this.#find(known, from);
    const lower = name.toLowerCase();
    for (let index = from; index < list.length; index += 2) {
      if (list[index]?.toLowerCase() === lower) return index;
    }
    return -1;
  }
}

// One walk over the value and no expressions: a server writes tens of thousands of heads a second.
const checkedValue = (name: string, value: string): string => {
  let isPlain = true;
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charCodeAt(at);
    if (unit >= 0x20 && unit < 0x7f) continue;
    if (unit <= 0x9f && unit !== HTAB) {
      throw new ImppError('invalid-argument', `a control character in ${name}`);
    }
    isPlain = false;
  }
  if (!isPlain && !value.isWellFormed()) {
    throw new ImppError('invalid-argument', `half a surrogate pair in ${name}`);
  }
  return trimmed(value);
};

// By hand, because `[ \t]+$` takes the square of a long run of spaces that something follows.
const isWhiteSpace = (unit: number): boolean => unit === SP || unit === HTAB;

const trimmed = (value: string): string => {
  let start = 0;
  let end = value.length;
  while (start < end && isWhiteSpace(value.charCodeAt(start))) start += 1;
  while (end > start && isWhiteSpace(value.charCodeAt(end - 1))) end -= 1;
  return end - start === value.length ? value : value.slice(start, end);
};

// Readers of values. Each gives undefined when the header is absent and throws `bad-request` when its value is
// not of the kind: a fault in meaning, on which the connection goes on.

const malformed = (name: string): ImppError => new ImppError('bad-request', `${name} is not as it should be`);

/** Digits, at most `max`. */
export const readDecimal = (headers: Headers, name: string, max = MAX_DECIMAL): number | undefined => {
  const text = headers.get(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,16}$/v.test(text) || Number(text) > max) throw malformed(name);
  return Number(text);
};

/** Seconds, or `infinity` [IMPP 5, Lease-Time]. */
export const readLease = (headers: Headers): number | 'infinity' | undefined =>
  headers.get('Lease-Time') === 'infinity'
    ? 'infinity'
    : readDecimal(headers, 'Lease-Time', MAX_LEASE_SECONDS);

export const readToken = (headers: Headers, name: string): string | undefined => {
  const text = headers.get(name);
  if (text !== undefined && !isToken(text)) throw malformed(name);
  return text;
};

/** Tokens separated by one SP; an empty value is an empty list. */
export const readTokens = (headers: Headers, name: string): string[] | undefined => {
  const text = headers.get(name);
  if (text === undefined || text === '') return text === undefined ? undefined : [];
  const tokens = text.split(' ');
  if (!tokens.every(isToken)) throw malformed(name);
  return tokens;
};

/** Milliseconds since 1970, of a time in RFC 3339 with `Z` and milliseconds, and in no other of its forms [IMPP 0]. */
export const readTime = (headers: Headers, name: string): number | undefined => {
  const text = headers.get(name);
  if (text === undefined) return undefined;
  const time = parseTime(text);
  if (time === undefined) throw malformed(name);
  return time;
};

/** As `readTime`, for text from anywhere; undefined when it is not such a time. */
export const parseTime = (text: string): number | undefined => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/v.test(text)) return undefined;
  const time = Date.parse(text);
  // Date.parse takes the 30th of February for a day in March.
  return Number.isNaN(time) || new Date(time).toISOString() !== text ? undefined : time;
};

/** RFC 3339 in UTC with `Z` and milliseconds, of milliseconds since 1970 within the years 0-9999. */
export const formatTime = (ms: number): string => {
  const text = new Date(ms).toISOString();
  if (text.length !== 24) throw new ImppError('invalid-argument', 'a time outside the years 0-9999');
  return text;
};
