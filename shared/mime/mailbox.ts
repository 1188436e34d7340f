// Addresses as e-mail writes them [RFC 5322 3.4, RFC 6532]: an IMPP address by rearrangement and quoting only.

import { ImppError } from '../errors.ts';
import {
  type Address,
  addressOf,
  canonicalHost,
  canonicalUser,
  parseAddress,
  parseUrl,
} from '../impp/address.ts';
import { malformed } from './fields.ts';

const ATEXT = /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10FFFF}]/u;
const DOT_ATOM =
  /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10FFFF}]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10FFFF}]+)*$/u;
const ATOM = /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10FFFF}]+/uy;
const QUOTE = /["\\]/g;
const SCHEME = /(?:im|impp|pres):/iy;

/** `USER@HOST`, with USER in quotes where e-mail wants them. `url` is canonical. */
export function formatMailbox(url: string): string {
  const { host, user } = parseUrl(url);
  const local = DOT_ATOM.test(user) ? user : `"${user.replace(/["\\]/g, '\\$&')}"`;
  return `${local}@${host}`;
}

/** One mailbox of a list, by what it says: an `addr-spec`, or a URI in angle brackets as CPIM has them. */
export type Mailbox = { readonly local: string; readonly domain: string } | { readonly uri: string };

export interface MailboxList {
  readonly mailboxes: readonly Mailbox[];
  /** There is a group (`friends: a@b, c@d;`), possibly an empty one. */
  readonly hasGroup: boolean;
}

/** A cursor over a field body. All steps go forward: the whole is linear. */
class Cursor {
  at = 0;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  peek(): string {
    return this.text.charAt(this.at);
  }

  /** Passes over `character`, if it stands here. */
  take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.at += 1;
    return true;
  }

  expect(character: string): void {
    if (!this.take(character)) throw malformed(`no "${character}" where an address needs it`);
  }

  /** White space and comments, which nest; a counter instead of recursion. */
  skip(): void {
    let depth = 0;
    for (; this.at < this.text.length; this.at += 1) {
      const character = this.peek();
      if (character === '(') depth += 1;
      else if (depth === 0 && character !== ' ' && character !== '\t') return;
      else if (character === ')') depth -= 1;
      else if (character === '\\') this.at += 1;
    }
    if (depth > 0) throw malformed('a comment without an end');
  }

  atom(): string | undefined {
    ATOM.lastIndex = this.at;
    const [atom] = ATOM.exec(this.text) ?? [];
    if (atom !== undefined) this.at += atom.length;
    return atom;
  }

  /** After its opening quote; without the quoting. */
  quoted(): string {
    let out = '';
    for (;;) {
      QUOTE.lastIndex = this.at;
      const stop = QUOTE.exec(this.text)?.index;
      if (stop === undefined) break;
      out += this.text.slice(this.at, stop);
      this.at = stop + 1;
      if (this.text.charAt(stop) === '"') return out;
      out += this.peek();
      this.at += 1;
    }
    throw malformed('a quoted string without an end');
  }

  /** After `@`. */
  domain(): string {
    this.skip();
    if (this.take('[')) {
      const close = this.text.indexOf(']', this.at);
      const literal = close === -1 ? '' : this.text.slice(this.at, close).trim();
      if (literal === '' || /[[\\]/.test(literal)) throw malformed('a domain literal that is none');
      this.at = close + 1;
      this.skip();
      return literal.includes(':') ? `[${literal.replace(/^ipv6:/i, '')}]` : literal;
    }
    let out = '';
    do {
      this.skip();
      const atom = this.atom();
      if (atom === undefined) throw malformed('an address without a domain');
      out += out === '' ? atom : `.${atom}`;
      this.skip();
    } while (this.take('.'));
    return out;
  }

  /**
   * Words up to what ends them: a display name, or a local part. As a local part it is valid only if dots stand
   * between the words and nothing else does.
   */
  words(): { readonly local: string | undefined; readonly isEmpty: boolean } {
    let local = '';
    let isLocal = true;
    let needsDot = false;
    let isEmpty = true;
    for (;;) {
      this.skip();
      let word: string | undefined;
      if (this.take('.')) {
        // Dots at the ends or in a row are taken: USER may have them, and many write them unquoted.
        local += '.';
        needsDot = false;
        isEmpty = false;
        continue;
      }
      if (this.take('"')) word = this.quoted();
      else word = this.atom();
      if (word === undefined) break;
      if (needsDot) isLocal = false;
      local += word;
      needsDot = true;
      isEmpty = false;
    }
    return { local: isLocal && !isEmpty ? local : undefined, isEmpty };
  }

  /** After `<`. */
  angle(): Mailbox {
    this.skip();
    SCHEME.lastIndex = this.at;
    if (SCHEME.test(this.text)) {
      const close = this.text.indexOf('>', this.at);
      if (close === -1) throw malformed('no ">" where an address needs it');
      const uri = this.text.slice(this.at, close).trim();
      this.at = close + 1;
      return { uri };
    }
    const { local } = this.words();
    if (local === undefined) throw malformed('an address without a local part');
    this.expect('@');
    const domain = this.domain();
    this.expect('>');
    return { local, domain };
  }
}

/** Reads the body of an unfolded From or To field. Throws `bad-request`. */
export function parseMailboxes(text: string): MailboxList {
  const cursor = new Cursor(text);
  const mailboxes: Mailbox[] = [];
  let hasGroup = false;
  let isInGroup = false;
  for (;;) {
    cursor.skip();
    if (cursor.isAtEnd) break;
    if (cursor.take(',')) continue;
    if (isInGroup && cursor.take(';')) {
      isInGroup = false;
    } else {
      const { local, isEmpty } = cursor.words();
      if (cursor.take('<')) {
        mailboxes.push(cursor.angle());
      } else if (!isEmpty && !isInGroup && cursor.take(':')) {
        hasGroup = true;
        isInGroup = true;
        continue;
      } else {
        if (local === undefined) throw malformed('an address that is none');
        cursor.expect('@');
        mailboxes.push({ local, domain: cursor.domain() });
      }
    }
    cursor.skip();
    const isSeparated = cursor.isAtEnd || cursor.peek() === ',' || (isInGroup && cursor.peek() === ';');
    if (!isSeparated) throw malformed('addresses without a comma between them');
  }
  if (isInGroup) throw malformed('a group without an end');
  return { mailboxes, hasGroup };
}

/** The IMPP address that a mailbox names, whatever its case and quoting. Throws `bad-request`. */
export function addressOfMailbox(mailbox: Mailbox): Address {
  try {
    if ('uri' in mailbox) return parseAddress(mailbox.uri);
    return addressOf(canonicalHost(mailbox.domain), canonicalUser(mailbox.local));
  } catch (cause) {
    throw new ImppError('bad-request', 'message: an address that is not one of IMPP', { cause });
  }
}

/** {@link addressOfMailbox}, undefined instead of an error: of many, those that are not of IMPP do not matter. */
export function urlOfMailbox(mailbox: Mailbox): string | undefined {
  try {
    return addressOfMailbox(mailbox).url;
  } catch {
    return undefined;
  }
}

export const isAtomText = (code: number): boolean => ATEXT.test(String.fromCharCode(code));
