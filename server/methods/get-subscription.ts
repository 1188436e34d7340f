import type { AttachedMethod } from '../domain.ts';
import { subscriberOf, targetPresentityOf } from './presence.ts';

/** GET-SUBSCRIPTION [IMPP 7]: the state of this connection's subscription and the lease left. */
export const getSubscription: AttachedMethod = async (domain, endpoint, request) => {
  const asker = subscriberOf(endpoint);
  const account = await targetPresentityOf(domain, request);
  const { state, lease } = domain.presentities.subscription(account, asker);
  return {
    headers: [
      ['Subscription-State', state],
      ['Lease-Time', String(lease)],
    ],
  };
};
