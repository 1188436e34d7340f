import { ImppError } from '../../shared/errors.ts';
import { MAX_BULK_MESSAGE_SIZE, MAX_MESSAGE_SIZE } from '../../shared/impp/limits.ts';
import { isToken, readDecimal } from '../../shared/impp/headers.ts';
import type { Request } from '../../shared/impp/message.ts';
import { hmacSha256 } from '../accounts/crypto.ts';
import { keepingOf } from '../inbox/keeping.ts';
import { AttachedEndpoint } from '../net/endpoints.ts';
import type { Service } from '../net/service.ts';
import type { Session, Who } from '../net/session.ts';
import type { SessionMethod } from '../router.ts';
import { localTargetOf, required } from './arguments.ts';

/** ATTACH [IMPP 6]: makes the connection an endpoint of an account, for its own inbox or one it may read. */
export const attach: SessionMethod = async (session, request) => {
  const { service, who } = session;
  if (who === undefined) throw new ImppError('user-authentication-required');
  const { domain } = service;
  const { limits } = domain.config;
  const device = required(request, 'Device');
  if (!isToken(device)) throw new ImppError('bad-request', 'Device is not a token');
  const purpose = request.headers.get('Purpose') ?? 'interactive';
  if (purpose !== 'interactive' && purpose !== 'bulk') {
    throw new ImppError('bad-request', `Purpose cannot be ${purpose}`);
  }
  const after = readDecimal(request.headers, 'Inbox-After');
  const inbox = await inboxOf(service, who, request);

  const isBulk = purpose === 'bulk';
  const endpoint = new AttachedEndpoint(session, who, {
    connectionId: isBulk
      ? Buffer.from(domain.random(16)).toString('base64url')
      : connectionIdOf(service.connectionKey, who.user, device, inbox),
    device,
    purpose,
    inbox,
    maxMessageSize: session.peer.maxMessageSize ?? (isBulk ? MAX_BULK_MESSAGE_SIZE : MAX_MESSAGE_SIZE),
  });
  const maxBody = isBulk ? limits.maxBulkSize : limits.maxMessageSize;
  // A delegate is not to know, and a bulk connection does not ask.
  const isOwn = inbox === who.user && !who.isAnonymous && !isBulk;
  const keeping = isOwn ? await keepingOf(domain, inbox) : [];
  const joined = await domain.inboxes.attach(endpoint, after);
  try {
    takeOver(session, endpoint);
  } catch (error) {
    domain.inboxes.detached(endpoint);
    throw error;
  }
  return {
    headers: [
      ['Connection-ID', endpoint.connectionId],
      ['Max-Message-Size', String(maxBody)],
      ['Inbox-First', String(joined.first)],
      ['Inbox-Last', String(joined.last)],
      ['Count', String(joined.count)],
      ...keeping,
    ],
    after: () => {
      session.connection.maxBody = maxBody;
      session.join(() => joined.begin());
    },
  };
};

/** USER whose inbox is meant. @throws target-unknown, permission-denied, mailbox-unavailable */
const inboxOf = async (service: Service, who: Who, request: Request): Promise<string> => {
  if (!request.headers.has('Target')) return who.user;
  const target = localTargetOf(service.domain.name, request);
  if (target.user === who.user) return who.user;
  const owner = await service.accounts.find(target.user);
  if (owner === undefined) throw new ImppError('target-unknown', `there is no ${target.url}`);
  if (!service.delegates.isGranted(owner, who)) {
    throw new ImppError('permission-denied', 'this inbox may not be read');
  }
  if (!owner.services.has('im')) throw new ImppError('mailbox-unavailable', `${target.url} has no inbox`);
  return owner.user;
};

/** The same for the same account, Device and inbox [IMPP 6], and no help in guessing that of another. */
const connectionIdOf = (key: Uint8Array, user: string, device: string, inbox: string): string =>
  hmacSha256(key, Buffer.from(`${user}\0${device}\0${inbox}`))
    .toString('base64url')
    .slice(0, 22);

/** The new connection becomes the endpoint, and the older one of the same device is sent away. */
const takeOver = (session: Session, endpoint: AttachedEndpoint): void => {
  session.attach(endpoint);
  if (endpoint.purpose === 'bulk') return;
  session.service.notices.takeOver(endpoint.user, endpoint.connectionId, session);
};
