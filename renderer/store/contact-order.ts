import { collator } from '../../shared/i18n/formats.ts';
import type { Contact, PresenceState } from '../../shared/model.ts';
import { label, userOf } from '../address.ts';
import type { PairKey } from './mirror.ts';

const RANK: Record<PresenceState, number> = {
  available: 0,
  busy: 1,
  away: 2,
  'do-not-disturb': 3,
  offline: 4,
  unknown: 5,
};
/** What a contact is called: by its owner, else by itself, else by the front of its address. */
export const nameOf = (contact: Contact): string =>
  contact.name || contact.presence.displayName || userOf(contact.address) || label(contact.address);

/** Who can be reached stands first, then by name, then by address, so that the order is total. */
export function compareContacts(a: Contact, b: Contact): number {
  return (
    RANK[a.presence.state] - RANK[b.presence.state] ||
    collator().compare(nameOf(a), nameOf(b)) ||
    (a.address < b.address ? -1 : a.address > b.address ? 1 : 0) ||
    (a.account < b.account ? -1 : a.account > b.account ? 1 : 0)
  );
}

export const sortContacts = (contacts: Iterable<Contact>): readonly Contact[] =>
  [...contacts].sort(compareContacts);

/**
 * The order after the contacts under `changed` went from `before` to `after`. A few changes in a list of 100,000
 * cost a few binary searches and moves of memory, not a sort.
 */
export function updateOrder(
  order: readonly Contact[],
  before: ReadonlyMap<PairKey, Contact>,
  after: ReadonlyMap<PairKey, Contact>,
  changed: ReadonlySet<PairKey>,
): readonly Contact[] {
  if (changed.size > 64 && changed.size > order.length / 64) return sortContacts(after.values());
  const next = [...order];
  for (const key of changed) {
    const old = before.get(key);
    if (old !== undefined) next.splice(placeOf(next, old), 1);
    const contact = after.get(key);
    if (contact !== undefined) next.splice(placeOf(next, contact), 0, contact);
  }
  return next;
}

/** The first place whose contact does not come before `contact`. */
function placeOf(order: readonly Contact[], contact: Contact): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = order[middle];
    if (other !== undefined && compareContacts(other, contact) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
