// Content-Transfer-Encodings and charsets, read tolerantly: what is wrong in a message from anywhere is passed
// over, and the rest is shown.

const CR = 13;
const LF = 10;
const EQUALS = 61;

const isHex = (octet: number) =>
  (octet >= 48 && octet <= 57) || (octet >= 65 && octet <= 70) || (octet >= 97 && octet <= 102);
const hexValue = (octet: number) => (octet <= 57 ? octet - 48 : (octet | 32) - 87);

/** [RFC 2045 6.7]. White space at the ends of lines is left as it is: gateways add it, people do not see it. */
function decodeQuotedPrintable(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let written = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const octet = bytes[at] ?? 0;
    const first = bytes[at + 1] ?? 0;
    const second = bytes[at + 2] ?? 0;
    if (octet === EQUALS && isHex(first) && isHex(second)) {
      out[written++] = hexValue(first) * 16 + hexValue(second);
      at += 2;
    } else if (octet === EQUALS && first === CR && second === LF) {
      at += 2;
    } else if (octet === EQUALS && first === LF) {
      at += 1;
    } else {
      out[written++] = octet;
    }
  }
  return out.subarray(0, written);
}

const ALPHABET = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const NO_DIGIT = 64;
const BASE64_VALUES = new Uint8Array(256).fill(NO_DIGIT);
for (const [value, octet] of ALPHABET.entries()) BASE64_VALUES[octet] = value;

/** Where base64 ends: at the first `=`. */
function base64End(bytes: Uint8Array): number {
  const end = bytes.indexOf(EQUALS);
  return end === -1 ? bytes.length : end;
}

/** Everything outside the alphabet is passed over [RFC 2045 6.8]; `=` ends it. */
function decodeBase64Lines(bytes: Uint8Array): Uint8Array {
  const end = base64End(bytes);
  const out = new Uint8Array(Math.ceil((end * 3) / 4));
  let written = 0;
  let group = 0;
  let digits = 0;
  for (let at = 0; at < end; at += 1) {
    const value = BASE64_VALUES[bytes[at] ?? 0] ?? NO_DIGIT;
    if (value === NO_DIGIT) continue;
    group = (group << 6) | value;
    if ((digits += 1) === 4) {
      out[written] = group >>> 16;
      out[written + 1] = group >>> 8;
      out[written + 2] = group;
      written += 3;
      digits = 0;
      group = 0;
    }
  }
  if (digits >= 2) out[written++] = digits === 2 ? group >>> 4 : group >>> 10;
  if (digits === 3) out[written++] = group >>> 2;
  return out.subarray(0, written);
}

/** The octets that {@link decodeTransfer} would give, without making them. */
export function decodedSize(bytes: Uint8Array, encoding: string): number {
  switch (encoding.trim().toLowerCase()) {
    case 'quoted-printable':
      return decodeQuotedPrintable(bytes).length;
    case 'base64': {
      const end = base64End(bytes);
      let digits = 0;
      for (let at = 0; at < end; at += 1) if (BASE64_VALUES[bytes[at] ?? 0] !== NO_DIGIT) digits += 1;
      return Math.floor((digits * 3) / 4);
    }
    default:
      return bytes.length;
  }
}

/** Octets in a line of 76 digits [RFC 2045 6.8]. */
const OCTETS_IN_LINE = 57;

/** The octets that {@link encodeBase64Lines} makes of `size`. */
export const base64LinesSize = (size: number): number =>
  Math.ceil(size / 3) * 4 + Math.ceil(size / OCTETS_IN_LINE) * 2;

/** Base64 in lines of 76, each with its CRLF [RFC 2045 6.8]. */
export function encodeBase64Lines(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(base64LinesSize(bytes.length));
  let written = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    out[written] = ALPHABET[group >>> 18] ?? 0;
    out[written + 1] = ALPHABET[(group >>> 12) & 63] ?? 0;
    out[written + 2] = at + 1 < bytes.length ? (ALPHABET[(group >>> 6) & 63] ?? 0) : EQUALS;
    out[written + 3] = at + 2 < bytes.length ? (ALPHABET[group & 63] ?? 0) : EQUALS;
    written += 4;
    if (at + 3 >= bytes.length || (at + 3) % OCTETS_IN_LINE === 0) {
      out[written] = CR;
      out[written + 1] = LF;
      written += 2;
    }
  }
  return out;
}

/** The content without its encoding; `7bit`, `8bit`, `binary` and what nobody knows is as it is. */
export function decodeTransfer(bytes: Uint8Array, encoding: string): Uint8Array {
  switch (encoding.trim().toLowerCase()) {
    case 'quoted-printable':
      return decodeQuotedPrintable(bytes);
    case 'base64':
      return decodeBase64Lines(bytes);
    default:
      return bytes;
  }
}

/** 0x80-0x9F of windows-1252, which is what senders of iso-8859-1 mean; some hosts' decoders leave them out. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const LATIN_1 = /^(?:iso[-_]?8859-1|l(?:atin)?1|windows-1252|(?:x-)?cp1252)$/i;
/** Said by programs that did not look, and then often UTF-8. */
const ASCII = /^(?:(?:us-)?ascii|ansi_x3\.4-1968|unknown-8bit|)$/i;
const utf8 = new TextDecoder('utf-8');

function decoderOf(charset: string): TextDecoder {
  if (ASCII.test(charset)) return utf8;
  try {
    return new TextDecoder(charset);
  } catch {
    return utf8;
  }
}

/** Text in the charsets that hosts know; of others what can be made out. A byte order mark is no part of it. */
export function decodeText(bytes: Uint8Array, charset: string): string {
  if (!LATIN_1.test(charset)) return decoderOf(charset).decode(bytes);
  const out: string[] = [];
  for (let at = 0; at < bytes.length; at += 8_192) {
    const text = String.fromCharCode(...bytes.subarray(at, at + 8_192));
    out.push(
      text.replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252.charAt(character.charCodeAt(0) - 0x80)),
    );
  }
  return out.join('');
}
