import { expect, test } from 'vitest';
import { Backoff, isWithoutNetwork } from '../../../main/connection/backoff.ts';
import { ImppError } from '../../../shared/errors.ts';

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

test('without a network it is tried again soon, and only then', () => {
  const failed = (cause: object): boolean =>
    isWithoutNetwork(new ImppError('unreachable', '', { cause: Object.assign(new Error(), cause) }));
  for (const code of ['ENETUNREACH', 'EHOSTUNREACH', 'EAI_AGAIN']) expect(failed({ code }), code).toBe(true);
  expect(failed({ code: 'ECONNREFUSED', syscall: 'querySrv' })).toBe(true);
  // Somebody is there.
  expect(failed({ code: 'ECONNREFUSED', syscall: 'connect' })).toBe(false);
  expect(failed({ code: 'ENOTFOUND' })).toBe(false);
  expect(isWithoutNetwork(new Error('ENETUNREACH'))).toBe(false);
  for (const octet of [0, 255]) {
    const delay = new Backoff((length) => new Uint8Array(length).fill(octet)).soon();
    expect(delay).toBeGreaterThanOrEqual(1500);
    expect(delay).toBeLessThanOrEqual(3000);
  }
});

test('begins anew after success', () => {
  const backoff = new Backoff((length) => new Uint8Array(length).fill(255));
  for (let i = 0; i < 10; i++) backoff.next();
  backoff.reset();
  expect(Math.round(backoff.next())).toBe(1000);
});
