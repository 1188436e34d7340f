import { ImppError } from '../../shared/errors.ts';
import { readDecimal } from '../../shared/impp/headers.ts';
import type { Request } from '../../shared/impp/message.ts';
import type { Answer } from '../connection/connection.ts';
import type { Arrival } from '../store/messages/entries.ts';
import type { Changes } from '../store/messages/touched.ts';
import type { Context } from '../account/context.ts';
import type { Conversations } from './conversations.ts';
import { type Delivered, type Understood, understand } from './entries.ts';
import type { Typing } from './typing.ts';

/** What others hear of what comes. */
export interface InboxListeners {
  /** An entry of the log is on its way to the disk; `isReplay`: it was asked for. */
  arrived(sequence: number, isReplay: boolean): void;
  /** Numbers before it were left out: perhaps what this device sent itself. */
  skipped(): void;
  /** The body of an entry was left at the domain. */
  deferred(): void;
}

/** What has come in one turn of the loop: one write for all. */
interface Batch {
  readonly arrivals: Arrival[];
  /** The first that is new, not from a gap. */
  first: number;
  readonly written: PromiseWithResolvers<void>;
}

/** Takes what the server delivers: on disk here before the server hears OK, and once [IMPP 8]. */
export class Inbox {
  readonly #context: Context;
  readonly #conversations: Conversations;
  readonly #typing: Typing;
  readonly #listeners: InboxListeners;
  /** The highest number that has come or has been passed by. */
  #position = 0;
  #batch: Batch | undefined;
  readonly #writing = new Set<Promise<unknown>>();
  /** The store has failed: nothing more is taken on this connection. */
  #failure: ImppError | undefined;

  constructor(context: Context, conversations: Conversations, typing: Typing, listeners: InboxListeners) {
    this.#context = context;
    this.#conversations = conversations;
    this.#typing = typing;
    this.#listeners = listeners;
  }

  /** A new connection; `position`: how far the store is. */
  online(position: number): void {
    this.#position = position;
    this.#failure = undefined;
  }

  /** SEND. The store is asked in the order of the calls. */
  async take(request: Request): Promise<Answer> {
    const { headers, body } = request;
    const sequence = readDecimal(headers, 'Inbox-Sequence');
    const deferred = readDecimal(headers, 'Body-Deferred');
    const understood = this.#understand({ headers, from: headers.get('From'), body, deferred });
    if (sequence !== undefined) {
      await this.#takeKept(understood, sequence, headers.get('Replay') === 'yes');
    } else if (understood !== undefined) await this.#takePassing(understood);
    if (understood === undefined) {
      throw new ImppError('bad-request', 'an entry without From, Target or Message-ID');
    }
    if (deferred === undefined) return {};
    this.#listeners.deferred();
    return { headers: [['Body-Deferred', String(deferred)]] };
  }

  /** Keeps an entry that was fetched by its number. Throws what the store throws. */
  async keepFetched(delivered: Delivered, sequence: number): Promise<void> {
    const { entry } = understand(this.#context, delivered);
    const { store, key } = this.#context;
    this.show(await store.call('addEntries', key, [{ entry, sequence }], undefined));
  }

  /** Resolves when all that has come is on disk. Throws when something is not. */
  async settled(): Promise<void> {
    this.#flush();
    await Promise.allSettled(this.#writing);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Shows what a write has made. */
  show({ messages, conversations, removed }: Changes): void {
    const { mirror } = this.#context;
    for (const message of removed) mirror.tellMessageRemoved(message);
    for (const message of messages) mirror.tellMessage(message);
    for (const conversation of conversations) this.#conversations.show(conversation);
  }

  /** What is never stored on its way: typing signals, and what somebody wrote for now only. */
  async #takePassing({ entry, message: { kind } }: Understood): Promise<void> {
    const { peer, isMine } = entry;
    if (kind.type === 'composing') {
      if (!isMine && !this.#conversations.isRequest(peer)) this.#typing.heard(peer, kind);
      return;
    }
    if (!isMine) this.#typing.ended(peer);
    const written = await this.#context.store.call('addEntry', entry, undefined);
    if (written === undefined) return;
    this.#context.mirror.tellMessage(written.message);
    this.#conversations.show(written.conversation);
  }

  async #takeKept(understood: Understood | undefined, sequence: number, isReplay: boolean): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#listeners.arrived(sequence, isReplay);
    if (sequence > this.#position + 1) this.#leap(sequence - 1);
    const first = sequence > this.#position ? sequence : Infinity;
    this.#position = Math.max(this.#position, sequence);
    if (understood === undefined) {
      // What cannot even be placed would come for ever if it were not passed by.
      const { store, key } = this.#context;
      return this.#write(first, () => store.call('skipEntry', key, sequence));
    }
    const { entry } = understood;
    if (!entry.isMine && entry.effect === undefined) this.#typing.ended(entry.peer);
    if (this.#batch === undefined) {
      this.#batch = { arrivals: [], first, written: Promise.withResolvers() };
      setImmediate(() => this.#flush());
    }
    this.#batch.arrivals.push({ entry, sequence });
    this.#batch.first = Math.min(this.#batch.first, first);
    await this.#batch.written.promise;
  }

  #leap(through: number): void {
    const { store, key } = this.#context;
    // What came before it is written before it.
    this.#flush();
    this.#write(through, () => store.call('leapInbox', key, through)).then(
      () => this.#listeners.skipped(),
      () => {},
    );
  }

  #flush(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    const { store, key } = this.#context;
    this.#write(batch.first, async () => {
      this.show(await store.call('addEntries', key, batch.arrivals, undefined));
    }).then(batch.written.resolve, batch.written.reject);
  }

  /** `first`: the lowest number by which the position moves on, or Infinity. */
  async #write(first: number, work: () => Promise<unknown>): Promise<void> {
    const writing = work();
    this.#writing.add(writing);
    try {
      await writing;
    } catch (error) {
      await this.#broke(first, error);
      throw error;
    } finally {
      this.#writing.delete(writing);
    }
  }

  /** The position must not pass an entry that is not on disk, though later ones may be by now. */
  async #broke(first: number, error: unknown): Promise<void> {
    const { store, key } = this.#context;
    this.#failure ??= error instanceof ImppError ? error : new ImppError('internal-error', String(error));
    if (first !== Infinity) await store.call('rewindInbox', key, first - 1).catch(() => null);
    this.#context.fail(error);
  }

  #understand(delivered: Delivered): Understood | undefined {
    try {
      return understand(this.#context, delivered);
    } catch (error) {
      this.#context.log('an entry cannot be placed', { error: String(error) });
      return undefined;
    }
  }
}
