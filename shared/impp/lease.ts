import type { Clock } from '../clock.ts';
import { ImppError } from '../errors.ts';

interface Lease<T> {
  readonly item: T;
  readonly expiresAt: number;
}

/** Timers count in 32 bits, and the wall clock may be set or the machine asleep: look again at least this often. */
const LONGEST_WAIT = 3_600_000;

/** Things that end at a time. A heap with one timer, so that a hundred thousand leases cost what one does. */
export class Leases<T> {
  readonly #clock: Clock;
  readonly #expired: (item: T) => void;
  readonly #heap: Lease<T>[] = [];
  readonly #places = new Map<T, number>();
  #cancelTimer: (() => void) | undefined;
  /** When the timer will run; Infinity without one. */
  #wakesAt = Number.POSITIVE_INFINITY;
  #isClosed = false;

  /** `expired` is told of each item once, soonest first, when it is no longer held; it may set or delete leases. */
  constructor(clock: Clock, expired: (item: T) => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Holds `item` until `expiresAt` (milliseconds since 1970; Infinity: for good), in place of what it had. */
  set(item: T, expiresAt: number): void {
    if (Number.isNaN(expiresAt)) throw new ImppError('invalid-argument', 'a lease without an end');
    if (this.#isClosed) return;
    const place = this.#places.get(item) ?? this.#heap.length;
    this.#put(place, { item, expiresAt });
    this.#settle(place);
    this.#arm();
  }

  delete(item: T): void {
    const place = this.#places.get(item);
    if (place === undefined) return;
    this.#places.delete(item);
    const last = this.#heap.pop() as Lease<T>;
    if (place === this.#heap.length) return;
    this.#put(place, last);
    this.#settle(place);
    // The timer may now be early; it looks again.
  }

  expiryOf(item: T): number | undefined {
    const place = this.#places.get(item);
    return place === undefined ? undefined : this.#heap[place]?.expiresAt;
  }

  /** Forgets all leases without a word, and takes no more. */
  close(): void {
    this.#isClosed = true;
    this.#heap.length = 0;
    this.#places.clear();
    this.#disarm();
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#wakesAt = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || first.expiresAt === Number.POSITIVE_INFINITY) return;
    const now = this.#clock.now();
    const wait = Math.min(Math.max(0, Math.ceil(first.expiresAt - now)), LONGEST_WAIT);
    // A time to wake that has passed is that of a timer which knows nothing of the clock having been set.
    if (this.#wakesAt >= now && this.#wakesAt <= now + wait) return;
    this.#disarm();
    this.#wakesAt = now + wait;
    this.#cancelTimer = this.#clock.after(wait, this.#wake);
  }

  readonly #wake = (): void => {
    this.#cancelTimer = undefined;
    this.#wakesAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    try {
      // As often as there are leases now: an owner that sets what has ended to the past again gets its next turn.
      for (let rest = this.#heap.length; rest > 0; rest -= 1) {
        const first = this.#heap[0];
        if (first === undefined || first.expiresAt > now) break;
        this.delete(first.item);
        this.#expired(first.item);
      }
    } finally {
      this.#arm();
    }
  };

  #put(place: number, lease: Lease<T>): void {
    this.#heap[place] = lease;
    this.#places.set(lease.item, place);
  }

  /** Moves the lease at `place` up or down to where it belongs. */
  #settle(place: number): void {
    const lease = this.#heap[place] as Lease<T>;
    let at = place;
    for (let parent = (at - 1) >> 1; at > 0 && this.#at(parent) > lease.expiresAt; parent = (at - 1) >> 1) {
      this.#put(at, this.#heap[parent] as Lease<T>);
      at = parent;
    }
    for (let child = 2 * at + 1; child < this.#heap.length; child = 2 * at + 1) {
      if (this.#at(child + 1) < this.#at(child)) child += 1;
      if (this.#at(child) >= lease.expiresAt) break;
      this.#put(at, this.#heap[child] as Lease<T>);
      at = child;
    }
    this.#put(at, lease);
  }

  #at(place: number): number {
    return this.#heap[place]?.expiresAt ?? Number.POSITIVE_INFINITY;
  }
}
