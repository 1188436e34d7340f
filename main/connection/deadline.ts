import type { Clock } from '../../shared/clock.ts';
import type { ImppError } from '../../shared/errors.ts';

/** One time budget for a whole undertaking, whichever of its steps stalls. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #cancel: () => void;

  /** Ends after `delay` milliseconds with `error`. */
  constructor(clock: Clock, delay: number, error: ImppError) {
    this.#cancel = clock.after(delay, () => this.abort(error));
  }

  /** Aborts when the time is over; its reason is the ImppError. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends it early. */
  abort(error: ImppError): void {
    this.#cancel();
    this.#controller.abort(error);
  }

  /** What `promise` gives, or the deadline's error if that comes first. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(this.signal.reason as ImppError);
      if (this.signal.aborted) onAbort();
      this.signal.addEventListener('abort', onAbort, { once: true });
      promise.then(resolve, reject).finally(() => this.signal.removeEventListener('abort', onAbort));
    });
  }

  close(): void {
    this.#cancel();
  }
}
