import { ImppError } from '../../shared/errors.ts';
import { readLease } from '../../shared/impp/headers.ts';
import type { CallerMethod } from '../domain.ts';
import { showing, subscriberOf, targetElsewhere, targetPresentityOf } from './presence.ts';

/** SUBSCRIBE [IMPP 7]: OK with what may be seen now; the same again extends it. */
export const subscribe: CallerMethod = async (domain, caller, request) => {
  const lease = readLease(request.headers);
  if (lease === 0) throw new ImppError('bad-request', 'a subscription lasts; UNSUBSCRIBE ends it');
  const asker = subscriberOf(caller);
  const elsewhere = targetElsewhere(domain, caller, request);
  if (elsewhere) return { later: domain.presentities.elsewhere.subscribe(caller, elsewhere, request) };
  const account = await targetPresentityOf(domain, request);
  const subscribing = domain.presentities.subscribe(account, asker, lease);
  const answer = async () => {
    try {
      await subscribing.stored;
      const reply = showing(caller, subscribing.answer(), [['Lease-Time', String(subscribing.lease)]]);
      return { ...reply, after: subscribing.opened };
    } catch (error) {
      subscribing.abandon();
      throw error;
    }
  };
  return { later: answer() };
};
