// Method to handler, and the guards in their order: known, TLS, state, rate, headers of the home server, sender.

import { ImppError } from '../shared/errors.ts';
import { parseUrl } from '../shared/impp/address.ts';
import type { Request } from '../shared/impp/message.ts';
import type { AttachedMethod, Handled } from './domain.ts';
import { attach } from './methods/attach.ts';
import { auth } from './methods/auth.ts';
import { bye } from './methods/bye.ts';
import { hello } from './methods/hello.ts';
import { ping } from './methods/ping.ts';
import { register } from './methods/register.ts';
import { setPassword } from './methods/set-password.ts';
import { starttls } from './methods/starttls.ts';
import { unregister } from './methods/unregister.ts';
import { send } from './methods/send.ts';
import { getInbox } from './methods/get-inbox.ts';
import { getMessage } from './methods/get-message.ts';
import { change } from './methods/change.ts';
import { fetch } from './methods/fetch.ts';
import { subscribe } from './methods/subscribe.ts';
import { unsubscribe } from './methods/unsubscribe.ts';
import { getSubscription } from './methods/get-subscription.ts';
import { getWatchers } from './methods/get-watchers.ts';
import { getAcl } from './methods/get-acl.ts';
import { setAcl } from './methods/set-acl.ts';
import { getDocument } from './methods/get-document.ts';
import { refuseServerHeaders } from './methods/server-headers.ts';
import { setDocument } from './methods/set-document.ts';
import { lookup } from './methods/lookup.ts';
import type { Session } from './net/session.ts';
import type { State } from './net/states.ts';

/** A method of the session itself. Undefined: the session answers by itself, when it can. */
export type SessionMethod = (session: Session, request: Request) => Handled | Promise<Handled> | undefined;

type Route =
  | { readonly in: readonly State[]; readonly run: SessionMethod; readonly attached?: undefined }
  | { readonly in: readonly State[]; readonly attached: AttachedMethod; readonly run?: undefined };

const BEFORE_AUTH: readonly State[] = ['new', 'open'];
const OPEN: readonly State[] = ['open'];
const SIGNED_IN: readonly State[] = ['authenticated', 'attached'];
const ALWAYS: readonly State[] = [...BEFORE_AUTH, ...SIGNED_IN];
const ATTACHED: readonly State[] = ['attached'];

/**
 * What a client may ask, and in which states [IMPP 6]. CHANGE-NOTIFY, TERMINATE-SUBSCRIPTION, WATCHER-NOTIFY,
 * DOCUMENT-NOTIFY and VERIFY come from servers only: for a client there are no such methods.
 */
const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['HELLO', { in: BEFORE_AUTH, run: hello }],
  ['STARTTLS', { in: OPEN, run: starttls }],
  ['AUTH', { in: OPEN, run: auth }],
  ['REGISTER', { in: OPEN, run: register }],
  ['SET-PASSWORD', { in: SIGNED_IN, run: setPassword }],
  ['UNREGISTER', { in: SIGNED_IN, run: unregister }],
  ['ATTACH', { in: ['authenticated'], run: attach }],
  ['PING', { in: ALWAYS, run: ping }],
  ['BYE', { in: ALWAYS, run: bye }],
  ['SEND', { in: ATTACHED, attached: send }],
  ['GET-INBOX', { in: ATTACHED, attached: getInbox }],
  ['GET-MESSAGE', { in: ATTACHED, attached: getMessage }],
  ['CHANGE', { in: ATTACHED, attached: change }],
  ['FETCH', { in: ATTACHED, attached: fetch }],
  ['SUBSCRIBE', { in: ATTACHED, attached: subscribe }],
  ['UNSUBSCRIBE', { in: ATTACHED, attached: unsubscribe }],
  ['GET-SUBSCRIPTION', { in: ATTACHED, attached: getSubscription }],
  ['GET-WATCHERS', { in: ATTACHED, attached: getWatchers }],
  ['GET-ACL', { in: ATTACHED, attached: getAcl }],
  ['SET-ACL', { in: ATTACHED, attached: setAcl }],
  ['GET-DOCUMENT', { in: ATTACHED, attached: getDocument }],
  ['SET-DOCUMENT', { in: ATTACHED, attached: setDocument }],
  ['LOOKUP', { in: ATTACHED, attached: lookup }],
]);

/** Gives the answer, or throws the error that is the answer. */
export const dispatch: SessionMethod = (session, request) => {
  const route = ROUTES.get(request.method);
  if (route === undefined) {
    throw new ImppError('operation-not-supported', `there is no method ${request.method} here`);
  }
  const { state, who, endpoint } = session;
  if (CONFIDENTIAL.has(request.method)) refuseInClear(session, request.method);
  if (!route.in.includes(state)) throw outOfState(request.method, state);
  if (who !== undefined && request.method !== 'BYE') session.service.signedIn.takeToken(who);
  if (request.method !== 'GET-MESSAGE') refuseServerHeaders(request);
  if (endpoint !== undefined && request.method !== 'PING' && request.method !== 'BYE') {
    checkSender(request, endpoint.principal, endpoint.connectionId);
  }
  if (route.run !== undefined) return route.run(session, request);
  if (endpoint === undefined) throw outOfState(request.method, state);
  return route.attached(session.service.domain, endpoint, request);
};

/** Where TLS is required these need it in every state: that they do is to be said before anything else [IMPP 3]. */
const CONFIDENTIAL: ReadonlySet<string> = new Set(['AUTH', 'REGISTER', 'SET-PASSWORD', 'UNREGISTER']);

const refuseInClear = ({ service, connection }: Session, method: string): void => {
  if (service.requiresTls && !connection.isSecure) {
    throw new ImppError('tls-required', `${method} is taken under TLS only`);
  }
};

const outOfState = (method: string, state: State): ImppError =>
  state === 'new' || state === 'open'
    ? new ImppError('user-authentication-required', `${method} is for those who have signed in`)
    : new ImppError('bad-request', `${method} is not for a connection that is ${state}`);

/** [IMPP 5]: with From in every request; missing is a fault, another's an attempt. */
const checkSender = (request: Request, principal: string, connectionId: string): void => {
  const { headers } = request;
  const from = headers.get('From');
  const id = headers.get('Connection-ID');
  if (from === principal && id === connectionId) return;
  if (from === undefined || id === undefined) {
    throw new ImppError('bad-request', `${request.method} needs From and Connection-ID`);
  }
  if (from !== principal && parseUrl(from).url !== principal) {
    throw new ImppError('permission-denied', 'From is not the one who has signed in');
  }
  throw new ImppError('permission-denied', 'this Connection-ID is of another connection');
};
