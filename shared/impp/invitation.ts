// An invitation as a link: impp://DOMAIN/?invite=TOKEN[&contact=ADDRESS]. Any page and any message may hold one, so it
// is read strictly: what two programs could read differently is no invitation.

import { ImppError } from '../errors.ts';
import { type Address, addressOf, isReservedUser } from './address.ts';
import { canonicalHost } from './host.ts';
import { isToken } from './headers.ts';

export interface Invitation {
  /** HOST of the domain where the account is to be. */
  readonly host: string;
  /** What REGISTER wants as Invite [IMPP 6]. */
  readonly token: string;
  /** Whom to talk to first, of the same domain. */
  readonly contact?: Address | undefined;
}

/** Characters; the longest names make some 1,500. */
const LONGEST = 2000;
/** Printable ASCII without what RFC 3986 leaves out. */
const PLAIN = /^[!#-;=?-[\]_a-z~]+$/u;
const LINK = /^impp:\/\/(?<host>[^/?#]+)\/\?(?<query>[^#]*)$/iu;
const PARAMETER = /^(?<name>[a-z][a-z0-9-]*)=(?<value>.*)$/u;

/** Whether a text is meant as such a link, whatever is wrong with it. */
export const isInvitation = (text: string): boolean => /^\s*impp:\/*[^/?#\s]*\/*\?/iu.test(text);

/** The link, in ASCII throughout. */
export function formatInvitation({ host, token, contact }: Invitation): string {
  const link = `impp://${host}/?invite=${token}`;
  return contact === undefined ? link : `${link}&contact=${encodeURIComponent(contact.user)}@${contact.host}`;
}

/**
 * Reads a link. Parameters that are not known are passed over.
 * @throws ImppError invalid-argument; invalid-address for a contact that is none, or of another domain: a link to one
 * domain is no way to make people write to another
 */
export function parseInvitation(text: string): Invitation {
  const link = text.trim();
  if (link.length > LONGEST) throw invalid('the link is too long');
  if (!PLAIN.test(link)) throw invalid('there is something in the link that no link has');
  const { host: typed, query } = LINK.exec(link)?.groups ?? {};
  if (typed === undefined || query === undefined) throw invalid('this is no link to a domain');
  const host = hostIn(typed);
  const given = parametersOf(query);
  const token = given.get('invite');
  if (token === undefined || !isToken(token)) throw invalid('there is no invitation in the link');
  const contact = given.get('contact');
  return contact === undefined ? { host, token } : { host, token, contact: contactIn(contact, host) };
}

function hostIn(typed: string): string {
  let host: string;
  try {
    host = canonicalHost(typed);
  } catch (cause) {
    throw new ImppError('invalid-argument', 'the domain of the link is none', { cause });
  }
  // Nothing that only turns into this domain when it is read.
  if (host !== typed.toLowerCase()) throw invalid('the domain of the link is written in a strange way');
  return host;
}

function parametersOf(query: string): Map<string, string> {
  const given = new Map<string, string>();
  for (const part of query.split('&')) {
    const { name, value } = PARAMETER.exec(part)?.groups ?? {};
    if (name === undefined || value === undefined || given.has(name))
      throw invalid('the link cannot be taken apart');
    given.set(name, value);
  }
  return given;
}

function contactIn(value: string, host: string): Address {
  const [, user = '', domain = ''] = /^([^@]+)@([^@%]+)$/u.exec(value) ?? [];
  let contact: Address;
  try {
    contact = addressOf(domain, decodeURIComponent(user));
  } catch (cause) {
    throw new ImppError('invalid-address', 'the contact of the link is no address', { cause });
  }
  if (contact.host !== host) throw new ImppError('invalid-address', 'the contact is of another domain');
  if (isReservedUser(contact.user))
    throw new ImppError('invalid-address', 'the contact of the link is no account');
  return contact;
}

const invalid = (reason: string): ImppError => new ImppError('invalid-argument', reason);
