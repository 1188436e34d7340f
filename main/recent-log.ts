import type { Clock } from '../shared/clock.ts';
import type { Log } from './log.ts';

/** More says nothing more about what is wrong now. */
const MOST = 1000;

/**
 * Passes on what is logged and keeps the end of it in memory, for a person who wants to show somebody what happened.
 * As every log it has addresses and what servers said, and neither passwords nor what people wrote.
 */
export class RecentLog {
  readonly #lines: string[] = [];
  readonly #clock: Clock;
  readonly #next: Log;

  constructor(clock: Clock, next: Log = () => {}) {
    this.#clock = clock;
    this.#next = next;
  }

  readonly log: Log = (event, data) => {
    const at = new Date(this.#clock.now()).toISOString();
    this.#lines.push(`${at} ${event}${data === undefined ? '' : ` ${JSON.stringify(data)}`}`);
    if (this.#lines.length > MOST) this.#lines.shift();
    this.#next(event, data);
  };

  /** One line for each, oldest first. */
  text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }
}
