// What a person typed as a question to the index: words, never syntax.

import { accountWord, conversationWord, HAS_FILE, MINE, THEIRS } from './filters.ts';
import { wordsOf } from './words.ts';

/** More words than a person gives; the rest of what was pasted is left out. */
const MOST_WORDS = 32;

/**
 * Terms, each of one or more words that follow each other: what was typed without a space is together, the last
 * word of a term may be a beginning.
 */
export interface Term {
  readonly words: readonly string[];
  readonly isPrefix: boolean;
}

/** The terms of a query; none where there is nothing in it that could be found. */
export const termsOf = (query: string): Term[] => {
  const terms: Term[] = [];
  const pieces = query.split(/\s+/u);
  let count = 0;
  for (const [at, piece] of pieces.entries()) {
    const words = [...wordsOf(piece)].slice(0, MOST_WORDS - count);
    count += words.length;
    const last = words.at(-1);
    if (last === undefined) continue;
    // Where the person went on behind a space, the word is whole.
    const isPrefix = !last.isWhole && at === pieces.length - 1;
    terms.push({ words: words.map(({ word }) => word), isPrefix });
  }
  return terms;
};

export interface Filters {
  readonly account?: number | undefined;
  readonly conversations?: readonly number[] | undefined;
  readonly isMine?: boolean | undefined;
  readonly hasFile?: boolean | undefined;
}

/** A word that no message has. */
const NOBODY = '"nobody"';

const anyOf = (conversations: readonly number[]): string =>
  conversations.length === 0
    ? NOBODY
    : `(${conversations.map((id) => `"${conversationWord(id)}"`).join(' OR ')})`;

/** The question in the index's own language; undefined: anything would do. Words have no quotes in them. */
export const matchOf = (terms: readonly Term[], filters: Filters): string | undefined => {
  const wanted = terms.map(({ words, isPrefix }) => `"${words.join(' ')}"${isPrefix ? ' *' : ''}`);
  const { account, conversations, isMine, hasFile } = filters;
  const kept = [
    ...(conversations === undefined
      ? account === undefined
        ? []
        : [`"${accountWord(account)}"`]
      : [anyOf(conversations)]),
    ...(isMine === undefined ? [] : [`"${isMine ? MINE : THEIRS}"`]),
    ...(hasFile === true ? [`"${HAS_FILE}"`] : []),
  ];
  const parts = [
    ...(wanted.length === 0 ? [] : [`{words names} : (${wanted.join(' AND ')})`]),
    ...(kept.length === 0 ? [] : [`filters : (${kept.join(' AND ')})`]),
  ];
  return parts.length === 0 ? undefined : parts.join(' AND ');
};
