// Who the peer is and what it may do now. The methods are behind router.ts, their order is in requests.ts.

import { ImppError } from '../../shared/errors.ts';
import { Machine } from '../../shared/fsm.ts';
import { Headers } from '../../shared/impp/headers.ts';
import { ANSWER_DEADLINE, AUTHENTICATION_DEADLINE, PENDING_CLOSE_FACTOR } from '../../shared/impp/limits.ts';
import type { BodyStream, Message, Request, Response } from '../../shared/impp/message.ts';
import type { FramingFault } from '../../shared/impp/parser.ts';
import {
  error as errorResponse,
  errorHeaders,
  ok,
  request as newRequest,
  serialize,
} from '../../shared/impp/serializer.ts';
import { Transactions } from '../../shared/impp/transactions.ts';
import type { Login } from '../accounts/login.ts';
import type { Log } from '../domain.ts';
import type { PeerTally } from '../metrics/tally.ts';
import { MAX_DOCUMENT_SIZE } from '../methods/set-document.ts';
import { dispatch, type SessionMethod } from '../router.ts';
import type { Listener } from './connection-listener.ts';
import { type Connection, text } from './connection.ts';
import type { AttachedEndpoint } from './endpoints.ts';
import { type Asked, Requests } from './requests.ts';
import type { Service } from './service.ts';
import { type Event, type State, TRANSITIONS } from './states.ts';

/** Who has signed in. */
export interface Who {
  readonly user: string;
  /** `impp://HOST/USER` */
  readonly url: string;
  readonly isAnonymous: boolean;
}

/** Not one of those that Transactions makes, which are in lower case. */
const BYE_ID = 'BYE';

export class Session implements Listener, Asked {
  readonly kind = 'client';
  readonly service: Service;
  readonly connection: Connection;
  /** What HELLO said of the peer's capacity. */
  peer: { readonly maxMessageSize: number | undefined; readonly maxPending: number };
  /** The SASL exchange that is under way. */
  login: Login | undefined;
  failedLogins = 0;
  readonly #machine = new Machine<State, Event>(TRANSITIONS, 'new', noop);
  readonly #requests: Requests;
  readonly #since: number;
  #who: Who | undefined;
  #authenticatedAt = 0;
  #endpoint: AttachedEndpoint | undefined;
  #isDetached = false;
  /** Has said BYE, with requests still open: its leases end when they are done. */
  #goodbye: AttachedEndpoint | undefined;
  #transactions: Transactions | undefined;
  #hasPinged = false;
  /** The connection is being closed: no request is taken any more, and `last` is written when none is open. */
  #leaving: { readonly last: Uint8Array | undefined; isReady: boolean } | undefined;

  constructor(service: Service, connection: Connection) {
    this.service = service;
    this.connection = connection;
    this.peer = { maxMessageSize: undefined, maxPending: service.domain.config.limits.maxPending };
    this.#requests = new Requests(this);
    this.#since = connection.heardAt;
    service.strangers.came(connection.address);
  }

  get state(): State {
    return this.#machine.state;
  }

  get who(): Who | undefined {
    return this.#who;
  }

  get endpoint(): AttachedEndpoint | undefined {
    return this.#endpoint;
  }

  /** When AUTH was done; milliseconds since 1970. */
  get authenticatedAt(): number {
    return this.#authenticatedAt;
  }

  get isFull(): boolean {
    return this.#requests.isHeavy || this.#requests.open > this.service.domain.config.limits.maxPending;
  }

  get hasRoom(): boolean {
    const transactions = this.#transactions;
    return (
      transactions === undefined || (transactions.queued === 0 && transactions.open < transactions.window)
    );
  }

  // What methods do to the session.

  move(event: 'hello' | 'starttls'): void {
    this.#machine.move(event);
  }

  /** @throws closed if the peer has gone meanwhile, too-many-requests if the account has too many connections */
  signIn(who: Who): void {
    this.#checkPresent();
    this.service.signedIn.add(who, this);
    this.#machine.move('authenticate');
    this.#who = who;
    this.service.strangers.left(this.connection.address);
    this.#authenticatedAt = this.service.domain.clock.now();
  }

  /** @throws closed if the peer has gone meanwhile */
  attach(endpoint: AttachedEndpoint): void {
    this.#checkPresent();
    this.#machine.move('attach');
    // What goes to other domains goes as it came [IMPP 12].
    this.connection.keepsHead = this.service.isForElsewhere;
    this.#endpoint = endpoint;
  }

  /** Makes the endpoint known to the services, once OK (ATTACH) is written; `begin` starts its inbox. */
  join(begin: () => void): void {
    const endpoint = this.#endpoint;
    if (endpoint === undefined || this.#isDetached) return;
    if (endpoint.purpose === 'interactive') this.service.endpoints.add(endpoint);
    begin();
    if (endpoint.purpose === 'interactive') this.service.domain.presentities.attached(endpoint);
    if (endpoint.inbox !== endpoint.user) this.service.delegates.watch(this);
  }

  /** Takes the endpoint away from the services: what they still have for it is settled when the connection closes. */
  detach(how: 'bye' | 'lost' | 'taken-over'): void {
    const endpoint = this.#endpoint;
    if (endpoint === undefined || this.#isDetached) return;
    this.#isDetached = true;
    const { presentities, inboxes } = this.service.domain;
    const wasThere = this.service.endpoints.remove(endpoint);
    this.service.delegates.forget(this);
    inboxes.detached(endpoint);
    if (!wasThere) return;
    // What came before BYE takes effect before it: a CHANGE under way would outlive the leases that end here.
    if (how === 'bye' && this.#requests.open > 0) this.#goodbye = endpoint;
    else presentities.detached(endpoint, how);
  }

  /** Sends a request to the peer; `settle` is called once. */
  ask(
    method: string,
    headers: Headers,
    body: Uint8Array | BodyStream | undefined,
    settle: (outcome: Response | ImppError) => void,
  ): void {
    if (this.#leaving !== undefined || this.state === 'closed') {
      settle(new ImppError('closed', 'the device has gone'));
      return;
    }
    this.#transactions ??= new Transactions({
      clock: this.service.domain.clock,
      deadline: ANSWER_DEADLINE,
      window: this.peer.maxPending,
      send: (request) => this.connection.send(request),
      // A peer that answers nothing is dead, whatever its TCP says [IMPP 4]. Not within the call, so that what
      // waited is settled with `timeout` and not with our closing.
      expired: () => {
        this.connection.cutFor('no-answer');
        queueMicrotask(() => this.connection.destroy());
      },
    });
    this.#transactions.request(method, headers, body, settle);
  }

  /** Sends the peer away: BYE, then close when it has answered, or soon in any case. */
  dismiss(error: ImppError | undefined, how: 'lost' | 'taken-over' = 'lost'): void {
    if (this.#leaving !== undefined || this.state === 'closed') return;
    if (this.state === 'new') {
      this.connection.destroy();
      return;
    }
    this.detach(how);
    this.#requests.dropWaiting();
    const headers = error === undefined ? Headers.from([]) : errorHeaders(error);
    this.connection.write(serialize(newRequest('BYE', BYE_ID, headers), text));
    this.#leaving = { last: undefined, isReady: false };
    this.connection.closeSoon();
  }

  /** BYE of the peer: what is pending is finished, then it has its OK, and the connection closes. */
  bye(request: Request): void {
    this.#requests.takeOutBye(request);
    this.detach('bye');
    this.#leave(serialize(ok(request), text));
  }

  /** The connection is a link of another domain from here on: `link` takes what has come and not been answered. */
  handOver(link: Listener): void {
    if (this.#leaving !== undefined || this.state === 'closed') return;
    const waiting = this.#requests.handOver();
    this.connection.listen(link);
    for (const request of waiting) link.received(request);
  }

  /** Closes the connection after the answer that is about to be written. */
  closeAfterAnswer(): void {
    this.#requests.dropWaiting();
    this.#leave(undefined);
  }

  // What the connection says.

  received(message: Message): void {
    if (message.kind === 'response') this.#acknowledged(message);
    else if (this.#leaving === undefined) this.#take(message);
    else message.stream?.discard();
  }

  broken(fault: FramingFault): void {
    if (this.#leaving !== undefined) {
      this.#leaving.isReady = true;
      this.#departIfDone();
      return;
    }
    // A malformed response closes without a word: an answer to an answer could go on for ever.
    if (fault.inResponse) this.connection.cutFor('malformed-answer');
    else this.#requests.refused(fault, fault);
    const answer = fault.inResponse ? undefined : errorTo(fault.method, fault.id, fault);
    this.detach('lost');
    this.#leave(answer);
  }

  secured(): void {}

  ended(): void {
    this.detach('lost');
    if (this.#leaving === undefined) this.#leave(undefined);
    else {
      // It will not answer our BYE any more.
      this.#leaving.isReady = true;
      this.#departIfDone();
    }
  }

  drained(): void {
    this.#requests.resume();
  }

  heldUp(): void {
    this.#transactions?.postpone();
  }

  closed(): void {
    this.#machine.move('close');
    if (this.#who !== undefined) this.service.signedIn.remove(this.#who, this);
    else this.service.strangers.left(this.connection.address);
    this.login = undefined;
    this.#requests.close();
    try {
      this.detach('lost');
      this.#endLeases();
    } finally {
      this.#transactions?.close(new ImppError('closed', 'the device has gone'));
    }
  }

  sweep(now: number): void {
    if (this.#leaving !== undefined) return;
    const silence = now - this.connection.heardAt;
    const idle = this.service.domain.config.idleTimeout * 1000;
    if (this.#who === undefined && now - this.#since >= AUTHENTICATION_DEADLINE) {
      this.connection.cutFor('no-sign-in');
      this.dismiss(new ImppError('timeout', 'there was no AUTH in time'));
    } else if (silence >= idle) this.connection.destroy();
    else if (silence < idle / 2) this.#hasPinged = false;
    else if (!this.#hasPinged && this.state !== 'new') {
      this.#hasPinged = true;
      this.ask('PING', Headers.from([]), undefined, noop);
    }
  }

  // What its requests need.

  get log(): Log {
    return this.service.domain.log;
  }

  get tally(): PeerTally {
    return this.service.tally.client;
  }

  get isSerial(): boolean {
    return this.state !== 'attached';
  }

  /** Of documents and presence objects, which are in memory while they are worked on. */
  get largestWhole(): number {
    return Math.max(MAX_DOCUMENT_SIZE, this.service.domain.config.limits.maxMessageSize);
  }

  run(request: Request): ReturnType<SessionMethod> {
    return dispatch(this, request);
  }

  answered(): void {
    this.#departIfDone();
  }

  keyOf({ id }: Request): string {
    return id;
  }

  laneOf({ headers }: Request): string {
    return headers.get('Target') ?? '';
  }

  #take(request: Request): void {
    const requests = this.#requests;
    const { maxPending } = this.service.domain.config.limits;
    if (requests.has(request)) {
      this.#breakOff(request, new ImppError('bad-request', 'a request with this ID is still open'));
    } else if (requests.open >= PENDING_CLOSE_FACTOR * maxPending) {
      this.#breakOff(
        request,
        new ImppError('too-many-requests', 'more are open than Max-Pending allows', {
          data: { retryAfter: 1 },
        }),
      );
    } else if (request.fault !== undefined) requests.refuse(request, request.fault);
    else if (request.method === 'STARTTLS' && requests.open > 0) {
      // At once and not in its turn: what is answered after it would be answered under TLS.
      requests.refuse(request, new ImppError('bad-request', 'other requests are open'));
    } else requests.take(request);
  }

  #acknowledged(response: Response): void {
    if (this.#leaving !== undefined && response.id === BYE_ID && response.method === 'BYE') {
      this.#leaving.isReady = true;
      this.#departIfDone();
    } else this.#transactions?.answer(response);
  }

  // The end.

  #breakOff(request: Request, error: ImppError): void {
    this.connection.deafen();
    this.#requests.refused(request, error);
    this.detach('lost');
    this.#leave(errorTo(request.method, request.id, error));
  }

  #leave(last: Uint8Array | undefined): void {
    if (this.#leaving !== undefined) return;
    this.#leaving = { last, isReady: true };
    this.connection.closeSoon();
    this.#departIfDone();
  }

  #departIfDone(): void {
    const leaving = this.#leaving;
    if (leaving === undefined || !leaving.isReady || this.#requests.open > 0) return;
    this.#endLeases();
    if (leaving.last !== undefined) this.connection.write(leaving.last);
    this.connection.finish();
  }

  #endLeases(): void {
    const endpoint = this.#goodbye;
    this.#goodbye = undefined;
    if (endpoint !== undefined) this.service.domain.presentities.detached(endpoint, 'bye');
  }

  #checkPresent(): void {
    if (this.state === 'closed' || this.#leaving !== undefined)
      throw new ImppError('closed', 'the peer has gone');
  }
}

function noop(): void {}

/** ERROR to a request of which only the method and the ID are to be trusted, `-` where they cannot be read. */
const errorTo = (method: string, id: string, error: ImppError): Uint8Array =>
  serialize(errorResponse({ method, id, headers: Headers.from([]) }, error), text);
