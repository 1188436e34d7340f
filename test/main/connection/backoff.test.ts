import { expect, test } from 'vitest';
import { Backoff } from '../../../main/connection/backoff.ts';

test('the bound doubles from one second to a minute, and any time below it may come', () => {
  const longest = new Backoff((length) => new Uint8Array(length).fill(255));
  const delays = Array.from({ length: 12 }, () => Math.round(longest.next() / 1000));
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]);
  const shortest = new Backoff((length) => new Uint8Array(length));
  expect([shortest.next(), shortest.next(), shortest.next()]).toEqual([200, 200, 200]);
});

test('a time that the server named is waited for', () => {
  const backoff = new Backoff((length) => new Uint8Array(length));
  expect(backoff.next(30_000)).toBe(30_000);
});

test('begins anew after success', () => {
  const backoff = new Backoff((length) => new Uint8Array(length).fill(255));
  for (let i = 0; i < 10; i++) backoff.next();
  backoff.reset();
  expect(Math.round(backoff.next())).toBe(1000);
});
