import { ImppError } from '../../shared/errors.ts';
import type { Principal } from '../../shared/impp/access-rules.ts';
import { isReservedUser, parseUrl } from '../../shared/impp/address.ts';
import { readToken } from '../../shared/impp/headers.ts';
import type { CallerMethod } from '../domain.ts';
import { askerOf, showing, targetElsewhere, targetPresentityOf } from './presence.ts';

/** FETCH [IMPP 7]: what the asker may see; of oneself also a view, or what a watcher would be answered. */
export const fetch: CallerMethod = async (domain, caller, request) => {
  const view = readToken(request.headers, 'View');
  const watcher = request.headers.get('Watcher');
  const who = watcher === undefined ? undefined : principalOf(watcher);
  if (view !== undefined && who !== undefined)
    throw new ImppError('bad-request', 'View and Watcher are two questions');
  const elsewhere = targetElsewhere(domain, caller, request);
  if (elsewhere) return { later: domain.presentities.elsewhere.fetch(caller, elsewhere, request) };
  const account = await targetPresentityOf(domain, request);
  if ((view !== undefined || who !== undefined) && caller.principal !== account.url)
    throw new ImppError('permission-denied', 'View and Watcher are for one’s own presence');
  if (who !== undefined) return showing(caller, domain.presentities.viewAs(account, who));
  if (view !== undefined) return showing(caller, domain.presentities.fetchView(account, view));
  return showing(caller, domain.presentities.fetch(account, askerOf(caller)));
};

/** Watcher: a canonical URL, or `anonymous` for whoever has no name. @throws bad-request */
function principalOf(text: string): Principal {
  if (text === 'anonymous') return { url: '', isAnonymous: true };
  const { url, user } = parseUrl(text);
  if (user === '') throw new ImppError('bad-request', 'a domain is not a watcher');
  return { url, isAnonymous: isReservedUser(user) };
}
