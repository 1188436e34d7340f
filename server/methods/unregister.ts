import { ImppError } from '../../shared/errors.ts';
import type { SessionMethod } from '../router.ts';

/** How long nobody else can have the name, milliseconds: what was meant for its owner must not reach another. */
const RESERVED = 365 * 24 * 3_600_000;

/** UNREGISTER [IMPP 6]: the account ends, and all that it holds. */
export const unregister: SessionMethod = async (session) => {
  const { service, who } = session;
  const { domain, notices } = service;
  if (who === undefined || who.isAnonymous) {
    throw new ImppError('permission-denied', 'an anonymous login is no account');
  }
  const { user } = who;
  await domain.storage.removeAccount(user, domain.clock.now() + RESERVED);
  domain.accounts.forget(user);
  await Promise.all([domain.presentities.accountRemoved(user), domain.inboxes.accountRemoved(user)]);
  return {
    after: () =>
      notices.dismissAll(user, new ImppError('target-unknown', 'the account has ended'), undefined),
  };
};
