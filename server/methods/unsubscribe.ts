import type { AttachedMethod } from '../domain.ts';
import { subscriberOf, targetPresentityOf } from './presence.ts';

/** UNSUBSCRIBE [IMPP 7]: the subscription of this connection is eliminated, or unknown. */
export const unsubscribe: AttachedMethod = async (domain, endpoint, request) => {
  const asker = subscriberOf(endpoint);
  const account = await targetPresentityOf(domain, request);
  return { later: domain.presentities.unsubscribe(account, asker).then(() => ({})) };
};
