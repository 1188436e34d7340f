import { ImppError } from '../../shared/errors.ts';
import type { Context } from '../account/context.ts';
import type { Delivered } from './entries.ts';
import { reporter } from './transfers.ts';

/** After a failure that may be over by then. Milliseconds. */
const AGAIN_AFTER = 30_000;

/** What is still at the domain. */
interface Left {
  readonly id: number;
  readonly peer: string;
  readonly sequence: number;
  readonly octets: number;
}

/**
 * Fetches the bodies that were left at the domain [IMPP 8]: by itself in conversations, for strangers only when the
 * person wants it.
 */
export class Deferred {
  readonly #context: Context;
  readonly #keep: (delivered: Delivered, sequence: number) => Promise<void>;
  readonly #isRequest: (peer: string) => boolean;
  /** Not asked for again by itself: it was stopped, or is not there any more. */
  readonly #leftAlone = new Set<number>();
  readonly #fetching = new Map<
    number,
    { readonly controller: AbortController; readonly done: Promise<void> }
  >();
  #isOnline = false;
  #isRunning = false;
  #isStale = false;
  #cancelAgain = (): void => {};

  /** `keep` writes what was fetched. */
  constructor(
    context: Context,
    keep: (delivered: Delivered, sequence: number) => Promise<void>,
    isRequest: (peer: string) => boolean,
  ) {
    this.#context = context;
    this.#keep = keep;
    this.#isRequest = isRequest;
  }

  online(): void {
    this.#isOnline = true;
    this.look();
  }

  offline(): void {
    this.#isOnline = false;
    this.#cancelAgain();
  }

  /** There may be something to fetch. */
  look(): void {
    this.#isStale = true;
    if (this.#isRunning || !this.#isOnline) return;
    this.#isRunning = true;
    this.#fetchAll()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#isRunning = false;
      });
  }

  /** Fetches one because the person wants it. Throws `not-found`, and what the domain says. */
  async fetch(id: number): Promise<void> {
    const left = (await this.#all()).find((one) => one.id === id);
    if (left === undefined) throw new ImppError('not-found', 'nothing of this message is at the domain');
    this.#leftAlone.delete(id);
    await this.#fetch(left);
  }

  /** Whether there was something to stop. */
  cancel(id: number): boolean {
    const fetching = this.#fetching.get(id);
    fetching?.controller.abort(new ImppError('cancelled', 'it was stopped'));
    return fetching !== undefined;
  }

  #all(): Promise<Left[]> {
    return this.#context.store.call('listDeferredMessages', this.#context.key);
  }

  async #fetchAll(): Promise<void> {
    while (this.#isStale && this.#isOnline) {
      this.#isStale = false;
      const all = await this.#all();
      for (const left of all) {
        if (this.#leftAlone.has(left.id) || this.#isRequest(left.peer)) continue;
        try {
          await this.#fetch(left);
        } catch (error) {
          const code = error instanceof ImppError ? error.code : 'internal-error';
          // Of no other message this says anything.
          if (code !== 'cancelled' && code !== 'message-unknown' && code !== 'message-too-large') throw error;
        }
      }
    }
  }

  #failed(error: unknown): void {
    this.#context.log('a large message was not fetched', { error: String(error) });
    this.#cancelAgain();
    if (this.#isOnline) this.#cancelAgain = this.#context.clock.after(AGAIN_AFTER, () => this.look());
  }

  /** At a time and once, whoever asks. */
  #fetch(left: Left): Promise<void> {
    const running = this.#fetching.get(left.id);
    if (running !== undefined) return running.done;
    const controller = new AbortController();
    const done = this.#get(left, controller.signal).finally(() => this.#fetching.delete(left.id));
    this.#fetching.set(left.id, { controller, done });
    return done;
  }

  async #get({ id, sequence, octets }: Left, signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#context;
    const message = await store.call('getMessage', id);
    const progress = reporter(this.#context, message, octets);
    try {
      const { headers, body } = await this.#context.bulk(
        (connection) =>
          connection.request(
            'GET-MESSAGE',
            [['Inbox-Sequence', String(sequence)]],
            undefined,
            // The head comes along; the end is told when it is on disk.
            (received) => progress(Math.min(received, octets - 1)),
          ),
        signal,
      );
      await store.call('noteFetched', id, clock.now());
      await this.#keep({ headers, from: headers.get('Origin'), body }, sequence);
      progress(octets);
    } catch (error) {
      const isFinal = error instanceof ImppError && error.retry === 'never';
      if (isFinal) this.#leftAlone.add(id);
      throw error;
    }
  }
}
