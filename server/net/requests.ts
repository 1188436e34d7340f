// What one peer asks: the order in which it takes effect, and the answers [IMPP 4].

import { ImppError, isProtocolError } from '../../shared/errors.ts';
import { Headers } from '../../shared/impp/headers.ts';
import type { Request, Response } from '../../shared/impp/message.ts';
import { wholeOf } from '../../shared/impp/incoming.ts';
import { error as errorResponse, ok } from '../../shared/impp/serializer.ts';
import type { Handled, Log, Reply } from '../domain.ts';
import type { PeerTally } from '../metrics/tally.ts';
import { bodyUseOf } from './body-use.ts';
import type { Connection } from './connection.ts';

/** Whose requests they are. */
export interface Asked {
  readonly connection: Connection;
  readonly log: Log;
  readonly tally: PeerTally;
  /** Whether each request may depend on what the one before it did: so it is until the connection is attached. */
  readonly isSerial: boolean;
  /** The largest body that is gathered for a method that needs it whole; octets. */
  readonly largestWhole: number;
  /** Undefined: the answer comes some other way. Throws the error that is the answer. */
  run(request: Request): Handled | Promise<Handled> | undefined;
  /** A request has been answered. */
  answered(): void;
  /** By what an open request differs from all others [IMPP 4]. */
  keyOf(request: Request): string;
  /** Requests with the same take effect in the order sent. */
  laneOf(request: Request): string;
  /** The connection has ended before this answer; absent: then it is nobody's. */
  unsent?(response: Response): void;
}

/** Requests that take effect one after the other. */
interface Lane {
  isBusy: boolean;
  readonly waiting: Request[];
}

const SERIAL = ' ';

/** With bodies of so many octets unanswered, nothing more is read: Max-Pending large ones would be a gigabyte. */
const MAX_OPEN_OCTETS = 32 * 1024 * 1024;

const OUTCOMES: ReadonlySet<string> = new Set(['delivered', 'stored']);

/** Above this size a reply is only on the wire when the operating system has all of it. */
const LARGE = 64 * 1024;

export class Requests {
  readonly #asked: Asked;
  // Most connections have none at most times, and pay for none.
  #open: Map<string, number> | undefined;
  /** Of the bodies of those that are open. */
  #octets = 0;
  #lanes: Map<string, Lane> | undefined;
  #isOver = false;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  /** How many have no answer yet. */
  get open(): number {
    return this.#open?.size ?? 0;
  }

  /** Whether the open ones hold as much memory as they may. */
  get isHeavy(): boolean {
    return this.#octets > MAX_OPEN_OCTETS;
  }

  has(request: Request): boolean {
    return this.#open?.has(this.#asked.keyOf(request)) === true;
  }

  /** Starts the request, in its turn: those for the same Target one after the other, others side by side. */
  take(request: Request): void {
    const isSerial = this.#asked.isSerial || this.#lanes?.has(SERIAL) === true;
    const key = isSerial ? SERIAL : this.#asked.laneOf(request);
    const lane = this.#lanes?.get(key);
    // BYE waits for all that is open, not for what is of its own lane.
    const isBye = request.method === 'BYE' && !isSerial;
    if (isBye || (lane === undefined && !this.#asked.connection.isCongested)) this.#run(request, key);
    else {
      this.#opened(request);
      (lane ?? this.#lane(key)).waiting.push(request);
    }
  }

  /** The peer reads again: what was held back because it did not is started. */
  resume(): void {
    for (const key of this.#lanes?.keys() ?? []) this.#advance(key);
  }

  /** Answers ERROR, once the request has come whole. What is wrong inside is for the log, not for the peer. */
  refuse(request: Request, cause: unknown): void {
    if (this.#isOver && this.#asked.unsent === undefined) return;
    const error = this.#sayable(request, cause);
    this.refused(request, error);
    const response = errorResponse(request, error);
    if (this.#isOver) return this.#asked.unsent?.(response);
    this.#whenRead(request, () => {
      this.#asked.connection.send(response);
      this.#finished(request);
    });
  }

  /** Every ERROR of ours is counted and logged here, those that end the connection too. */
  refused(request: Pick<Request, 'id' | 'method'>, { code }: ImppError): void {
    this.#asked.tally.refused.add(code);
    this.#asked.log.debug('refused', { ...this.#idsOf(request), code });
  }

  /** Takes BYE out, which is answered when no other is open, and what the peer has sent behind it. */
  takeOutBye(request: Request): void {
    this.#forget(this.#asked.keyOf(request));
    this.#drop(this.#lanes?.get(SERIAL));
  }

  /** Requests that have not been started are not answered either. */
  dropWaiting(): void {
    for (const lane of this.#lanes?.values() ?? []) this.#drop(lane);
  }

  /** Takes out what has not been started, for somebody else to answer. */
  handOver(): Request[] {
    const waiting = [...(this.#lanes?.values() ?? [])].flatMap((lane) => lane.waiting.splice(0));
    this.close();
    return waiting;
  }

  /** Nobody is there to answer any more; what has been started goes on. */
  close(): void {
    this.#isOver = true;
    this.#lanes = undefined;
    this.#open = undefined;
  }

  #run(request: Request, key: string): void {
    let handled: ReturnType<Asked['run']>;
    try {
      handled = this.#handle(request);
    } catch (error) {
      this.refuse(request, error);
      return;
    }
    if (handled === undefined) return;
    if (!(handled instanceof Promise)) {
      this.#settle(request, handled);
      return;
    }
    this.#opened(request);
    this.#lane(key).isBusy = true;
    handled.then(
      (done) =>
        this.#asked.connection.guarded(() => this.#tookEffect(key, () => this.#settle(request, done))),
      (error: unknown) =>
        this.#asked.connection.guarded(() => this.#tookEffect(key, () => this.refuse(request, error))),
    );
  }

  /** Runs the request; one that needs its body whole, when that has come. */
  #handle(request: Request): ReturnType<Asked['run']> {
    const { method, id, headers, stream } = request;
    const use = bodyUseOf(method);
    if (stream === undefined || use === 'pieces') return this.#asked.run(request);
    const bare: Request = { kind: 'request', method, id, headers };
    if (use === 'none') return this.#asked.run(bare);
    const maxMessageSize = this.#asked.largestWhole;
    if (stream.length > maxMessageSize)
      throw new ImppError('message-too-large', `${method} takes no such body`, { data: { maxMessageSize } });
    return wholeOf(stream).then((body) => this.#asked.run({ ...bare, body }) ?? {});
  }

  #tookEffect(key: string, answer: () => void): void {
    answer();
    const lane = this.#lanes?.get(key);
    if (lane === undefined) return;
    lane.isBusy = false;
    this.#advance(key);
  }

  #advance(key: string): void {
    const lane = this.#lanes?.get(key);
    while (lane !== undefined && !lane.isBusy && !this.#asked.connection.isCongested) {
      const request = lane.waiting.shift();
      if (request === undefined) {
        this.#lanes?.delete(key);
        return;
      }
      this.#run(request, key);
    }
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

  #drop(lane: Lane | undefined): void {
    for (const request of lane?.waiting.splice(0) ?? []) {
      request.stream?.discard();
      this.#forget(this.#asked.keyOf(request));
    }
  }

  #opened(request: Request): void {
    if (this.#isOver || this.has(request)) return;
    const gathered = bodyUseOf(request.method) === 'whole' ? request.stream : undefined;
    const octets = (request.body ?? gathered)?.length ?? 0;
    this.#open ??= new Map();
    this.#open.set(this.#asked.keyOf(request), octets);
    this.#octets += octets;
  }

  /** Gives whether it was open. */
  #forget(key: string): boolean {
    const octets = this.#open?.get(key);
    if (octets === undefined) return false;
    this.#octets -= octets;
    return this.#open?.delete(key) === true;
  }

  #settle(request: Request, handled: Handled): void {
    if (!('later' in handled)) {
      this.#answer(request, handled);
      return;
    }
    this.#opened(request);
    const { connection } = this.#asked;
    handled.later.then(
      (reply) => connection.guarded(() => this.#answer(request, reply)),
      (error: unknown) => connection.guarded(() => this.refuse(request, error)),
    );
  }

  #answer(request: Request, reply: Reply): void {
    const { headers, body, stream, relayed, after } = reply;
    if (this.#isOver && this.#asked.unsent === undefined) return;
    const response = relayed ?? ok(request, headers && Headers.from(headers), body);
    this.#count(response);
    if (this.#isOver) {
      this.#asked.unsent?.(response);
      after?.();
      return;
    }
    this.#whenRead(request, () => {
      const { connection } = this.#asked;
      connection.send(stream === undefined ? response : { ...response, stream });
      this.#finished(request);
      if (after === undefined) return;
      if (((body ?? stream)?.length ?? 0) > LARGE) connection.afterSent(after);
      else after();
    });
  }

  #count(response: Response): void {
    const { ok: isOk, method, headers } = response;
    const { tally, log } = this.#asked;
    log.debug(isOk ? 'done' : 'passed on', this.#idsOf(response));
    if (!isOk) return;
    tally.done.add(method);
    if (method !== 'SEND') return;
    // What another domain says may be any word.
    const outcome = headers.get('Outcome') ?? '';
    tally.messages.add(OUTCOMES.has(outcome) ? outcome : 'unknown');
  }

  /** A peer that is still sending does not listen for the answer: what remains of the body is read away before it. */
  #whenRead(request: Request, answer: () => void): void {
    if (request.stream === undefined) return answer();
    this.#opened(request);
    request.stream.discard(() => {
      if (!this.#isOver) answer();
    });
  }

  #finished(request: Request): void {
    if (this.#forget(this.#asked.keyOf(request))) {
      if (this.#open?.size === 0) this.#open = undefined;
      this.#asked.connection.regulate();
    }
    this.#asked.answered();
  }

  /** What a line of the log says of a request: never what is in it. */
  #idsOf({ id, method }: Pick<Request, 'id' | 'method'>): object {
    return { connection: this.#asked.connection.id, request: id, method };
  }

  #sayable(request: Request, cause: unknown): ImppError {
    if (cause instanceof ImppError && isProtocolError(cause.code)) return cause;
    if (cause instanceof ImppError && cause.code === 'closed') {
      return new ImppError('connection-failure', 'the connection is closing');
    }
    this.#asked.log.error('request failed', { ...this.#idsOf(request), error: cause });
    return new ImppError('internal-error', 'the server could not do it');
  }
}
