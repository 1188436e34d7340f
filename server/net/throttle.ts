import type { Clock } from '../../shared/clock.ts';
import { isLoopback } from './listener.ts';

/** Requests of one account, over all its connections to this server [IMPP 13]. */
export class TokenBucket {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  /** `rate` tokens a second, at most `burst` saved up; full at first. */
  constructor(rate: number, burst: number, now: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /** Takes one token: 0, or, when there is none, the milliseconds until there is one. */
  take(now: number): number {
    this.#fill(now);
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.#tokens) * 1000) / this.#rate);
  }

  /** Whether it is as good as a new one, so that it need not be remembered. */
  isFull(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= this.#burst;
  }

  #fill(now: number): void {
    // A clock set back fills nothing; it must not empty the bucket either.
    if (now > this.#at)
      this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) * this.#rate) / 1000);
    this.#at = now;
  }
}

/** Addresses remembered at a time: what many addresses can take of our memory is bounded. */
const ADDRESSES = 100_000;

/** Attempts by origin: `limit` of them in `window` milliseconds, then none from there [IMPP 13]. */
export class Attempts {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #limit: number;
  readonly #window: number;
  readonly #attempts = new Map<string, number[]>();

  constructor(clock: Pick<Clock, 'now'>, limit: number, window: number) {
    this.#clock = clock;
    this.#limit = limit;
    this.#window = window;
  }

  /** Milliseconds until another may be made from there; 0: now. */
  wait(origin: string): number {
    const times = this.#recent(origin);
    const oldest = times?.[times.length - this.#limit];
    return oldest === undefined ? 0 : Math.max(1, oldest + this.#window - this.#clock.now());
  }

  add(origin: string): void {
    const times = this.#recent(origin) ?? [];
    times.push(this.#clock.now());
    // Moved to the end: the map is in the order of the last attempt, and the first goes when it is full.
    this.#attempts.delete(origin);
    this.#attempts.set(origin, times.slice(-this.#limit));
    if (this.#attempts.size <= ADDRESSES) return;
    for (const first of this.#attempts.keys()) {
      this.#attempts.delete(first);
      break;
    }
  }

  #recent(origin: string): number[] | undefined {
    const times = this.#attempts.get(origin);
    if (times === undefined) return undefined;
    const since = this.#clock.now() - this.#window;
    const recent = times.filter((time) => time > since);
    if (recent.length === 0) {
      this.#attempts.delete(origin);
      return undefined;
    }
    return recent;
  }
}

/** Connections that have not authenticated, by origin. Those from this machine are not counted: often it is a proxy. */
export class Strangers {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether another from there is one too many. */
  isFull(address: string): boolean {
    return (this.#counts.get(originOf(address)) ?? 0) >= this.#limit;
  }

  came(address: string): void {
    if (isOfThisMachine(address)) return;
    const origin = originOf(address);
    this.#counts.set(origin, (this.#counts.get(origin) ?? 0) + 1);
  }

  /** It has authenticated, or gone. */
  left(address: string): void {
    const origin = originOf(address);
    const count = this.#counts.get(origin) ?? 0;
    if (count > 1) this.#counts.set(origin, count - 1);
    else this.#counts.delete(origin);
  }
}

/** Loopback, and peers without an address. */
export const isOfThisMachine = (address: string): boolean => address === '' || isLoopback(address);

/**
 * What counts as one origin: an IPv4 address, or the /64 of an IPv6 address, because one customer has a whole
 * /64 to try from. Text that is no address (in-memory peers) stands for itself.
 */
export const originOf = (address: string): string => {
  const bare = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  if (!bare.includes(':')) return bare;
  const [front = '', back] = bare.split('::');
  const head = front === '' ? [] : front.split(':');
  const tail = back === undefined || back === '' ? [] : back.split(':');
  const gap = back === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array.from({ length: gap }, () => '0'), ...tail];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
};
