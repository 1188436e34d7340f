import { ImppError } from '../../shared/errors.ts';
import { readLease, readToken } from '../../shared/impp/headers.ts';
import type { Request } from '../../shared/impp/message.ts';
import { checkPresence, parsePresence } from '../../shared/impp/presence.ts';
import { checkVisible } from '../accounts/policy.ts';
import type { AttachedMethod } from '../domain.ts';
import type { PresenceObject } from '../presence/values.ts';
import { mediaTypeOf, targetOf } from './arguments.ts';
import { presentityOf } from './presence.ts';

/** CHANGE [IMPP 7]: publishes an object under (principal, Device, View), for a lease or permanently. */
export const change: AttachedMethod = async (domain, endpoint, request) => {
  const target = targetOf(request);
  const lease = readLease(request.headers);
  const view = readToken(request.headers, 'View') ?? 'default';
  const { limits, policy } = domain.config;
  const object = lease === 0 ? undefined : objectOf(request, target.url, limits.maxMessageSize);
  // 0 and `infinity` withdraw; an object for a time has to be there.
  if (object === undefined && typeof lease !== 'number' && lease !== 'infinity')
    throw new ImppError('bad-request', 'CHANGE needs a body');
  // A permanent value is for when nobody is there.
  const isPlain = object !== undefined && mediaTypeOf(request) === 'application/presence';
  if (isPlain && lease !== 'infinity' && policy.includes('no-invisible'))
    checkVisible(parsePresence(object.body));
  const account = await presentityOf(domain, target);
  const changed = domain.presentities.change(account, {
    publisher: endpoint.principal,
    device: endpoint.device,
    view,
    lease,
    object,
  });
  const reply = {
    headers: [
      ['Lease-Time', String(changed.lease)],
      ['Revision', String(changed.revision)],
    ] as const,
  };
  return { later: changed.stored.then(() => reply) };
};

/**
 * The object, if there is one. It need not be understood, and signed and encrypted ones pass untouched; but
 * `application/presence` is checked for form and entity. It has to fit on the watchers' interactive connections.
 */
function objectOf(request: Request, entity: string, maxMessageSize: number): PresenceObject | undefined {
  const { body } = request;
  const type = request.headers.get('Content-Type');
  if (body === undefined || (body.length === 0 && type === undefined)) return undefined;
  if (type === undefined || !/^[\w.+\-]+\/[\w.+\-]+\s*(?:;|$)/v.test(type))
    throw new ImppError('bad-request', 'a presence object needs a Content-Type');
  if (body.length > maxMessageSize)
    throw new ImppError('message-too-large', 'a presence object has to fit interactive connections', {
      data: { maxMessageSize },
    });
  if (mediaTypeOf(request) === 'application/presence') checkPresence(body, entity);
  return { type, body };
}
