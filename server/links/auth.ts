// AUTH of another domain, by its certificate or by asking it [IMPP 12].

import { ImppError } from '../../shared/errors.ts';
import { isIpLiteral } from '../../shared/impp/ip-literal.ts';
import { FAILED_AUTH_PER_CONNECTION } from '../../shared/impp/limits.ts';
import type { Request } from '../../shared/impp/message.ts';
import type { Handled } from '../domain.ts';
import { mediaTypeOf } from '../methods/arguments.ts';
import { originOf } from '../net/throttle.ts';
import { isToken } from './callbacks.ts';
import type { Link } from './link.ts';

const TYPE = 'application/sasl';

/** One step; each mechanism has but one that counts. @throws what the opener is told */
export const auth = async (link: Link, request: Request): Promise<Handled> => {
  const { parts, connection, host } = link;
  if (link.side === 'opener' || link.state !== 'open')
    throw new ImppError('bad-request', 'AUTH is for the opener, after HELLO, and once');
  const needsTls = await parts.needsTls(host);
  if (needsTls && !connection.isSecure) throw new ImppError('tls-required', 'AUTH is taken under TLS only');
  if (isIpLiteral(host)) throw new ImppError('bad-request', `${host} is an address and not a domain`);
  const { body, headers } = request;
  const mechanism = headers.get('Mechanism');
  const wasChallenged = link.isChallenged;
  link.isChallenged = false;
  const state = headers.get('Auth-State');
  if (state === 'abort' && wasChallenged) throw new ImppError('authentication-failed', 'given up');
  if (state !== undefined) throw new ImppError('bad-request', `Auth-State cannot be ${state}`);
  if (body !== undefined && body.length > 0 && mediaTypeOf(request) !== TYPE)
    throw new ImppError('type-not-understood', `AUTH takes ${TYPE}`);
  refuseTooMany(link);
  if (mechanism === 'EXTERNAL' && connection.certificateFor(host) === 'none')
    throw new ImppError('operation-not-supported', 'EXTERNAL takes a client certificate');
  const text = Buffer.from(body ?? new Uint8Array(0)).toString('latin1');
  if (mechanism === 'CALLBACK' && !wasChallenged) {
    if (!isToken(text)) throw new ImppError('bad-request', 'a token is 22 to 64 characters of base64url');
    await counted(link, request, () => parts.verify(host, text, connection.address));
  } else if (mechanism === 'EXTERNAL' && !wasChallenged && body === undefined) {
    link.isChallenged = true;
    return { headers: [['Auth-State', 'continue']] };
  } else if (mechanism === 'EXTERNAL' || (mechanism === undefined && wasChallenged)) {
    await counted(link, request, () => checkCertificate(link, text));
    await parts.secureDomains.remember(host, connection.address);
  } else if (mechanism === undefined) throw new ImppError('bad-request', 'the first AUTH needs a Mechanism');
  else throw new ImppError('operation-not-supported', `the mechanism ${mechanism} cannot be used by domains`);
  link.checkPresent();
  // It may have come to be refused while it was asked who it is.
  const refusal = parts.refusal(host);
  if (refusal !== undefined) throw refusal;
  const far = parts.farOf(host);
  if (far.isFull)
    throw new ImppError('too-many-requests', `${host} has too many links here`, { data: { retryAfter: 60 } });
  link.ready(far);
  return {
    headers: [
      ['Auth-State', 'done'],
      ['Address', `impp://${host}/`],
    ],
    after: () => {
      if (link.isUsable) far.ready(link, ['im', 'pres']);
    },
  };
};

/** EXTERNAL: who the opener is its certificate says; an authorisation identity can only repeat it. */
const checkCertificate = ({ connection, host }: Link, identity: string): Promise<void> => {
  if (connection.certificateFor(host) !== 'valid')
    return Promise.reject(
      new ImppError('authentication-failed', `there is no client certificate that is valid for ${host}`),
    );
  if (identity !== '' && identity !== `impp://${host}/`)
    return Promise.reject(new ImppError('authentication-failed', `the link is of ${host}`));
  return Promise.resolve();
};

/** Nobody could say whether it is a lie. */
const wasUnreached = ({ cause }: ImppError): boolean =>
  cause instanceof ImppError && cause.retry === 'later' && cause.code !== 'internal-error';

/**
 * Failures count as those of users do: five on a connection, twenty of an address in ten minutes. Domains that could not be
 * asked are ten times as many: a bad line must not lock anybody out, and nobody has us call the whole world.
 */
const counted = async (link: Link, request: Request, check: () => Promise<void>): Promise<void> => {
  try {
    await check();
  } catch (error) {
    if (error instanceof ImppError && error.code === 'authentication-failed') {
      const { parts, connection, host } = link;
      const isOpen = wasUnreached(error);
      (isOpen ? parts.unreached : parts.failures).add(originOf(connection.address));
      link.failedAuths += 1;
      const { log } = parts.domain;
      const { id } = connection;
      const about = { connection: id, request: request.id, domain: host, address: connection.address };
      const { cause } = error;
      const data = { ...about, reason: cause instanceof Error ? cause.message : error.message };
      if (isOpen) log.info('a domain could not be asked who it is', data);
      else log.warn('a domain is not who it says', data);
      if (link.failedAuths >= FAILED_AUTH_PER_CONNECTION) link.closeAfterAnswer();
    }
    throw error;
  }
};

const refuseTooMany = ({ parts, connection }: Link): void => {
  const origin = originOf(connection.address);
  const wait = Math.max(parts.failures.wait(origin), parts.unreached.wait(origin));
  if (wait === 0) return;
  throw new ImppError('too-many-requests', 'too many attempts to authenticate have failed', {
    data: { retryAfter: Math.ceil(wait / 1000) },
  });
};
