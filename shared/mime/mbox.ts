// Files of messages for other programs: mbox in its variant `mboxrd`, from which the octets of every message can
// be had again. Each message stands behind a line `From SENDER DATE`, so lines of its own that begin like that,
// after any number of `>`, get one `>` more. Behind it come a line end of ours and the empty line of the format:
// a reader takes off the empty line, one `>` of such lines, and the last line end.

import { parseUrl } from '../impp/address.ts';
import { formatDate } from './date.ts';

const LF = 10;
const GREATER = 62;
const FROM = new TextEncoder().encode('From ');
const END = new TextEncoder().encode('\n\n');
const encoder = new TextEncoder();

/** Whether `From ` stands at `at` behind any number of `>`. */
function isFromLine(bytes: Uint8Array, at: number): boolean {
  let start = at;
  while (bytes[start] === GREATER) start += 1;
  return FROM.every((octet, index) => bytes[start + index] === octet);
}

/** Where the lines begin that need one `>` more. */
function fromLines(bytes: Uint8Array): number[] {
  const found: number[] = [];
  let line = 0;
  while (line < bytes.length) {
    const first = bytes[line];
    if ((first === GREATER || first === FROM[0]) && isFromLine(bytes, line)) found.push(line);
    const end = bytes.indexOf(LF, line);
    if (end === -1) break;
    line = end + 1;
  }
  return found;
}

function quoted(bytes: Uint8Array): Uint8Array {
  const lines = fromLines(bytes);
  if (lines.length === 0) return bytes;
  const out = new Uint8Array(bytes.length + lines.length);
  lines.forEach((line, index) => {
    out.set(bytes.subarray(lines[index - 1] ?? 0, line), (lines[index - 1] ?? 0) + index);
    out[line + index] = GREATER;
  });
  const last = lines.at(-1) ?? 0;
  out.set(bytes.subarray(last), last + lines.length);
  return out;
}

/** `Sat Nov 21 05:03:09 2026`, in UTC. */
function formatFromDate(ms: number): string {
  const [, day = '', date = '', month = '', year = '', time = ''] =
    /^(\w+), (\d+) (\w+) (\d+) (\S+)/.exec(formatDate(ms)) ?? [];
  return `${day} ${month} ${date.replace(/^0/, ' ')} ${time} ${year}`;
}

/**
 * The pieces to append to an mbox file for one message: `from` is its sender's canonical URL, `date` in ms since
 * 1970, `bytes` its octets. The line of the sender is ASCII, as some readers insist: USER is percent-encoded in it.
 */
export function appendMbox(from: string, date: number, bytes: Uint8Array): readonly Uint8Array[] {
  const { host } = parseUrl(from);
  const user = from.slice(from.lastIndexOf('/') + 1);
  return [encoder.encode(`From ${user}@${host} ${formatFromDate(date)}\n`), quoted(bytes), END];
}
