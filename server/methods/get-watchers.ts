import { ImppError } from '../../shared/errors.ts';
import { formatWatchers, type WatcherEntry } from '../../shared/impp/watchers.ts';
import type { AttachedMethod } from '../domain.ts';
import { ownAccountOf } from './own-account.ts';

/** GET-WATCHERS [IMPP 7]: who watches, one entry for a principal in its best state. */
export const getWatchers: AttachedMethod = async (domain, endpoint, request) => {
  const account = await ownAccountOf(domain, endpoint, request);
  if (!account.services.has('presence'))
    throw new ImppError('target-unknown', `${account.url} has no presence`);
  return {
    headers: [['Content-Type', 'application/impp-watchers']],
    body: formatAsManyAsFit(domain.presentities.watchers(account)),
  };
};

/**
 * A document is 64 KiB at most [IMPP 14], some hundreds of watchers. The list begins with those that wait for
 * an answer, so what is cut off is what the owner can do least about.
 */
function formatAsManyAsFit(entries: readonly WatcherEntry[]): Uint8Array {
  let body = formatWatchers([]);
  let fitting = 0;
  let tooMany = entries.length + 1;
  for (let count = entries.length; count > fitting; count = (fitting + tooMany) >>> 1) {
    try {
      body = formatWatchers(entries.slice(0, count));
      fitting = count;
    } catch (error) {
      if (!(error instanceof ImppError)) throw error;
      tooMany = count;
    }
  }
  return body;
}
