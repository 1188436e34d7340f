import { ImppError } from '../../shared/errors.ts';
import { parseProfile } from '../../shared/impp/documents.ts';
import { readDecimal, readToken } from '../../shared/impp/headers.ts';
import type { Request } from '../../shared/impp/message.ts';
import type { AttachedMethod } from '../domain.ts';
import { announceDocument } from '../presence/notices.ts';
import { mediaTypeOf, required } from './arguments.ts';
import { ownAccountOf } from './own-account.ts';

/** Documents of an account [IMPP 10]. */
export const MAX_DOCUMENTS = 32;
/** Octets of one of them [IMPP 10]. */
export const MAX_DOCUMENT_SIZE = 262_144;

/** SET-DOCUMENT [IMPP 10]: replaces a document, or with no body removes it; the other devices are told. */
export const setDocument: AttachedMethod = async (domain, endpoint, request) => {
  required(request, 'Name');
  const name = readToken(request.headers, 'Name') as string;
  if (name === 'acl') throw new ImppError('bad-request', 'access rules are set with SET-ACL');
  const ifRevision = readDecimal(request.headers, 'If-Revision');
  const content = contentOf(request);
  const isProfile = name === 'profile';
  if (isProfile && content) checkProfile(request, content.body, endpoint.principal);
  const account = await ownAccountOf(domain, endpoint, request);
  const { user, url } = account;
  if (isProfile) await domain.presentities.settle(account);
  const revision = await domain.storage.setDocument(user, name, content, {
    limit: MAX_DOCUMENTS,
    ...(ifRevision === undefined ? {} : { ifRevision }),
  });
  if (isProfile) {
    // A forward is in force before the OK, as access rules are: it ends subscriptions [IMPP 10].
    domain.accounts.forget(user);
    await domain.presentities.rulesChanged(user);
  }
  announceDocument(domain, user, { url, name, revision, exceptDevice: endpoint.device });
  return { headers: [['Revision', String(revision)]] };
};

/** A body of no octets is a document all the same if it has a type. */
function contentOf(request: Request): { type: string; body: Uint8Array } | undefined {
  const { body } = request;
  const type = request.headers.get('Content-Type');
  if (body === undefined || (body.length === 0 && type === undefined)) return undefined;
  if (type === undefined || type === '')
    throw new ImppError('bad-request', 'a document needs a Content-Type');
  if (body.length > MAX_DOCUMENT_SIZE)
    throw new ImppError('message-too-large', 'a document is too large', {
      data: { maxMessageSize: MAX_DOCUMENT_SIZE },
    });
  return { type, body };
}

/** The server reads this one itself, so it has to be one. @throws type-not-understood, bad-request */
function checkProfile(request: Request, body: Uint8Array, owner: string): void {
  if (mediaTypeOf(request) !== 'application/impp-profile')
    throw new ImppError('type-not-understood', 'the profile is application/impp-profile');
  if (parseProfile(body).forward?.to === owner)
    throw new ImppError('bad-request', 'a forward to oneself leads nowhere');
}
