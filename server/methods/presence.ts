// What the methods of [IMPP 7] have in common.

import { ImppError } from '../../shared/errors.ts';
import { type Address, parseUrl } from '../../shared/impp/address.ts';
import type { Request } from '../../shared/impp/message.ts';
import type { Account, Caller, Domain, Reply } from '../domain.ts';
import type { Asker, Seen } from '../presence/requests.ts';
import { isLocal, targetOf } from './arguments.ts';

/**
 * The account whose presence `target` names.
 * @throws connection-failure (another domain), target-unknown (no such account, or one without presence)
 */
export async function presentityOf(domain: Domain, target: Address): Promise<Account> {
  if (target.host !== domain.name)
    throw new ImppError('connection-failure', `${target.host} cannot be reached from ${domain.name}`);
  const account = target.user === '' ? undefined : await domain.accounts.find(target.user);
  if (!account?.services.has('presence'))
    throw new ImppError('target-unknown', `${target.url} has no presence`);
  return account;
}

/** The one whose presence is asked about. @throws bad-request, and what presentityOf throws */
export const targetPresentityOf = (domain: Domain, request: Request): Promise<Account> =>
  presentityOf(domain, targetOf(request));

/** The Target, if it is for another domain to answer: a user of ours asks. @throws bad-request */
export function targetElsewhere(domain: Domain, caller: Caller, request: Request): Address | undefined {
  const target = targetOf(request);
  const isOurs = isLocal(domain.name, parseUrl(caller.principal));
  return isOurs && !isLocal(domain.name, target) ? target : undefined;
}

export const askerOf = ({ principal, isAnonymous, connectionId }: Caller): Asker => ({
  url: principal,
  isAnonymous,
  connectionId,
});

/**
 * Subscriptions live on interactive connections: only there can notifications follow.
 * @throws bad-request
 */
export function subscriberOf(caller: Caller): Asker {
  if (caller.purpose === 'bulk')
    throw new ImppError('bad-request', 'subscriptions belong to an interactive connection');
  return askerOf(caller);
}

/** An OK that shows presence. @throws message-too-large, for a device that takes less */
export function showing(
  caller: Caller,
  { revision, state, shown }: Seen,
  further: readonly (readonly [name: string, value: string])[] = [],
): Reply & { readonly headers: readonly (readonly [string, string])[] } {
  const { maxMessageSize } = caller;
  if (shown.body.length > maxMessageSize)
    throw new ImppError('message-too-large', 'this presence is more than the device takes', {
      data: { maxMessageSize },
    });
  return {
    headers: [
      ...further,
      ['Revision', String(revision)],
      ...(state === undefined ? [] : [['Subscription-State', state] as const]),
      ['Content-Type', shown.type],
    ],
    body: shown.body,
  };
}
