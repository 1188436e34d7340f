import type { Clock, RandomBytes } from '../../shared/clock.ts';
import { ImppError } from '../../shared/errors.ts';
import { fraction } from '../../shared/fraction.ts';
import { RETRY_FIRST, RETRY_LONGEST } from '../../shared/impp/limits.ts';
import type { Use } from './uses.ts';

interface Failed {
  /** Attempts in a row. */
  readonly count: number;
  readonly error: ImppError;
  readonly until: number;
}

/** Attempts to reach a domain that have failed, for each use: until when there is no other, and why. */
export class Failures {
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #failed = new Map<Use, Failed>();

  constructor(clock: Clock, random: RandomBytes) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Whether all of it is so long ago that it need not be remembered. */
  get isOver(): boolean {
    return [...this.#failed.values()].every(({ until }) => until + RETRY_LONGEST < this.#clock.now());
  }

  /** Why there is no attempt now; undefined: there may be one. */
  of(use: Use): ImppError | undefined {
    const failed = this.#failed.get(use);
    return failed !== undefined && failed.until > this.#clock.now() ? failed.error : undefined;
  }

  add(use: Use, error: ImppError): void {
    const before = this.#failed.get(use)?.count ?? 0;
    // The first time it may have been bad luck.
    const wait = before === 0 ? 0 : Math.min(RETRY_LONGEST, RETRY_FIRST * 2 ** (before - 1));
    const jittered = wait * (0.5 + fraction(this.#random) / 2);
    const until = this.#clock.now() + jittered;
    this.#failed.set(use, { count: Math.min(before + 1, 20), error, until });
  }

  forget(use: Use): void {
    this.#failed.delete(use);
  }
}

/** What a user is told when a domain is not reached: an error of the protocol, with the cause in its words. */
export const asOutcome = (host: string, cause: unknown): ImppError => {
  const isKnown = cause instanceof ImppError;
  if (isKnown && (cause.code === 'permission-denied' || cause.code === 'connection-failure')) return cause;
  if (isKnown && cause.code === 'timeout')
    return new ImppError('timeout', `${host} does not answer`, { cause });
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ImppError('connection-failure', `there is no link to ${host}: ${reason}`, { cause });
};
