// How a connection becomes a link: the first HELLO of another domain [IMPP 12].

import { ImppError } from '../../shared/errors.ts';
import { parseUrl } from '../../shared/impp/address.ts';
import type { Request } from '../../shared/impp/message.ts';
import type { Reply } from '../domain.ts';
import { required } from '../methods/arguments.ts';
import type { Connection } from '../net/connection.ts';
import { replyOf } from './hello.ts';
import { Link } from './link.ts';
import type { Parts } from './parts.ts';

/**
 * The first HELLO of a connection, with `Role: domain`; Domain is ours. Gives the link that takes the connection
 * over once it is answered.
 * @throws bad-request, permission-denied (by policy, or in our own name)
 */
export const greet = async (
  parts: Parts,
  connection: Connection,
  request: Request,
): Promise<{ readonly reply: Reply; readonly link: Link }> => {
  const { host, user, url } = parseUrl(required(request, 'From'));
  if (user !== '') throw new ImppError('bad-request', `${url} is not a domain`);
  if (host === parts.domain.name) throw new ImppError('permission-denied', `${host} is this domain`);
  const refusal = parts.refusal(host);
  if (refusal !== undefined) throw refusal;
  const link = new Link(parts, connection, { host, side: 'acceptor', target: '' });
  link.move('hello');
  return { reply: await replyOf(link, request), link };
};
