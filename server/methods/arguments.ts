// What several methods read from a request in the same way. Every fault is an ImppError.

import { ImppError } from '../../shared/errors.ts';
import { type Address, parseUrl } from '../../shared/impp/address.ts';
import type { Request } from '../../shared/impp/message.ts';

/** The value of a header that the method needs. @throws bad-request */
export const required = (request: Request, name: string): string => {
  const value = request.headers.get(name);
  if (value === undefined) throw new ImppError('bad-request', `${request.method} needs ${name}`);
  return value;
};

/** Target, which every method of section 7 to 10 that names one needs. @throws bad-request */
export const targetOf = (request: Request): Address => parseUrl(required(request, 'Target'));

/** A URL in a header that may be absent. @throws bad-request */
export const urlOf = (request: Request, name: string): Address | undefined => {
  const value = request.headers.get(name);
  return value === undefined ? undefined : parseUrl(value);
};

/** Whether `address` is of the domain named `host`, the domain itself included. */
export const isLocal = (host: string, address: Address): boolean => address.host === host;

/**
 * A Target that must be a user of this very domain.
 * @throws bad-request, target-unknown (another HOST, or the domain itself)
 */
export const localTargetOf = (host: string, request: Request): Address => {
  const target = targetOf(request);
  if (target.host !== host || target.user === '')
    throw new ImppError('target-unknown', `${target.url} is not of ${host}`);
  return target;
};

/** A Target that must be the sender's own account. @throws bad-request, permission-denied */
export const ownTargetOf = (principal: string, request: Request): Address => {
  const target = targetOf(request);
  if (target.url !== principal)
    throw new ImppError('permission-denied', `${request.method} is for one's own account`);
  return target;
};

/**
 * The body and its Content-Type, where the method needs one of the type `type` (parameters do not matter).
 * @throws bad-request (no body), type-not-understood
 */
export const bodyOf = (request: Request, type: string): Uint8Array => {
  if (request.body === undefined) throw new ImppError('bad-request', `${request.method} needs a body`);
  if (mediaTypeOf(request) !== type)
    throw new ImppError('type-not-understood', `${request.method} needs ${type}`);
  return request.body;
};

/** The media type of the body without its parameters, in lower case; '' if there is none. */
export const mediaTypeOf = (request: Request): string => {
  const value = request.headers.get('Content-Type') ?? '';
  const end = value.indexOf(';');
  return (end < 0 ? value : value.slice(0, end)).trim().toLowerCase();
};
