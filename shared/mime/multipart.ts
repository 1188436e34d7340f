// The parts of a multipart [RFC 2046 5.1], as ranges of the octets they came in: what is signed must stay as it
// is, and nothing is copied.

const LF = 10;
const CR = 13;
const HYPHEN = 45;
const SPACE = 32;
const TAB = 9;

/** Octets from `start` up to, not including, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

const encoder = new TextEncoder();

/**
 * The parts between `start` and `end`, each with its header. Preamble and epilogue are left out; a last part
 * without its end is taken as far as it goes. At most `limit` parts are given. One pass over the octets.
 */
export function splitMultipart(
  bytes: Uint8Array,
  boundary: string,
  { start, end }: Range = { start: 0, end: bytes.length },
  limit = Number.POSITIVE_INFINITY,
): Range[] {
  const mark = encoder.encode(`--${boundary}`);
  const parts: Range[] = [];
  let partStart: number | undefined;
  let line = start;
  while (line < end && parts.length < limit) {
    const lf = bytes.indexOf(LF, line);
    const next = lf === -1 || lf >= end ? end : lf + 1;
    const kind = bytes[line] === HYPHEN ? delimiterKind(bytes, line, next, mark) : undefined;
    if (kind !== undefined) {
      // The line end before a delimiter belongs to the delimiter.
      let partEnd = line;
      if (partEnd > start && bytes[partEnd - 1] === LF) partEnd -= 1;
      if (partEnd > start && bytes[partEnd - 1] === CR && partEnd < line) partEnd -= 1;
      if (partStart !== undefined) parts.push({ start: partStart, end: Math.max(partStart, partEnd) });
      partStart = kind === 'close' ? undefined : next;
      if (kind === 'close') return parts;
    }
    line = next;
  }
  if (partStart !== undefined && parts.length < limit) parts.push({ start: partStart, end });
  return parts;
}

function delimiterKind(
  bytes: Uint8Array,
  line: number,
  next: number,
  mark: Uint8Array,
): 'part' | 'close' | undefined {
  if (next - line < mark.length) return undefined;
  for (let at = 0; at < mark.length; at += 1) if (bytes[line + at] !== mark[at]) return undefined;
  let at = line + mark.length;
  const isClose = at + 1 < next && bytes[at] === HYPHEN && bytes[at + 1] === HYPHEN;
  if (isClose) at += 2;
  for (; at < next; at += 1) {
    const octet = bytes[at];
    if (octet !== SPACE && octet !== TAB && octet !== CR && octet !== LF) return undefined;
  }
  return isClose ? 'close' : 'part';
}
