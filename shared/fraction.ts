import type { RandomBytes } from './clock.ts';

/** A number from 0 up to, but not including, 1. */
export const fraction = (random: RandomBytes): number => {
  const [a = 0, b = 0, c = 0, d = 0] = random(4);
  return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) / 2 ** 32;
};
