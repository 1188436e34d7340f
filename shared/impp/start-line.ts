import { MAX_METHOD, MAX_REQUEST_ID } from './limits.ts';

export const VERSION = 'impp/1.0';

const ANY_VERSION = /^impp\/\d+\.\d+$/v;

const octets = (pattern: RegExp): Uint8Array =>
  Uint8Array.from({ length: 128 }, (_, octet) => (pattern.test(String.fromCharCode(octet)) ? 1 : 0));
const IN_METHOD = octets(/[A-Z0-9\-]/v);
const UPPER = octets(/[A-Z]/v);
const IN_ID = octets(/[A-Za-z0-9._\-]/v);
const LETTER_OR_DIGIT = octets(/[A-Za-z0-9]/v);

// Loops and not expressions: each message asks twice when it is read and twice when it is written.

/** Any legal METHOD, known or not; OK and ERROR would read as responses. */
export const isMethod = (text: string): boolean => {
  if (text.length > MAX_METHOD || UPPER[text.charCodeAt(0)] !== 1) return false;
  for (let at = 1; at < text.length; at += 1) if (IN_METHOD[text.charCodeAt(at)] !== 1) return false;
  return text !== 'OK' && text !== 'ERROR';
};

export const isRequestId = (text: string): boolean => {
  if (text.length > MAX_REQUEST_ID) return false;
  let hasName = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charCodeAt(at);
    if (IN_ID[letter] !== 1) return false;
    hasName |= LETTER_OR_DIGIT[letter] as number;
  }
  return hasName === 1;
};

/** `OK-1` is a method like any other. */
const LIKE_RESPONSE = /^(?:OK|ERROR)(?![A-Z0-9\-])/v;

/** What a start line says. `method` and `id` are `-` where they cannot be read. */
export interface StartLine {
  readonly isResponse: boolean;
  readonly ok: boolean;
  readonly method: string;
  readonly id: string;
  /** `other` is a version that this program does not speak, in an otherwise legal line. */
  readonly version: 'current' | 'other' | 'malformed';
}

const malformed = (text: string): StartLine => ({
  isResponse: LIKE_RESPONSE.test(text),
  ok: false,
  method: '-',
  id: '-',
  version: 'malformed',
});

/** Reads a start line without its CRLF [IMPP 4]. Never throws: a malformed one is to be answered as far as it can be read. */
export const readStartLine = (text: string): StartLine => {
  const isResponse = text.startsWith('OK ') || text.startsWith('ERROR ');
  const ok = isResponse && text.charCodeAt(0) === 0x4f;
  const start = isResponse ? (ok ? 3 : 6) : 0;
  const first = text.indexOf(' ', start);
  const second = text.indexOf(' ', first + 1);
  if (first === -1 || second === -1) return malformed(text);
  let method = text.slice(start, first);
  if (isResponse) {
    if (method.charCodeAt(0) !== 0x28 || !method.endsWith(')')) return malformed(text);
    method = method.slice(1, -1);
  }
  const id = text.slice(first + 1, second);
  // `ERROR (-) -` is how a peer answers what it could not read.
  const isLegal =
    (isMethod(method) && isRequestId(id)) || (isResponse && !ok && method === '-' && id === '-');
  if (!isLegal) return malformed(text);
  const tail = text.slice(second + 1);
  const version = tail === VERSION ? 'current' : ANY_VERSION.test(tail) ? 'other' : 'malformed';
  return { isResponse, ok, method, id, version };
};
