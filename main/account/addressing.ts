import { ImppError } from '../../shared/errors.ts';
import { parseUrl } from '../../shared/impp/address.ts';
import { readFields } from '../../shared/mime/fields.ts';
import { formatMailbox } from '../../shared/mime/mailbox.ts';
import type { Context } from './context.ts';

/** How often in a row a forward is followed [IMPP 11]. */
export const MOST_FORWARDS = 5;

/** A presentity's inbox need not have its name: its presence may say another [IMPP 2]. */
export const inboxOf = ({ mirror, url }: Context, peer: string): string =>
  mirror.contact(url, peer)?.presence.contactAddress ?? peer;

/** Nobody else's, and nobody can tell it before it is sent. */
export const newMessageId = ({ random, host }: Context): string =>
  `<${Buffer.from(random(18)).toString('base64url')}@${host}>`;

/** HOST of a URL of others. */
export const hostOf = (url: string, otherwise: string): string => {
  try {
    return parseUrl(url).host;
  } catch {
    return otherwise;
  }
};

const TO = /^To:[^\r\n]*\r\n/m;

/** A message that was built here, to somebody else: its envelope and its To have to agree [IMPP 8]. */
export const readdressed = (message: Uint8Array, to: string): Uint8Array => {
  // One character for each octet; none of the fields before To is folded.
  const head = Buffer.from(message.subarray(0, readFields(message).contentStart)).toString('latin1');
  const found = TO.exec(head);
  if (found === null) throw new ImppError('internal-error', 'a message without To');
  return Buffer.concat([
    message.subarray(0, found.index),
    Buffer.from(`To: <${formatMailbox(to)}>\r\n`),
    message.subarray(found.index + found[0].length),
  ]);
};
