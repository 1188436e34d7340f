import type { Clock } from '../../shared/clock.ts';
import { ImppError } from '../../shared/errors.ts';
import { Headers } from '../../shared/impp/headers.ts';
import type { Message, Request, Response } from '../../shared/impp/message.ts';
import { Parser } from '../../shared/impp/parser.ts';
import { error as errorTo, errorOf, ok, serialize } from '../../shared/impp/serializer.ts';
import { Transactions } from '../../shared/impp/transactions.ts';
import type { Way } from '../../shared/model.ts';
import type { Log } from '../log.ts';
import type { Transport, Trust } from './transport.ts';

/**
 * A request that is not answered within this time means a dead peer [IMPP 4]: one for another domain has its outcome
 * after 40 s at the latest, and the home server is not to blame for it.
 */
const ANSWER_WITHIN = 45_000;
/** What concerns nobody but the home server is answered sooner. */
const PROBE_WITHIN = 30_000;
/** What this side takes; stated in HELLO. */
export const MAX_PENDING = 128;
export const MAX_BODY = 10 * 1024 * 1024;

/**
 * What is large and for another domain is sent on when it has come whole, and has its outcome after ten minutes at the
 * latest; whoever gives up before sends all of it again, and again.
 */
const LARGE_ANSWER_WITHIN = 645_000;

/** Octets of a body that are some progress: a peer that moves fewer in all that time is as good as dead. */
const PROGRESS = 16 * 1024;

export type Pairs = readonly (readonly [name: string, value: string])[];

/** Told how many octets of a large body have gone out, or come in. */
export type Progress = (done: number) => void;

/** Answers a request of the server; a thrown ImppError becomes the ERROR. */
export type RequestHandler = (request: Request) => Promise<Answer>;

/** What an OK carries. */
export interface Answer {
  readonly headers?: Pairs;
}

interface Options {
  readonly clock: Clock;
  readonly log: Log;
}

/** One connection to a server: framing, matching of responses, the answers to what the server asks. */
export class Connection {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #transactions: Transactions;
  readonly #answering = new Set<string>();
  /** Requests that came in the same packet as OK (ATTACH), before there was anyone to answer them. */
  readonly #held: Request[] = [];
  #parser = new Parser({ maxBody: MAX_BODY });
  #handler: RequestHandler | undefined;
  #identity: Pairs = [];
  #whenClosed: (error: ImppError) => void = () => {};
  #isSecuring = false;
  #end: ImppError | undefined;
  #heardAt: number;
  /** Who wants to know about the bodies of requests, and about the body that comes in. */
  readonly #outward = new WeakMap<Uint8Array, Progress>();
  #inward: Progress | undefined;
  /** Octets of a large body, when last there was progress. */
  #moved = 0;
  #cancelIdle = (): void => {};

  constructor(transport: Transport, options: Options) {
    this.#transport = transport;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#heardAt = options.clock.now();
    this.#transactions = new Transactions({
      clock: options.clock,
      deadline: ANSWER_WITHIN,
      window: 1,
      send: (request) => this.#send(request),
      expired: () => this.close(new ImppError('timeout', 'the server does not answer')),
    });
    transport.read(
      (bytes) => this.#receive(bytes),
      (error) => this.close(error ?? new ImppError('closed', 'the server closed the connection')),
    );
  }

  get isPrivate(): boolean {
    return this.#transport.isPrivate;
  }

  /**
   * The network may be another one: the peer has `within` milliseconds to answer, and where nothing can come back any
   * more it is over at once.
   */
  check(within: number): void {
    if (this.#transport.isStranded())
      this.close(new ImppError('unreachable', 'the network is another one now'));
    else void this.probe(within);
  }

  /** What is known of the TLS session; undefined in clear. */
  tls(): Way['tls'] {
    return this.#transport.tls();
  }

  get isLoopback(): boolean {
    return this.#transport.isLoopback;
  }

  get isClosed(): boolean {
    return this.#end !== undefined;
  }

  binding(): Uint8Array | undefined {
    return this.#transport.binding();
  }

  /** It carries what is large, one thing at a time: answers may take long, and whether the server is there is asked beside. */
  carryLarge(idleSeconds: number): void {
    this.#transactions.deadline = LARGE_ANSWER_WITHIN;
    this.watchIdle(idleSeconds);
  }

  /** How many requests the server takes at a time [IMPP 6, Max-Pending]. */
  set window(size: number) {
    this.#transactions.window = size;
  }

  /** After ATTACH: From and Connection-ID of every request [IMPP 5], and who answers the server's. */
  attach(principal: string, connectionId: string, handler: RequestHandler): void {
    this.#identity = [
      ['From', principal],
      ['Connection-ID', connectionId],
    ];
    this.#handler = handler;
    for (const request of this.#held.splice(0)) void this.#answer(request);
  }

  /** Calls `listener` once, when nothing more comes or goes; at once if that is so already. */
  onClosed(listener: (error: ImppError) => void): void {
    if (this.#end === undefined) this.#whenClosed = listener;
    else listener(this.#end);
  }

  /** STARTTLS and the handshake. What comes in clear behind the OK was put there by someone else [IMPP 6]. */
  async secure(trust: Trust, signal: AbortSignal): Promise<void> {
    this.#isSecuring = true;
    await this.request('STARTTLS');
    if (this.#end !== undefined) throw this.#end;
    if (this.#parser.buffered > 0) throw new ImppError('protocol-violation', 'octets before the handshake');
    this.#parser = new Parser({ maxBody: MAX_BODY });
    await this.#transport.secure(trust, signal);
    this.#isSecuring = false;
  }

  /**
   * Sends a request and gives its OK. Throws the ERROR as an ImppError, or why there was no answer: `timeout`,
   * `closed`, `unreachable`. `progress` is for a connection that carries one large thing at a time: told of the
   * request's body, or without one of the answer's.
   */
  request(method: string, headers: Pairs = [], body?: Uint8Array, progress?: Progress): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end);
      if (progress !== undefined) {
        if (body === undefined) this.#inward = progress;
        else this.#outward.set(body, progress);
      }
      const all = method === 'PING' || method === 'BYE' ? headers : [...this.#identity, ...headers];
      this.#transactions.request(method, Headers.from(all), body, (outcome) => {
        if (outcome instanceof ImppError) reject(outcome);
        else if (!outcome.ok) reject(errorOf(outcome));
        else if (outcome.fault !== undefined) reject(outcome.fault);
        else resolve(outcome);
      });
    });
  }

  /** Asks after the peer at half of `seconds` of silence; nothing for all of them is a dead peer. */
  watchIdle(seconds: number): void {
    const half = seconds * 500;
    const check = (): void => {
      const silent = this.#clock.now() - this.#heardAt;
      // After a sleep the timer comes late, and the peer has given us up long ago.
      if (silent >= 2 * half)
        return this.close(new ImppError('timeout', 'the server has been silent too long'));
      if (silent >= half) void this.probe();
      this.#cancelIdle = this.#clock.after(silent >= half ? half : half - silent, check);
    };
    this.#cancelIdle();
    this.#cancelIdle = this.#clock.after(half, check);
  }

  /** Whether the peer is still there: PING, and the end of the connection without an answer. */
  async probe(within = PROBE_WITHIN): Promise<void> {
    const cancel = this.#clock.after(within, () =>
      this.close(new ImppError('timeout', 'the server does not answer')),
    );
    try {
      await this.request('PING');
    } catch (error) {
      this.#log('ping failed', { error: String(error) });
    } finally {
      cancel();
    }
  }

  /** Says goodbye, waits for the OK for at most two seconds, and closes. */
  async goodbye(): Promise<void> {
    if (this.#end !== undefined) return;
    const cancel = this.#clock.after(2000, () => this.close());
    try {
      await this.request('BYE');
    } catch {
      // It is over either way.
    } finally {
      cancel();
      this.close();
    }
  }

  /** Ends it; open requests fail with `error`, or `closed`. */
  close(error?: ImppError): void {
    if (this.#end !== undefined) return;
    if (error === undefined) this.#transport.end();
    else this.#transport.destroy();
    this.#finish(error ?? new ImppError('closed', 'the connection was closed'));
  }

  #finish(reason: ImppError): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#cancelIdle();
    this.#transactions.close(reason);
    this.#whenClosed(reason);
  }

  #send(request: Request): void {
    const { body } = request;
    const bytes = serialize(request);
    const progress = body === undefined ? undefined : this.#outward.get(body);
    if (body === undefined || progress === undefined) return this.#transport.write(bytes);
    const head = bytes.length - body.length;
    this.#moved = 0;
    this.#transport.write(bytes, (written) => {
      if (this.isClosed) return;
      this.#move(written);
      progress(Math.max(0, written - head));
    });
  }

  /** A large body takes its time; what counts is that it moves. */
  #move(octets: number): void {
    if (octets - this.#moved < PROGRESS) return;
    this.#moved = octets;
    this.#transactions.postpone();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#end !== undefined) return;
    this.#heardAt = this.#clock.now();
    const parser = this.#parser;
    for (const message of parser.push(bytes)) {
      this.#moved = 0;
      this.#take(message);
      if (this.isClosed) return;
    }
    const { buffered } = parser;
    if (buffered > 0) {
      this.#move(buffered);
      this.#inward?.(buffered);
    }
    if (parser.fault === undefined) return;
    const { fault } = parser;
    this.#log('framing fault', { method: fault.method, reason: fault.message });
    if (!fault.inResponse) {
      const nameless = { method: fault.method, id: fault.id, headers: Headers.from() };
      this.#transport.write(serialize(errorTo(nameless, fault)));
    }
    this.#transport.end();
    this.#finish(new ImppError('protocol-violation', fault.message, { cause: fault }));
  }

  #take(message: Message): void {
    if (this.#isSecuring && this.#transactions.open === 0) {
      return this.close(new ImppError('protocol-violation', 'octets before the handshake'));
    }
    if (message.kind === 'response') return this.#transactions.answer(message);
    if (this.#answering.has(message.id) || this.#answering.size >= 2 * MAX_PENDING) {
      return this.close(new ImppError('protocol-violation', 'the server asks too much at a time'));
    }
    this.#answering.add(message.id);
    const isForAnyState = message.method === 'PING' || message.method === 'BYE';
    if (this.#handler === undefined && !isForAnyState) this.#held.push(message);
    else void this.#answer(message);
  }

  async #answer(request: Request): Promise<void> {
    let response: Response;
    try {
      if (request.fault !== undefined) throw request.fault;
      const answer = await this.#answerOf(request);
      response = ok(request, Headers.from(answer.headers ?? []));
    } catch (error) {
      if (!(error instanceof ImppError))
        this.#log('a request failed', { method: request.method, error: String(error) });
      response = errorTo(
        request,
        error instanceof ImppError ? error : new ImppError('internal-error', 'a fault in the client'),
      );
    }
    this.#answering.delete(request.id);
    if (this.#end === undefined) this.#transport.write(serialize(response));
    if (request.method !== 'BYE') return;
    // The OK still goes out.
    this.#transport.end();
    this.#finish(farewell(request));
  }

  #answerOf(request: Request): Promise<Answer> {
    if (request.method === 'PING' || request.method === 'BYE') return Promise.resolve({});
    return this.#handler?.(request) ?? Promise.reject(new ImppError('operation-not-supported'));
  }
}

/** Why the server said BYE. */
const farewell = (request: Request): ImppError =>
  request.headers.has('Error')
    ? errorOf(request)
    : new ImppError('closed', request.headers.get('Reason') ?? 'the server said goodbye');
