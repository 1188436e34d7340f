// Values with parameters, as in Content-Type and Content-Disposition [RFC 2045 5.1, RFC 2231], read tolerantly, and the
// writing of one.

import { decodeText } from './encodings.ts';
import { joinOctets } from './octets.ts';

export interface Parameterized {
  /** Before the first `;`, in lower case. */
  readonly value: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const PARAMETER = /;[ \t]*([^\s=;"]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/gs;
/** More than the longest name in the shortest pieces; the rest of a field is passed over. */
const MAX_PARAMETERS = 1000;
const encoder = new TextEncoder();

/** One piece of a value [RFC 2231 3]; only extended ones have percent signs that mean something. */
interface Piece {
  readonly number: number;
  readonly isExtended: boolean;
  readonly text: string;
}

function octetsOf({ isExtended, text }: Piece): Uint8Array {
  const octets = encoder.encode(text);
  if (!isExtended) return octets;
  let written = 0;
  for (let at = 0; at < octets.length; at += 1) {
    const hex =
      octets[at] === 37
        ? /^[0-9A-Fa-f]{2}/.exec(String.fromCharCode(octets[at + 1] ?? 0, octets[at + 2] ?? 0))
        : null;
    octets[written++] = hex === null ? (octets[at] ?? 0) : Number.parseInt(hex[0], 16);
    if (hex !== null) at += 2;
  }
  return octets.subarray(0, written);
}

/** Of all pieces together: a character may be cut in two by them. */
function joinPieces(pieces: readonly Piece[]): string {
  const [first, ...rest] = [...pieces].sort((a, b) => a.number - b.number);
  if (first === undefined) return '';
  if (!first.isExtended) return [first, ...rest].map(({ text }) => text).join('');
  // `utf-8'en'caf%C3%A9`
  const [, charset = '', text = first.text] = /^([^']*)'[^']*'(.*)$/s.exec(first.text) ?? [];
  return decodeText(joinOctets([{ ...first, text }, ...rest].map(octetsOf)), charset);
}

/** Of two parameters of a name the first counts, and of two forms of one the extended. */
export function parseParameterized(text: string): Parameterized {
  const semicolon = text.indexOf(';');
  const value = (semicolon === -1 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  const parameters = new Map<string, string>();
  if (semicolon === -1) return { value, parameters };
  const plain = new Map<string, string>();
  /** By name, by number of the piece [RFC 2231 3]. */
  const pieces = new Map<string, Piece[]>();
  let count = 0;
  for (const [, name = '', quoted, bare = ''] of text.slice(semicolon).matchAll(PARAMETER)) {
    if ((count += 1) > MAX_PARAMETERS) break;
    const content = quoted === undefined ? bare.trim() : quoted.replace(/\\(.)/gs, '$1');
    const [, base = '', number, star] = /^([^*]+)(?:\*(\d{1,3}))?(\*)?$/.exec(name.toLowerCase()) ?? [];
    if (base === '') continue;
    if (number === undefined && star === undefined) {
      if (!plain.has(base)) plain.set(base, content);
      continue;
    }
    const list = pieces.get(base) ?? [];
    list.push({ number: Number(number ?? 0), isExtended: star !== undefined, text: content });
    pieces.set(base, list);
  }
  for (const [name, content] of plain) parameters.set(name, content);
  for (const [name, list] of pieces) parameters.set(name, joinPieces(list));
  return { value, parameters };
}

/** What stands in quotes as it is. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
/** Characters of a piece: its line stays below 78 [RFC 5322 2.1.1]. */
const PIECE = 54;

const percentEncode = (character: string): string =>
  /[A-Za-z0-9._-]/.test(character)
    ? character
    : Array.from(
        encoder.encode(character),
        (octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`,
      ).join('');

/** One parameter with the `;` before it; what is not ASCII as RFC 2231 has it, in as many pieces as it takes. */
export function formatParameter(name: string, value: string): string {
  if (PLAIN.test(value)) return `;\r\n ${name}="${value}"`;
  // No character is cut in two: some readers decode every piece for itself.
  const pieces = [''];
  for (const encoded of Array.from(value, percentEncode)) {
    const last = pieces.at(-1) ?? '';
    if (last.length + encoded.length > PIECE) pieces.push(encoded);
    else pieces[pieces.length - 1] = last + encoded;
  }
  const [only = '', ...more] = pieces;
  if (more.length === 0) return `;\r\n ${name}*=utf-8''${only}`;
  return pieces
    .map((piece, number) => `;\r\n ${name}*${number}*=${number === 0 ? "utf-8''" : ''}${piece}`)
    .join('');
}
