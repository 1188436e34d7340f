import { ImppError } from '../../shared/errors.ts';
import { formatContacts, listOf } from '../account/contacts-document.ts';
import { formatForPeople, parseUrl } from '../../shared/impp/address.ts';
import type { StoredContact } from '../store/contacts.ts';
import type { Card } from './vcard.ts';

/** What an address book comes to for an account that has `here` already. */
export interface Chosen {
  readonly contacts: readonly StoredContact[];
  /** Addresses that are contacts already. */
  readonly known: number;
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

const fits = (contacts: readonly StoredContact[]): boolean => {
  try {
    formatContacts(listOf(contacts));
    return true;
  } catch (error) {
    if (error instanceof ImppError && error.code === 'message-too-large') return false;
    throw error;
  }
};

/** How many of `added`, from the first, the contact list can take. */
const roomFor = (here: readonly StoredContact[], added: readonly StoredContact[]): number => {
  if (fits([...here, ...added])) return added.length;
  let fitting = 0;
  let tooMany = added.length;
  while (tooMany - fitting > 1) {
    const middle = (fitting + tooMany) >>> 1;
    if (fits([...here, ...added.slice(0, middle)])) fitting = middle;
    else tooMany = middle;
  }
  return fitting;
};

const labelOf = (name: string, address: string): string => name || formatForPeople(parseUrl(address));

/** Sorts out whom to add. `own`: the account's URL. */
export const chooseCards = (cards: readonly Card[], own: string, here: readonly StoredContact[]): Chosen => {
  const known = new Set(here.map(({ address }) => address));
  const added = new Map<string, StoredContact>();
  const refused: { name: string; reason: string }[] = [];
  let knownCount = 0;
  for (const { name, groups, addresses, wrong } of cards) {
    for (const text of wrong) refused.push({ name: name || text, reason: `${text} is not an address` });
    if (addresses.length + wrong.length === 0) refused.push({ name, reason: 'has no IMPP address' });
    for (const address of addresses) {
      if (address === own) refused.push({ name: labelOf(name, address), reason: 'is your own address' });
      else if (known.has(address)) knownCount++;
      else if (!added.has(address)) added.set(address, { address, name, groups });
    }
  }
  const all = [...added.values()];
  const room = roomFor(here, all);
  for (const { name, address } of all.slice(room)) {
    refused.push({ name: labelOf(name, address), reason: 'does not fit: the contact list is full' });
  }
  return { contacts: all.slice(0, room), known: knownCount, refused };
};
