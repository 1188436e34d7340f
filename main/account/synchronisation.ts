import { ImppError } from '../../shared/errors.ts';
import { Backoff } from '../connection/backoff.ts';
import type { Context } from './context.ts';

/**
 * Work that brings this computer and the domain to the same state: while online, one run at a time, once more where
 * it was wanted meanwhile, and later again where it failed.
 */
export class Synchronisation {
  readonly #context: Context;
  readonly #name: string;
  readonly #work: () => Promise<void>;
  readonly #interval: number;
  readonly #backoff: Backoff;
  #isOnline = false;
  #isRunning = false;
  #isWanted = false;
  #ranAt = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;
  #first = Promise.withResolvers<void>();

  /** `name`: for the log. `interval`: milliseconds from run to run at least. */
  constructor(context: Context, name: string, work: () => Promise<void>, interval = 0) {
    this.#context = context;
    this.#name = name;
    this.#work = work;
    this.#interval = interval;
    this.#backoff = new Backoff(context.random);
  }

  /** Resolves when the first run on this connection has ended, however it did. */
  online(): Promise<void> {
    this.#isOnline = true;
    this.#ranAt = Number.NEGATIVE_INFINITY;
    this.#first = Promise.withResolvers();
    this.want();
    return this.#first.promise;
  }

  offline(): void {
    this.#isOnline = false;
    this.#isWanted = false;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#first.resolve();
  }

  /** There is something to do, here or there; while offline, the next `online` does it. */
  want(): void {
    if (!this.#isOnline) return;
    this.#isWanted = true;
    if (this.#isRunning || this.#cancelTimer !== undefined) return;
    const { clock } = this.#context;
    const left = this.#ranAt + this.#interval - clock.now();
    if (left > 0) this.#later(left);
    else void this.#run();
  }

  #later(delay: number): void {
    this.#cancelTimer = this.#context.clock.after(delay, () => {
      this.#cancelTimer = undefined;
      this.want();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    this.#isWanted = false;
    this.#ranAt = this.#context.clock.now();
    try {
      await this.#work();
      this.#backoff.reset();
    } catch (error) {
      this.#context.log(`${this.#name} were not synchronised`, { error: String(error) });
      if (this.#isOnline && error instanceof ImppError && error.retry !== 'never') {
        this.#later(this.#backoff.next((error.data.retryAfter ?? 0) * 1000));
      }
    }
    this.#isRunning = false;
    this.#first.resolve();
    if (this.#isWanted) this.want();
  }
}
