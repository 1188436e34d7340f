// The check that every message passes on its way into the server [IMPP 8]: what is inside names the sender and
// the receiver that are outside. Only the top-level fields are read, never the content.

import { ImppError } from '../errors.ts';
import { FieldReader, malformed } from './fields.ts';
import { addressOfMailbox, isAtomText, type Mailbox, parseMailboxes, urlOfMailbox } from './mailbox.ts';

/** Octets of one From or To: some hundred receivers, and a millisecond or two of work for who sends nothing else. */
const MAX_ADDRESSES = 16_384;

const LESS = 60;
const GREATER = 62;
const AT = 64;
const USER_HOST_START = 'impp://'.length;

/** Octets that stand unquoted in a local part, dots among them. */
const PLAIN = new Uint8Array(128).map((_, code) => (code === 46 || isAtomText(code) ? 1 : 0));

/**
 * Whether the octets are just `USER@HOST` or `<USER@HOST>` for the canonical `url`: what nearly all senders
 * write, told without decoding anything. False says nothing: USER may be quoted or encoded.
 */
function isPlainly(bytes: Uint8Array, start: number, end: number, url: string): boolean {
  while (start < end && bytes[start] === 32) start += 1;
  while (end > start && bytes[end - 1] === 32) end -= 1;
  if (bytes[start] === LESS && bytes[end - 1] === GREATER) {
    start += 1;
    end -= 1;
  }
  const slash = url.indexOf('/', USER_HOST_START);
  const userLength = url.length - slash - 1;
  const hostLength = slash - USER_HOST_START;
  if (userLength === 0 || end - start !== userLength + 1 + hostLength || bytes[start + userLength] !== AT)
    return false;
  for (let at = 0; at < userLength; at += 1) {
    const code = url.charCodeAt(slash + 1 + at);
    // In a URL `%` begins an encoded octet, and a USER with one is compared after decoding.
    if (bytes[start + at] !== code || code === 37 || PLAIN[code] !== 1) return false;
  }
  const hostAt = start + userLength + 1;
  for (let at = 0; at < hostLength; at += 1) {
    if (bytes[hostAt + at] !== url.charCodeAt(USER_HOST_START + at)) return false;
  }
  return true;
}

function readValue(reader: FieldReader): string {
  if (reader.valueEnd - reader.valueStart > MAX_ADDRESSES) throw malformed('a field over its limit');
  return reader.value();
}

function checkFrom(value: string, from: string): void {
  const { mailboxes, hasGroup } = parseMailboxes(value);
  const [mailbox, ...more] = mailboxes;
  if (mailbox === undefined || more.length > 0 || hasGroup) throw malformed('From is not one mailbox');
  if (addressOfMailbox(mailbox).url !== from) throw malformed('From is not the sender');
}

const ASCII = /^[\x20-\x7e]*$/;

/** False for most of a list, without the work of a canonical name: domains in ASCII differ by case only. */
function isAtHostOf(mailbox: Mailbox, url: string): boolean {
  if ('uri' in mailbox || mailbox.domain.startsWith('[') || !ASCII.test(mailbox.domain)) return true;
  const host = url.slice(USER_HOST_START, url.indexOf('/', USER_HOST_START));
  return mailbox.domain.toLowerCase() === host;
}

function checkRfc822(body: Uint8Array, from: string, target: string): void {
  const reader = new FieldReader(body, { isStrict: true });
  let hasFrom = false;
  let hasTo = false;
  while (reader.next()) {
    if (reader.hasName('from')) {
      if (hasFrom) throw malformed('From stands twice');
      hasFrom = true;
      if (!isPlainly(body, reader.valueStart, reader.valueEnd, from)) checkFrom(readValue(reader), from);
    } else if (reader.hasName('to')) {
      if (hasTo) throw malformed('To stands twice');
      hasTo = true;
      if (isPlainly(body, reader.valueStart, reader.valueEnd, target)) continue;
      const { mailboxes } = parseMailboxes(readValue(reader));
      if (!mailboxes.some((mailbox) => isAtHostOf(mailbox, target) && urlOfMailbox(mailbox) === target))
        throw malformed('To does not name the Target');
    }
  }
  if (!hasFrom) throw malformed('no From');
}

/** `[Formal-name] <URI>` [RFC 3862 2.3]. */
const CPIM_ADDRESS = /^(?:"(?:[^"\\]|\\.)*"|[^"<>]*)[ \t]*<((?:im|impp|pres):[^<>]+)>$/i;

function cpimUrl(value: string): string {
  const uri = CPIM_ADDRESS.exec(value)?.[1];
  if (uri === undefined) throw malformed('an address that is not [name] <im:USER@HOST>');
  return addressOfMailbox({ uri }).url;
}

function checkCpim(body: Uint8Array, from: string, target: string): void {
  const reader = new FieldReader(body, { isStrict: true });
  let hasFrom = false;
  let hasTo = false;
  let isTarget = false;
  while (reader.next()) {
    if (reader.hasName('from')) {
      if (hasFrom) throw malformed('From stands twice');
      hasFrom = true;
      if (cpimUrl(readValue(reader)) !== from) throw malformed('From is not the sender');
    } else if (reader.hasName('to')) {
      // CPIM writes one To for each receiver.
      hasTo = true;
      isTarget ||= cpimUrl(readValue(reader)) === target;
    }
  }
  if (!hasFrom) throw malformed('no From');
  if (hasTo && !isTarget) throw malformed('To does not name the Target');
}

/** The type and subtype of a Content-Type, in lower case. */
const essenceOf = (contentType: string): string => (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();

/**
 * Checks the body of a SEND against its From and Target (canonical URLs) [IMPP 8]. Throws
 * `type-not-understood` if it is no message, `bad-request` if it names others, or none.
 */
export function checkEnvelope(
  body: Uint8Array | undefined,
  from: string,
  target: string,
  contentType: string | undefined,
): void {
  const essence = contentType === 'message/rfc822' ? contentType : essenceOf(contentType ?? '');
  if (essence !== 'message/rfc822' && essence !== 'message/cpim') {
    throw new ImppError('type-not-understood', 'a message is message/rfc822 or message/cpim');
  }
  if (body === undefined) throw malformed('there is none');
  if (essence === 'message/rfc822') checkRfc822(body, from, target);
  else checkCpim(body, from, target);
}
