// Who the peer is, what it may do now, and the order of what it asks. The methods are behind router.ts.

import { ImppError, isProtocolError } from '../../shared/errors.ts';
import { Machine, type Transitions } from '../../shared/fsm.ts';
import { Headers } from '../../shared/impp/headers.ts';
import { ANSWER_DEADLINE, AUTHENTICATION_DEADLINE, PENDING_CLOSE_FACTOR } from '../../shared/impp/limits.ts';
import type { Message, Request, Response } from '../../shared/impp/message.ts';
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
import type { Handled, Reply } from '../domain.ts';
import { dispatch } from '../router.ts';
import { type Connection, type Listener, text } from './connection.ts';
import type { AttachedEndpoint } from './endpoints.ts';
import type { Service } from './service.ts';

export type State = 'new' | 'open' | 'authenticated' | 'attached' | 'closed';
type Event = 'hello' | 'starttls' | 'authenticate' | 'attach' | 'close';

/** [IMPP 6] */
const TRANSITIONS: Transitions<State, Event> = {
  new: { hello: 'open', close: 'closed' },
  open: { starttls: 'new', authenticate: 'authenticated', close: 'closed' },
  authenticated: { attach: 'attached', close: 'closed' },
  attached: { close: 'closed' },
  closed: {},
};

/** Who has signed in. */
export interface Who {
  readonly user: string;
  /** `impp://HOST/USER` */
  readonly url: string;
  readonly isAnonymous: boolean;
}

/** Requests that take effect one after the other. */
interface Lane {
  isBusy: boolean;
  readonly waiting: Request[];
}

/** The lane of all requests until the connection is attached: each depends on what the one before it did. */
const SERIAL = ' ';

/** Above this size a reply is only on the wire when the operating system has all of it. */
const LARGE = 64 * 1024;

/** Not one of those that Transactions makes, which are in lower case. */
const BYE_ID = 'BYE';

export class Session implements Listener {
  readonly service: Service;
  readonly connection: Connection;
  /** What HELLO said of the peer's capacity. */
  peer: { readonly maxMessageSize: number | undefined; readonly maxPending: number };
  /** The SASL exchange that is under way. */
  login: Login | undefined;
  failedLogins = 0;
  readonly #machine = new Machine<State, Event>(TRANSITIONS, 'new', noop);
  readonly #since: number;
  #who: Who | undefined;
  #authenticatedAt = 0;
  #endpoint: AttachedEndpoint | undefined;
  #isDetached = false;
  #open: Set<string> | undefined;
  #lanes: Map<string, Lane> | undefined;
  #transactions: Transactions | undefined;
  #hasPinged = false;
  /** The connection is being closed: no request is taken any more, and `last` is written when none is open. */
  #leaving: { readonly last: Uint8Array | undefined; isReady: boolean } | undefined;

  constructor(service: Service, connection: Connection) {
    this.service = service;
    this.connection = connection;
    this.peer = { maxMessageSize: undefined, maxPending: service.domain.config.limits.maxPending };
    this.#since = connection.heardAt;
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
    return this.#open !== undefined && this.#open.size > this.service.domain.config.limits.maxPending;
  }

  get hasRoom(): boolean {
    const transactions = this.#transactions;
    return (
      transactions === undefined || (transactions.queued === 0 && transactions.open < transactions.window)
    );
  }

  /** Requests of the peer that have no answer yet. */
  get open(): number {
    return this.#open?.size ?? 0;
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
    this.#authenticatedAt = this.service.domain.clock.now();
  }

  /** @throws closed if the peer has gone meanwhile */
  attach(endpoint: AttachedEndpoint): void {
    this.#checkPresent();
    this.#machine.move('attach');
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
    if (wasThere) presentities.detached(endpoint, how);
  }

  /** Sends a request to the peer; `settle` is called once. */
  ask(
    method: string,
    headers: Headers,
    body: Uint8Array | undefined,
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
      send: (request) => this.connection.write(serialize(request, text)),
      // A peer that answers nothing is dead, whatever its TCP says [IMPP 4]. Not within the call, so that what
      // waited is settled with `timeout` and not with our closing.
      expired: () => queueMicrotask(() => this.connection.destroy()),
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
    this.#dropWaiting();
    const headers = error === undefined ? Headers.from([]) : errorHeaders(error);
    this.connection.write(serialize(newRequest('BYE', BYE_ID, headers), text));
    this.#leaving = { last: undefined, isReady: false };
    this.connection.closeSoon();
  }

  /** BYE of the peer: what is pending is finished, then it has its OK, and the connection closes. */
  bye(request: Request): void {
    this.detach('bye');
    this.#open?.delete(request.id);
    // What is in the serial lane came after it.
    this.#drop(this.#lanes?.get(SERIAL));
    this.#leave(serialize(ok(request), text));
  }

  /** Closes the connection after the answer that is about to be written. */
  closeAfterAnswer(): void {
    this.#dropWaiting();
    this.#leave(undefined);
  }

  // What the connection says.

  received(message: Message): void {
    if (message.kind === 'response') this.#answered(message);
    else if (this.#leaving === undefined) this.#take(message);
  }

  broken(fault: FramingFault): void {
    if (this.#leaving !== undefined) {
      this.#leaving.isReady = true;
      this.#departIfDone();
      return;
    }
    // A malformed response closes without a word: an answer to an answer could go on for ever.
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
    for (const key of this.#lanes?.keys() ?? []) this.#next(key);
  }

  closed(): void {
    this.#machine.move('close');
    if (this.#who !== undefined) this.service.signedIn.remove(this.#who, this);
    this.login = undefined;
    this.#lanes = undefined;
    try {
      this.detach('lost');
    } finally {
      this.#transactions?.close(new ImppError('closed', 'the device has gone'));
    }
  }

  sweep(now: number): void {
    if (this.#leaving !== undefined) return;
    const silence = now - this.connection.heardAt;
    const idle = this.service.domain.config.idleTimeout * 1000;
    if (this.#who === undefined && now - this.#since >= AUTHENTICATION_DEADLINE) {
      this.dismiss(new ImppError('timeout', 'there was no AUTH in time'));
    } else if (silence >= idle) this.connection.destroy();
    else if (silence < idle / 2) this.#hasPinged = false;
    else if (!this.#hasPinged && this.state !== 'new') {
      this.#hasPinged = true;
      this.ask('PING', Headers.from([]), undefined, noop);
    }
  }

  // Requests.

  #take(request: Request): void {
    if (this.#open?.has(request.id) === true) {
      this.#breakOff(request, new ImppError('bad-request', 'a request with this ID is still open'));
    } else if (this.open >= PENDING_CLOSE_FACTOR * this.service.domain.config.limits.maxPending) {
      this.#breakOff(
        request,
        new ImppError('too-many-requests', 'more requests are open than Max-Pending allows'),
      );
    } else if (request.fault !== undefined) this.#refuse(request, request.fault);
    else if (request.method === 'STARTTLS' && this.open > 0) {
      // At once and not in its turn: what is answered after it would be answered under TLS.
      this.#refuse(request, new ImppError('bad-request', 'other requests are open'));
    } else {
      const isSerial = this.state !== 'attached' || this.#lanes?.has(SERIAL) === true;
      const key = isSerial ? SERIAL : (request.headers.get('Target') ?? '');
      const lane = this.#lanes?.get(key);
      // BYE waits for all that is open, not for what is of its own lane.
      const isBye = request.method === 'BYE' && !isSerial;
      if (isBye || (lane === undefined && !this.connection.isCongested)) this.#run(request, key);
      else {
        this.#opened(request);
        (lane ?? this.#lane(key)).waiting.push(request);
      }
    }
  }

  #run(request: Request, key: string): void {
    let handled: ReturnType<typeof dispatch>;
    try {
      handled = dispatch(this, request);
    } catch (error) {
      this.#refuse(request, error);
      return;
    }
    if (handled === undefined) return;
    if (!(handled instanceof Promise)) {
      this.#guarded(() => this.#settle(request, handled));
      return;
    }
    this.#opened(request);
    this.#lane(key).isBusy = true;
    handled
      .then(
        (done) => this.#settle(request, done),
        (error: unknown) => this.#refuse(request, error),
      )
      .then(() => this.#next(key))
      .catch((error: unknown) => this.#broke(error));
  }

  #lane(key: string): Lane {
    this.#lanes ??= new Map();
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { isBusy: false, waiting: [] };
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  /** The one before has taken effect: starts what waits for it. */
  #next(key: string): void {
    const lane = this.#lanes?.get(key);
    if (lane === undefined) return;
    lane.isBusy = false;
    while (!lane.isBusy && !this.connection.isCongested) {
      const request = lane.waiting.shift();
      if (request === undefined) {
        this.#lanes?.delete(key);
        return;
      }
      this.#run(request, key);
    }
  }

  #opened(request: Request): void {
    this.#open ??= new Set();
    this.#open.add(request.id);
  }

  #settle(request: Request, handled: Handled): void {
    if (!('later' in handled)) {
      this.#answer(request, handled);
      return;
    }
    this.#opened(request);
    handled.later.then(
      (reply) => this.#guarded(() => this.#answer(request, reply)),
      (error: unknown) => this.#guarded(() => this.#refuse(request, error)),
    );
  }

  #answer(request: Request, reply: Reply): void {
    if (this.state === 'closed') return;
    this.connection.write(
      serialize(ok(request, reply.headers && Headers.from(reply.headers), reply.body), text),
    );
    this.#finished(request);
    const { after } = reply;
    if (after === undefined) return;
    if (reply.body !== undefined && reply.body.length > LARGE) this.connection.afterSent(after);
    else after();
  }

  #refuse(request: Request, cause: unknown): void {
    if (this.state === 'closed') return;
    this.connection.write(serialize(errorResponse(request, this.#sayable(request, cause)), text));
    this.#finished(request);
  }

  #finished(request: Request): void {
    if (this.#open?.delete(request.id) === true) {
      if (this.#open.size === 0) this.#open = undefined;
      this.connection.regulate();
    }
    this.#departIfDone();
  }

  /** An error as the peer may see it: what is wrong inside is for the log. */
  #sayable(request: Request, cause: unknown): ImppError {
    if (cause instanceof ImppError && isProtocolError(cause.code)) return cause;
    if (cause instanceof ImppError && cause.code === 'closed')
      return new ImppError('connection-failure', 'closing');
    this.service.domain.log.error('request failed', { method: request.method, error: cause });
    return new ImppError('internal-error', 'the server could not do it');
  }

  /** Answers that come later come outside of any call of ours: what they throw ends the connection, not the server. */
  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#broke(error);
    }
  }

  #broke(error: unknown): void {
    this.service.domain.log.error('connection failed', { error });
    this.connection.destroy();
  }

  #answered(response: Response): void {
    if (this.#leaving !== undefined && response.id === BYE_ID && response.method === 'BYE') {
      this.#leaving.isReady = true;
      this.#departIfDone();
    } else this.#transactions?.answer(response);
  }

  // The end.

  #breakOff(request: Request, error: ImppError): void {
    this.connection.deafen();
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
    if (leaving === undefined || !leaving.isReady || this.open > 0) return;
    if (leaving.last !== undefined) this.connection.write(leaving.last);
    this.connection.finish();
  }

  /** Requests that have not been started are not answered either. */
  #dropWaiting(): void {
    for (const lane of this.#lanes?.values() ?? []) this.#drop(lane);
  }

  #drop(lane: Lane | undefined): void {
    for (const { id } of lane?.waiting.splice(0) ?? []) this.#open?.delete(id);
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
