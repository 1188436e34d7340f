// What another domain may ask over a link, and the guards in their order [IMPP 12].

import { ImppError } from '../../shared/errors.ts';
import { isReservedUser, parseUrl } from '../../shared/impp/address.ts';
import type { Request } from '../../shared/impp/message.ts';
import type { CallerMethod, Handled, LinkMethod } from '../domain.ts';
import { required, targetOf } from '../methods/arguments.ts';
import { changeNotify } from '../methods/change-notify.ts';
import { fetch } from '../methods/fetch.ts';
import { getSubscription } from '../methods/get-subscription.ts';
import { lookup } from '../methods/lookup.ts';
import { refuseServerHeaders } from '../methods/server-headers.ts';
import { sendFromLink } from '../methods/send.ts';
import { subscribe } from '../methods/subscribe.ts';
import { unsubscribe } from '../methods/unsubscribe.ts';
import { auth } from './auth.ts';
import { bye, ping, starttls, verify } from './link-methods.ts';
import { greetAgain } from './hello.ts';
import type { Link } from './link.ts';

type OwnMethod = (link: Link, request: Request) => Handled | Promise<Handled> | undefined;

/** Of the link itself, in any state. */
const OWN: ReadonlyMap<string, OwnMethod> = new Map<string, OwnMethod>([
  ['HELLO', greetAgain],
  ['STARTTLS', starttls],
  ['AUTH', auth],
  ['VERIFY', verify],
  ['PING', ping],
  ['BYE', bye],
]);

/** In the name of people of the other domain, for people of ours. */
const OF_PEOPLE: ReadonlyMap<string, CallerMethod> = new Map<string, CallerMethod>([
  ['SEND', sendFromLink],
  ['FETCH', fetch],
  ['SUBSCRIBE', subscribe],
  ['UNSUBSCRIBE', unsubscribe],
  ['GET-SUBSCRIPTION', getSubscription],
  ['LOOKUP', lookup],
]);

/** In the name of a presentity of the other domain, for a watcher of ours. */
const OF_SERVERS: ReadonlyMap<string, LinkMethod> = new Map<string, LinkMethod>([
  ['CHANGE-NOTIFY', changeNotify],
  ['TERMINATE-SUBSCRIPTION', changeNotify],
]);

/** What only clients may ask: known here, and not for links. */
const OF_CLIENTS: ReadonlySet<string> = new Set([
  'REGISTER',
  'SET-PASSWORD',
  'UNREGISTER',
  'ATTACH',
  'GET-INBOX',
  'GET-MESSAGE',
  'CHANGE',
  'GET-WATCHERS',
  'WATCHER-NOTIFY',
  'GET-ACL',
  'SET-ACL',
  'GET-DOCUMENT',
  'SET-DOCUMENT',
  'DOCUMENT-NOTIFY',
]);

/** Gives the answer, or throws the error that is the answer. */
export const dispatch = (link: Link, request: Request): ReturnType<OwnMethod> => {
  const { method } = request;
  const own = OWN.get(method);
  if (own !== undefined) return own(link, request);
  const ofPeople = OF_PEOPLE.get(method);
  const ofServers = OF_SERVERS.get(method);
  const isForLinks = ofPeople !== undefined || ofServers !== undefined;
  if (!link.isKnown && (isForLinks || OF_CLIENTS.has(method)))
    throw new ImppError('domain-authentication-required', `${method} is for domains that are known`);
  if (!isForLinks) throw new ImppError('operation-not-supported', `${method} is not for links`);
  refuseServerHeaders(request);
  link.far?.takeToken();
  const from = parseUrl(required(request, 'From'));
  if (from.host !== link.host) throw new ImppError('permission-denied', `${from.url} is not of ${link.host}`);
  const { domain } = link.parts;
  const target = targetOf(request);
  if (target.host !== domain.name)
    throw new ImppError('target-unknown', `${target.url} is not of ${domain.name}`);
  if (ofServers !== undefined) return ofServers(domain, link.host, request);
  if (ofPeople === undefined) return undefined;
  return ofPeople(
    domain,
    {
      principal: from.url,
      isAnonymous: isReservedUser(from.user),
      connectionId: required(request, 'Connection-ID'),
      purpose: 'interactive',
      maxMessageSize: link.maxMessageSize,
    },
    request,
  );
};
