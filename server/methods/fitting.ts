import { ImppError } from '../../shared/errors.ts';

/** No entry takes less than 32 octets of the 64 KiB: more need not be tried, of however many watchers. */
const MOST = 2048;

/** A list as a document of markup, which is 64 KiB at most [IMPP 14]: as many of the first entries as fit. */
export function formatAsManyAsFit<Entry>(
  entries: readonly Entry[],
  format: (entries: readonly Entry[]) => Uint8Array,
): Uint8Array {
  let body = format([]);
  let fitting = 0;
  const most = Math.min(entries.length, MOST);
  let tooMany = most + 1;
  for (let count = most; count > fitting; count = (fitting + tooMany) >>> 1) {
    try {
      body = format(entries.slice(0, count));
      fitting = count;
    } catch (error) {
      if (!(error instanceof ImppError)) throw error;
      tooMany = count;
    }
  }
  return body;
}
