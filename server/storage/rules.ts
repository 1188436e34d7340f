// What every driver decides alike, so that the twin cannot drift from the real ones.

import { createHash } from 'node:crypto';

import { ImppError } from '../../shared/errors.ts';
import type { StoredMessage } from './storage.ts';

/** How long a Message-ID is remembered [IMPP 8]. */
export const DUPLICATE_WINDOW_MS = 7 * 24 * 3600 * 1000;

/**
 * Removed documents whose last revision is remembered by name. Beyond, they are folded into one number of the
 * account, so that making and removing names without end costs no space.
 */
export const REMEMBERED_REMOVALS = 256;

/** `acl` and `profile` belong to the server's own work and do not count against the limit. */
export const isCountedDocument = (name: string): boolean => name !== 'acl' && name !== 'profile';

/** The octets of a body, wherever it stands. */
export const bodyOctetsOf = ({ body, large }: Pick<StoredMessage, 'body' | 'large'>): number =>
  large === undefined ? body.length : large.octets;

/**
 * What an entry weighs against the quota: its body, and the fields that a sender chose freely, or 16 KiB of
 * headers around an empty body would be stored for nothing.
 */
export function octetsOf(message: Pick<StoredMessage, 'body' | 'large' | 'fields'>): number {
  let octets = bodyOctetsOf(message);
  for (const field of message.fields) octets += field.length;
  return octets;
}

export const noSuchAccount = (user: string): ImppError =>
  new ImppError('target-unknown', `There is no account "${user}".`);

export const nameTaken = (user: string): ImppError =>
  new ImppError('conflict', `The name "${user}" is taken.`);

export const inviteRefused = (): ImppError =>
  new ImppError('permission-denied', 'The invitation is unknown, used up or out of date.');

export const inviteUnknown = (): ImppError => new ImppError('not-found', 'There is no such invitation.');

/** What the operator knows an invitation by, whose token is not kept: the beginning of its SHA-256, in hex. */
export const inviteId = (token: string): string =>
  createHash('sha256').update(token).digest('hex').slice(0, INVITE_ID_LENGTH);

const INVITE_ID_LENGTH = 12;

export const mailboxFull = (): ImppError => new ImppError('mailbox-full', 'The inbox is full.');

/** A fault of ours, or of the disk. */
export const bodyGone = (body: number): ImppError =>
  new ImppError('internal-error', `There is no body ${body} that is still coming.`);

export const staleRevision = (present: number): ImppError =>
  new ImppError('conflict', `The present revision is ${present}.`);

export const tooManyDocuments = (limit: number): ImppError =>
  new ImppError('conflict', `An account has at most ${limit} documents.`);

export const storeClosed = (): ImppError => new ImppError('closed', 'The store is closed.');

/** A copy that nobody else changes. (`slice` of a Buffer would share its memory.) */
export const copyOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
