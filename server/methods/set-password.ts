import { ImppError } from '../../shared/errors.ts';
import type { SessionMethod } from '../router.ts';
import { verifierOf } from './verifier.ts';

/** How long AUTH speaks for the person at the keyboard, milliseconds. */
const RECENT = 5 * 60_000;

/** SET-PASSWORD [IMPP 6]: a new verifier; all other connections of the account have to sign in again. */
export const setPassword: SessionMethod = async (session, request) => {
  const { service, who } = session;
  const { domain, credentials, notices } = service;
  if (who === undefined || domain.clock.now() - session.authenticatedAt > RECENT) {
    throw new ImppError(
      'user-authentication-required',
      'a new password needs an AUTH of the last five minutes',
    );
  }
  if (who.isAnonymous) throw new ImppError('permission-denied', 'an anonymous login has no password');
  const { iterations } = domain.config.auth;
  await domain.storage.setVerifier(who.user, verifierOf(request, iterations));
  credentials.added(iterations);
  notices.dismissAll(
    who.user,
    new ImppError('user-authentication-required', 'the password has changed'),
    session,
  );
  return {};
};
