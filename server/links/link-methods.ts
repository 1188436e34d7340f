// STARTTLS, VERIFY, PING and BYE of a link; HELLO and AUTH have files of their own.

import { ImppError } from '../../shared/errors.ts';
import type { Request } from '../../shared/impp/message.ts';
import type { Handled } from '../domain.ts';
import { required } from '../methods/arguments.ts';
import { isToken } from './callbacks.ts';
import type { Link } from './link.ts';

/** STARTTLS, as for clients: the next octet after the OK belongs to the handshake, and HELLO comes again. */
export const starttls = (link: Link): Handled => {
  const { connection, parts } = link;
  if (link.side === 'opener' || link.state !== 'open')
    throw new ImppError('bad-request', 'STARTTLS is for the opener, after HELLO');
  if (connection.isSecure) throw new ImppError('bad-request', 'TLS is in use already');
  if (!parts.hasTls) throw new ImppError('operation-not-supported', 'this server has no certificate');
  return {
    after: () => {
      if (link.state !== 'open') return;
      link.isChallenged = false;
      link.move('starttls');
      connection.startTls();
    },
  };
};

/** VERIFY: whether a token that a domain has been shown is ours, for it, now; once [IMPP 12]. */
export const verify = (link: Link, request: Request): Handled => {
  if (link.state === 'new') throw new ImppError('bad-request', 'HELLO comes first');
  const host = required(request, 'Domain');
  const token = required(request, 'Token');
  if (!isToken(token)) throw new ImppError('bad-request', 'Token is 22 to 64 characters of base64url');
  if (host !== link.host) throw new ImppError('permission-denied', `this is a link of ${link.host}`);
  link.parts.callbacks.verify(host, token);
  return {};
};

export const ping = (): Handled => ({});

export const bye = (link: Link, request: Request): undefined => {
  link.bye(request);
  return undefined;
};
