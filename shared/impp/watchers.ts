import { childrenOf, malformed, oneOf, timeOf, urlOf } from './element-values.ts';
import { formatTime } from './headers.ts';
import { type Element, listElement, MAX_MARKUP, parseMarkup, textElement } from './markup.ts';

const STATES = ['active', 'pending', 'pretended', 'fetched'] as const;

/** A line of `application/impp-watchers` [IMPP 7, 14]. */
export interface WatcherEntry {
  /** Canonical URL. */
  readonly address: string;
  readonly state: (typeof STATES)[number];
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly expires: number;
}

/** The same from a server that may leave out the times. */
export type ReadWatcherEntry = Pick<WatcherEntry, 'address' | 'state'> & Partial<WatcherEntry>;

/** What of a list of watchers one gets: 64 KiB of markup hold some 400 entries. */
export interface WatcherList {
  readonly watchers: readonly ReadWatcherEntry[];
  /** How many more there are, as `<x-more>` says. */
  readonly more: number;
}

export const watcherElement = ({ address, state, since, expires }: WatcherEntry): Element =>
  listElement('watcher', [
    textElement('address', address),
    textElement('state', state),
    textElement('since', formatTime(since)),
    textElement('expires', formatTime(expires)),
  ]);

function parseEntry(element: Element): ReadWatcherEntry {
  const children = childrenOf(element);
  const find = (name: string) => children.find((child) => child.name === name);
  const address = find('address');
  const state = find('state');
  const since = find('since');
  const expires = find('expires');
  if (address === undefined || state === undefined) throw malformed('<watcher> needs <address> and <state>');
  return {
    address: urlOf(address),
    state: oneOf(state, STATES),
    ...(since === undefined ? {} : { since: timeOf(since) }),
    ...(expires === undefined ? {} : { expires: timeOf(expires) }),
  };
}

/** Throws `bad-request`. `limit`: octets, where more than the usual were asked for. */
export function parseWatchers(bytes: Uint8Array, limit = MAX_MARKUP): WatcherList {
  const root = parseMarkup(bytes, limit);
  if (root.name !== 'watchers') throw malformed('a list of watchers begins with <watchers>');
  const children = childrenOf(root);
  const more = children.find((child) => child.name === 'x-more')?.text ?? '0';
  return {
    watchers: children.filter((child) => child.name === 'watcher').map(parseEntry),
    // Of a private element nobody has to know what it means.
    more: /^\d{1,9}$/.test(more) ? Number(more) : 0,
  };
}
