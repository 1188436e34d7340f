// The measurements of the store in small, with bounds far from what any machine shows: what grows with the history
// where it must not is over them at once.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, buildBare, makeLong, quantile, scroll, search } from '../../bench/store/measure.ts';

const MESSAGES = 100_000;
const LONG = 'impp://c.example/long';

let folder: string;
let path: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-store-'));
  path = join(folder, 'parley.db');
  const rate = await build(path, MESSAGES, 2000);
  expect(rate).toBeGreaterThan(200);
  expect(buildBare(join(folder, 'bare.db'), 10_000)).toBeGreaterThan(0);
  makeLong(path, LONG, MESSAGES);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a long conversation opens at its end and scrolls both ways without reading the rest', async () => {
  const { open, pages, bare } = await scroll(path, LONG, 50);
  expect(pages).toHaveLength(100);
  expect(bare).toHaveLength(50);
  expect(open).toBeLessThan(500);
  expect(quantile(pages, 0.5)).toBeLessThan(100);
});

test('a search finds while messages come, and keeps neither them nor this thread waiting', async () => {
  const { searches, bare, received, delay } = await search(path, 200, 5);
  expect(searches).toHaveLength(200);
  expect(bare.length).toBeGreaterThan(150);
  expect(received.length).toBeGreaterThan(10);
  expect(quantile(searches, 0.5)).toBeLessThan(100);
  expect(quantile(received, 0.5)).toBeLessThan(200);
  expect(delay.p50).toBeLessThan(50);
});
