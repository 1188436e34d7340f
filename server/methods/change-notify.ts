import { ImppError } from '../../shared/errors.ts';
import { isToken } from '../../shared/impp/headers.ts';
import type { LinkMethod } from '../domain.ts';
import { required, targetOf, urlOf } from './arguments.ts';

/**
 * CHANGE-NOTIFY and TERMINATE-SUBSCRIPTION of another domain's presentity [IMPP 7]: passed on to the device of ours
 * that holds the subscription.
 */
export const changeNotify: LinkMethod = (domain, _host, request) => {
  const to = targetOf(request);
  const from = urlOf(request, 'From');
  const origin = urlOf(request, 'Origin');
  // From is checked against the link. Clients believe Origin: it must not name somebody else.
  if (from === undefined || (origin !== undefined && origin.url !== from.url))
    throw new ImppError('bad-request', 'From and Origin are the presentity');
  const connectionId = required(request, 'Target-Connection-ID');
  if (!isToken(connectionId)) throw new ImppError('bad-request', 'Target-Connection-ID is a token');
  const state = required(request, 'Subscription-State');
  const states = request.method === 'CHANGE-NOTIFY' ? ['active', 'pending'] : ['ended'];
  if (!states.includes(state))
    throw new ImppError('bad-request', `a ${request.method} does not say that it is ${state}`);
  const passed = domain.presentities.elsewhere.notified(from, to, connectionId, request);
  return { later: passed.then(() => ({})) };
};
