import { ImppError } from '../../shared/errors.ts';
import { readDecimal } from '../../shared/impp/headers.ts';
import { mechanismsOf } from '../accounts/login.ts';
import type { SessionMethod } from '../router.ts';
import { required } from './arguments.ts';

export const AGENT = 'parleyd/0.1.0';

/** HELLO [IMPP 6]: which domain, and what each side can take. */
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
  if (role === 'domain')
    throw new ImppError('operation-not-supported', 'this server takes no links from domains');

  // What a device can take of us at a time is also bounded by what we take of it: that is what we hold for it.
  const { limits } = config;
  session.peer = { maxMessageSize, maxPending: Math.min(maxPending ?? limits.maxPending, limits.maxPending) };
  session.move('hello');
  return {
    headers: [
      ['Domain', name],
      ['Agent', AGENT],
      ['Services', 'im presence'],
      ['Max-Message-Size', String(Math.max(limits.maxBulkSize, limits.maxMessageSize))],
      ['Max-Pending', String(limits.maxPending)],
      ['Idle-Timeout', String(config.idleTimeout)],
      ['Bulk-Threshold', String(limits.bulkThreshold)],
      ['TLS', tlsState(session.connection.isSecure, service.hasTls, service.requiresTls)],
      ['Auth-Mechanisms', mechanismsOf(service, session).join(' ')],
      ['Iterations', String(config.auth.iterations)],
      ['Registration', config.registration],
      ...(config.policy.length > 0 ? [['Policy', config.policy.join(' ')] as const] : []),
    ],
  };
};

const tlsState = (isActive: boolean, isThere: boolean, isRequired: boolean): string => {
  if (isActive) return 'active';
  if (!isThere) return 'unavailable';
  return isRequired ? 'required' : 'offered';
};
