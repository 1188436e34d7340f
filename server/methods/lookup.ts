import { ImppError } from '../../shared/errors.ts';
import { addressOf, parseUrl } from '../../shared/impp/address.ts';
import { directoryElement } from '../../shared/impp/directory.ts';
import type { CallerMethod } from '../domain.ts';
import { isLocal, required, targetOf } from './arguments.ts';
import { formatAsManyAsFit } from './fitting.ts';

/** Accounts in an answer at most [IMPP 10]. */
const MAX_FOUND = 50;
/** Characters: with fewer, a query would be a way to read the directory out. */
const QUERY = { least: 2, most: 128 } as const;

/** LOOKUP [IMPP 10]: listed accounts by how their name begins. */
export const lookup: CallerMethod = async (domain, caller, request) => {
  const target = targetOf(request);
  const query = required(request, 'Query');
  const { length } = Array.from(query);
  if (length < QUERY.least || length > QUERY.most)
    throw new ImppError('bad-request', `Query has ${QUERY.least} to ${QUERY.most} characters`);
  if (target.user !== '') throw new ImppError('bad-request', 'LOOKUP asks a domain, not one of its users');
  const isOurs = isLocal(domain.name, parseUrl(caller.principal));
  if (isOurs && !isLocal(domain.name, target))
    return { later: domain.presentities.elsewhere.fetch(caller, target, request) };
  // An anonymous login is no account of the domain: it finds what anyone finds, as others' users do.
  const isOfDomain = isOurs && !caller.isAnonymous;
  const found = await domain.storage.findListed(query, { isOfDomain, limit: MAX_FOUND });
  const entries = found.map(({ user, displayName }) =>
    directoryElement({ address: addressOf(domain.name, user).url, displayName }),
  );
  return {
    headers: [['Content-Type', 'application/impp-directory']],
    body: formatAsManyAsFit('directory', entries),
  };
};
