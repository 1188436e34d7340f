import { expect, test } from 'vitest';

import { SecureDomains } from '../../../server/links/secure-domains.ts';
import { createMemoryStorage } from '../../../server/storage/memory.ts';
import { FakeClock } from '../../fake/clock.ts';

test('names that one address shows are remembered, and not any number of them', async () => {
  const clock = new FakeClock();
  const domains = new SecureDomains(createMemoryStorage(), clock);
  await domains.remember('known.example', '192.0.2.1');
  for (let at = 0; at < 1_100; at += 1) await domains.remember(`n${at}.evil.example`, '2001:db8::1');
  expect(await domains.has('n0.evil.example')).toBe(true);
  expect(await domains.has('n999.evil.example')).toBe(true);
  expect(await domains.has('n1000.evil.example')).toBe(false);
  // The same customer, from another of his addresses; somebody else; whom we have called ourselves.
  await domains.remember('more.evil.example', '2001:db8::2');
  await domains.remember('b.example', '192.0.2.2');
  await domains.remember('c.example');
  expect(
    await Promise.all(['more.evil.example', 'b.example', 'c.example'].map((host) => domains.has(host))),
  ).toEqual([false, true, true]);
  clock.advance(3_600_000);
  await domains.remember('more.evil.example', '2001:db8::2');
  expect(await domains.has('more.evil.example')).toBe(true);
});

test('90 days after the last time, and when the operator says so, a domain is forgotten', async () => {
  const clock = new FakeClock();
  const domains = new SecureDomains(createMemoryStorage(), clock);
  await domains.remember('b.example');
  await domains.remember('c.example');
  clock.advance(89 * 86_400_000);
  await domains.remember('c.example');
  await domains.forget('c.example');
  expect([await domains.has('b.example'), await domains.has('c.example')]).toEqual([true, false]);
  clock.advance(86_400_000);
  expect(await domains.has('b.example')).toBe(false);
});
