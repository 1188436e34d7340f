// Finds the headers of [IMPP 5] in octets without making text of them first. The parser is its only user.

import { KNOWN_HEADERS } from './headers.ts';

/** Lower-case octets of each name. They are letters and `-` only, which `| 0x20` maps to lower case exactly. */
const NAMES = KNOWN_HEADERS.map((name) =>
  Uint8Array.from(name.toLowerCase(), (letter) => letter.charCodeAt(0)),
);

const hash = (length: number, first: number, last: number): number =>
  (length * 7 + (first | 0x20) * 3 + (last | 0x20)) & 0xff;

const BUCKETS: readonly number[][] = Array.from({ length: 256 }, (_, value) =>
  NAMES.flatMap((name, index) =>
    hash(name.length, name[0] as number, name[name.length - 1] as number) === value ? [index] : [],
  ),
);

export const CONTENT_TYPE = KNOWN_HEADERS.indexOf('Content-Type');
export const CONTENT_LENGTH = KNOWN_HEADERS.indexOf('Content-Length');

/** The index in KNOWN_HEADERS of the name between `start` and `end` in any case, or -1. The name is not empty. */
export const findKnown = (bytes: Uint8Array, start: number, end: number): number => {
  const bucket = BUCKETS[hash(end - start, bytes[start] as number, bytes[end - 1] as number)] as number[];
  for (const index of bucket) {
    const name = NAMES[index] as Uint8Array;
    if (name.length !== end - start) continue;
    let at = 0;
    while (at < name.length && ((bytes[start + at] as number) | 0x20) === name[at]) at += 1;
    if (at === name.length) return index;
  }
  return -1;
};
