import { ImppError } from '../../shared/errors.ts';
import { parseUrl } from '../../shared/impp/address.ts';
import type { Response } from '../../shared/impp/message.ts';
import { buildMessage } from '../../shared/mime/build.ts';
import type { Message, Outcome } from '../../shared/model.ts';
import { Backoff } from '../connection/backoff.ts';
import type { Pairs } from '../connection/connection.ts';
import { problemOf } from '../problem.ts';
import type { Written } from '../store/entries.ts';
import type { FormerOutgoing as Outgoing } from '../store/former.ts';
import type { Context } from './context.ts';

/** Unanswered messages to one peer: enough to hide the server's wait for a device, few enough to keep order. */
const MOST_OPEN = 16;
/** How many are taken from the store at a time. */
const PAGE = 200;
/** The server remembers a Message-ID for 7 days [IMPP 8]; well before that it is no longer asked about. */
const ASK_AGAIN_WITHIN = 6 * 24 * 3_600_000;
const MOST_ASKED_AGAIN = 20;
const MOST_FORWARDS = 5;
/** After someone has appeared, their device first takes what waited for it. Milliseconds. */
const ASK_AGAIN_AFTER = [1000, 10_000, 60_000];

const NO_ANSWER = new Set(['closed', 'unreachable', 'protocol-violation']);

/** What waits for one peer, in the order in which it was written. */
interface Queue {
  readonly peer: string;
  readonly backoff: Backoff;
  items: Outgoing[];
  readonly open: Set<number>;
  cancelPause: (() => void) | undefined;
}

/** The size from which a message goes on a connection of its own; what the server said [IMPP 8]. */
interface Limits {
  readonly bulkThreshold: number;
}

/** Sends what was written, under one Message-ID for ever, until there is an answer [IMPP 8]. */
export class Outbox {
  readonly #context: Context;
  readonly #queues = new Map<string, Queue>();
  /** Peers whose stored messages are to be asked about, and how to give that up. */
  readonly #asking = new Map<string, () => void>();
  #limits: Limits | undefined;
  /** What is written while older messages are still being read from the store: it waits behind them. */
  #late: Outgoing[] | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Keeps the message and its place in the outbox; resolves when both are on disk. */
  async send(peer: string, text: string): Promise<Message> {
    const { store, key, url, host, clock, random } = this.#context;
    const messageId = `<${Buffer.from(random(18)).toString('base64url')}@${host}>`;
    const now = clock.now();
    // Whole seconds, as the message's Date says it: both sides then show the same order.
    const at = now - (now % 1000);
    const target = this.#inboxOf(peer);
    const body = buildMessage({ from: url, to: target, date: at, messageId, text });
    const written = await store.call('addOutgoing', {
      account: key,
      peer,
      messageId,
      at,
      receivedAt: now,
      text,
      files: [],
      target,
      body,
    });
    this.#tell(written);
    this.#put({ message: written.message, target, body });
    return written.message;
  }

  /** A presentity's inbox need not have its name: its presence may say another [IMPP 2]. */
  #inboxOf(peer: string): string {
    const { mirror, url } = this.#context;
    return mirror.contact(url, peer)?.presence.contactAddress ?? peer;
  }

  /** Sends what is in the store's outbox again after it had failed. */
  resume(outgoing: Outgoing): void {
    this.#put(outgoing);
  }

  async online(limits: Limits): Promise<void> {
    const { store, key } = this.#context;
    this.#limits = limits;
    const late: Outgoing[] = [];
    this.#late = late;
    let after = 0;
    for (;;) {
      const page = await store.call('listOutgoing', key, after, PAGE);
      if (this.#late !== late) return;
      for (const outgoing of page) {
        after = outgoing.message.id;
        this.#queue(outgoing);
      }
      if (page.length < PAGE) break;
    }
    this.#late = undefined;
    for (const outgoing of late) this.#queue(outgoing);
  }

  offline(): void {
    this.#limits = undefined;
    this.#late = undefined;
    for (const queue of this.#queues.values()) queue.cancelPause?.();
    this.#queues.clear();
    for (const cancel of this.#asking.values()) cancel();
    this.#asking.clear();
  }

  /** `peer` has appeared: what was stored there is likely to be delivered soon. */
  appeared(peer: string): void {
    if (this.#limits !== undefined && !this.#asking.has(peer)) this.#askLater(peer, 0);
  }

  #askLater(peer: string, turn: number): void {
    const delay = ASK_AGAIN_AFTER[turn];
    if (delay === undefined || this.#limits === undefined) {
      this.#asking.delete(peer);
      return;
    }
    const cancel = this.#context.clock.after(delay, () => {
      this.#askAgain(peer)
        .then((isOpen) => {
          if (isOpen) this.#askLater(peer, turn + 1);
          else this.#asking.delete(peer);
        })
        .catch((error: unknown) => {
          this.#asking.delete(peer);
          this.#context.log('an outcome was not asked for again', { error: String(error) });
        });
    });
    this.#asking.set(peer, cancel);
  }

  /**
   * Asks how far the newest messages got that no device of `peer` had: the same Message-ID again is not
   * delivered again, and answered with the outcome as it now is. Gives whether one is still only stored.
   */
  async #askAgain(peer: string): Promise<boolean> {
    const { store, key, clock } = this.#context;
    const since = clock.now() - ASK_AGAIN_WITHIN;
    for (const outgoing of await store.call('listStored', key, peer, since, MOST_ASKED_AGAIN)) {
      const outcome = outcomeIn(await this.#request(outgoing));
      if (outcome === 'stored') return true;
      await this.#settle(outgoing.message.id, outcome);
    }
    return false;
  }

  #put(outgoing: Outgoing): void {
    if (this.#late !== undefined) this.#late.push(outgoing);
    else if (this.#limits !== undefined) this.#queue(outgoing);
  }

  #queue(outgoing: Outgoing): void {
    const { peer } = outgoing.message;
    let queue = this.#queues.get(peer);
    if (queue === undefined) {
      const backoff = new Backoff(this.#context.random);
      queue = { peer, backoff, items: [], open: new Set(), cancelPause: undefined };
      this.#queues.set(peer, queue);
    }
    const { id } = outgoing.message;
    if (queue.open.has(id) || queue.items.some((item) => item.message.id === id)) return;
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
      queue.open.add(outgoing.message.id);
      void this.#sendOne(queue, outgoing);
    }
  }

  async #sendOne(queue: Queue, outgoing: Outgoing): Promise<void> {
    const { id } = outgoing.message;
    const { log, host } = this.#context;
    try {
      if (outgoing.message.outcome === 'waiting') this.#note(id, 'sent');
      await this.#settle(id, outcomeIn(await this.#follow(outgoing)));
      queue.backoff.reset();
    } catch (error) {
      const failure = error instanceof ImppError ? error : new ImppError('internal-error', String(error));
      log('a message was not taken', { code: failure.code });
      // Whether it got there is open: it stays as it is, and is asked for again on the next connection.
      if (NO_ANSWER.has(failure.code) || this.#queues.get(queue.peer) !== queue) return;
      const problem = problemOf(failure, hostOf(outgoing.message.peer, host));
      if (failure.retry === 'never') await this.#write(id, 'failed', problem, true);
      else {
        await this.#write(id, 'waiting', problem, false);
        queue.items.unshift({ ...outgoing, message: { ...outgoing.message, outcome: 'waiting' } });
        queue.items.sort((a, b) => a.message.id - b.message.id);
        this.#pause(queue, queue.backoff.next((failure.data.retryAfter ?? 0) * 1000));
      }
    } finally {
      queue.open.delete(id);
      this.#pump(queue);
    }
  }

  /** Sends, and where the peer is elsewhere for now, sends there [IMPP 11]. */
  async #follow(outgoing: Outgoing): Promise<Response> {
    let sent = outgoing;
    for (let hops = 0; ; hops++) {
      try {
        return await this.#request(sent);
      } catch (error) {
        const location =
          error instanceof ImppError && error.code === 'temporarily-forwarded' && error.data.location;
        if (typeof location !== 'string' || hops === MOST_FORWARDS) throw error;
        const { url: target } = parseUrl(location);
        const { id, messageId, at, text } = sent.message;
        const body = buildMessage({ from: this.#context.url, to: target, date: at, messageId, text });
        // Kept first: what is asked again after a break has to be the same as what was sent.
        await this.#context.store.call('redirectMessage', id, target, body);
        sent = { message: sent.message, target, body };
      }
    }
  }

  #pause(queue: Queue, delay: number): void {
    queue.cancelPause ??= this.#context.clock.after(delay, () => {
      queue.cancelPause = undefined;
      this.#pump(queue);
    });
  }

  #request({ message, target, body }: Outgoing): Promise<Response> {
    const headers: Pairs = [
      ['Target', target],
      ['Message-ID', message.messageId],
      ['Content-Type', 'message/rfc822'],
    ];
    if (this.#limits !== undefined && body.length > this.#limits.bulkThreshold) {
      return this.#context.bulk((connection) => connection.request('SEND', headers, body));
    }
    return this.#context.connection().request('SEND', headers, body);
  }

  #settle(id: number, outcome: Outcome): Promise<void> {
    return this.#write(id, outcome, undefined, true);
  }

  #note(id: number, outcome: Outcome): void {
    this.#write(id, outcome, undefined, false).catch((error: unknown) =>
      this.#context.log('an outcome was not written', { error: String(error) }),
    );
  }

  async #write(id: number, outcome: Outcome, problem: Message['problem'], isFinal: boolean): Promise<void> {
    const { store, clock } = this.#context;
    this.#tell(await store.call('setOutcome', id, outcome, clock.now(), problem, isFinal));
  }

  #tell({ message, conversation }: Written): void {
    this.#context.mirror.tellMessage(message);
    this.#context.mirror.setConversation(conversation);
  }
}

const outcomeIn = ({ headers }: Response): Outcome => {
  const outcome = headers.get('Outcome');
  return outcome === 'delivered' || outcome === 'unknown' ? outcome : 'stored';
};

const hostOf = (url: string, otherwise: string): string => {
  try {
    return parseUrl(url).host;
  } catch {
    return otherwise;
  }
};
