import { ImppError } from '../../shared/errors.ts';
import type { Request } from '../../shared/impp/message.ts';

const SERVER_HEADERS: ReadonlySet<string> = new Set([
  'Inbox-Sequence',
  'Received',
  'Copy',
  'Replay',
  'Body-Deferred',
]);

/** They say what the home server knows: from a client or a link they would be forged [IMPP 5]. @throws bad-request */
export const refuseServerHeaders = (request: Request): void => {
  const list = request.headers.flat();
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index] ?? '';
    if (SERVER_HEADERS.has(name))
      throw new ImppError('bad-request', `${name} is set by the home server only`);
  }
};
