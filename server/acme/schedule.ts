import type { X509Certificate } from 'node:crypto';

import type { RandomBytes } from '../../shared/clock.ts';
import { fraction } from '../../shared/fraction.ts';

const MINUTE = 60_000;
/** Public authorities count five refusals of a name in an hour, and then refuse whatever is asked. */
const FIRST_DELAY = 5 * MINUTE;
const LONGEST_DELAY = 12 * 60 * MINUTE;

/**
 * When a certificate is to be renewed: at two thirds of its life, a little earlier by `chance` (0 to 1), so that what
 * was issued together is not renewed together. Milliseconds since 1970.
 */
export function renewalTime(
  { validFromDate, validToDate }: Pick<X509Certificate, 'validFromDate' | 'validToDate'>,
  chance: number,
): number {
  const start = validFromDate.getTime();
  return start + (validToDate.getTime() - start) * (2 / 3 - chance / 50);
}

/** How long to wait after so many failures in a row: three times as long each, a fifth more or less by chance. */
export function delayAfter(failures: number, random: RandomBytes): number {
  const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 3 ** Math.max(0, failures - 1));
  return Math.round(delay * (0.8 + 0.4 * fraction(random)));
}
