// Finds people by name, address and group among 100,000 contacts while one types: in slices that leave time for
// the next key, over text that is folded once for each contact.

import type { Contact } from '../../shared/model.ts';
import { label } from '../address.ts';
import { nameOf } from '../store/contact-order.ts';
import { type Mirror, type PairKey, pairKey } from '../store/mirror.ts';
import { fold, isBeginning, placeOf } from './fold.ts';

export interface Person {
  readonly key: PairKey;
  readonly account: string;
  readonly address: string;
  readonly name: string;
  readonly isContact: boolean;
  /** The group that was found, where the name was not. */
  readonly group?: string;
}

export interface FoundPeople {
  readonly people: readonly Person[];
  /** All that were found. */
  readonly count: number;
  /** Somebody's name begins with what was typed. */
  readonly isByName: boolean;
}

export type Known = Pick<Mirror, 'contactOrder' | 'contacts' | 'conversations'>;

/** Milliseconds of work without a pause: less than half of what a key may take to show. */
const SLICE = 8;
/** So many are looked at between two looks at the clock. */
const STEP = 256;

/** Of contacts, folded: the name, then the address and the groups in lines of their own. */
const folded = new WeakMap<Contact, string>();

function textOf(contact: Contact): string {
  const known = folded.get(contact);
  if (known !== undefined) return known;
  const text = fold(`${nameOf(contact)}\n${label(contact.address)}\n${contact.groups.join('\n')}`);
  folded.set(contact, text);
  return text;
}

/** 0: each word begins a word, the first one the name; 1: each begins a word; 2: each is somewhere. */
function rankOf(text: string, words: readonly string[]): 0 | 1 | 2 | undefined {
  let isAtWords = true;
  for (const word of words) {
    const place = placeOf(text, word);
    if (place < 0) return undefined;
    if (!isBeginning(text, place)) isAtWords = false;
  }
  if (!isAtWords) return 2;
  return text.startsWith(words[0] ?? '') ? 0 : 1;
}

/**
 * The first `limit` people in whose name, address or groups all `words` are, those with whom one talks first among
 * equals. Gives up with undefined once `isOver` says that nobody waits for it any more.
 */
export async function findPeople(
  { contactOrder, contacts, conversations }: Known,
  words: readonly string[],
  limit: number,
  isOver: () => boolean,
): Promise<FoundPeople | undefined> {
  const ranked: Person[][] = [[], [], []];
  let count = 0;
  let until = performance.now() + SLICE;
  /** Those of conversations; the keys of 100,000 others need not be put together. */
  const seen = new Set<Contact>();

  for (const [key, { account, peer, last, draft, isRequest }] of conversations) {
    if (isRequest || (last === undefined && draft === '')) continue;
    const contact = contacts.get(key);
    const rank = rankOf(contact === undefined ? fold(label(peer)) : textOf(contact), words);
    if (contact !== undefined) seen.add(contact);
    if (rank === undefined) continue;
    count += 1;
    const bucket = ranked[rank];
    if (bucket !== undefined && bucket.length < limit)
      bucket.push(personOf(key, account, peer, contact, words));
  }
  for (let index = 0; index < contactOrder.length; index += 1) {
    if (index % STEP === 0 && performance.now() > until) {
      await pause();
      if (isOver()) return undefined;
      until = performance.now() + SLICE;
    }
    const contact = contactOrder[index];
    if (contact === undefined) continue;
    const rank = rankOf(textOf(contact), words);
    if (rank === undefined || seen.has(contact)) continue;
    count += 1;
    const bucket = ranked[rank];
    if (bucket === undefined || bucket.length >= limit) continue;
    const { account, address } = contact;
    bucket.push(personOf(pairKey(account, address), account, address, contact, words));
  }
  return {
    people: ranked.flat().slice(0, limit),
    count,
    isByName: (ranked[0]?.length ?? 0) + (ranked[1]?.length ?? 0) > 0,
  };
}

/** The next key, if one waits, comes before what is left. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function personOf(
  key: PairKey,
  account: string,
  address: string,
  contact: Contact | undefined,
  words: readonly string[],
): Person {
  const name = contact === undefined ? label(address) : nameOf(contact);
  const shown = fold(`${name} ${label(address)}`);
  const group = words.every((word) => shown.includes(word))
    ? undefined
    : contact?.groups.find((one) => words.some((word) => fold(one).includes(word)));
  return {
    key,
    account,
    address,
    name,
    isContact: contact !== undefined,
    ...(group === undefined ? {} : { group }),
  };
}
