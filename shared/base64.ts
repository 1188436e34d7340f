// RFC 4648 section 4. The universal globals of shared code have no base64.

import { ImppError } from './errors.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < 64; value += 1) VALUES[ALPHABET.charCodeAt(value)] = value;

const malformed = () => new ImppError('bad-request', 'not base64');

/** With padding, without line breaks. */
export function encodeBase64(bytes: Uint8Array): string {
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    out += ALPHABET.charAt(group >>> 18) + ALPHABET.charAt((group >>> 12) & 63);
    out += at + 1 < bytes.length ? ALPHABET.charAt((group >>> 6) & 63) : '=';
    out += at + 2 < bytes.length ? ALPHABET.charAt(group & 63) : '=';
  }
  return out;
}

/**
 * Only what {@link encodeBase64} writes: padded, no white space, no bits left over, so that no two texts mean
 * the same octets. Throws `bad-request`.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 !== 0) throw malformed();
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const out = new Uint8Array((text.length / 4) * 3 - padding);
  let group = 0;
  let written = 0;
  for (let at = 0; at < digits; at += 1) {
    const code = text.charCodeAt(at);
    const value = code < 128 ? (VALUES[code] ?? -1) : -1;
    if (value < 0) throw malformed();
    group = (group << 6) | value;
    if (at % 4 === 3) {
      out[written] = group >>> 16;
      out[written + 1] = group >>> 8;
      out[written + 2] = group;
      written += 3;
      group = 0;
    }
  }
  if (padding === 1) {
    if ((group & 3) !== 0) throw malformed();
    out[written] = group >>> 10;
    out[written + 1] = group >>> 2;
  } else if (padding === 2) {
    if ((group & 15) !== 0) throw malformed();
    out[written] = group >>> 4;
  }
  return out;
}
