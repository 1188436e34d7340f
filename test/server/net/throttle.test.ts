import { describe, expect, test } from 'vitest';
import { Attempts, originOf, Strangers, TokenBucket } from '../../../server/net/throttle.ts';
import { FakeClock } from '../../fake/clock.ts';

describe('a token bucket', () => {
  test('gives its burst at once and its rate from then on', () => {
    const bucket = new TokenBucket(50, 200, 0);
    for (let n = 0; n < 200; n++) expect(bucket.take(0)).toBe(0);
    expect(bucket.take(0)).toBe(20);
    expect(bucket.take(19)).toBeGreaterThan(0);
    expect(bucket.take(20)).toBe(0);
    for (let n = 0; n < 50; n++) expect(bucket.take(1020)).toBe(0);
    expect(bucket.take(1020)).toBeGreaterThan(0);
    expect(bucket.isFull(5019)).toBe(false);
    expect(bucket.isFull(5020)).toBe(true);
  });

  test('a clock set back neither fills nor empties it', () => {
    const bucket = new TokenBucket(1, 2, 1_000_000);
    expect(bucket.take(0)).toBe(0);
    expect(bucket.take(0)).toBe(0);
    expect(bucket.take(0)).toBe(1000);
    expect(bucket.take(1000)).toBe(0);
  });
});

describe('connections of strangers', () => {
  test('are counted by origin until they authenticate or go; those of this machine are not', () => {
    const strangers = new Strangers(2);
    for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1']) strangers.came(address);
    for (let count = 0; count < 9; count += 1)
      for (const own of ['127.0.0.1', '::1', '']) strangers.came(own);
    const full = ['192.0.2.1', '192.0.2.2', '2001:db8::2', '127.0.0.1', '::1', ''];
    expect(full.filter((address) => strangers.isFull(address))).toEqual(['192.0.2.1']);
    strangers.left('192.0.2.1');
    expect(strangers.isFull('192.0.2.1')).toBe(false);
    strangers.left('192.0.2.1');
    strangers.left('192.0.2.1');
    strangers.came('192.0.2.1');
    expect(strangers.isFull('192.0.2.1')).toBe(false);
  });
});

describe('attempts', () => {
  test('at the limit there is a wait until the oldest is ten minutes old', () => {
    const clock = new FakeClock();
    const failures = new Attempts(clock, 3, 600_000);
    failures.add('a');
    clock.advance(60_000);
    failures.add('a');
    expect(failures.wait('a')).toBe(0);
    failures.add('a');
    expect(failures.wait('a')).toBe(540_000);
    expect(failures.wait('b')).toBe(0);
    clock.advance(540_000);
    expect(failures.wait('a')).toBe(0);
  });
});

describe('one origin', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0db8:0000:0000::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('%s is %s', (address, origin) => {
    expect(originOf(address)).toBe(origin);
  });
});
