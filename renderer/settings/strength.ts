/** How long a passphrase keeps somebody out who has the file and computers to guess with. */
export type Strength = 'empty' | 'weak' | 'fair' | 'strong';

/** Bits that each kind of character adds for its place, if it was chosen by chance. */
const LETTERS = Math.log2(26);
const KINDS = [
  [/\p{Ll}/u, LETTERS],
  [/\p{Lu}/u, LETTERS],
  [/\p{Lo}/u, 10],
  [/\d/, Math.log2(10)],
  [/[^\p{L}\d\s]/u, Math.log2(32)],
] as const;
/** What people choose is no chance: a letter of a word tells about two bits less than a chosen one. */
const BY_PEOPLE = 0.5;

/**
 * Of what can be counted: how long it is, of how many kinds, and how much of it repeats. A name or a line of a song
 * passes for more than it is, which the words beside it say.
 */
export function strengthOf(passphrase: string): Strength {
  if (passphrase === '') return 'empty';
  let bits = 0;
  let before = '';
  const seen = new Set<string>();
  for (const one of passphrase) {
    const kind = KINDS.find(([pattern]) => pattern.test(one))?.[1] ?? 1;
    // What stood before, or follows it in the alphabet or on the keyboard's row of digits, adds next to nothing.
    const isNext = before !== '' && Math.abs((one.codePointAt(0) ?? 0) - (before.codePointAt(0) ?? 0)) <= 1;
    bits += isNext ? 0.5 : seen.has(one) ? kind * BY_PEOPLE * 0.75 : kind * BY_PEOPLE;
    seen.add(one);
    before = one;
  }
  // The file is made slow to try, which is worth about 18 bits more.
  return bits < 27 ? 'weak' : bits < 42 ? 'fair' : 'strong';
}
