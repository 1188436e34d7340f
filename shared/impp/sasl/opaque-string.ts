// RFC 8265 section 4.2 over the freeform class of RFC 8264: how passwords are prepared, so that the same
// password typed on another keyboard or system is the same octets. Names in capitals are those of RFC 8264.

import { ImppError } from '../../errors.ts';

const refused = (why: string) => new ImppError('invalid-argument', `password: ${why}`);

const ASCII7 = /^[\x20-\x7e]*$/;
const NON_ASCII_SPACE = /[\p{Zs}--\x20]/gv;

// What 9.6 (Exceptions) of RFC 8264 decides before any category.
const EXCEPTION_PVALID = /[\u00DF\u03C2\u06FD\u06FE\u0F0B\u3007]/u;
const EXCEPTION_DISALLOWED = /[\u302E\u302F\u3031-\u3035\u303B\u0640\u07FA]/u;
const UNASSIGNED = /[\p{Cn}--\p{Noncharacter_Code_Point}]/v;
const OLD_HANGUL_JAMO = /[\u1100-\u11FF\uA960-\uA97C\uD7B0-\uD7C6\uD7CB-\uD7FB]/u;
const PRECIS_IGNORABLE = /[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;
const CONTROL = /\p{Cc}/u;
const FREE_PVAL = /[\p{L}\p{N}\p{M}\p{Zs}\p{S}\p{P}]/u;

/** Canonical_Combining_Class=Virama, which no regular expression can name (Unicode 16). */
const VIRAMA =
  /[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D3B\u0D3C\u0D4D\u0DCA\u0E3A\u0EBA\u0F84\u1039\u103A\u1714\u1715\u1734\u17D2\u1A60\u1B44\u1BAA\u1BAB\u1BF2\u1BF3\u2D7F\uA806\uA82C\uA8C4\uA953\uA9C0\uAAF6\uABED\u{10A3F}\u{11046}\u{11070}\u{1107F}\u{110B9}\u{11133}\u{11134}\u{111C0}\u{11235}\u{112EA}\u{1134D}\u{113CE}-\u{113D0}\u{11442}\u{114C2}\u{115BF}\u{1163F}\u{116B6}\u{1172B}\u{11839}\u{1193D}\u{1193E}\u{119E0}\u{11A34}\u{11A47}\u{11A99}\u{11C3F}\u{11D44}\u{11D45}\u{11D97}\u{11F41}\u{11F42}\u{1612F}]/u;
/** The scripts whose letters join: Joining_Type itself is out of reach, and this differs only by letters that do not. */
const JOINING =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Nko}\p{Script=Mongolian}\p{Script=Mandaic}\p{Script=Phags_Pa}\p{Script=Manichaean}\p{Script=Psalter_Pahlavi}\p{Script=Hanifi_Rohingya}\p{Script=Sogdian}\p{Script=Adlam}\p{M}]/u;

/** CONTEXTJ and CONTEXTO [RFC 5892 A]: undefined for a character that needs no context. */
function isFineInContext(characters: readonly string[], at: number, whole: string): boolean | undefined {
  const character = characters[at] ?? '';
  const before = characters[at - 1] ?? '';
  const after = characters[at + 1] ?? '';
  switch (character) {
    case '\u200C':
      return VIRAMA.test(before) || (JOINING.test(before) && JOINING.test(after));
    case '\u200D':
      return VIRAMA.test(before);
    case '\u00B7':
      return before === 'l' && after === 'l';
    case '\u0375':
      return /\p{Script=Greek}/u.test(after);
    case '\u05F3':
    case '\u05F4':
      return /\p{Script=Hebrew}/u.test(before);
    case '\u30FB':
      return /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(whole);
  }
  if (/[\u0660-\u0669]/u.test(character)) return !/[\u06F0-\u06F9]/u.test(whole);
  if (/[\u06F0-\u06F9]/u.test(character)) return !/[\u0660-\u0669]/u.test(whole);
  return undefined;
}

/** In the order of RFC 8264 section 8. */
function isAllowed(characters: readonly string[], at: number, whole: string): boolean {
  const character = characters[at] ?? '';
  if (EXCEPTION_PVALID.test(character)) return true;
  const inContext = isFineInContext(characters, at, whole);
  if (inContext !== undefined) return inContext;
  if (EXCEPTION_DISALLOWED.test(character) || UNASSIGNED.test(character)) return false;
  if (OLD_HANGUL_JAMO.test(character) || PRECIS_IGNORABLE.test(character) || CONTROL.test(character))
    return false;
  return character.normalize('NFKC') !== character || FREE_PVAL.test(character);
}

/** Long enough for any passphrase, short enough that preparing one is no work worth attacking. */
const MAX_PASSWORD = 1_024;

/**
 * The password as it goes into a mechanism [RFC 8265 4.2]: spaces of all kinds become U+0020, then NFC; case and
 * width stay. Throws `invalid-argument` if it is empty or holds what no password may.
 */
export function opaqueString(password: string): string {
  if (password.length === 0) throw refused('empty');
  if (password.length > MAX_PASSWORD) throw refused(`over ${MAX_PASSWORD} characters`);
  if (ASCII7.test(password)) return password;
  const prepared = password.replace(NON_ASCII_SPACE, ' ').normalize('NFC');
  const characters = Array.from(prepared);
  if (!characters.every((_, at) => isAllowed(characters, at, prepared))) {
    throw refused('a character that cannot be used in passwords');
  }
  return prepared;
}
