/** How long a passphrase keeps somebody out who has the file and computers to guess with. */
export type Strength = 'empty' | 'weak' | 'fair' | 'strong';

/** Kinds of characters, and how many of each there are to choose from. */
const KINDS = [
  [/\p{Ll}/u, 26],
  [/\p{Lu}/u, 26],
  [/\p{Lo}/u, 1000],
  [/\d/, 10],
  [/[^\p{L}\d\s]/u, 32],
] as const;
/** What people choose is no chance: a letter tells about half of what it could. */
const BY_PEOPLE = 0.5;
/** A word, perhaps with a capital, a number and a sign behind: the first that is tried. */
const ONE_WORD = /^\p{L}+\d*[^\p{L}\d\s]?$/u;
const LONG_WORD = 24;
/** Bits. The file is made slow to try, which is worth about 18 more. */
const FAIR = 27;
const STRONG = 42;

/**
 * Of what can be counted: how long it is, of how many kinds, and how much of it repeats. A name or a line of a song
 * passes for more than it is, which the words beside it say.
 */
export function strengthOf(passphrase: string): Strength {
  if (passphrase === '') return 'empty';
  if (ONE_WORD.test(passphrase) && /\p{Ll}/u.test(passphrase) && passphrase.length < LONG_WORD) return 'weak';
  const choices = KINDS.reduce((sum, [kind, count]) => sum + (kind.test(passphrase) ? count : 0), 1);
  const each = Math.log2(choices) * BY_PEOPLE;
  let bits = 0;
  let before = 0;
  const seen = new Set<string>();
  for (const one of passphrase) {
    const place = one.codePointAt(0) ?? 0;
    // The same once more, or the next of the alphabet or of the digits, adds next to nothing.
    const isNext = before !== 0 && Math.abs(place - before) <= 1;
    bits += isNext ? 0.5 : seen.has(one) ? each * 0.75 : each;
    seen.add(one);
    before = place;
  }
  return bits < FAIR ? 'weak' : bits < STRONG ? 'fair' : 'strong';
}
