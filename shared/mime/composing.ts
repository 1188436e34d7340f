// That somebody is writing, as RFC 3994 says it: `application/im-iscomposing+xml`.

import { childOf, parseXml, type XmlElement } from './xml.ts';

export const COMPOSING_TYPE = 'application/im-iscomposing+xml';
const NAMESPACE = 'urn:ietf:params:xml:ns:im-iscomposing';

export interface Composing {
  readonly isActive: boolean;
  /** Seconds after which the sender says it again, if it still holds. */
  readonly refresh?: number;
}

/** Seconds; shorter ones are not allowed [RFC 3994 3.3]. */
const LEAST_REFRESH = 60;

/** In the order of the schema: state, content type, refresh. */
export function formatComposing({ isActive, refresh }: Composing): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<isComposing xmlns="${NAMESPACE}">`,
    `<state>${isActive ? 'active' : 'idle'}</state>`,
    '<contenttype>text/plain</contenttype>',
    ...(refresh === undefined ? [] : [`<refresh>${Math.max(LEAST_REFRESH, Math.ceil(refresh))}</refresh>`]),
    '</isComposing>',
    '',
  ].join('\r\n');
}

/** Undefined for what is no such document. A state that is not known counts as idle [RFC 3994 3.3]. */
export function parseComposing(bytes: Uint8Array): Composing | undefined {
  let root: XmlElement;
  try {
    root = parseXml(bytes);
  } catch {
    return undefined;
  }
  const state = root.namespace === NAMESPACE ? childOf(root, 'state')?.text : undefined;
  if (root.name !== 'isComposing' || state === undefined) return undefined;
  const refresh = childOf(root, 'refresh')?.text ?? '';
  return {
    isActive: state === 'active',
    ...(/^[1-9]\d{0,5}$/.test(refresh) ? { refresh: Number(refresh) } : {}),
  };
}
