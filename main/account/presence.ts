import { ImppError } from '../../shared/errors.ts';
import { readLease } from '../../shared/impp/headers.ts';
import type { OwnState } from '../../shared/model.ts';
import { Backoff } from '../connection/backoff.ts';
import type { Context } from './context.ts';
import { renewalAfter } from './lease-time.ts';
import { formatOwnPresence } from './presence-object.ts';

export interface Own {
  readonly state: OwnState;
  readonly note: string;
  /** When this began. */
  readonly since: number;
}

/** Publishes what the person chose, and keeps it published for as long as the app is there [IMPP 7]. */
export class Publisher {
  readonly #context: Context;
  readonly #backoff: Backoff;
  #own: Own;
  #isOnline = false;
  #cancelNext = (): void => {};
  /** Counts the publications: only the newest decides what comes next. */
  #turn = 0;

  constructor(context: Context, own: Own) {
    this.#context = context;
    this.#own = own;
    this.#backoff = new Backoff(context.random);
  }

  /** Resolves when the server has it, or at once while there is none: it is published on the next connection. */
  async set(own: Own): Promise<void> {
    this.#own = own;
    if (this.#isOnline) await this.#publish();
  }

  online(): void {
    this.#isOnline = true;
    void this.#again();
  }

  offline(): void {
    this.#isOnline = false;
    this.#turn++;
    this.#cancelNext();
  }

  /** Publishes, and if that fails tries again later as long as that may help. */
  async #again(): Promise<void> {
    try {
      await this.#publish();
    } catch (error) {
      this.#context.log('presence was not published', { error: String(error) });
    }
  }

  async #publish(): Promise<void> {
    const turn = ++this.#turn;
    const { random, url } = this.#context;
    this.#cancelNext();
    try {
      if (this.#own.state === 'offline') {
        // Nobody can tell this from being away: only the device's own lease goes, and with it the value.
        await this.#context.connection().request('CHANGE', [
          ['Target', url],
          ['Lease-Time', '0'],
        ]);
        return;
      }
      const { headers } = await this.#context.connection().request(
        'CHANGE',
        [
          ['Target', url],
          ['Content-Type', 'application/presence'],
        ],
        formatOwnPresence(url, this.#own),
      );
      this.#backoff.reset();
      const granted = readLease(headers);
      const seconds = granted === undefined || granted === 'infinity' ? 120 : Math.max(granted, 1);
      this.#plan(turn, renewalAfter(seconds, random));
    } catch (error) {
      if (error instanceof ImppError && error.retry !== 'never') {
        const wanted = (error.data.retryAfter ?? 0) * 1000;
        this.#plan(turn, this.#backoff.next(wanted));
      }
      throw error;
    }
  }

  #plan(turn: number, delay: number): void {
    if (turn !== this.#turn || !this.#isOnline) return;
    this.#cancelNext = this.#context.clock.after(delay, () => void this.#again());
  }
}
