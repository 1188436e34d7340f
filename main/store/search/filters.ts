// What a search is narrowed by stands in the index as words, so that the index itself passes over all the rest. They
// are of one private character, or two for high numbers: no text has such words, and beginnings of them that are
// indexed too cost little.

const PRIVATE = 0xe000;
const MANY = 0xf0000;
const MORE = 0x100000;

const word = (first: number, number: number): string =>
  number <= 0xffff
    ? String.fromCodePoint(first + number)
    : String.fromCodePoint(MORE + (number >> 16), first + (number & 0xffff));

export const MINE = String.fromCodePoint(PRIVATE);
export const THEIRS = String.fromCodePoint(PRIVATE + 1);
export const HAS_FILE = String.fromCodePoint(PRIVATE + 2);

/** Accounts have small numbers: the first few thousand of them a word of one character. */
export const accountWord = (account: number): string =>
  account < 0x1000
    ? String.fromCodePoint(PRIVATE + 0x100 + account)
    : `${String.fromCodePoint(PRIVATE + 3)}${word(MANY, account)}`;

export const conversationWord = (conversation: number): string => word(MANY, conversation);
