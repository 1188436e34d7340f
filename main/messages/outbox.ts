import { ImppError } from '../../shared/errors.ts';
import { parseUrl } from '../../shared/impp/address.ts';
import { formatTime } from '../../shared/impp/headers.ts';
import type { Response } from '../../shared/impp/message.ts';
import type { Message, Outcome, Problem } from '../../shared/model.ts';
import { Backoff } from '../connection/backoff.ts';
import type { Pairs } from '../connection/connection.ts';
import { problemOf } from '../problem.ts';
import type { Written } from '../store/messages/entries.ts';
import type { Control, Draft, Outgoing, Sent } from '../store/messages/outbox.ts';
import { hostOf, MOST_FORWARDS, readdressed } from '../account/addressing.ts';
import { Asking, type StoredThere } from './asking.ts';
import type { Context } from '../account/context.ts';
import type { Conversations } from './conversations.ts';
import { reporter } from './transfers.ts';

/** Unanswered messages to one peer: enough to hide the server's wait for a device, few enough to keep order. */
const MOST_OPEN = 16;
/** How many are taken from the store at a time. */
const PAGE = 200;
/** The longest that a timer can wait for. */
const LONGEST_WAIT = 2 ** 31 - 1;

const NO_ANSWER = new Set(['closed', 'unreachable', 'protocol-violation']);

/** What waits for one peer, in the order in which it was written. */
interface Queue {
  readonly peer: string;
  readonly backoff: Backoff;
  items: Outgoing[];
  readonly open: Map<number, AbortController>;
  cancelPause: (() => void) | undefined;
}

/** The size from which a message goes on a connection of its own; what the server said [IMPP 8]. */
export interface Limits {
  readonly bulkThreshold: number;
}

/** Sends what was written, under one Message-ID for ever, until there is an answer [IMPP 8]. */
export class Outbox {
  readonly #context: Context;
  readonly #conversations: Conversations;
  readonly #taken: () => void;
  readonly #asking: Asking;
  readonly #queues = new Map<string, Queue>();
  /** Of what is in the store's outbox and has an end. */
  readonly #ends = new Map<number, () => void>();
  #limits: Limits | undefined;
  /** What is written while older messages are still being read from the store: it waits behind them. */
  #late: Outgoing[] | undefined;

  /** `taken`: the domain has taken something that it keeps in the log of this account. */
  constructor(context: Context, conversations: Conversations, taken: () => void) {
    this.#context = context;
    this.#conversations = conversations;
    this.#taken = taken;
    this.#asking = new Asking(
      context,
      (stored) => this.#askAgain(stored),
      (written) => this.#tell(written),
    );
  }

  /** Ends what has run out while the program was not running, and waits for the other ends. */
  async load(): Promise<void> {
    await this.#each((outgoing) => this.#awaitEnd(outgoing));
  }

  /** Keeps the message and its place in the outbox; resolves when both are on disk. */
  async send(draft: Draft): Promise<Message> {
    const sent = await this.#context.store.call('sendMessage', draft);
    this.#tell(sent);
    this.#put(sent.outgoing);
    return sent.message;
  }

  /** Keeps and applies what changes another message; resolves when that, and its place, are on disk. */
  async sendControl(control: Control): Promise<void> {
    const sent = await this.#context.store.call('sendControl', control);
    this.#tellSent(sent);
    this.#put(sent.outgoing);
  }

  /** Sends a message again that failed or expired. Throws `not-found`. */
  async retry(id: number): Promise<void> {
    const sent = await this.#context.store.call('retryOutgoing', id);
    this.#tell(sent);
    this.#put(sent.outgoing);
  }

  /** Stops sending a message. Throws `not-found` for one that has its answer. */
  async cancel(id: number): Promise<void> {
    const { store, clock } = this.#context;
    const place = await store.call('findOutgoing', id);
    if (place === undefined) throw new ImppError('not-found', 'this message is not being sent');
    const error = new ImppError('cancelled', 'it was stopped');
    const problem: Problem = { code: error.code, reason: error.message };
    this.#tell(await store.call('settleOutgoing', place, 'failed', clock.now(), problem, true));
    for (const queue of this.#queues.values()) {
      queue.items = queue.items.filter((item) => item.id !== place);
      queue.open.get(place)?.abort(error);
    }
  }

  /** Deletes a message that has never left this computer; gives false for one that may have. */
  async withdraw(id: number): Promise<boolean> {
    const { store, mirror } = this.#context;
    const { peer, outcome } = await store.call('getMessage', id);
    const place = await store.call('findOutgoing', id);
    const queue = this.#queues.get(peer);
    if (place === undefined || outcome !== 'waiting' || queue?.open.has(place)) return false;
    if (queue !== undefined) queue.items = queue.items.filter((item) => item.id !== place);
    this.#forgetEnd(place);
    const { message, conversation } = await store.call('deleteMessage', id);
    mirror.tellMessageRemoved(message);
    this.#conversations.show(conversation);
    return true;
  }

  async online(limits: Limits): Promise<void> {
    this.#limits = limits;
    const late: Outgoing[] = [];
    this.#late = late;
    const isCurrent = await this.#each((outgoing) => {
      if (this.#late === late) this.#queue(outgoing);
      return this.#late === late;
    });
    if (!isCurrent) return;
    this.#late = undefined;
    for (const outgoing of late) this.#queue(outgoing);
  }

  offline(): void {
    this.#limits = undefined;
    this.#late = undefined;
    for (const queue of this.#queues.values()) queue.cancelPause?.();
    this.#queues.clear();
    this.#asking.stop();
  }

  close(): void {
    for (const cancel of this.#ends.values()) cancel();
    this.#ends.clear();
  }

  /** `peer` has appeared: what was stored there is likely to be delivered soon. */
  appeared(peer: string): void {
    if (this.#limits !== undefined) this.#asking.appeared(peer);
  }

  /** Goes through the store's outbox while `take` says so; gives whether it came to the end. */
  async #each(take: (outgoing: Outgoing) => boolean): Promise<boolean> {
    const { store, key } = this.#context;
    let after = 0;
    for (;;) {
      const page = await store.call('listOutbox', key, after, PAGE);
      for (const outgoing of page) {
        after = outgoing.id;
        if (!take(outgoing)) return false;
      }
      if (page.length < PAGE) return true;
    }
  }

  /** Always true: there is no reason not to go on. */
  #awaitEnd(outgoing: Outgoing): true {
    const { id, expires } = outgoing;
    if (expires === undefined || this.#ends.has(id)) return true;
    const { clock } = this.#context;
    const cancel = clock.after(Math.min(expires - clock.now(), LONGEST_WAIT), () => {
      this.#ends.delete(id);
      if (expires > clock.now()) this.#awaitEnd(outgoing);
      else this.#expire(outgoing);
    });
    this.#ends.set(id, cancel);
    return true;
  }

  #expire(outgoing: Outgoing): void {
    this.#giveUp(outgoing).catch((error: unknown) =>
      this.#context.log('a message that ran out was not closed', { error: String(error) }),
    );
  }

  async #giveUp(outgoing: Outgoing): Promise<void> {
    const { id, peer, message } = outgoing;
    const queue = this.#queues.get(peer);
    const outcome =
      message === undefined ? undefined : (await this.#context.store.call('getMessage', message.id)).outcome;
    // It may have been taken: the answer says so, or that it came too late.
    if (outcome === 'sent' || queue?.open.has(id)) return;
    if (queue !== undefined) queue.items = queue.items.filter((item) => item.id !== id);
    await this.#write(outgoing, 'expired', undefined, true);
  }

  #put(outgoing: Outgoing): void {
    this.#awaitEnd(outgoing);
    if (this.#late !== undefined) this.#late.push(outgoing);
    else if (this.#limits !== undefined) this.#queue(outgoing);
  }

  #queue(outgoing: Outgoing): void {
    const { id, peer } = outgoing;
    let queue = this.#queues.get(peer);
    if (queue === undefined) {
      const backoff = new Backoff(this.#context.random);
      queue = { peer, backoff, items: [], open: new Map(), cancelPause: undefined };
      this.#queues.set(peer, queue);
    }
    if (queue.open.has(id) || queue.items.some((item) => item.id === id)) return;
    queue.items.push(outgoing);
    this.#pump(queue);
  }

  #pump(queue: Queue): void {
    while (
      this.#queues.get(queue.peer) === queue &&
      queue.cancelPause === undefined &&
      queue.open.size < MOST_OPEN
    ) {
      const outgoing = queue.items.shift();
      if (outgoing === undefined) {
        if (queue.open.size === 0) this.#queues.delete(queue.peer);
        return;
      }
      const controller = new AbortController();
      queue.open.set(outgoing.id, controller);
      void this.#sendOne(queue, outgoing, controller.signal);
    }
  }

  async #sendOne(queue: Queue, outgoing: Outgoing, signal: AbortSignal): Promise<void> {
    const { log } = this.#context;
    try {
      if (outgoing.message?.outcome === 'waiting') this.#note(outgoing, 'sent');
      const { response, target } = await this.#follow(outgoing, signal);
      await this.#write(outgoing, outcomeIn(response), undefined, true, target);
      if (!outgoing.isOnlyNow) this.#taken();
      queue.backoff.reset();
    } catch (error) {
      const failure = error instanceof ImppError ? error : new ImppError('internal-error', String(error));
      // The person stopped it, and knows.
      if (failure.code === 'cancelled' || failure.code === 'not-found') return;
      log('a message was not taken', { code: failure.code });
      // Whether it got there is open: it stays as it is, and is asked for again on the next connection.
      if (NO_ANSWER.has(failure.code) || this.#queues.get(queue.peer) !== queue) return;
      await this.#refused(queue, outgoing, failure);
    } finally {
      queue.open.delete(outgoing.id);
      this.#pump(queue);
    }
  }

  async #refused(queue: Queue, outgoing: Outgoing, failure: ImppError): Promise<void> {
    const { host, clock } = this.#context;
    const problem = problemOf(failure, hostOf(outgoing.peer, host));
    const isOver = outgoing.expires !== undefined && outgoing.expires <= clock.now();
    if (isOver) await this.#write(outgoing, 'expired', undefined, true);
    else if (failure.retry === 'never') await this.#write(outgoing, 'failed', problem, true);
    else {
      await this.#write(outgoing, 'waiting', problem, false);
      const { message } = outgoing;
      queue.items.unshift(
        message === undefined ? outgoing : { ...outgoing, message: { ...message, outcome: 'waiting' } },
      );
      queue.items.sort((a, b) => a.id - b.id);
      this.#pause(queue, queue.backoff.next((failure.data.retryAfter ?? 0) * 1000));
    }
  }

  /** Sends, and where the peer is elsewhere for now, sends there [IMPP 11]. */
  async #follow(
    outgoing: Outgoing,
    signal: AbortSignal,
  ): Promise<{ readonly response: Response; readonly target: string }> {
    const { store } = this.#context;
    let { target } = outgoing;
    let body = await store.call('outboxBody', outgoing.id);
    for (let hops = 0; ; hops++) {
      try {
        const response = await this.#request({ ...outgoing, target }, body, signal);
        return { response, target };
      } catch (error) {
        const location =
          error instanceof ImppError && error.code === 'temporarily-forwarded' && error.data.location;
        if (typeof location !== 'string' || hops === MOST_FORWARDS) throw error;
        target = parseUrl(location).url;
        body = readdressed(body, target);
        // Kept first: what is asked again after a break has to be the same as what was sent.
        await store.call('redirectOutgoing', outgoing.id, target, body);
      }
    }
  }

  #pause(queue: Queue, delay: number): void {
    queue.cancelPause ??= this.#context.clock.after(delay, () => {
      queue.cancelPause = undefined;
      this.#pump(queue);
    });
  }

  /** `body`: of the message as it goes to `target`. */
  #request(outgoing: Outgoing, body: Uint8Array, signal: AbortSignal): Promise<Response> {
    const { target, messageId, isOnlyNow, size, expires, message, kind } = outgoing;
    const headers: Pairs = [
      ...headersOf(target, messageId),
      ...(expires === undefined ? [] : [['Expires', formatTime(expires)] as const]),
      ...(isOnlyNow ? [['Storage', 'none'] as const] : []),
    ];
    if (!this.#isBulk(body.length)) return this.#context.connection().request('SEND', headers, body);
    const progress =
      message === undefined || kind !== 'message' ? undefined : reporter(this.#context, message, size);
    return this.#context.bulk((connection) => connection.request('SEND', headers, body, progress), signal);
  }

  async #askAgain({ id, target, messageId, size }: StoredThere): Promise<Outcome | undefined> {
    if (this.#isBulk(size)) return undefined;
    const { body } = await this.#context.store.call('messageBody', id);
    const headers = headersOf(target, messageId);
    return outcomeIn(await this.#context.connection().request('SEND', headers, body));
  }

  #isBulk(octets: number): boolean {
    return this.#limits !== undefined && octets > this.#limits.bulkThreshold;
  }

  #note(outgoing: Outgoing, outcome: Outcome): void {
    this.#write(outgoing, outcome, undefined, false).catch((error: unknown) =>
      this.#context.log('an outcome was not written', { error: String(error) }),
    );
  }

  async #write(
    outgoing: Outgoing,
    outcome: Outcome,
    problem: Message['problem'],
    isFinal: boolean,
    target?: string,
  ): Promise<void> {
    const { store, clock, host } = this.#context;
    const domain = target === undefined ? undefined : hostOf(target, host);
    if (isFinal) this.#forgetEnd(outgoing.id);
    this.#tell(
      await store.call('settleOutgoing', outgoing.id, outcome, clock.now(), problem, isFinal, domain),
    );
  }

  #forgetEnd(place: number): void {
    this.#ends.get(place)?.();
    this.#ends.delete(place);
  }

  #tellSent({ messages, conversation }: Sent): void {
    for (const message of messages) this.#context.mirror.tellMessage(message);
    if (conversation !== undefined) this.#conversations.show(conversation);
  }

  #tell(written: Written | undefined): void {
    if (written === undefined) return;
    this.#context.mirror.tellMessage(written.message);
    this.#conversations.show(written.conversation);
  }
}

const headersOf = (target: string, messageId: string): Pairs => [
  ['Target', target],
  ['Message-ID', messageId],
  ['Content-Type', 'message/rfc822'],
];

const outcomeIn = ({ headers }: Response): Outcome => {
  const outcome = headers.get('Outcome');
  return outcome === 'delivered' || outcome === 'unknown' ? outcome : 'stored';
};
