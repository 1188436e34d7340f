import { ImppError } from '../../shared/errors.ts';
import { readDecimal } from '../../shared/impp/headers.ts';
import { MAX_MARKUP } from '../../shared/impp/markup.ts';
import { watcherElement } from '../../shared/impp/watchers.ts';
import type { AttachedMethod } from '../domain.ts';
import { formatAsManyAsFit } from './fitting.ts';
import { ownAccountOf } from './own-account.ts';

/**
 * GET-WATCHERS [IMPP 7]: who watches, one entry for a principal in its best state. Markup ends at 64 KiB [IMPP 14];
 * who reads more of it says so with X-Max-Size, in octets.
 */
export const getWatchers: AttachedMethod = async (domain, endpoint, request) => {
  const account = await ownAccountOf(domain, endpoint, request);
  if (!account.services.has('presence'))
    throw new ImppError('target-unknown', `${account.url} has no presence`);
  const size = readDecimal(request.headers, 'X-Max-Size') ?? MAX_MARKUP;
  return {
    headers: [['Content-Type', 'application/impp-watchers']],
    // The list begins with those that wait for an answer: what is cut off the owner can do least about.
    body: formatAsManyAsFit(
      'watchers',
      domain.presentities.watchers(account).map(watcherElement),
      Math.min(size, endpoint.maxMessageSize),
    ),
  };
};
