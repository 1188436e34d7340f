// HELLO on a link, and what both sides are told by it [IMPP 6, 12]. The first one is accept.ts's.

import { ImppError } from '../../shared/errors.ts';
import { readDecimal } from '../../shared/impp/headers.ts';
import { MAX_PENDING } from '../../shared/impp/limits.ts';
import type { Request } from '../../shared/impp/message.ts';
import type { Handled, Reply } from '../domain.ts';
import { required } from '../methods/arguments.ts';
import { welcome } from '../methods/welcome.ts';
import type { Link } from './link.ts';

/** HELLO on a link: after STARTTLS once more, and otherwise never. @throws bad-request, permission-denied */
export const greetAgain = async (link: Link, request: Request): Promise<Handled> => {
  const { parts, host } = link;
  if (link.side === 'opener' || link.state !== 'new')
    throw new ImppError('bad-request', 'HELLO comes first, and once');
  if (required(request, 'Domain') !== parts.domain.name)
    throw new ImppError('target-unknown', `this server is of ${parts.domain.name}`);
  // Whatever was said in clear does not count any more, but nobody becomes somebody else.
  if (required(request, 'Role') !== 'domain' || required(request, 'From') !== `impp://${host}/`)
    throw new ImppError('bad-request', `this is a link of ${host}`);
  const reply = await replyOf(link, request);
  link.move('hello');
  return reply;
};

/** OK (HELLO). @throws bad-request */
export const replyOf = async (link: Link, request: Request): Promise<Reply> => {
  readCapacity(link, request);
  const { parts, connection, host } = link;
  const isOpenToAll = !(await parts.needsTls(host));
  const mechanisms = connection.isSecure || isOpenToAll ? ['CALLBACK'] : [];
  if (connection.certificateFor(host) === 'valid') mechanisms.unshift('EXTERNAL');
  return {
    headers: welcome(parts.domain, {
      tls: { isActive: connection.isSecure, isThere: parts.hasTls, isRequired: !isOpenToAll },
      mechanisms,
    }),
  };
};

/** What the other side can take of us, from its HELLO or its OK. @throws bad-request */
export const readCapacity = (link: Link, { headers }: Pick<Request, 'headers'>): void => {
  const { limits, idleTimeout } = link.parts.domain.config;
  const largest = readDecimal(headers, 'Max-Message-Size');
  const window = readDecimal(headers, 'Max-Pending');
  const silence = readDecimal(headers, 'Idle-Timeout');
  if (window === 0) throw new ImppError('bad-request', 'Max-Pending 0 would take no request at all');
  if (largest !== undefined) link.maxMessageSize = largest;
  else link.maxMessageSize = limits.maxBulkSize;
  link.window = Math.min(window ?? MAX_PENDING, limits.maxPending);
  link.idleTimeout = Math.max(2, Math.min(silence ?? idleTimeout, idleTimeout));
};
