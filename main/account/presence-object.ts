import { ImppError } from '../../shared/errors.ts';
import { formatPresence, parsePresence, type PresenceDocument } from '../../shared/impp/presence.ts';
import { documentOf, presenceOf } from '../../shared/impp/presence-state.ts';
import type { Presence } from '../../shared/model.ts';
import type { Own } from './presence.ts';

/** What this device publishes. The tuple's id means nothing to others: the Device keeps objects apart. */
export const formatOwnPresence = (url: string, own: Own): Uint8Array =>
  formatPresence(documentOf(url, { id: 'parley', ...own }));

const documentsIn = (contentType: string, body: Uint8Array): PresenceDocument[] => {
  const type = contentType.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/presence') return [parsePresence(body)];
  throw new ImppError('type-not-understood', `a presence object of type ${type}`);
};

/**
 * What an object of `entity` comes to for people: one document, or those of several devices, the most recently
 * changed first [IMPP 7]. Throws `bad-request`, `type-not-understood`.
 */
export const readPresenceObject = (
  contentType: string | undefined,
  body: Uint8Array | undefined,
  entity: string,
): Presence => {
  if (body === undefined || contentType === undefined) return { state: 'unknown' };
  const documents = documentsIn(contentType, body).filter((document) => document.entity === entity);
  return presenceOf(documents);
};
