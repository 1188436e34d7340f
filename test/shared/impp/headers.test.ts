import { describe, expect, test } from 'vitest';
import {
  formatTime,
  Headers,
  isToken,
  KNOWN_HEADERS,
  parseTime,
  readDecimal,
  readLease,
  readTime,
  readToken,
  readTokens,
} from '../../../shared/impp/headers.ts';
import { findKnown } from '../../../shared/impp/known-headers.ts';
import { bytes } from './octets.ts';
import { cpuTimeOf } from '../../cpu-time.ts';

const of = (...pairs: [string, string][]): Headers => Headers.from(pairs);
const code = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'nothing thrown';
};

describe('the list', () => {
  test('compares names without case, keeps their order and spelling, and writes the page as the page does', () => {
    const headers = of(['X-b', '1'], ['target', 't'], ['x-B', '2'], ['CONTENT-TYPE', 'a/b']);
    expect([...headers.entries()]).toEqual([
      ['X-b', '1'],
      ['Target', 't'],
      ['x-B', '2'],
      ['Content-Type', 'a/b'],
    ]);
    expect(headers.get('x-b')).toBe('1');
    expect(headers.get('TARGET')).toBe('t');
    expect(headers.get('Target')).toBe('t');
    expect([headers.has('content-type'), headers.has('From'), headers.has('y')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(headers.size).toBe(4);
  });

  test('set replaces in place and takes the others away; delete takes all', () => {
    const headers = of(['X-b', '1'], ['Target', 't'], ['x-B', '2'], ['Name', 'n']);
    headers.set('X-B', '3').set('Target', 'u').set('View', 'work');
    expect([...headers.entries()]).toEqual([
      ['X-b', '3'],
      ['Target', 'u'],
      ['Name', 'n'],
      ['View', 'work'],
    ]);
    headers.append('x-b', '4').delete('X-B').delete('missing');
    expect([...headers.entries()].map(([name]) => name)).toEqual(['Target', 'Name', 'View']);
  });

  test('a copy goes its own way', () => {
    const headers = of(['View', 'work']);
    headers.copy().set('View', 'home');
    expect(headers.get('View')).toBe('work');
  });

  test('trims what every reader trims', () => {
    expect(of(['X', ' \t a b\t ']).get('X')).toBe('a b');
    expect(of(['X', ' \t ']).get('X')).toBe('');
  });

  test('trims in linear time', () => {
    const time = cpuTimeOf(() => of(['X', `${' '.repeat(2_000_000)}y${' '.repeat(2_000_000)}y`]));
    // The square of two million would take an hour.
    expect(time).toBeLessThan(5000);
  });

  test.each([
    ['CR LF', 'X', 'a\r\nError: none'],
    ['NUL', 'X', 'a\0'],
    ['DEL', 'X', 'a\u007F'],
    ['C1', 'X', 'a\u0085b'],
    ['half a pair', 'X', 'a\uD83D'],
    ['a colon in the name', 'X:y', 'a'],
    ['a space in the name', 'X y', 'a'],
    ['a name beyond ASCII', 'Ü', 'a'],
    ['no name', '', 'a'],
    ['a name too long', 'n'.repeat(65), 'a'],
  ])('holds nothing that may not be written: %s', (_, name, value) => {
    expect(code(() => of([name, value]))).toBe('invalid-argument');
    expect(code(() => of().set(name, value))).toBe('invalid-argument');
    expect(code(() => of([name, 'fine']).set(name, value))).toBe('invalid-argument');
  });

  test('holds no header of the page twice', () => {
    expect(code(() => of(['Target', 'a'], ['target', 'b']))).toBe('invalid-argument');
  });
});

test('every header of the page is found in octets, in any case, and no other', () => {
  for (const [index, name] of KNOWN_HEADERS.entries()) {
    for (const spelling of [name, name.toLowerCase(), name.toUpperCase()]) {
      expect(findKnown(bytes(`--${spelling}--`), 2, 2 + spelling.length)).toBe(index);
    }
    const others = [
      `${name}s`,
      name.slice(1),
      `X${name.slice(1)}`,
      name.replace('-', '_'),
      `${name.slice(0, -1)}1`,
    ];
    for (const other of others) {
      const isKnown = KNOWN_HEADERS.some((known) => known.toLowerCase() === other.toLowerCase());
      if (!isKnown) expect([other, findKnown(bytes(other), 0, other.length)]).toEqual([other, -1]);
    }
  }
});

describe('readers of values', () => {
  test('absent is undefined', () => {
    const none = of();
    expect([
      readDecimal(none, 'Limit'),
      readTime(none, 'Expires'),
      readToken(none, 'View'),
      readTokens(none, 'Services'),
      readLease(none),
    ]).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  test.each([
    ['0', 0],
    ['007', 7],
    ['9007199254740991', 9_007_199_254_740_991],
  ])('decimal %s', (text, value) => {
    expect(readDecimal(of(['Revision', text]), 'Revision')).toBe(value);
  });

  test.each([
    '',
    '-1',
    '+1',
    '1.0',
    '1e3',
    '0x1',
    ' 1 1',
    '٣',
    '9007199254740992',
    '00000000000000001',
    'infinity',
  ])('not a decimal: %j', (text) => {
    expect(code(() => readDecimal(of(['Revision', text]), 'Revision'))).toBe('bad-request');
  });

  test('a decimal has the bound it is given', () => {
    expect(readDecimal(of(['Limit', '200']), 'Limit', 200)).toBe(200);
    expect(code(() => readDecimal(of(['Limit', '201']), 'Limit', 200))).toBe('bad-request');
  });

  test('leases', () => {
    expect(readLease(of(['Lease-Time', 'infinity']))).toBe('infinity');
    expect(readLease(of(['Lease-Time', '2147483647']))).toBe(2_147_483_647);
    for (const text of ['2147483648', 'Infinity', '']) {
      expect(code(() => readLease(of(['Lease-Time', text])))).toBe('bad-request');
    }
  });

  test('tokens', () => {
    expect(readToken(of(['View', 'Work-1._']), 'View')).toBe('Work-1._');
    expect(readTokens(of(['Services', 'im presence']), 'Services')).toEqual(['im', 'presence']);
    expect(readTokens(of(['Services', '']), 'Services')).toEqual([]);
    for (const text of ['a  b', 'a\tb', 'a,b', 'ü']) {
      expect(code(() => readTokens(of(['Services', text]), 'Services'))).toBe('bad-request');
    }
    expect(code(() => readToken(of(['View', '']), 'View'))).toBe('bad-request');
    expect([isToken('t'.repeat(64)), isToken('t'.repeat(65)), isToken('a\n')]).toEqual([true, false, false]);
  });

  test('times', () => {
    const time = Date.UTC(2026, 1, 28, 23, 59, 59, 7);
    expect(readTime(of(['Expires', '2026-02-28T23:59:59.007Z']), 'Expires')).toBe(time);
    expect(formatTime(time)).toBe('2026-02-28T23:59:59.007Z');
    expect(parseTime('2024-02-29T00:00:00.000Z')).toBe(Date.UTC(2024, 1, 29));
    expect(code(() => formatTime(1e15))).toBe('invalid-argument');
  });

  test.each([
    '2026-02-29T00:00:00.000Z',
    '2026-02-28T24:00:00.000Z',
    '2026-02-28T00:00:60.000Z',
    '2026-13-01T00:00:00.000Z',
    '2026-02-28T00:00:00Z',
    '2026-02-28T00:00:00.0000Z',
    '2026-02-28T00:00:00.000+00:00',
    '2026-02-28t00:00:00.000z',
    '2026-02-28 00:00:00.000Z',
    '+002026-02-28T00:00:00.000Z',
    'yesterday',
    '',
  ])('not a time: %j', (text) => {
    expect(code(() => readTime(of(['Expires', text]), 'Expires'))).toBe('bad-request');
  });
});
