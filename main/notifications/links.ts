import type { Shown } from '../../shared/ipc.ts';
import { parseAddress } from '../../shared/impp/address.ts';
import { isInvitation } from '../../shared/impp/invitation.ts';
import type { Mirror } from '../state.ts';

const LINK = /^(?:impp|im|pres):/i;
/** Characters; an address is shorter, whatever a page of the web puts into its link. */
const LONGEST = 1000;
/** What is cut off here is too long to be taken. */
const LONGEST_INVITATION = 4000;

/**
 * Where a link (`impp://host/user`, `im:` or `pres:` and an address, [RFC 3859], [RFC 3860]) leads: to the conversation
 * with somebody who is known, else to adding them, which the person confirms. Nothing a link says besides is heeded:
 * any page may have made it. undefined: it is no such link, or there is no account yet.
 */
export function placeOfLink(link: string, mirror: Mirror): Shown | undefined {
  // The window reads it, as what is pasted there, and says what is wrong with it.
  if (isInvitation(link)) return { type: 'invitation', link: link.slice(0, LONGEST_INVITATION) };
  if (link.length > LONGEST || !LINK.test(link)) return undefined;
  let peer: string;
  try {
    const [address = ''] = link.split(/[?#]/, 1);
    const { url, user } = parseAddress(
      /^impp:/i.test(address) ? address : decodeURIComponent(address.slice(address.indexOf(':') + 1)),
    );
    if (user === '') return undefined;
    peer = url;
  } catch {
    return undefined;
  }
  const [first] = mirror.accounts;
  if (first === undefined) return undefined;
  const known = mirror.accounts.find(
    ({ id }) => mirror.contact(id, peer) !== undefined || mirror.conversation(id, peer) !== undefined,
  );
  if (known !== undefined) return { type: 'conversation', account: known.id, peer };
  return mirror.account(peer) === undefined ? { type: 'add-contact', address: peer } : undefined;
}
