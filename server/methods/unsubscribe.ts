import type { CallerMethod } from '../domain.ts';
import { subscriberOf, targetElsewhere, targetPresentityOf } from './presence.ts';

/** UNSUBSCRIBE [IMPP 7]: the subscription of this connection is eliminated, or unknown. */
export const unsubscribe: CallerMethod = async (domain, caller, request) => {
  const asker = subscriberOf(caller);
  const elsewhere = targetElsewhere(domain, caller, request);
  if (elsewhere) return { later: domain.presentities.elsewhere.unsubscribe(caller, elsewhere, request) };
  const account = await targetPresentityOf(domain, request);
  return { later: domain.presentities.unsubscribe(account, asker).then(() => ({})) };
};
