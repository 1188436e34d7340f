// An entry on its way to devices, and the SEND that carries it [IMPP 8].

import { ImppError } from '../../shared/errors.ts';
import { MAX_HEADER_SECTION, MAX_HEADERS } from '../../shared/impp/limits.ts';
import { bodyOctetsOf } from '../storage/rules.ts';
import type { StoredMessage } from '../storage/storage.ts';

/** What delivery needs of an entry, whether it comes from memory or from storage. */
export interface Entry extends StoredMessage {
  readonly sequence: number;
  readonly isCopy: boolean;
  readonly isDelivered: boolean;
  /** The octets of a body that was not read because it is over the limit. */
  readonly omitted?: number;
}

type Header = readonly [name: string, value: string];

// What stands in StoredMessage by itself, or is framing.
const OWN_FIELDS = new Set(['From', 'Target', 'Message-ID', 'Content-Type', 'Content-Length']);

/**
 * The header fields of a SEND that go along unchanged, names and values by turns: all but those that
 * StoredMessage names. The sender's Connection-ID is among them ("all else unchanged").
 */
export function keptFields(flat: readonly string[]): string[] {
  const fields: string[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const name = flat[i] ?? '';
    if (!OWN_FIELDS.has(name)) fields.push(name, flat[i + 1] ?? '');
  }
  return fields;
}

// Inbox-Sequence, Received, Copy, Replay, Body-Deferred.
const ADDED_HEADERS = 5;
const ADDED_OCTETS = 256;

/**
 * Keeps room in the head of a SEND for what the home server adds. A head at the limit would grow over it, and
 * every device that is sent it would find the framing broken and close, come back, be sent it again ...
 * @param flat names and values by turns
 * @throws bad-request
 */
export function checkRoom(flat: readonly string[]): void {
  let units = 0;
  for (const text of flat) units += text.length;
  const framing = 2 * flat.length + 2;
  const limit = MAX_HEADER_SECTION - ADDED_OCTETS - framing;
  const isTooMany = flat.length / 2 > MAX_HEADERS - ADDED_HEADERS;
  // A code unit is three octets at most: most heads need no exact count.
  const isTooLong = 3 * units > limit && Buffer.byteLength(flat.join('')) > limit;
  if (isTooMany || isTooLong)
    throw new ImppError('bad-request', 'the head leaves no room for what the home server adds');
}

let formattedAt = Number.NaN;
let formatted = '';

// Thousands of messages share a millisecond under load, and this is a tenth of the cost of a head.
const timeText = (time: number): string => {
  if (time !== formattedAt) {
    formattedAt = time;
    formatted = new Date(time).toISOString();
  }
  return formatted;
};

/** The head of a message that is passed on without being entered (`Storage: none`). */
export function passedHeaders(message: StoredMessage): Header[] {
  const headers: Header[] = [['From', message.origin]];
  const { fields } = message;
  for (let i = 0; i + 1 < fields.length; i += 2) headers.push([fields[i] ?? '', fields[i + 1] ?? '']);
  headers.push(
    ['Target', message.target],
    ['Message-ID', message.messageId],
    ['Received', timeText(message.received)],
    ['Content-Type', message.contentType],
  );
  return headers;
}

/** The head of an entry; `deferred`: the octets of the body, if it stays behind. */
export function entryHeaders(entry: Entry, isReplay: boolean, deferred: number | undefined): Header[] {
  const headers = passedHeaders(entry);
  headers.push(['Inbox-Sequence', String(entry.sequence)]);
  if (entry.isCopy) headers.push(['Copy', 'sent']);
  if (isReplay) headers.push(['Replay', 'yes']);
  if (deferred !== undefined) headers.push(['Body-Deferred', String(deferred)]);
  return headers;
}

/** The octets of a body that a device gets deferred, or undefined if it gets the body itself. */
export const deferredOctets = (entry: Entry, limit: number): number | undefined => {
  const octets = entry.omitted ?? bodyOctetsOf(entry);
  return octets > limit ? octets : undefined;
};

/** Never delivered to a device after Expires. */
export const isExpired = (entry: Pick<Entry, 'expires'>, now: number): boolean =>
  entry.expires !== undefined && entry.expires <= now;

/** The answer to GET-MESSAGE, with the body. */
export function messageHeaders(entry: Entry): Header[] {
  const headers: Header[] = [
    ['Origin', entry.origin],
    ['Target', entry.target],
    ['Message-ID', entry.messageId],
    ['Received', timeText(entry.received)],
    ['Inbox-Sequence', String(entry.sequence)],
    ['Content-Type', entry.contentType],
  ];
  if (entry.isCopy) headers.push(['Copy', 'sent']);
  return headers;
}
