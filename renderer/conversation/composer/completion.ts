// `:name:` of emoji while one types.

import { type Emoji, emojiNamed, findEmoji } from '../emoji/emoji.ts';

/** A colon at the beginning of a word and two letters of a name: `16:30` and `https://` begin none. */
const OPEN = /(?:^|[\s([{])(:([\p{L}\p{N}_+-]{2,30}))$/u;
const CLOSED = /(?:^|[\s([{])(:([\p{L}\p{N}_+-]{1,30}):)$/u;
const SHOWN = 8;

export interface Beginning {
  /** Where its colon stands. */
  readonly from: number;
  readonly name: string;
}

const beginning = (pattern: RegExp, text: string, caret: number): Beginning | undefined => {
  const [, whole, name] = pattern.exec(text.slice(Math.max(0, caret - 64), caret)) ?? [];
  return whole === undefined || name === undefined ? undefined : { from: caret - whole.length, name };
};

/** The name that is being typed before the caret. */
export const nameBefore = (text: string, caret: number): Beginning | undefined =>
  beginning(OPEN, text, caret);

/** The emoji of a name that has just been closed before the caret. */
export function closedBefore(
  all: readonly Emoji[],
  text: string,
  caret: number,
): { readonly from: number; readonly sign: string } | undefined {
  const found = beginning(CLOSED, text, caret);
  const emoji = found && emojiNamed(all, found.name);
  return emoji && found && { from: found.from, sign: emoji.sign };
}

export const suggestionsFor = (all: readonly Emoji[], name: string): readonly Emoji[] =>
  findEmoji(all, name.replaceAll('_', ' '), SHOWN);
