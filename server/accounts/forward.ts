import { ImppError } from '../../shared/errors.ts';
import type { Principal } from '../../shared/impp/access-rules.ts';
import type { Account } from '../domain.ts';

/**
 * What a request of `who` that the access rules allow fails with, when the account has moved [IMPP 10]. Only
 * for those: whoever is refused or pretended to is not to learn where it has moved. Never for the owner.
 */
export function forwardedFor(
  { url, forward }: Pick<Account, 'url' | 'forward'>,
  who: Pick<Principal, 'url'>,
) {
  if (forward === undefined || who.url === url) return undefined;
  const { kind, to } = forward;
  const code = kind === 'permanent' ? 'permanently-forwarded' : 'temporarily-forwarded';
  return new ImppError(code, `${url} is now to be reached at ${to}`, { data: { location: to } });
}
