// Text as it is looked for: without case and without what is put on letters, in every script that has such.

const IS_PLAIN = /^[\x20-\x7e]*$/;
/** Letters that Unicode does not take apart. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ı: 'i',
  þ: 'th',
};

export function fold(text: string): string {
  if (IS_PLAIN.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replace(/\p{Mn}+/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđðłıþ]/g, (letter) => LETTERS[letter] ?? letter);
}

/** The words of what was typed, folded. */
export const wordsOf = (typed: string): readonly string[] =>
  fold(typed)
    .split(/\s+/)
    .filter((word) => word !== '');

/** Where `words` stand in `text`: starts and ends by turns, in order and apart from each other. */
export function marksIn(text: string, words: readonly string[]): readonly number[] {
  let folded = '';
  /** For each unit of the folded text, where in `text` its letter begins. */
  const from: number[] = [];
  let at = 0;
  for (const letter of text) {
    const plain = fold(letter);
    folded += plain;
    for (let unit = 0; unit < plain.length; unit += 1) from.push(at);
    at += letter.length;
  }
  from.push(text.length);
  const found: { readonly start: number; readonly end: number }[] = [];
  for (const word of words) {
    const start = placeOf(folded, word);
    if (start < 0) continue;
    found.push({ start: from[start] ?? 0, end: endOf(from, start + word.length) });
  }
  const marks: number[] = [];
  for (const { start, end } of found.sort((a, b) => a.start - b.start)) {
    const last = marks.at(-1);
    if (last !== undefined && start <= last) marks[marks.length - 1] = Math.max(last, end);
    else marks.push(start, end);
  }
  return marks;
}

/** Where `word` stands, best at the beginning of a word. */
export function placeOf(folded: string, word: string): number {
  const first = folded.indexOf(word);
  for (let place = first; place >= 0; place = folded.indexOf(word, place + 1)) {
    if (isBeginning(folded, place)) return place;
  }
  return first;
}

/** Whether a word begins there. */
export const isBeginning = (folded: string, place: number): boolean =>
  place === 0 || isBorder(folded.charCodeAt(place - 1));

/** A space, a sign of ASCII, or a line: what stands between the words of names and addresses. */
const isBorder = (unit: number): boolean =>
  unit < 0x30 || (unit > 0x39 && unit < 0x41) || (unit > 0x5a && unit < 0x61) || (unit > 0x7a && unit < 0x80);

/** The end of the letter before unit `next`, with the marks that were left out behind it. */
const endOf = (from: readonly number[], next: number): number => from[next] ?? from.at(-1) ?? 0;
