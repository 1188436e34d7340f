// What people type to narrow a search down, as words of their own: `from:ana before:2026-11 has:file in:jonas`.

import { label } from '../address.ts';

export type Filter =
  /** `value` is a name, an address, or `me`. */
  | { readonly type: 'from' | 'in'; readonly value: string }
  /** Written before, or at or after; without `at` the value is no date. */
  | { readonly type: 'before' | 'after'; readonly value: string; readonly at?: number }
  | { readonly type: 'has'; readonly value: string };

export interface Query {
  /** What is left without the filters. */
  readonly words: string;
  readonly filters: readonly Filter[];
  /** The person who is being typed at the end, and where that word begins. */
  readonly unfinished?: { readonly type: 'from' | 'in'; readonly value: string; readonly start: number };
}

const FILTER = /(?<=^|\s)(from|in|before|after|has):(?:"([^"]*)"?|(\S*))/giu;

export function parseQuery(typed: string, now: number): Query {
  const filters: Filter[] = [];
  let unfinished: Query['unfinished'];
  for (const match of typed.matchAll(FILTER)) {
    const type = (match[1] ?? '').toLowerCase() as Filter['type'];
    const value = match[2] ?? match[3] ?? '';
    if ((type === 'from' || type === 'in') && match.index + match[0].length === typed.length)
      unfinished = { type, value, start: match.index };
    if (value !== '') filters.push(filterOf(type, value, now));
  }
  const words = typed.replaceAll(FILTER, ' ').replaceAll(/\s+/g, ' ').trim();
  return { words, filters, ...(unfinished === undefined ? {} : { unfinished }) };
}

function filterOf(type: Filter['type'], value: string, now: number): Filter {
  if (type !== 'before' && type !== 'after') return { type, value };
  const at = timeOf(value, now);
  return { type, value, ...(at === undefined ? {} : { at }) };
}

const DATE = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/;

/** Where a year, a month or a day begins on this computer's calendar; `today` and `yesterday`, too. */
function timeOf(value: string, now: number): number | undefined {
  const today = new Date(now);
  const word = value.toLowerCase();
  if (word === 'today' || word === 'yesterday') {
    const back = word === 'today' ? 0 : 1;
    return new Date(today.getFullYear(), today.getMonth(), today.getDate() - back).getTime();
  }
  const [, year, month = '1', day = '1'] = DATE.exec(value) ?? [];
  if (year === undefined) return undefined;
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  // The 31st of February is no day, and neither is the 13th month.
  const isReal = date.getMonth() === Number(month) - 1 && date.getDate() === Number(day);
  return isReal ? date.getTime() : undefined;
}

/** What search begins with that looks in one conversation only. */
export const searchIn = (peer: string): string => `in:${label(peer)} `;

/** What was typed, with the person at its end chosen. */
export const completed = (
  typed: string,
  { type, start }: { type: string; start: number },
  address: string,
): string => `${typed.slice(0, start)}${type}:${label(address)} `;
