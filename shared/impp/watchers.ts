import { childrenOf, malformed, oneOf, timeOf, urlOf } from './element-values.ts';
import { formatTime } from './headers.ts';
import { type Element, formatMarkup, listElement, parseMarkup, textElement } from './markup.ts';

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

/** Throws `bad-request` if the document grows over 64 KiB, some 400 entries. */
export const formatWatchers = (entries: readonly WatcherEntry[]): Uint8Array<ArrayBuffer> =>
  formatMarkup(
    listElement(
      'watchers',
      entries.map(({ address, state, since, expires }) =>
        listElement('watcher', [
          textElement('address', address),
          textElement('state', state),
          textElement('since', formatTime(since)),
          textElement('expires', formatTime(expires)),
        ]),
      ),
    ),
  );

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

/** Throws `bad-request`. */
export function parseWatchers(bytes: Uint8Array): ReadWatcherEntry[] {
  const root = parseMarkup(bytes);
  if (root.name !== 'watchers') throw malformed('a list of watchers begins with <watchers>');
  return childrenOf(root)
    .filter((child) => child.name === 'watcher')
    .map(parseEntry);
}
