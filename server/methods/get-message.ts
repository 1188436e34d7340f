import { readDecimal } from '../../shared/impp/headers.ts';
import type { AttachedMethod } from '../domain.ts';
import { required } from './arguments.ts';

/** GET-MESSAGE: one entry with its body, for what came deferred [IMPP 8]. */
export const getMessage: AttachedMethod = (domain, endpoint, request) => {
  required(request, 'Inbox-Sequence');
  const sequence = readDecimal(request.headers, 'Inbox-Sequence') ?? 0;
  // Not as `later`: bodies are large, and the next is read when this one is on its way.
  return domain.inboxes.message(endpoint, sequence);
};
