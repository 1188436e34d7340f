import type { RandomBytes } from '../../shared/clock.ts';
import { ImppError } from '../../shared/errors.ts';
import { fraction } from '../../shared/fraction.ts';

/** The bound of the first delay, and of every delay, in milliseconds: after a long night nobody waits for minutes. */
const FIRST = 1000;
const LONGEST = 60_000;
/** From this to its double, while there is no network: who comes to one is online within five seconds. */
const SOON = 1500;
/** Shorter than this, a server that refuses at once would be asked in a tight loop. */
const SHORTEST = 200;

/** The system's words for "there is no network here". */
const NO_NETWORK = new Set([
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
]);

/** Whether it failed before it reached anybody: to try again soon costs nobody anything. */
export const isWithoutNetwork = (error: unknown): boolean => {
  const cause: unknown = error instanceof ImppError ? error.cause : undefined;
  if (!(cause instanceof Error) || !('code' in cause)) return false;
  // c-ares, when it cannot even send its question.
  const isDnsUnheard =
    cause.code === 'ECONNREFUSED' && 'syscall' in cause && String(cause.syscall).startsWith('query');
  return isDnsUnheard || NO_NETWORK.has(String(cause.code));
};

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

  /** The same while there is no network: short, since nobody is asked, and what ends it is not always told. */
  soon(): number {
    return SOON + fraction(this.#random) * SOON;
  }

  reset(): void {
    this.#failures = 0;
  }
}
