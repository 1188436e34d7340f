import { ImppError } from '../../shared/errors.ts';
import { readDecimal } from '../../shared/impp/headers.ts';
import type { AttachedMethod, Domain, Endpoint, Reply } from '../domain.ts';
import { keepingOf } from '../inbox/keeping.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** GET-INBOX: older entries again, a page at a time [IMPP 8]. */
export const getInbox: AttachedMethod = (domain, endpoint, request) => {
  const before = readDecimal(request.headers, 'Before');
  const limit = readDecimal(request.headers, 'Limit') ?? DEFAULT_LIMIT;
  if (limit < 1 || limit > MAX_LIMIT) throw new ImppError('bad-request', `Limit is 1 to ${MAX_LIMIT}`);
  return { later: page(domain, endpoint, before, limit) };
};

const page = async (
  domain: Domain,
  endpoint: Endpoint,
  before: number | undefined,
  limit: number,
): Promise<Reply> => {
  const isOwn = endpoint.inbox === endpoint.user && !endpoint.isAnonymous;
  const [reply, keeping] = await Promise.all([
    domain.inboxes.page(endpoint, before, limit),
    isOwn ? keepingOf(domain, endpoint.user) : [],
  ]);
  return { ...reply, headers: [...(reply.headers ?? []), ...keeping] };
};
