import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';

import { Callbacks, isToken } from '../../../server/links/callbacks.ts';
import { FakeClock } from '../../fake/clock.ts';

const clock = new FakeClock();
const callbacks = new Callbacks(clock, randomBytes);
const verdict = (host: string, token: string): string => {
  try {
    callbacks.verify(host, token);
    return 'mine';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test('a token is for one domain, once, for a minute, and until the other side has answered', () => {
  const tokens = Array.from({ length: 5 }, () => callbacks.give('b.example'));
  const [used = '', late = '', told = '', other = '', last = ''] = tokens;
  expect(tokens.every(isToken)).toBe(true);
  expect(new Set(tokens).size).toBe(5);
  expect([verdict('b.example', used), verdict('b.example', used)]).toEqual(['mine', 'permission-denied']);
  expect([verdict('c.example', other), verdict('b.example', other)]).toEqual(['permission-denied', 'mine']);
  callbacks.take(told);
  expect(verdict('b.example', told)).toBe('permission-denied');
  clock.advance(59_999);
  expect(verdict('b.example', last)).toBe('mine');
  clock.advance(1);
  expect(verdict('b.example', late)).toBe('permission-denied');
});
