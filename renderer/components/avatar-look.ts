const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const firstSign = (word: string): string =>
  segmenter.segment(word)[Symbol.iterator]().next().value?.segment ?? '';
const IDEOGRAPH = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** One or two letters of a name: the first of the first and of the last word, one where a script writes words as signs. */
export function initialsOf(name: string): string {
  // Of an address only the front: all of a domain would share the rest.
  const [front = name] = name.split('@');
  const words = front.split(/[\s._-]+/u).filter((word) => /^[\p{L}\p{N}\p{Emoji_Presentation}]/u.test(word));
  const first = words[0] ?? name;
  if (IDEOGRAPH.test(first)) return firstSign(first);
  const last = words.length > 1 ? words.at(-1) : undefined;
  return (firstSign(first) + (last === undefined ? '' : firstSign(last))).toLocaleUpperCase();
}

/** A hue that is the same for an address on every computer. FNV-1a: short, and spreads similar addresses apart. */
export function hueOf(address: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < address.length; index += 1) {
    hash = Math.imul(hash ^ address.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % 360;
}
