import type { Clock } from '../../shared/clock.ts';

/** Something that is waited for, a fixed time at most. */
export interface Wait {
  /** Once true, time runs out for it no more. */
  readonly isOver: boolean;
  runOut(): void;
}

/**
 * Waits that all last equally long, so that they run out in the order in which they began: a queue and one
 * timer for all, because there is a wait for every message.
 */
export class Waits<T extends Wait> {
  readonly #clock: Clock;
  readonly #duration: number;
  #queue: { readonly wait: T; readonly due: number }[] = [];
  #head = 0;
  #cancel: (() => void) | undefined;

  /** @param duration milliseconds */
  constructor(clock: Clock, duration: number) {
    this.#clock = clock;
    this.#duration = duration;
  }

  add(wait: T): void {
    this.#queue.push({ wait, due: this.#clock.now() + this.#duration });
    this.#cancel ??= this.#clock.after(this.#duration, this.#sweep);
  }

  /** Forgets those at the front that are over; the rest go when their time comes. */
  trim(): void {
    while (this.#queue[this.#head]?.wait.isOver) this.#head += 1;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  readonly #sweep = (): void => {
    this.#cancel = undefined;
    const now = this.#clock.now();
    for (let next = this.#queue[this.#head]; next !== undefined; next = this.#queue[this.#head]) {
      if (!next.wait.isOver && next.due > now) break;
      this.#head += 1;
      if (!next.wait.isOver) next.wait.runOut();
    }
    this.trim();
    const first = this.#queue[this.#head];
    if (first) this.#cancel ??= this.#clock.after(first.due - now, this.#sweep);
  };

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#queue = [];
    this.#head = 0;
  }
}
