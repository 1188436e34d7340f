import type { Account, Contact } from '../../shared/model.ts';
import { label, userOf } from '../address.ts';
import { nameOf } from './contact-order.ts';
import { type Mirror, pairKey } from './mirror.ts';

/** What to call the other party of a conversation. */
export function personName(mirror: Pick<Mirror, 'contacts'>, account: string, address: string): string {
  return nameFor(mirror.contacts.get(pairKey(account, address)), address);
}

/** A stranger is called by the whole address: the front alone could be anybody's. */
export const nameFor = (contact: Contact | undefined, address: string): string =>
  contact === undefined ? label(address) : nameOf(contact);

/** What to call oneself. */
export const ownName = (account: Account): string =>
  account.displayName || userOf(account.id) || label(account.id);
