// An entry on its way to devices, and the SEND that carries it [IMPP 8].

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
export function keptFields(headers: Iterable<readonly [string, string]>): string[] {
  const fields: string[] = [];
  for (const [name, value] of headers) if (!OWN_FIELDS.has(name)) fields.push(name, value);
  return fields;
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
export const deferredOctets = (entry: Entry, limit: number): number | undefined =>
  entry.omitted ?? (entry.body.length > limit ? entry.body.length : undefined);

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
