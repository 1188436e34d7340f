// What became of a message, as RFC 5438 writes it: `message/imdn+xml`.

import { formatTime } from '../impp/headers.ts';
import { childOf, escapeXml, parseXml, type XmlElement } from './xml.ts';

export const IMDN_TYPE = 'message/imdn+xml';
const NAMESPACE = 'urn:ietf:params:xml:ns:imdn';

const DISPOSITIONS = [
  'displayed',
  'delivered',
  'processed',
  'stored',
  'failed',
  'forbidden',
  'error',
] as const;
/** The statuses of RFC 5438 7.2.1: of its display, of its delivery, of its processing on the way. */
export type Disposition = (typeof DISPOSITIONS)[number];

export interface Imdn {
  /** The Message-ID of the message in question. */
  readonly of: string;
  readonly disposition: Disposition;
}

/** `original`: the message in question, its Date in ms since 1970. */
export function formatImdn(
  original: { readonly messageId: string; readonly date: number },
  kind: 'display' | 'delivery',
): string {
  const status = kind === 'display' ? 'displayed' : 'delivered';
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<imdn xmlns="${NAMESPACE}">`,
    `<message-id>${escapeXml(original.messageId)}</message-id>`,
    `<datetime>${formatTime(original.date)}</datetime>`,
    `<${kind}-notification><status><${status}/></status></${kind}-notification>`,
    '</imdn>',
    '',
  ].join('\r\n');
}

const NOTIFICATION = /^(?:display|delivery|processing)-notification$/;

function dispositionOf(root: XmlElement): Disposition | undefined {
  for (const notification of root.children) {
    if (!NOTIFICATION.test(notification.name)) continue;
    const status = childOf(notification, 'status');
    const found = DISPOSITIONS.find((name) => status !== undefined && childOf(status, name) !== undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Undefined for what is no such document, or says nothing: it is then shown as a file. */
export function parseImdn(bytes: Uint8Array): Imdn | undefined {
  let root: XmlElement;
  try {
    root = parseXml(bytes);
  } catch {
    return undefined;
  }
  if (root.name !== 'imdn' || root.namespace !== NAMESPACE) return undefined;
  // CPIM writes its Message-IDs without the brackets that mail has.
  const id = childOf(root, 'message-id')?.text.replace(/^<|>$/g, '') ?? '';
  const disposition = dispositionOf(root);
  if (id === '' || id.length > 250 || /[<>\s]/.test(id) || disposition === undefined) return undefined;
  return { of: `<${id}>`, disposition };
}
