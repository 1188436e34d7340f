import type { CallerMethod } from '../domain.ts';
import { subscriberOf, targetElsewhere, targetPresentityOf } from './presence.ts';

/** GET-SUBSCRIPTION [IMPP 7]: the state of this connection's subscription and the lease left. */
export const getSubscription: CallerMethod = async (domain, caller, request) => {
  const asker = subscriberOf(caller);
  const elsewhere = targetElsewhere(domain, caller, request);
  if (elsewhere) return { later: domain.presentities.elsewhere.subscription(caller, elsewhere, request) };
  const account = await targetPresentityOf(domain, request);
  const { state, lease } = domain.presentities.subscription(account, asker);
  return {
    headers: [
      ['Subscription-State', state],
      ['Lease-Time', String(lease)],
    ],
  };
};
