import { describe, expect, test } from 'vitest';

import { delayAfter, renewalTime } from '../../../server/acme/schedule.ts';

const DAY = 86_400_000;
const low = (length: number): Uint8Array => new Uint8Array(length);
const high = (length: number): Uint8Array => new Uint8Array(length).fill(255);

test('a certificate is renewed at two thirds of its life, whatever that is, and not all at one moment', () => {
  for (const days of [90, 45, 6]) {
    const life = { validFromDate: new Date(0), validToDate: new Date(days * DAY) };
    expect(renewalTime(life, 0)).toBeCloseTo((days * DAY * 2) / 3, -1);
    const early = renewalTime(life, 0.999);
    expect(early).toBeLessThan(renewalTime(life, 0));
    expect(early).toBeGreaterThan(0.64 * days * DAY);
  }
});

describe('after failures', () => {
  test('the pause grows, up to half a day', () => {
    const minutes = [1, 2, 3, 4, 5, 6, 50].map((failures) => {
      const [least, most] = [delayAfter(failures, low) / 60_000, delayAfter(failures, high) / 60_000];
      expect(most).toBeCloseTo(least * 1.5, 0);
      return least;
    });
    expect(minutes).toEqual([4, 12, 36, 108, 324, 576, 576]);
  });

  test('an authority that counts five refusals in an hour is not made to', () => {
    let at = 0;
    let attempts = 0;
    for (let failures = 1; at < 3_600_000; failures += 1, attempts += 1) at += delayAfter(failures, low);
    expect(attempts).toBeLessThan(5);
  });
});
