import { ImppError } from '../../shared/errors.ts';
import { isReservedUser } from '../../shared/impp/address.ts';
import type { Session } from '../net/session.ts';
import { isOfThisMachine, originOf } from '../net/throttle.ts';
import type { SessionMethod } from '../router.ts';
import { localTargetOf } from './arguments.ts';
import { verifierOf } from './verifier.ts';

/** REGISTER [IMPP 6]: a new account, by the person who wants it. */
export const register: SessionMethod = async (session, request) => {
  const { domain, credentials } = session.service;
  const { registration, auth } = domain.config;
  const { user } = localTargetOf(domain.name, request);
  if (registration === 'closed')
    throw new ImppError('permission-denied', 'accounts are made by the operator only');
  if (isReservedUser(user)) throw new ImppError('permission-denied', 'this name is reserved');
  const invite = registration === 'invite' ? request.headers.get('Invite') : undefined;
  if (registration === 'invite' && invite === undefined) {
    throw new ImppError('permission-denied', 'an account needs an invitation here');
  }
  const verifier = verifierOf(request, auth.iterations);
  countAttempt(session);
  await domain.storage.createAccount(
    { user, services: ['im', 'presence'], verifier, createdAt: domain.clock.now() },
    invite,
  );
  credentials.added(auth.iterations);
  return {};
};

/** Each one takes a name for a year, or tells whether it is taken: nobody needs to do that by the hundred. */
const countAttempt = ({ service, connection }: Session): void => {
  if (isOfThisMachine(connection.address)) return;
  const origin = originOf(connection.address);
  const wait = service.registrations.wait(origin);
  if (wait > 0)
    throw new ImppError('too-many-requests', 'too many accounts have been asked for from this address', {
      data: { retryAfter: Math.ceil(wait / 1000) },
    });
  service.registrations.add(origin);
};
