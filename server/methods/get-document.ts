import { ImppError } from '../../shared/errors.ts';
import { readToken } from '../../shared/impp/headers.ts';
import type { AttachedMethod } from '../domain.ts';
import { required } from './arguments.ts';
import { ownAccountOf } from './own-account.ts';

/** GET-DOCUMENT [IMPP 10]: private to the account. One never set is OK with revision 0 and no body. */
export const getDocument: AttachedMethod = async (domain, endpoint, request) => {
  required(request, 'Name');
  const name = readToken(request.headers, 'Name') as string;
  const { user } = await ownAccountOf(domain, endpoint, request);
  const { revision, type, body } = await domain.storage.getDocument(user, name);
  if (body === undefined || type === undefined) return { headers: [['Revision', String(revision)]] };
  const { maxMessageSize } = endpoint;
  if (body.length > maxMessageSize)
    throw new ImppError('message-too-large', 'the document is more than the device takes', {
      data: { maxMessageSize },
    });
  return {
    headers: [
      ['Revision', String(revision)],
      ['Content-Type', type],
    ],
    body,
  };
};
