import { readDecimal } from '../../shared/impp/headers.ts';
import type { AttachedMethod } from '../domain.ts';
import { required } from './arguments.ts';

/**
 * GET-MESSAGE: one entry with its body, for what came deferred [IMPP 8]. The next one starts when this one is
 * there and the connection has room, so that bodies asked for at once do not pile up.
 */
export const getMessage: AttachedMethod = (domain, endpoint, request) => {
  required(request, 'Inbox-Sequence');
  return domain.inboxes.message(endpoint, readDecimal(request.headers, 'Inbox-Sequence') ?? 0);
};
