// Names [IMPP 2]: impp://HOST/USER on the wire, USER@HOST among people.

import { ImppError } from '../errors.ts';
import { canonicalHost, hostForPeople } from './host.ts';
import { MAX_USER } from './limits.ts';

export { canonicalHost } from './host.ts';

/** A principal, or with the user '' a domain. All three are canonical: two addresses are the same if their urls are. */
export interface Address {
  readonly host: string;
  readonly user: string;
  readonly url: string;
}

const SCHEME = 'impp://';

/** Cc, Cf, Z*, unassigned, halves of surrogate pairs, and what would end a name in URLs, addresses and rules. */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Z}\p{Cn}\p{Cs}@\/"*]/v;
/** Longer text than this cannot become 64 code points: composition shortens a name, though not without end. */
const MAX_TYPED_USER = 16 * MAX_USER;

/** Of RFC 3986 unreserved and sub-delims, those a canonical USER can have. */
const UNESCAPED = /^[&a-z0-9\-._~!$'\(\)+,;=]+$/v;
const LITERAL = new Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=");

const invalid = (reason: string): ImppError => new ImppError('invalid-address', reason);

/** USER in canonical form: NFC(lower(NFC(x))). Throws `invalid-address`. */
export const canonicalUser = (text: string): string => {
  if (text.length > MAX_TYPED_USER) throw invalid('the name is too long');
  const user = UNESCAPED.test(text) ? text : text.normalize('NFC').toLowerCase().normalize('NFC');
  if (user === '') throw invalid('the name is empty');
  if (user.length > MAX_USER && Array.from(user).length > MAX_USER) throw invalid('the name is too long');
  const wrong = FORBIDDEN.exec(user);
  if (wrong !== null) throw invalid(`a name cannot have ${JSON.stringify(wrong[0])} in it`);
  return user;
};

/** Whether only anonymous logins have such names. */
export const isReservedUser = (user: string): boolean => user.startsWith('anonymous-');

const build = (host: string, user: string): Address => ({
  host,
  user,
  url: `${SCHEME}${host}/${encodeUser(user)}`,
});

/** Puts an address together; both parts are made canonical, and the user '' names the domain. Throws `invalid-address`. */
export const addressOf = (host: string, user: string): Address =>
  build(canonicalHost(host), user === '' ? '' : canonicalUser(user));

/** The same few names come again in request after request. */
const recent = new Map<string, Address>();
const MAX_RECENT = 1024;

/** Reads an URL from the wire, which has to be in canonical form. Throws `bad-request`. */
export const parseUrl = (text: string): Address => {
  const known = recent.get(text);
  if (known !== undefined) return known;
  const address = parseCanonical(text);
  if (recent.size >= MAX_RECENT) recent.clear();
  // Under its own text: what was given may be a slice that keeps a whole head in memory.
  recent.set(address.url, address);
  return address;
};

const parseCanonical = (text: string): Address => {
  try {
    const slash = text.indexOf('/', SCHEME.length);
    if (text.startsWith(SCHEME) && slash !== -1) {
      const address = addressOf(text.slice(SCHEME.length, slash), decodePercent(text.slice(slash + 1)));
      if (address.url === text) return address;
    }
  } catch (cause) {
    throw new ImppError('bad-request', 'not a canonical impp URL', { cause });
  }
  throw new ImppError('bad-request', 'not a canonical impp URL');
};

/**
 * Reads what people type: USER@HOST, impp://HOST/USER, im:USER@HOST, pres:USER@HOST, in any case and quoting, with
 * U-labels or A-labels. Throws `invalid-address`, whose reason says what is wrong.
 */
export const parseAddress = (text: string): Address => {
  const typed = text.trim().replace(/^<(?<inner>[^<>]*)>$/v, '$<inner>');
  const scheme = /^(?<name>impp|im|pres):/iv.exec(typed)?.groups?.['name']?.toLowerCase();
  if (scheme === undefined) return parseMailbox(typed);
  const rest = typed.slice(scheme.length + 1);
  if (scheme === 'impp' && rest.startsWith('//')) return parseTypedUrl(rest.slice(2));
  // RFC 3859 and 3860 let header fields follow; they are no part of the name.
  return parseMailbox(rest.replace(/\?.*$/sv, ''), decodePercent);
};

const parseTypedUrl = (rest: string): Address => {
  const slash = rest.indexOf('/');
  const host = slash === -1 ? '' : rest.slice(0, slash);
  const user = slash === -1 ? '' : rest.slice(slash + 1);
  if (host === '' || user === '') throw invalid('write it as name@domain');
  return build(canonicalHost(host), canonicalUser(decodePercent(user)));
};

/** USER cannot have an `@` in it, so the last one parts the two. */
const parseMailbox = (text: string, decode: (text: string) => string = (same) => same): Address => {
  const at = text.lastIndexOf('@');
  if (at <= 0 || at === text.length - 1) throw invalid('write it as name@domain');
  return build(canonicalHost(decode(text.slice(at + 1))), canonicalUser(unquoted(decode(text.slice(0, at)))));
};

/** RFC 5322 lets the local part be a quoted string, with a backslash before any character. */
const unquoted = (local: string): string => {
  if (!local.startsWith('"')) {
    // A bracket without the other is half of something that was pasted; a name that has one is shown in quotes.
    if (/[<>]/v.test(local)) throw invalid('the brackets do not match');
    return local;
  }
  if (!/^"(?:[^"\\]|\\.)*"$/sv.test(local)) throw invalid('the quotes do not match');
  return local.slice(1, -1).replace(/\\(?<letter>.)/gsv, '$<letter>');
};

/** What needs no quotes in the local part of a mail address (RFC 5322 and 6532), so that a name is never taken for a scheme or a bracket. */
const NEEDS_NO_QUOTES = /^[a-z0-9!#$%'+\-=?^_`\{\|\}~.\u0080-\u{10FFFF}&]+$/v;

/** USER@HOST with U-labels, which `parseAddress` reads back; of a domain the HOST alone. */
export const formatForPeople = ({ host, user }: Address): string => {
  if (user === '') return hostForPeople(host);
  const local = NEEDS_NO_QUOTES.test(user) ? user : `"${user.replaceAll('\\', '\\\\')}"`;
  return `${local}@${hostForPeople(host)}`;
};

/** Every octet outside unreserved and sub-delims as upper-case hex of its UTF-8, and no other [RFC 3986]. */
const encodeUser = (user: string): string => {
  if (user === '' || UNESCAPED.test(user)) return user;
  let text = '';
  for (const letter of user) {
    if (LITERAL.has(letter)) text += letter;
    else {
      for (const octet of encoder.encode(letter))
        text += `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
    }
  }
  return text;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws `invalid-address` for half an escape and for octets that are not UTF-8. */
const decodePercent = (text: string): string => {
  if (!text.includes('%')) return text;
  if (/%(?![0-9A-Fa-f]{2})/v.test(text)) throw invalid('a percent sign stands alone');
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/gv, (run) => {
    const octets = Uint8Array.from(run.slice(1).split('%'), (hex) => Number.parseInt(hex, 16));
    try {
      return decoder.decode(octets);
    } catch (cause) {
      throw new ImppError('invalid-address', 'the percent signs do not stand for UTF-8', { cause });
    }
  });
};
