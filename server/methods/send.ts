import { ImppError } from '../../shared/errors.ts';
import { decide } from '../../shared/impp/access-rules.ts';
import type { Address } from '../../shared/impp/address.ts';
import { readDecimal, readTime } from '../../shared/impp/headers.ts';
import type { Request } from '../../shared/impp/message.ts';
import { checkEnvelope } from '../../shared/mime/envelope.ts';
import { forwardedFor } from '../accounts/forward.ts';
import type { Account, AttachedMethod, Domain, Endpoint, Handled } from '../domain.ts';
import { checkRoom, keptFields } from '../inbox/entry.ts';
import { checkMessageId } from '../inbox/message-id.ts';
import type { StoredMessage } from '../storage/storage.ts';
import { isLocal, required, targetOf } from './arguments.ts';

/**
 * SEND: takes an instant message for an account of the domain [IMPP 8]. Nothing here waits when both accounts
 * are in memory, so that the messages of a sender enter the log in the order sent.
 */
export const send: AttachedMethod = (domain, endpoint, request) => {
  const target = targetOf(request);
  const messageId = required(request, 'Message-ID');
  checkMessageId(messageId);
  checkRoom(request.headers.flat());
  const isKept = readStorage(request);
  const expires = readTime(request.headers, 'Expires');
  const { body } = request;
  if (body === undefined) throw new ImppError('bad-request', 'SEND needs a body');
  // A message that came through gateways and has no hop left.
  if (readDecimal(request.headers, 'Max-Forwards') === 0)
    throw new ImppError('connection-failure', 'Max-Forwards is used up');
  if (!isLocal(domain.name, target))
    throw new ImppError('connection-failure', `${target.host} cannot be reached from here`);

  const message: StoredMessage = {
    origin: endpoint.principal,
    target: target.url,
    messageId,
    fields: keptFields(request.headers.flat()),
    contentType: required(request, 'Content-Type'),
    body,
    received: domain.clock.now(),
    ...(expires === undefined ? undefined : { expires }),
  };
  const to = domain.accounts.find(target.user);
  const from = endpoint.isAnonymous ? undefined : domain.accounts.find(endpoint.user);
  if (to instanceof Promise || from instanceof Promise)
    return Promise.all([to, from]).then(([to, from]) =>
      take(domain, endpoint, target, message, isKept, to, from),
    );
  return take(domain, endpoint, target, message, isKept, to, from);
};

const take = (
  domain: Domain,
  endpoint: Endpoint,
  target: Address,
  message: StoredMessage,
  isKept: boolean,
  to: Account | undefined,
  from: Account | undefined,
): Handled => {
  try {
    check(endpoint, message, to);
  } catch (error) {
    return { later: unlessRepeated(domain, message, target.user, error) };
  }
  // An account without `im` has no inbox to keep copies in.
  const copyTo = from?.services.has('im') ? from.user : undefined;
  return { later: domain.inboxes.send(message, target.user, { copyTo, device: endpoint.device }, isKept) };
};

/** What may stand against a message. @throws what the sender is told */
const check = (endpoint: Endpoint, message: StoredMessage, to: Account | undefined): void => {
  if (to === undefined) throw new ImppError('target-unknown', `there is no account ${message.target}`);
  if (!to.services.has('im'))
    throw new ImppError('mailbox-unavailable', `${message.target} takes no messages`);
  const who = { url: endpoint.principal, isAnonymous: endpoint.isAnonymous };
  if (decide(to.rules, 'send', who, to.url, message.received) !== 'allow')
    throw new ImppError('permission-denied', `${message.target} does not take messages from you`);
  const forwarded = forwardedFor(to, who);
  if (forwarded) throw forwarded;
  if (message.expires !== undefined && message.expires <= message.received)
    throw new ImppError('bad-request', 'the message has expired');
  checkEnvelope(message.body, message.origin, message.target, message.contentType);
};

/**
 * A sender that got no answer asks again, and is told what became of its message, though by now it would be
 * refused: expired, or no longer welcome.
 */
const unlessRepeated = async (domain: Domain, message: StoredMessage, to: string, error: unknown) => {
  const former = await domain.inboxes.repeated(message, to);
  if (former) return former;
  throw error;
};

const readStorage = (request: Request): boolean => {
  const value = request.headers.get('Storage') ?? 'keep';
  if (value !== 'keep' && value !== 'none') throw new ImppError('bad-request', 'Storage is keep or none');
  return value === 'keep';
};
