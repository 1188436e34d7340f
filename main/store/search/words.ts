// How text becomes words that can be found: the same for what is kept and for what is asked. What this gives for
// a text may never change without a new index: an entry is taken out of it by giving the same words again.

/** Written without spaces: each character is a word, and a longer piece a phrase of them. */
const UNSPACED =
  '\\u0e00-\\u0eff\\u1000-\\u109f\\u1100-\\u11ff\\u1780-\\u17ff\\u2e80-\\u2fdf\\u3005-\\u3007\\u3021-\\u3029' +
  '\\u3038-\\u303b\\u3041-\\u30ff\\u3105-\\u318f\\u31a0-\\u31bf\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff' +
  '\\ua960-\\ua97f\\ua9e0-\\ua9ff\\uaa60-\\uaa7f\\uac00-\\ud7ff\\uf900-\\ufaff\\uff66-\\uffdc' +
  '\\u{1aff0}-\\u{1b16f}\\u{20000}-\\u{3ffff}';

/**
 * By turns: Hangul in parts (they come together to one character), an unspaced character with a voicing mark
 * behind it, a picture, a word.
 */
const PIECES = new RegExp(
  `([\\u1100-\\u11ff]+|[${UNSPACED}][\\u3099\\u309a\\uff9e\\uff9f]?)|(\\p{Extended_Pictographic})|` +
    `(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}])+`,
  'gu',
);

/** Signs above and below letters, of alphabets whose words are found without them. */
const ACCENTS = new RegExp(
  '[\\u0300-\\u036f\\u0483-\\u0487\\u0591-\\u05bd\\u05bf-\\u05c7\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u06d6-\\u06ed' +
    '\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe00-\\ufe2f]',
  'g',
);

const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ς: 'σ',
  ـ: '',
};
const SPECIAL = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');

const ASCII = /^[\0-\x7f]*$/;

/** Without case, accents and the forms that only look different. */
const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(ACCENTS, '')
    .replace(SPECIAL, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFC');

const SPACES = /[^\p{L}\p{N}\p{M}]+/u;

/** A word and the part of the text that it stands for: UTF-16 units. */
export interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  /** One character of an unspaced script, or a picture: nothing is its beginning. */
  readonly isWhole: boolean;
}

/** All words of a text in order. Linear in its length. */
export function* wordsOf(text: string): Generator<Word> {
  for (const match of text.matchAll(PIECES)) {
    const [piece, unspaced, picture] = match;
    const start = match.index;
    const end = start + piece.length;
    if (picture !== undefined) yield { word: picture, start, end, isWhole: true };
    else if (unspaced !== undefined) {
      for (const word of fold(piece)) yield { word, start, end, isWhole: true };
    } else {
      // A compatibility form may fold to more than one word (`½`, `㎏`).
      for (const word of fold(piece).split(SPACES)) {
        if (word !== '') yield { word, start, end, isWhole: false };
      }
    }
  }
}

/** The words with spaces between them: what the index takes. Text in ASCII is parted by its tokenizer already. */
export const prepared = (text: string): string =>
  ASCII.test(text) ? text : [...wordsOf(text)].map(({ word }) => word).join(' ');
