// SEND of a client of ours to somebody of another domain [IMPP 12].

import { ImppError } from '../../shared/errors.ts';
import { WHOLE_BODY } from '../../shared/impp/limits.ts';
import type { BodyStream, Request, Response } from '../../shared/impp/message.ts';
import { checkEnvelope } from '../../shared/mime/envelope.ts';
import type { Domain, Endpoint, Handled, Reply } from '../domain.ts';
import { StoredBody } from '../inbox/large-bodies.ts';
import type { StoredMessage } from '../storage/storage.ts';

interface Sent {
  readonly request: Request;
  readonly message: StoredMessage;
  /** The domain of its target. */
  readonly host: string;
  readonly isKept: boolean;
}

/**
 * Passes the message on as it came; its outcome is the far side's, and with an OK it is entered in the sender's own
 * inbox. That nobody speaks in another's name inside the message either is ours to see to. A large body is stored
 * here first, for the copy and so that a slow client does not hold up the link that all of us share.
 */
export const sendAway = (domain: Domain, endpoint: Endpoint, sent: Sent): Handled | Promise<Handled> => {
  const { request, message, host } = sent;
  const { origin, target, contentType, body } = message;
  const check = (beginning: Uint8Array): void => checkEnvelope(beginning, origin, target, contentType);
  if (request.stream !== undefined) return sendLarge(domain, endpoint, sent, request.stream, check);
  check(body);
  return { later: answered(domain, endpoint, sent, domain.links.forward(request, host)) };
};

const sendLarge = async (
  domain: Domain,
  endpoint: Endpoint,
  sent: Sent,
  stream: BodyStream,
  check: (beginning: Uint8Array) => void,
): Promise<Handled> => {
  // There is no inbox in which it could stand meanwhile.
  if (endpoint.isAnonymous)
    throw new ImppError('message-too-large', 'from an anonymous sender it has to be small', {
      data: { maxMessageSize: WHOLE_BODY },
    });
  const large = await domain.inboxes.receive(stream, endpoint.user, check, Number.POSITIVE_INFINITY);
  const message = { ...sent.message, large };
  const request = { ...sent.request, stream: new StoredBody(domain.storage, large) };
  const response = domain.links.forward(request, sent.host);
  return { later: answered(domain, endpoint, { ...sent, message }, response) };
};

const answered = async (
  domain: Domain,
  endpoint: Endpoint,
  { message, isKept }: Sent,
  response: Promise<Response>,
): Promise<Reply> => {
  const { large } = message;
  let relayed: Response;
  try {
    relayed = await response;
  } catch (error) {
    if (large !== undefined) domain.inboxes.discard(large);
    throw error;
  }
  const sender = endpoint.isAnonymous ? undefined : await domain.accounts.find(endpoint.user);
  const isEntered = relayed.ok && isKept && sender?.services.has('im') === true;
  if (isEntered) await domain.inboxes.enterCopy(message, endpoint.user, endpoint.device);
  else if (large !== undefined) domain.inboxes.discard(large);
  return { relayed };
};
