import type { RandomBytes } from '../../shared/clock.ts';
import { fraction } from '../../shared/fraction.ts';

/** When to renew a lease of `seconds`: at 60-80 % of it, so that clients do not all come at once [IMPP 7]. In milliseconds. */
export const renewalAfter = (seconds: number, random: RandomBytes): number =>
  seconds * 1000 * (0.6 + 0.2 * fraction(random));
