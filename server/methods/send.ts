import { ImppError } from '../../shared/errors.ts';
import { decide } from '../../shared/impp/access-rules.ts';
import type { Address } from '../../shared/impp/address.ts';
import { readDecimal, readTime } from '../../shared/impp/headers.ts';
import { WHOLE_BODY } from '../../shared/impp/limits.ts';
import type { BodyStream, Request } from '../../shared/impp/message.ts';
import { checkEnvelope } from '../../shared/mime/envelope.ts';
import { forwardedFor } from '../accounts/forward.ts';
import type {
  Account,
  Accounts,
  AttachedMethod,
  Caller,
  CallerMethod,
  Domain,
  Endpoint,
  Handled,
} from '../domain.ts';
import { checkRoom, keptFields } from '../inbox/entry.ts';
import { checkMessageId } from '../inbox/message-id.ts';
import type { StoredMessage } from '../storage/storage.ts';
import { isLocal, required, targetOf } from './arguments.ts';
import { sendAway } from './send-away.ts';

/**
 * SEND: takes an instant message for an account of the domain [IMPP 8]. Nothing here waits when both accounts
 * are in memory, so that the messages of a sender enter the log in the order sent.
 */
export const send: AttachedMethod = (domain, endpoint, request) =>
  sendFrom(domain, endpoint, endpoint, request);

/** SEND of somebody of another domain, for an account of ours. */
export const sendFromLink: CallerMethod = (domain, caller, request) =>
  sendFrom(domain, caller, undefined, request);

/** `endpoint`: the caller's, if it is a client of ours. */
const sendFrom = (
  domain: Domain,
  caller: Caller,
  endpoint: Endpoint | undefined,
  request: Request,
): Handled | Promise<Handled> => {
  const target = targetOf(request);
  const messageId = required(request, 'Message-ID');
  checkMessageId(messageId);
  checkRoom(request.headers.flat());
  const isKept = readStorage(request);
  const expires = readTime(request.headers, 'Expires');
  const { body, stream } = request;
  if (body === undefined && stream === undefined) throw new ImppError('bad-request', 'SEND needs a body');
  // It could only be kept in memory for as long as the slowest device takes to read it.
  if (stream !== undefined && !isKept)
    throw new ImppError('message-too-large', 'what is not stored has to be small', {
      data: { maxMessageSize: WHOLE_BODY },
    });
  // A message that came through gateways and has no hop left.
  if (readDecimal(request.headers, 'Max-Forwards') === 0)
    throw new ImppError('connection-failure', 'Max-Forwards is used up');

  const message: StoredMessage = {
    origin: caller.principal,
    target: target.url,
    messageId,
    fields: keptFields(request.headers.flat()),
    contentType: required(request, 'Content-Type'),
    body: body ?? NOTHING,
    received: domain.clock.now(),
    ...(expires === undefined ? undefined : { expires }),
  };
  if (!isLocal(domain.name, target)) {
    if (endpoint === undefined)
      throw new ImppError('target-unknown', `${target.url} is not of ${domain.name}`);
    domain.firstMessages.wrote(caller.principal, target.url);
    return sendAway(domain, endpoint, { request, message, isKept, host: target.host });
  }
  const sender = { caller, endpoint };
  if (stream !== undefined) return receive(domain, sender, target, message, stream);
  const to = domain.accounts.find(target.user);
  const from = senderOf(domain, endpoint);
  if (to instanceof Promise || from instanceof Promise)
    return Promise.all([to, from]).then(([to, from]) =>
      take(domain, sender, target, message, isKept, to, from),
    );
  return take(domain, sender, target, message, isKept, to, from);
};

/** Who sends, and from which of our devices, if it is one. */
interface Sending {
  readonly caller: Caller;
  readonly endpoint: Endpoint | undefined;
}

const NOTHING = new Uint8Array(0);

const senderOf = (domain: Domain, endpoint: Endpoint | undefined): ReturnType<Accounts['find']> =>
  endpoint === undefined || endpoint.isAnonymous ? undefined : domain.accounts.find(endpoint.user);

/**
 * Takes a message whose body is still coming. What its head shows to be refused, or to be a repeat, is not stored;
 * and since minutes may pass, it has to be welcome in the end, too.
 */
const receive = async (
  domain: Domain,
  sender: Sending,
  target: Address,
  message: StoredMessage,
  stream: BodyStream,
): Promise<Handled> => {
  const { accounts, inboxes, clock } = domain;
  const { origin, contentType } = message;
  try {
    const to = await accounts.find(target.user);
    checkWelcome(sender.caller, message, to);
    checkFirst(domain, sender, to);
  } catch (error) {
    return { later: unlessRepeated(domain, message, target.user, error) };
  }
  const former = await inboxes.repeated(message, target.user);
  if (former) return former;
  const large = await inboxes.receive(stream, target.user, (beginning) =>
    checkEnvelope(beginning, origin, message.target, contentType),
  );
  const complete = { ...message, large, received: clock.now() };
  const [to, from] = await Promise.all([accounts.find(target.user), senderOf(domain, sender.endpoint)]);
  return take(domain, sender, target, complete, true, to, from);
};

const take = (
  domain: Domain,
  sender: Sending,
  target: Address,
  message: StoredMessage,
  isKept: boolean,
  to: Account | undefined,
  from: Account | undefined,
): Handled => {
  try {
    checkWelcome(sender.caller, message, to);
    if (message.large === undefined)
      checkEnvelope(message.body, message.origin, message.target, message.contentType);
    checkFirst(domain, sender, to);
  } catch (error) {
    if (message.large !== undefined) domain.inboxes.discard(message.large);
    return { later: unlessRepeated(domain, message, target.user, error) };
  }
  // An account without `im` has no inbox to keep copies in.
  const copyTo = from?.services.has('im') ? from.user : undefined;
  const device = sender.endpoint?.device ?? '';
  return { later: domain.inboxes.send(message, target.user, { copyTo, device }, isKept) };
};

/** What may stand against a message, whatever is in it. @throws what the sender is told */
const checkWelcome = (caller: Caller, message: StoredMessage, to: Account | undefined): void => {
  if (to === undefined) throw new ImppError('target-unknown', `there is no account ${message.target}`);
  if (!to.services.has('im'))
    throw new ImppError('mailbox-unavailable', `${message.target} takes no messages`);
  const who = { url: caller.principal, isAnonymous: caller.isAnonymous };
  if (decide(to.rules, 'send', who, to.url, message.received) !== 'allow')
    throw new ImppError('permission-denied', `${message.target} does not take messages from you`);
  const forwarded = forwardedFor(to, who);
  if (forwarded) throw forwarded;
  if (to.isDisabled) throw new ImppError('mailbox-unavailable', `${message.target} takes no messages now`);
  if (message.expires !== undefined && message.expires <= message.received)
    throw new ImppError('bad-request', 'the message has expired');
};

/** What strangers of elsewhere may send is limited (first-messages.ts). @throws too-many-requests */
const checkFirst = (domain: Domain, { caller, endpoint }: Sending, to: Account | undefined): void => {
  if (to === undefined || (endpoint !== undefined && !caller.isAnonymous)) return;
  domain.firstMessages.take({ url: caller.principal, isAnonymous: caller.isAnonymous }, to);
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
