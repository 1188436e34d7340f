import { ImppError } from '../../shared/errors.ts';
import { readDecimal } from '../../shared/impp/headers.ts';
import { mechanismsOf } from '../accounts/login.ts';
import { greet } from '../links/accept.ts';
import type { SessionMethod } from '../router.ts';
import { required } from './arguments.ts';
import { welcome } from './welcome.ts';

/** HELLO [IMPP 6]: which domain, and what each side can take. Another domain's makes a link of the connection. */
export const hello: SessionMethod = (session, request) => {
  if (session.state !== 'new') throw new ImppError('bad-request', 'HELLO comes first, and once');
  const { service } = session;
  const { config, name } = service.domain;
  const wanted = required(request, 'Domain');
  const role = required(request, 'Role');
  const maxMessageSize = readDecimal(request.headers, 'Max-Message-Size');
  const maxPending = readDecimal(request.headers, 'Max-Pending');
  if (role !== 'client' && role !== 'domain') throw new ImppError('bad-request', `Role cannot be ${role}`);
  if (maxPending === 0) throw new ImppError('bad-request', 'Max-Pending 0 would take no request at all');
  if (wanted !== name) throw new ImppError('target-unknown', `this server is of ${name}`);
  if (role === 'domain') {
    return greet(service.links, session.connection, request).then(({ reply, link }) => ({
      ...reply,
      after: () => session.handOver(link),
    }));
  }

  // What a device can take of us at a time is also bounded by what we take of it: that is what we hold for it.
  const { limits } = config;
  session.peer = { maxMessageSize, maxPending: Math.min(maxPending ?? limits.maxPending, limits.maxPending) };
  session.move('hello');
  return {
    headers: welcome(service.domain, {
      tls: {
        isActive: session.connection.isSecure,
        isThere: service.hasTls,
        isRequired: service.requiresTls,
      },
      mechanisms: mechanismsOf(service, session),
    }),
  };
};
