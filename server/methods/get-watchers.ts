import { ImppError } from '../../shared/errors.ts';
import { formatWatchers } from '../../shared/impp/watchers.ts';
import type { AttachedMethod } from '../domain.ts';
import { formatAsManyAsFit } from './fitting.ts';
import { ownAccountOf } from './own-account.ts';

/** GET-WATCHERS [IMPP 7]: who watches, one entry for a principal in its best state. */
export const getWatchers: AttachedMethod = async (domain, endpoint, request) => {
  const account = await ownAccountOf(domain, endpoint, request);
  if (!account.services.has('presence'))
    throw new ImppError('target-unknown', `${account.url} has no presence`);
  return {
    headers: [['Content-Type', 'application/impp-watchers']],
    // The list begins with those that wait for an answer: what is cut off the owner can do least about.
    body: formatAsManyAsFit(domain.presentities.watchers(account), formatWatchers),
  };
};
