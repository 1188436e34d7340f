// Finds the headers of [IMPP 5] in octets without making text of them first. The parser is its only user.

import { KNOWN_HEADERS } from './headers.ts';

/** A name has no more octets; each has so many places in LETTERS. */
const WIDTH = 32;
const LENGTHS = Uint8Array.from(KNOWN_HEADERS, (name) => name.length);
/** The lower-case octets of all names. They are letters and `-` only, which `| 0x20` maps to lower case exactly. */
const LETTERS = new Uint8Array(WIDTH * KNOWN_HEADERS.length);

const BUCKETS = 512;
const hash = (length: number, first: number, last: number): number =>
  (length * 37 + (first | 0x20) * 11 + (last | 0x20) * 5) & (BUCKETS - 1);

/** The first name of each bucket, and the next one after each name; -1 for none. */
const HEADS = new Int16Array(BUCKETS).fill(-1);
const NEXT = new Int16Array(KNOWN_HEADERS.length).fill(-1);

for (const [index, name] of KNOWN_HEADERS.entries()) {
  const octets = Uint8Array.from(name.toLowerCase(), (letter) => letter.charCodeAt(0));
  LETTERS.set(octets, index * WIDTH);
  const bucket = hash(name.length, octets[0] as number, octets[name.length - 1] as number);
  NEXT[index] = HEADS[bucket] as number;
  HEADS[bucket] = index;
}

export const CONTENT_TYPE = KNOWN_HEADERS.indexOf('Content-Type');
export const CONTENT_LENGTH = KNOWN_HEADERS.indexOf('Content-Length');

/** The index in KNOWN_HEADERS of the name between `start` and `end` in any case, or -1. The name is not empty. */
export const findKnown = (bytes: Uint8Array, start: number, end: number): number => {
  const length = end - start;
  let index = HEADS[hash(length, bytes[start] as number, bytes[end - 1] as number)] as number;
  for (; index !== -1; index = NEXT[index] as number) {
    if (LENGTHS[index] !== length) continue;
    const offset = index * WIDTH - start;
    let at = start;
    while (at < end && ((bytes[at] as number) | 0x20) === LETTERS[offset + at]) at += 1;
    if (at === end) return index;
  }
  return -1;
};
