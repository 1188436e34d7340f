import { expect, test } from 'vitest';
import { type Strength, strengthOf } from '../../../renderer/settings/strength.ts';

test.each<[string, Strength]>([
  ['', 'empty'],
  ['a', 'weak'],
  ['password', 'weak'],
  ['Sommer2026!', 'weak'],
  ['aaaaaaaaaaaaaaaaaaaaaaaa', 'weak'],
  ['abcdefghijklmnopqrstuvwxyz', 'weak'],
  ['123456789012345678', 'weak'],
  ['quiet harbour paper lamp', 'strong'],
  ['x7#Kq!9vTzL2', 'fair'],
  ['校正刷り金曜紙倉庫', 'strong'],
])('%s is %s', (passphrase, strength) => {
  expect(strengthOf(passphrase)).toBe(strength);
});

test('more is never weaker', () => {
  const order: readonly Strength[] = ['empty', 'weak', 'fair', 'strong'];
  let before = 0;
  for (let length = 0; length <= 40; length += 1) {
    const now = order.indexOf(strengthOf('quiet harbour paper lamp and a second lamp'.slice(0, length)));
    expect(now).toBeGreaterThanOrEqual(before);
    before = now;
  }
});
