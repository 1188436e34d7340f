// A start in small, with bounds so wide that only a fault crosses them: figures are for the benchmark.

import { expect, test } from 'vitest';
import { measureStarts } from '../../bench/start.ts';

test('a window that can be typed into is there soon after Chromium itself, and all processes are little more', async () => {
  const { parley, chromium } = await measureStarts({
    messages: 2_000,
    conversations: 100,
    cold: 1,
    warm: 1,
    rest: 500,
  });
  expect(chromium.warm).toBeGreaterThan(50);
  expect(parley.warm / chromium.warm).toBeLessThan(4);
  expect(parley.cold / chromium.cold).toBeLessThan(5);
  expect(parley.open / chromium.open).toBeGreaterThan(0.8);
  expect(parley.open / chromium.open).toBeLessThan(1.9);
});
