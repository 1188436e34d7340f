import type { Clock } from '../clock.ts';
import { ImppError } from '../errors.ts';
import type { Headers } from './headers.ts';
import type { BodyStream, Request, Response } from './message.ts';
import { request as makeRequest } from './serializer.ts';

/** What becomes of a request: OK, ERROR, or why there will be no answer. */
export type Settle = (outcome: Response | ImppError) => void;

export interface TransactionsOptions {
  readonly clock: Clock;
  /** Milliseconds from sending to the answer [IMPP 4]. */
  readonly deadline: number;
  /** The peer's Max-Pending: how many requests it takes unanswered [IMPP 6]. */
  readonly window: number;
  /** What it throws settles that one request. */
  readonly send: (request: Request) => void;
  /** A request was not answered in time: a dead peer, to be closed. Told once. */
  readonly expired: () => void;
}

interface Open {
  readonly method: string;
  due: number;
  readonly settle: Settle;
}

interface Waiting {
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array | BodyStream | undefined;
  readonly settle: Settle;
}

/** With a window of 0 requests would wait for ever, without a deadline. */
const atLeastOne = (size: number): number => Math.max(1, size);

/** Matches answers to the requests of one connection. Requests beyond the window wait, first come first sent. */
export class Transactions {
  readonly #clock: Clock;
  #deadline: number;
  readonly #send: (request: Request) => void;
  readonly #expired: () => void;
  /** In the order of sending, which is that of the deadlines: one timer, for the first, serves all. */
  readonly #open = new Map<string, Open>();
  #waiting: Waiting[] = [];
  #next = 0;
  #window: number;
  #lastId = 0;
  #cancelTimer: (() => void) | undefined;
  #closedWith: ImppError | undefined;
  #isDraining = false;

  constructor(options: TransactionsOptions) {
    this.#clock = options.clock;
    this.#deadline = options.deadline;
    this.#window = atLeastOne(options.window);
    this.#send = options.send;
    this.#expired = options.expired;
  }

  /** Requests sent and not answered. */
  get open(): number {
    return this.#open.size;
  }

  /** Requests that wait for the window. */
  get queued(): number {
    return this.#waiting.length - this.#next;
  }

  get window(): number {
    return this.#window;
  }

  set window(size: number) {
    this.#window = atLeastOne(size);
    this.#drain();
  }

  /** Milliseconds from sending to the answer, for what is asked from now on. */
  set deadline(milliseconds: number) {
    this.#deadline = milliseconds;
  }

  /** Sends a request under an ID of its own, now or when the window allows. `settle` is called once, with whatever comes of it. */
  request(method: string, headers: Headers, body: Uint8Array | BodyStream | undefined, settle: Settle): void {
    if (this.#closedWith !== undefined) return settle(this.#closedWith);
    this.#waiting.push({ method, headers, body, settle });
    this.#drain();
  }

  /** Takes a response. One to no open request, or of another method than the request had, is ignored [IMPP 4]. */
  answer(response: Response): void {
    const open = this.#open.get(response.id);
    if (open === undefined || open.method !== response.method) return;
    this.#open.delete(response.id);
    // First what waits, so that the order on the wire does not depend on what `settle` asks next.
    this.#drain();
    open.settle(response);
  }

  /** The peer is at work on what is open, such as a large body: the time for its answers begins anew. */
  postpone(): void {
    const due = this.#clock.now() + this.#deadline;
    for (const open of this.#open.values()) open.due = due;
  }

  /** Settles all that is open or waits with `error`, and all that is asked from now on. */
  close(error: ImppError): void {
    if (this.#closedWith !== undefined) return;
    this.#closedWith = error;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const all = [...this.#open.values(), ...this.#waiting.slice(this.#next)];
    this.#open.clear();
    this.#waiting = [];
    this.#next = 0;
    for (const { settle } of all) settle(error);
  }

  #drain(): void {
    // `send` and `settle` may ask again; the loop that runs already serves them in their turn.
    if (this.#isDraining) return;
    this.#isDraining = true;
    try {
      while (this.#open.size < this.#window && this.#next < this.#waiting.length) {
        const waiting = this.#waiting[this.#next] as Waiting;
        this.#next += 1;
        this.#dispatch(waiting);
      }
    } finally {
      this.#isDraining = false;
    }
    if (this.#next === this.#waiting.length) this.#waiting = [];
    // A queue that never runs empty must not keep what it has sent; half of it at a time costs each entry one move.
    else if (this.#next * 2 > this.#waiting.length) this.#waiting = this.#waiting.slice(this.#next);
    else return;
    this.#next = 0;
  }

  #dispatch({ method, headers, body, settle }: Waiting): void {
    const id = this.#newId();
    this.#open.set(id, { method, due: this.#clock.now() + this.#deadline, settle });
    try {
      this.#send(makeRequest(method, id, headers, body));
    } catch (cause) {
      // It may have closed us, and then has settled this one already.
      if (!this.#open.delete(id)) return;
      settle(
        cause instanceof ImppError
          ? cause
          : new ImppError('internal-error', 'a request was not sent', { cause }),
      );
      return;
    }
    if (this.#closedWith === undefined) this.#cancelTimer ??= this.#clock.after(this.#deadline, this.#check);
  }

  /** Short, and unique among the open ones even after they have been counted round. */
  #newId(): string {
    do this.#lastId = (this.#lastId + 1) % 0x4000_0000;
    while (this.#open.has(this.#lastId.toString(36)));
    return this.#lastId.toString(36);
  }

  readonly #check = (): void => {
    this.#cancelTimer = undefined;
    const oldest = this.#open.values().next().value;
    if (oldest === undefined) return;
    // No more than the deadline, in case the clock has been set back.
    const left = Math.min(oldest.due - this.#clock.now(), this.#deadline);
    if (left > 0) {
      this.#cancelTimer = this.#clock.after(left, this.#check);
      return;
    }
    this.#expired();
    // The owner closes with its own reason; nobody is left to wait for an answer that will not come.
    this.close(new ImppError('timeout', 'there was no answer in time'));
  };
}
