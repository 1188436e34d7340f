// One connection between two domains, on either side: who the other one is, what it asks, what we ask over it. The
// requests of users are far.ts's, which has them even when the link has gone. Read far.ts next.

import { ImppError } from '../../shared/errors.ts';
import { Machine } from '../../shared/fsm.ts';
import { Headers } from '../../shared/impp/headers.ts';
import {
  ANSWER_DEADLINE,
  AUTHENTICATION_DEADLINE,
  LINK_IDLE,
  MAX_ANSWER,
  PENDING_CLOSE_FACTOR,
} from '../../shared/impp/limits.ts';
import type { Message, Request, Response } from '../../shared/impp/message.ts';
import type { FramingFault } from '../../shared/impp/parser.ts';
import { error as errorResponse, errorHeaders, ok, serialize } from '../../shared/impp/serializer.ts';
import { Transactions } from '../../shared/impp/transactions.ts';
import type { Log } from '../domain.ts';
import type { PeerTally } from '../metrics/tally.ts';
import type { Listener } from '../net/connection-listener.ts';
import { type Connection, text } from '../net/connection.ts';
import { Requests, type Asked } from '../net/requests.ts';
import { dispatch } from './dispatch.ts';
import type { Far } from './far.ts';
import type { Parts } from './parts.ts';
import { type Event, type State, TRANSITIONS } from './states.ts';

export class Link implements Listener, Asked {
  readonly kind = 'domain';
  readonly parts: Parts;
  readonly connection: Connection;
  /** The far domain: for an acceptor what HELLO says, which counts only once the link is `ready`. */
  readonly host: string;
  /** Who has opened it. */
  readonly side: 'opener' | 'acceptor';
  /** Where it leads, HOST:PORT as it was found; '' for an acceptor. */
  readonly target: string;
  /** Unanswered requests that the far side takes. */
  window = 1;
  /** The largest body that the far side takes. */
  maxMessageSize = MAX_ANSWER;
  /** Seconds of silence after which the far side gives us up. */
  idleTimeout: number;
  /** Requests of far.ts that have gone out over this link and have no answer. */
  open = 0;
  failedAuths = 0;
  /** A SASL exchange has begun without an initial response. */
  isChallenged = false;
  readonly #machine = new Machine<State, Event>(TRANSITIONS, 'new');
  readonly #requests: Requests;
  /** Of the link itself: HELLO, AUTH, VERIFY, PING, BYE. */
  readonly #own: Transactions;
  readonly #since: number;
  #usedAt: number;
  /** The far domain, once it is known. */
  far: Far | undefined;
  #hasPinged = false;
  /** No request of ours goes out any more; how it ends. */
  #leaving: { last: Uint8Array | undefined; isReady: boolean; takesNone: boolean } | undefined;

  constructor(
    parts: Parts,
    connection: Connection,
    place: { readonly host: string; readonly side: 'opener' | 'acceptor'; readonly target: string },
  ) {
    this.parts = parts;
    this.connection = connection;
    this.host = place.host;
    this.side = place.side;
    this.target = place.target;
    this.idleTimeout = parts.domain.config.idleTimeout;
    this.#requests = new Requests(this);
    this.#since = parts.domain.clock.now();
    this.#usedAt = this.#since;
    this.#own = new Transactions({
      clock: parts.domain.clock,
      deadline: ANSWER_DEADLINE,
      window: 1,
      send: (request) => connection.send(request),
      expired: () => {
        connection.cutFor('no-answer');
        queueMicrotask(() => connection.destroy());
      },
    });
  }

  get state(): State {
    return this.#machine.state;
  }

  /**
   * Whether the other side is known: an acceptor by its certificate, before anything is said; it may ask in the same
   * breath in which it takes our AUTH.
   */
  get isKnown(): boolean {
    return this.state === 'ready' || (this.side === 'opener' && this.state === 'open');
  }

  /** Whether requests of ours may go out. */
  get isUsable(): boolean {
    return this.state === 'ready' && this.#leaving === undefined;
  }

  get hasRoom(): boolean {
    return this.open < this.window && !this.connection.isCongested;
  }

  get isFull(): boolean {
    return this.#requests.isHeavy || this.#requests.open > this.parts.domain.config.limits.maxPending;
  }

  // What the methods of the link itself do.

  move(event: 'hello' | 'starttls'): void {
    this.#machine.move(event);
  }

  /** The opener is known to the acceptor: from now on both ask what they like. @throws closed */
  ready(far: Far): void {
    this.checkPresent();
    this.#machine.move('authenticate');
    this.#known();
    this.takeLarge();
    this.#used();
    this.far = far;
  }

  /** Bodies may be as large as HELLO says. */
  takeLarge(): void {
    const { limits } = this.parts.domain.config;
    this.connection.maxBody = Math.max(limits.maxBulkSize, limits.maxMessageSize);
    this.connection.maxAnswer = MAX_ANSWER;
  }

  /** @throws closed if the other side has gone meanwhile */
  checkPresent(): void {
    if (this.state === 'closed' || this.#leaving !== undefined)
      throw new ImppError('closed', 'the link has gone');
  }

  /** Asks something of the link itself. @throws the error of an ERROR, timeout, closed */
  ask(
    method: string,
    headers: readonly (readonly [string, string])[] = [],
    body?: Uint8Array,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      this.#own.request(method, Headers.from(headers), body, (outcome) => {
        if (outcome instanceof ImppError) reject(outcome);
        else resolve(outcome);
      });
    });
  }

  /** Sends a request of far.ts, whose answer goes there. */
  send(request: Request): void {
    this.open += 1;
    this.#used();
    this.connection.send(request);
  }

  /** One of those has its answer, or will have none. */
  settled(): void {
    this.open -= 1;
    this.#used();
    this.#departIfDone();
  }

  /** Sends an answer whose own link has gone. */
  respond(response: Response): void {
    this.#used();
    this.connection.send(response);
  }

  /** Says goodbye: what the other side asked before it hears of it is still answered. */
  leave(error?: ImppError): void {
    if (this.#leaving !== undefined || this.state === 'closed') return;
    if (this.state === 'new' && this.side === 'acceptor') return this.connection.destroy();
    this.#leaving = { last: undefined, isReady: false, takesNone: error !== undefined };
    this.#own.request('BYE', error === undefined ? Headers.from([]) : errorHeaders(error), undefined, () => {
      if (this.#leaving !== undefined) this.#leaving.isReady = true;
      this.#departIfDone();
    });
    this.connection.closeSoon();
  }

  /** BYE of the other side: what is pending is answered, then it has its OK. */
  bye(request: Request): void {
    this.#requests.takeOutBye(request);
    const { headers } = request;
    // Only of a server whose certificate we have seen, or that the operator takes as it is.
    const isMoved = this.side === 'opener' && headers.get('Error') === 'redirect';
    const server = isMoved ? headers.get('Server') : undefined;
    const last = serialize(ok(request), text);
    if (this.#leaving === undefined) this.#leave(last, server);
    else {
      this.connection.write(last);
      this.#leaving.isReady = true;
      this.#departIfDone();
    }
  }

  /** Closes after the answer that is about to be written. */
  closeAfterAnswer(): void {
    this.#requests.dropWaiting();
    this.#leave(undefined);
  }

  // What the connection says.

  received(message: Message): void {
    if (message.kind === 'response') this.#answered(message);
    else if (this.#leaving === undefined || (!this.#leaving.isReady && !this.#leaving.takesNone))
      this.#take(message);
    else message.stream?.discard();
  }

  broken(fault: FramingFault): void {
    if (fault.inResponse) {
      this.connection.cutFor('malformed-answer');
      return this.connection.destroy();
    }
    this.#requests.refused(fault, fault);
    this.#leave(errorTo(fault.method, fault.id, fault));
  }

  /** STARTTLS is done: the other side says HELLO again. */
  secured(): void {}

  ended(): void {
    // Nobody can say whether the other side still reads: what it has asked is answered over another link.
    if (this.state === 'ready' && this.#requests.open > 0) this.connection.destroy();
    else if (this.#leaving === undefined) this.#leave(undefined);
    else {
      this.#leaving.isReady = true;
      this.#departIfDone();
    }
  }

  drained(): void {
    this.#requests.resume();
    this.far?.drained();
  }

  heldUp(): void {
    this.#own.postpone();
    this.far?.heldUp(this);
  }

  closed(): void {
    if (this.state !== 'ready') this.#known();
    this.#machine.move('close');
    this.#requests.close();
    this.#own.close(new ImppError('closed', 'the link has gone'));
    this.far?.closed(this);
  }

  dismiss(error: ImppError | undefined): void {
    this.leave(error);
  }

  sweep(now: number): void {
    if (this.#leaving !== undefined) return;
    const silence = now - this.connection.heardAt;
    const idle = this.idleTimeout * 1000;
    if (this.state !== 'ready') {
      // What we open has a deadline of its own.
      if (this.side === 'acceptor' && now - this.#since >= AUTHENTICATION_DEADLINE) {
        this.connection.cutFor('no-sign-in');
        this.leave(new ImppError('timeout', 'there was no AUTH in time'));
      }
    } else if (silence >= idle) this.connection.destroy();
    else if (now - this.#usedAt >= LINK_IDLE && this.open === 0 && this.#requests.open === 0) this.leave();
    else if (silence < idle / 2) this.#hasPinged = false;
    else if (!this.#hasPinged) {
      this.#hasPinged = true;
      this.#own.request('PING', Headers.from([]), undefined, () => {});
    }
  }

  // What its requests need.

  get log(): Log {
    return this.parts.domain.log;
  }

  get tally(): PeerTally {
    return this.parts.tally.domain;
  }

  get isSerial(): boolean {
    return this.state !== 'ready';
  }

  get largestWhole(): number {
    return this.parts.domain.config.limits.maxMessageSize;
  }

  run(request: Request): ReturnType<Asked['run']> {
    return dispatch(this, request);
  }

  answered(): void {
    this.#departIfDone();
  }

  keyOf({ id, headers }: Request): string {
    return `${headers.get('From') ?? ''}\n${headers.get('Connection-ID') ?? ''}\n${id}`;
  }

  laneOf({ headers }: Request): string {
    return `${headers.get('From') ?? ''}\n${headers.get('Target') ?? ''}`;
  }

  unsent(response: Response): void {
    if (!this.#isOwn(response)) this.far?.respond(response);
  }

  #take(request: Request): void {
    const requests = this.#requests;
    const { maxPending } = this.parts.domain.config.limits;
    if (requests.has(request)) {
      this.#breakOff(request, new ImppError('bad-request', 'a request with this ID is still open'));
    } else if (requests.open >= PENDING_CLOSE_FACTOR * maxPending) {
      const data = { retryAfter: 1 };
      this.#breakOff(
        request,
        new ImppError('too-many-requests', 'more are open than Max-Pending allows', { data }),
      );
    } else if (request.fault !== undefined) requests.refuse(request, request.fault);
    else if (request.method === 'STARTTLS' && requests.open > 0) {
      requests.refuse(request, new ImppError('bad-request', 'other requests are open'));
    } else {
      // Two who do nothing but ask whether the other is there would never let go.
      if (request.method !== 'PING') this.#used();
      requests.take(request);
    }
  }

  #answered(response: Response): void {
    if (this.#isOwn(response)) this.#own.answer(response);
    else this.far?.answered(this, response);
  }

  /** It does not count among the strangers of its address any more. */
  #known(): void {
    if (this.side === 'acceptor') this.parts.strangers.left(this.connection.address);
  }

  /**
   * Whether it answers something of the link itself: only users have Connection-IDs, and what a domain asks in the
   * name of a presentity goes back to that.
   */
  #isOwn({ headers }: Response): boolean {
    const to = headers.get('To');
    const { self } = this.parts;
    return (
      !headers.has('Connection-ID') && (to === undefined || to === self || to === `impp://${this.host}/`)
    );
  }

  #used(): void {
    this.#usedAt = this.parts.domain.clock.now();
  }

  #breakOff(request: Request, error: ImppError): void {
    this.connection.deafen();
    this.#requests.refused(request, error);
    this.#leave(errorTo(request.method, request.id, error));
  }

  #leave(last: Uint8Array | undefined, server?: string): void {
    if (this.#leaving?.last !== undefined) return;
    this.#leaving = { last, isReady: true, takesNone: true };
    // What has been asked is still answered, or goes over another link.
    this.connection.closeSoon();
    this.far?.left(this, server);
    this.#departIfDone();
  }

  #departIfDone(): void {
    const leaving = this.#leaving;
    if (leaving === undefined || !leaving.isReady || this.#requests.open > 0) return;
    // The other side has said BYE, and finishes what we have asked.
    if (leaving.last !== undefined && this.open > 0) return;
    if (leaving.last !== undefined) this.connection.write(leaving.last);
    this.connection.finish();
  }
}

/** ERROR to a request of which only the method and the ID are to be trusted. */
const errorTo = (method: string, id: string, error: ImppError): Uint8Array =>
  serialize(errorResponse({ method, id, headers: Headers.from([]) }, error), text);
