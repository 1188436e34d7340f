import { presenceOf } from '../../shared/impp/presence-state.ts';
import { readPresence } from '../../shared/mime/presence-object.ts';
import type { Presence } from '../../shared/model.ts';

/**
 * What an object of `entity` comes to for people: one document, or those of several devices, the most recently
 * changed first [IMPP 7]. What cannot be read is unknown, not offline.
 */
export const readPresenceObject = (
  contentType: string | undefined,
  body: Uint8Array | undefined,
  entity: string,
): Presence => {
  if (body === undefined || contentType === undefined) return { state: 'unknown' };
  const documents = readPresence(contentType, body).filter((document) => document.entity === entity);
  return presenceOf(documents);
};
