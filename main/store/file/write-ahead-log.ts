// SQLite passes over a write-ahead log that it cannot read, and with it over every message that was committed to it
// and nowhere else yet. So it is looked at before SQLite opens it. [https://sqlite.org/fileformat2.html#walformat]

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { ImppError } from '../../../shared/errors.ts';

const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f0682;
/** Octets read at a time. */
const PORTION = 4 * 1024 * 1024;

/** Where the application_id stands in the first page: each store has its own. */
const IDENTITY = 68;
const FOREIGN = 'the log of the latest changes belongs to another file';

interface Store {
  readonly pageSize: number;
  readonly identity: number;
  readonly isBigEndian: boolean;
}

type Sums = readonly [number, number];

/** SQLite's checksum over pairs of 32-bit words, in the order of octets that the log's magic number says. */
const checksum = (bytes: Buffer, isBigEndian: boolean, [first, second]: Sums): Sums => {
  let a = first;
  let b = second;
  for (let at = 0; at < bytes.length; at += 8) {
    const x = isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    const y = isBigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4);
    a = (a + x + b) >>> 0;
    b = (b + y + a) >>> 0;
  }
  return [a, b];
};

const damaged = (reason: string): ImppError => new ImppError('store-damaged', reason);

/** Whether the log belongs to another file. */
export const isForeignLog = (path: string, log: string): boolean => {
  try {
    requireSoundLog(path, log);
    return false;
  } catch (error) {
    return error instanceof Error && error.message === FOREIGN;
  }
};

/**
 * Throws `store-damaged` if the log has lost what was committed to it: its head makes no sense, or commits that
 * were on the disk stand behind a page that has changed. What a power cut leaves, one unfinished commit at the
 * end, is as it should be.
 */
export function requireSoundLog(path: string, log: string): void {
  const file = openSync(log, 'r');
  try {
    const head = Buffer.alloc(HEADER);
    // The head is on the disk before anything follows it.
    if (statSync(log).size <= HEADER) return;
    readSync(file, head, 0, HEADER, 0);
    const magic = head.readUInt32BE(0);
    const isBigEndian = magic === MAGIC + 1;
    if (magic !== MAGIC && !isBigEndian) throw damaged('the log of the latest changes cannot be read');
    const sums = checksum(head.subarray(0, 24), isBigEndian, [0, 0]);
    if (sums[0] !== head.readUInt32BE(24) || sums[1] !== head.readUInt32BE(28))
      throw damaged('the log of the latest changes cannot be read');
    const { pageSize, identity } = identify(path);
    if (head.readUInt32BE(8) !== pageSize) throw damaged(FOREIGN);
    readFrames(file, head, { pageSize, identity, isBigEndian }, sums);
  } finally {
    closeSync(file);
  }
}

/** What the first page of a store says of it; `identity` is its application_id, 0 for none. */
const identify = (path: string): { pageSize: number; identity: number } => {
  const file = openSync(path, 'r');
  try {
    const page = Buffer.alloc(100);
    readSync(file, page, 0, page.length, 0);
    if (!page.toString('latin1', 0, 15).startsWith('SQLite format 3'))
      throw damaged('the file is no database');
    const size = page.readUInt16BE(16);
    return { pageSize: size === 1 ? 65_536 : size, identity: page.readUInt32BE(IDENTITY) };
  } finally {
    closeSync(file);
  }
};

const readFrames = (file: number, head: Buffer, of: Store, start: Sums): void => {
  const { pageSize, identity, isBigEndian } = of;
  const length = FRAME_HEADER + pageSize;
  const portion = Buffer.alloc(Math.max(1, Math.floor(PORTION / length)) * length);
  let sums = start;
  let isBroken = false;
  let commitsBehind = 0;
  for (let position = HEADER; ; position += portion.length) {
    const read = readSync(file, portion, 0, portion.length, position);
    for (let at = 0; at + length <= read; at += length) {
      const frame = portion.subarray(at, at + length);
      // Frames of an older turn of the log have other salts: what follows is no longer of this one.
      if (!frame.subarray(8, 16).equals(head.subarray(16, 24))) {
        if (isBroken) continue;
        return;
      }
      if (!isBroken) {
        sums = checksum(
          frame.subarray(FRAME_HEADER),
          isBigEndian,
          checksum(frame.subarray(0, 8), isBigEndian, sums),
        );
        isBroken = sums[0] !== frame.readUInt32BE(16) || sums[1] !== frame.readUInt32BE(20);
      }
      if (!isBroken) {
        // Written before the store had its number: so begins the first turn of the log of each.
        const own = frame.readUInt32BE(0) === 1 ? frame.readUInt32BE(FRAME_HEADER + IDENTITY) : 0;
        if (own !== 0 && identity !== 0 && own !== identity) throw damaged(FOREIGN);
        continue;
      }
      if (frame.readUInt32BE(4) !== 0) commitsBehind += 1;
    }
    if (read < portion.length) break;
  }
  // One commit may have been on its way when the power went; the one before it was on the disk.
  if (commitsBehind > 1) throw damaged('the log of the latest changes has lost some of them');
};
