import { ImppError } from '../../shared/errors.ts';

/** A list as a document of markup, which is 64 KiB at most [IMPP 14]: as many of the first entries as fit. */
export function formatAsManyAsFit<Entry>(
  entries: readonly Entry[],
  format: (entries: readonly Entry[]) => Uint8Array,
): Uint8Array {
  let body = format([]);
  let fitting = 0;
  let tooMany = entries.length + 1;
  for (let count = entries.length; count > fitting; count = (fitting + tooMany) >>> 1) {
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
