// Where an account says its own address and means itself, when it comes to have another one.

import { ImppError } from '../../../shared/errors.ts';
import type { Address } from '../../../shared/impp/address.ts';
import { formatProfile, parseProfile } from '../../../shared/impp/documents.ts';
import { formatMarkup, textElement } from '../../../shared/impp/markup.ts';
import { checkEnvelope } from '../../../shared/mime/envelope.ts';
import { FieldReader } from '../../../shared/mime/fields.ts';
import { formatMailbox } from '../../../shared/mime/mailbox.ts';
import type { PersonEntry } from '../../storage/sqlite-person.ts';

export interface Renaming {
  readonly from: Address;
  readonly to: Address;
}

const MARKUP = /^application\/(?:presence|impp-)/i;
/** Fields of a message that name its sender and its receivers [RFC 5322 3.6.2, 3.6.3]. */
const NAMING = ['from', 'sender', 'reply-to', 'to', 'cc'];

/** Elements that are the address and nothing else, of documents in markup; other octets stay as they are. */
export function renameDocument(
  { from, to }: Renaming,
  { type, body }: { readonly type: string; readonly body: Uint8Array },
): Uint8Array {
  if (from.url === to.url || !MARKUP.test(type)) return body;
  const between = (url: string): string =>
    Buffer.from(formatMarkup(textElement('x', url)))
      .toString('latin1')
      .slice('<x'.length, -'/x>'.length);
  const text = Buffer.from(body).toString('latin1');
  const renamed = text.replaceAll(between(from.url), between(to.url));
  return renamed === text ? body : Buffer.from(renamed, 'latin1');
}

/** A profile without its forward: that led away from the address where the account was. */
export function withoutForward(body: Uint8Array): Uint8Array {
  const { forward, ...profile } = parseProfile(body);
  return forward === undefined ? body : formatProfile(profile);
}

/** The envelope, and with it the fields of the message that name the account; what was signed inside stays as it is. */
export function renameEntry(
  renaming: Renaming,
  entry: PersonEntry,
  body: Uint8Array,
): { readonly entry: PersonEntry; readonly body: Uint8Array } {
  const { from, to } = renaming;
  if (from.url === to.url) return { entry, body };
  const other = (url: string): string => (url === from.url ? to.url : url);
  const renamed = { ...entry, origin: other(entry.origin), target: other(entry.target) };
  const rewritten = renameFields(renaming, body);
  try {
    checkEnvelope(rewritten, renamed.origin, renamed.target, entry.contentType);
    return { entry: { ...renamed, octets: rewritten.length }, body: rewritten };
  } catch (error) {
    // Written in a way of its own: as it was it can still be read.
    if (error instanceof ImppError) return { entry: renamed, body };
    throw error;
  }
}

function renameFields({ from, to }: Renaming, body: Uint8Array): Uint8Array {
  const [former, next] = [from, to].map(({ url }) => Buffer.from(formatMailbox(url)).toString('latin1'));
  if (former === undefined || next === undefined) return body;
  // Not a part of a longer address.
  const escaped = former.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`(?<![\\w.!#$%&'*+/=?^\`{|}~\\x80-\\xff-])${escaped}(?![\\w.-])`, 'gi');
  const reader = new FieldReader(body, { isStrict: false });
  const parts: Uint8Array[] = [];
  let at = 0;
  while (reader.next()) {
    if (!NAMING.some((name) => reader.hasName(name))) continue;
    const value = Buffer.from(body.subarray(reader.valueStart, reader.valueEnd)).toString('latin1');
    const renamed = value.replace(pattern, () => next);
    if (renamed === value) continue;
    parts.push(body.subarray(at, reader.valueStart), Buffer.from(renamed, 'latin1'));
    at = reader.valueEnd;
  }
  return at === 0 ? body : Buffer.concat([...parts, body.subarray(at)]);
}
