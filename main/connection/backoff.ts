import type { RandomBytes } from '../../shared/clock.ts';
import { fraction } from '../../shared/fraction.ts';

/** The bound of the first delay, and of every delay, in milliseconds: after a long night nobody waits for minutes. */
const FIRST = 1000;
const LONGEST = 60_000;
/** Shorter than this, a server that refuses at once would be asked in a tight loop. */
const SHORTEST = 200;

/** How long to wait before the next attempt: full jitter, so that a domain's clients do not return as one. */
export class Backoff {
  readonly #random: RandomBytes;
  #failures = 0;

  constructor(random: RandomBytes) {
    this.#random = random;
  }

  /** Milliseconds until the next attempt; at least `wanted`, where the server named a time. */
  next(wanted = 0): number {
    const bound = Math.min(LONGEST, FIRST * 2 ** Math.min(this.#failures++, 20));
    return Math.max(wanted, SHORTEST + fraction(this.#random) * (bound - SHORTEST));
  }

  reset(): void {
    this.#failures = 0;
  }
}
