import type { Term } from './query.ts';
import { type Word, wordsOf } from './words.ts';

/** UTF-16 units shown, and how many of them before what was found. */
const LENGTH = 160;
const BEFORE = 40;
/** As much of a text is looked through; what is found behind it is shown from the beginning, without marks. */
export const LONGEST = 100_000;

export interface Excerpt {
  readonly text: string;
  readonly marks: readonly number[];
}

const fits = (word: Word | undefined, wanted: string, isPrefix: boolean): boolean =>
  word !== undefined && (isPrefix && !word.isWhole ? word.word.startsWith(wanted) : word.word === wanted);

/** Where the terms stand in a text: starts and ends, in order, none overlapping. */
const placesIn = (text: string, terms: readonly Term[]): { start: number; end: number }[] => {
  const words = [...wordsOf(text.slice(0, LONGEST))];
  const places: { start: number; end: number }[] = [];
  for (let at = 0; at < words.length; at++) {
    for (const term of terms) {
      const last = term.words.length - 1;
      if (!term.words.every((wanted, i) => fits(words[at + i], wanted, term.isPrefix && i === last)))
        continue;
      const start = words[at]?.start ?? 0;
      const end = words[at + last]?.end ?? start;
      const former = places.at(-1);
      if (former !== undefined && start < former.end) {
        places[places.length - 1] = { start: former.start, end: Math.max(former.end, end) };
      } else places.push({ start, end });
    }
  }
  return places;
};

/** Whether any of the terms stands in the text. */
export const holds = (text: string, terms: readonly Term[]): boolean => placesIn(text, terms).length > 0;

/** The text around what was found, in one line; `marks` are starts and ends in it by turns. */
export const excerptOf = (text: string, terms: readonly Term[]): Excerpt => {
  const places = placesIn(text, terms);
  const first = places[0]?.start ?? 0;
  let from = first <= BEFORE ? 0 : first - BEFORE;
  // From the beginning of a word, where there is one near, and never from the middle of a character.
  const space = text.slice(from, first).search(/\s/u);
  if (from > 0 && space !== -1) from += space + 1;
  else if (/[\udc00-\udfff]/.test(text[from] ?? '')) from += 1;
  let until = Math.min(text.length, from + LENGTH);
  if (/[\ud800-\udbff]/.test(text[until - 1] ?? '') && until < text.length) until -= 1;
  const lead = from > 0 ? '…' : '';
  // Each space is one unit as it was, so that the places stay where they are.
  const shown = text.slice(from, until).replaceAll(/\s/gu, ' ').toWellFormed();
  const marks = places
    .filter(({ start, end }) => start >= from && end <= until)
    .flatMap(({ start, end }) => [start - from + lead.length, end - from + lead.length]);
  return { text: `${lead}${shown}${until < text.length ? '…' : ''}`, marks };
};
