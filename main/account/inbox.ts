import { ImppError } from '../../shared/errors.ts';
import { readDecimal } from '../../shared/impp/headers.ts';
import type { Request } from '../../shared/impp/message.ts';
import type { Answer } from '../connection/connection.ts';
import type { Arrival, Changes } from '../store/entries.ts';
import type { Context } from './context.ts';
import type { Conversations } from './conversations.ts';
import { type Delivered, type Understood, understand } from './entries.ts';
import type { Typing } from './typing.ts';

/** What others hear of what comes. */
export interface InboxListeners {
  /** A number of the log is on its way to the disk; `isReplay`: it was asked for. */
  arrived(sequence: number, isReplay: boolean): void;
  /** Numbers between were left out: perhaps what this device sent itself. */
  skipped(): void;
  /** The body of an entry was left at the domain. */
  deferred(): void;
}

/** Takes what the server delivers: on disk here before the server hears OK, and once [IMPP 8]. */
export class Inbox {
  readonly #context: Context;
  readonly #conversations: Conversations;
  readonly #typing: Typing;
  readonly #listeners: InboxListeners;
  /** The highest number that has come or has been passed by. */
  #position = 0;
  /** What has come in this turn of the loop: one write for all. */
  #batch: Arrival[] = [];
  #writing: Promise<void> | undefined;
  /** All writes so far. */
  #written: Promise<unknown> = Promise.resolve();
  /** The store has failed: nothing more is taken on this connection. */
  #failure: unknown;

  constructor(context: Context, conversations: Conversations, typing: Typing, listeners: InboxListeners) {
    this.#context = context;
    this.#conversations = conversations;
    this.#typing = typing;
    this.#listeners = listeners;
  }

  /** A new connection; `position`: where the store stands. */
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
    if (sequence === undefined) {
      if (understood !== undefined) await this.#takePassing(understood);
    } else await this.#takeKept(understood, sequence, headers.get('Replay') === 'yes');
    if (understood === undefined) {
      throw new ImppError('bad-request', 'an entry without From, Target or Message-ID');
    }
    if (deferred === undefined) return {};
    this.#listeners.deferred();
    return { headers: [['Body-Deferred', String(deferred)]] };
  }

  /** Keeps an entry that was fetched by its number. Throws what the store throws. */
  async keepFetched(delivered: Delivered, sequence: number): Promise<void> {
    const understood = this.#understand(delivered);
    const { store, key } = this.#context;
    if (understood === undefined) await store.call('skipEntry', key, sequence);
    else {
      const { entry } = understood;
      this.show(await store.call('addEntries', key, [{ entry, sequence }], undefined));
    }
  }

  /** Resolves when all that has come is on disk. Throws when something is not. */
  async settled(): Promise<void> {
    await this.#written;
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
    this.#position = Math.max(this.#position, sequence);
    // What cannot even be placed would come for ever if it were not passed by.
    if (understood === undefined) return this.#write((store, key) => store.call('skipEntry', key, sequence));
    const { entry } = understood;
    if (!entry.isMine && entry.effect === undefined) this.#typing.ended(entry.peer);
    this.#batch.push({ entry, sequence });
    this.#writing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#flush());
    await this.#writing;
  }

  #leap(through: number): void {
    // What is in the batch comes first: behind it begins what was left out.
    const flushed = this.#batch.length > 0 ? this.#flush() : undefined;
    const leapt = this.#write((store, key) => store.call('leapInbox', key, through));
    Promise.all([flushed, leapt]).then(
      () => this.#listeners.skipped(),
      () => {},
    );
  }

  /** Writes what has come as one. */
  async #flush(): Promise<void> {
    const arrivals = this.#batch;
    this.#batch = [];
    this.#writing = undefined;
    if (arrivals.length === 0) return;
    await this.#write(async (store, key) => {
      this.show(await store.call('addEntries', key, arrivals, undefined));
    });
  }

  async #write(work: (store: Context['store'], key: number) => Promise<unknown>): Promise<void> {
    const { store, key } = this.#context;
    const done = work(store, key);
    const all = Promise.all([this.#written, done.catch(() => {})]);
    this.#written = all;
    try {
      await done;
    } catch (error) {
      // Behind what is not on disk nothing may count as seen: it comes again on the next connection.
      this.#failure ??= error;
      this.#context.fail(error);
      throw error;
    }
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
