import { ImppError } from '../../shared/errors.ts';
import type { Request } from '../../shared/impp/message.ts';
import type { Account, Domain, Endpoint } from '../domain.ts';
import { urlOf } from './arguments.ts';

/**
 * The sender's account, for what concerns nobody else. Target may be absent; if it is there it has to name it.
 * @throws bad-request, permission-denied (another account, or an anonymous login, which has none)
 */
export async function ownAccountOf(domain: Domain, endpoint: Endpoint, request: Request): Promise<Account> {
  const target = urlOf(request, 'Target');
  const account = endpoint.isAnonymous ? undefined : await domain.accounts.find(endpoint.user);
  if (account === undefined || (target !== undefined && target.url !== account.url))
    throw new ImppError('permission-denied', `${request.method} is for one's own account`);
  return account;
}
