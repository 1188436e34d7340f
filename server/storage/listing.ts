// How an account stands in the directory [IMPP 10, LOOKUP]: under which keys it is found. Alike in every driver.

import { ImppError } from '../../shared/errors.ts';
import { EMPTY_PROFILE, parseProfile, type Profile } from '../../shared/impp/documents.ts';

export interface Listing {
  /** For accounts of the domain only, or for anyone. */
  readonly audience: 'domain' | 'everyone';
  readonly displayName?: string;
  /** What a folded query may begin: USER, the display name, each of their words. */
  readonly keys: readonly string[];
}

/** A query has 128 characters at most [IMPP 10], of which folding may make three each: no more of a key is needed. */
const MAX_KEY = 384;
/** A display name is for people: what stands after so many characters or words does not make the index grow. */
const MAX_NAME = 256;
const MAX_KEYS = 32;

/** Upper and then lower case, because lower case alone leaves sharp s and the final sigma apart from their kin. */
export const foldCase = (text: string): string =>
  text.normalize('NFC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC');

const cut = (text: string, characters: number): string =>
  text.length <= characters ? text : Array.from(text).slice(0, characters).join('');

/** The text itself, and each word: what stands after a space, and each run of letters and digits. */
const keysOf = (text: string): string[] => {
  const folded = foldCase(text).trim();
  const starts = folded.matchAll(/(?<!\S)\S|(?<![\p{L}\p{M}\p{N}])[\p{L}\p{N}]/gu);
  const words = [...starts].map(({ index }) => /^\S+/u.exec(folded.slice(index))?.[0] ?? '');
  return [folded, ...words].map((key) => cut(key, MAX_KEY)).filter((key) => key !== '');
};

/** SET-DOCUMENT takes no other, but what a store kept must never keep it from opening. */
const profileOf = (document: Uint8Array | undefined): Profile => {
  try {
    return document === undefined ? EMPTY_PROFILE : parseProfile(document);
  } catch (error) {
    if (error instanceof ImppError) return EMPTY_PROFILE;
    throw error;
  }
};

/** What the document `profile` of `user` puts into the directory; undefined: nothing. */
export function listingOf(user: string, document: Uint8Array | undefined): Listing | undefined {
  const { listed, displayName } = profileOf(document);
  if (listed === 'nobody') return undefined;
  const name = displayName === undefined ? '' : cut(displayName.trim(), MAX_NAME);
  const keys = [...new Set([...keysOf(user), ...keysOf(name)])].slice(0, MAX_KEYS);
  return { audience: listed, keys, ...(name === '' ? {} : { displayName: name }) };
}
