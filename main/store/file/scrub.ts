// SQLite overwrites what it deletes (`secure_delete`), but not the traces of rows that it moved from one page to
// another on the way: they stay in the free space of pages. This overwrites that free space, in the file itself. The
// space means nothing to SQLite, so a page is the same to it before, after and in the middle of this; only nobody
// else may be writing the file meanwhile, which is why the thread that writes does it.
// [https://sqlite.org/fileformat2.html#b_tree_pages]

import { fsyncSync, readSync, writeSync } from 'node:fs';

/** Octets looked at in one go: a few milliseconds. */
const PORTION = 4 * 1024 * 1024;
const FILE_HEADER = 100;
/** First octets of b-tree pages, with the length of their heads; all others begin with 0 in files up to 64 GiB. */
const HEADS: Readonly<Record<number, number>> = { 2: 12, 5: 12, 10: 8, 13: 8 };

/** Overwrites the space between the list of a page's cells and the first of them; gives whether anything was there. */
const scrubPage = (page: Buffer, isFirst: boolean): boolean => {
  const start = isFirst ? FILE_HEADER : 0;
  const head = HEADS[page[start] ?? 0];
  if (head === undefined) return false;
  const from = start + head + 2 * page.readUInt16BE(start + 3);
  const until = page.readUInt16BE(start + 5) || 65_536;
  if (from >= until || until > page.length) return false;
  const free = page.subarray(from, until);
  if (free.every((octet) => octet === 0)) return false;
  free.fill(0);
  return true;
};

/** Scrubs a portion of the open file from octet `from` on; gives where the next one begins, undefined at the end. */
export function scrub(file: number, pageSize: number, from: number): number | undefined {
  const portion = Buffer.alloc(PORTION);
  const read = readSync(file, portion, 0, portion.length, from);
  for (let at = 0; at + pageSize <= read; at += pageSize) {
    const page = portion.subarray(at, at + pageSize);
    if (scrubPage(page, from + at === 0)) writeSync(file, page, 0, pageSize, from + at);
  }
  if (read === portion.length) return from + read;
  fsyncSync(file);
  return undefined;
}
