import { randomBytes } from 'node:crypto';
import type { Clock, RandomBytes } from '../shared/clock.ts';

/** What setTimeout can hold; a longer delay would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** The real passing of time. Delays over 24 days are cut to that; nothing here waits so long. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delay, run) {
    const timer = setTimeout(run, Math.min(Math.max(delay, 0), LONGEST));
    return () => clearTimeout(timer);
  },
};

export const systemRandom: RandomBytes = (length) => new Uint8Array(randomBytes(length));
