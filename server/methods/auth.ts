import { ImppError } from '../../shared/errors.ts';
import { FAILED_AUTH_PER_CONNECTION } from '../../shared/impp/limits.ts';
import type { Request } from '../../shared/impp/message.ts';
import { startLogin, type Step } from '../accounts/login.ts';
import type { Reply } from '../domain.ts';
import type { Session } from '../net/session.ts';
import { originOf } from '../net/throttle.ts';
import type { SessionMethod } from '../router.ts';
import { mediaTypeOf } from './arguments.ts';

const TYPE = 'application/sasl';
const EMPTY = new Uint8Array(0);

/** AUTH [IMPP 6]: one step of SASL. */
export const auth: SessionMethod = async (session, request) => {
  const mechanism = request.headers.get('Mechanism');
  const state = request.headers.get('Auth-State');
  const login = session.login;
  if (state === 'abort') {
    if (login === undefined || mechanism !== undefined)
      throw outOfOrder(session, 'there is nothing to abort');
    session.login = undefined;
    throw new ImppError('authentication-failed', 'given up');
  }
  if (state !== undefined) throw outOfOrder(session, `Auth-State cannot be ${state}`);
  if (request.body !== undefined && request.body.length > 0 && mediaTypeOf(request) !== TYPE) {
    session.login = undefined;
    throw new ImppError('type-not-understood', `AUTH takes ${TYPE}`);
  }
  refuseTooMany(session);
  if (mechanism !== undefined) {
    if (login !== undefined) throw outOfOrder(session, 'an exchange is under way');
    session.login = startLogin(session.service, session, mechanism);
    // Content-Length 0 is an initial response that is empty; without one there is none.
    return take(session, request.body);
  }
  if (login === undefined) throw outOfOrder(session, 'the first AUTH needs a Mechanism');
  return take(session, request.body ?? EMPTY);
};

const take = async (session: Session, message: Request['body']): Promise<Reply> => {
  const { login } = session;
  if (login === undefined) throw outOfOrder(session, 'no exchange is under way');
  let step: Step;
  try {
    step = await login.step(message);
  } catch (error) {
    session.login = undefined;
    throw failed(session, error);
  }
  if ('challenge' in step) return answer([['Auth-State', 'continue']], step.challenge);
  session.login = undefined;
  session.signIn(step.who);
  return answer(
    [
      ['Auth-State', 'done'],
      ['Address', step.who.url],
    ],
    step.data,
  );
};

const answer = (headers: readonly (readonly [string, string])[], body: Uint8Array | undefined): Reply =>
  body === undefined || body.length === 0
    ? { headers }
    : { headers: [...headers, ['Content-Type', TYPE]], body };

/** The same words whatever failed: they do not tell a wrong password from a name that is nobody's. */
const failed = (session: Session, cause: unknown): unknown => {
  if (!(cause instanceof ImppError) || cause.code !== 'authentication-failed') return cause;
  session.service.failures.add(originOf(session.connection.address));
  session.failedLogins += 1;
  if (session.failedLogins >= FAILED_AUTH_PER_CONNECTION) session.closeAfterAnswer();
  return new ImppError('authentication-failed', 'the name or the password is not right', { cause });
};

/** At every step and not only at the first, so that exchanges begun side by side are no way round it. */
const refuseTooMany = (session: Session): void => {
  const wait = session.service.failures.wait(originOf(session.connection.address));
  if (wait === 0) return;
  session.login = undefined;
  throw new ImppError('too-many-requests', 'too many attempts to sign in have failed', {
    data: { retryAfter: Math.ceil(wait / 1000) },
  });
};

const outOfOrder = (session: Session, reason: string): ImppError => {
  session.login = undefined;
  return new ImppError('bad-request', reason);
};
