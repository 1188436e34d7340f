import type { WatcherEntry } from '../../shared/impp/watchers.ts';
import type { Presentity } from './presentity.ts';
import type { Watcher } from './subscriptions.ts';

/** How long a fetcher counts as a watcher [IMPP 7]. */
export const FETCHED = 86_400_000;

/** Those who wait for an answer come first, since a list may have to be cut. */
const ORDER = ['pending', 'active', 'pretended', 'fetched'] as const;

/**
 * What the owner may know of its watchers [IMPP 7, GET-WATCHERS]: one entry for a principal in its best state.
 * `now` in milliseconds.
 */
export function listWatchers(presentity: Presentity, now: number): WatcherEntry[] {
  const entries: WatcherEntry[] = [];
  for (const watcher of presentity.watchers.values()) {
    // One's own devices are no news to oneself.
    if (watcher.url === presentity.url) continue;
    const entry = entryOf(watcher);
    if (entry.state !== 'fetched' || (entry.since > 0 && entry.expires > now)) entries.push(entry);
  }
  const rank = ({ state }: WatcherEntry) => ORDER.indexOf(state);
  return entries.sort((one, other) => rank(one) - rank(other) || one.since - other.since);
}

function entryOf(watcher: Watcher): WatcherEntry {
  const { best: state, url: address } = watcher;
  if (state === 'fetched') {
    const since = watcher.fetchedAt ?? 0;
    return { address, state, since, expires: since + FETCHED };
  }
  if (state === 'pending' && watcher.asked)
    return { address, state, since: watcher.asked.since, expires: watcher.asked.until };
  const held = [...watcher.subscriptions.values()].filter(({ sight }) => sight.state === state);
  return {
    address,
    state,
    since: Math.min(...held.map(({ since }) => since)),
    expires: Math.max(...held.map(({ expiresAt }) => expiresAt)),
  };
}
