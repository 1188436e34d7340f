import { describe, expect, test } from 'vitest';
import {
  EVERYWHERE,
  IN_COMPOSER,
  IN_CONVERSATION,
  ON_MESSAGE,
  type Pressed,
  SHORTCUTS,
  shortcutOf,
} from '../../shared/shortcuts.ts';

const press = (key: string, ...held: readonly ('ctrl' | 'meta' | 'alt' | 'shift')[]): Pressed => ({
  key,
  ctrlKey: held.includes('ctrl'),
  metaKey: held.includes('meta'),
  altKey: held.includes('alt'),
  shiftKey: held.includes('shift'),
});

describe('a key', () => {
  test('counts with exactly what is held with it, Command as Ctrl', () => {
    expect(shortcutOf(EVERYWHERE, press('k', 'ctrl'))).toBe('search');
    expect(shortcutOf(EVERYWHERE, press('k', 'meta'))).toBe('search');
    for (const held of [[], ['shift', 'ctrl'], ['alt', 'ctrl']] as const)
      expect(shortcutOf(EVERYWHERE, press('k', ...held))).toBeUndefined();
    expect(shortcutOf(EVERYWHERE, press('A', 'ctrl', 'shift'))).toBe('unread');
    expect(shortcutOf(EVERYWHERE, press('F6', 'shift'))).toBe('round-back');
    expect(shortcutOf(IN_COMPOSER, press('Enter', 'shift'))).toBe('break');
    expect(shortcutOf(ON_MESSAGE, press('R'))).toBe('reply');
    expect(shortcutOf(ON_MESSAGE, press('r', 'ctrl'))).toBeUndefined();
  });

  test('that is a sign counts wherever the keyboard has it', () => {
    // On a German keyboard the stroke is over 7, and + stands alone.
    expect(shortcutOf(EVERYWHERE, press('/', 'ctrl', 'shift'))).toBe('shortcuts');
    expect(shortcutOf(EVERYWHERE, press('+', 'ctrl'))).toBe('larger');
    expect(shortcutOf(EVERYWHERE, press('+', 'ctrl', 'shift'))).toBe('larger');
    expect(shortcutOf(EVERYWHERE, press('3', 'ctrl'))).toBe('pinned');
    expect(shortcutOf(EVERYWHERE, press('3', 'ctrl', 'shift'))).toBeUndefined();
  });
});

test('no key does two things in one place', () => {
  for (const places of [[EVERYWHERE, IN_CONVERSATION], [IN_COMPOSER], [ON_MESSAGE]]) {
    const keys = places
      .flatMap((place) => Object.values(place))
      .flatMap((one) => one.keys.map((key) => JSON.stringify(key)));
    expect(keys.length).toBe(new Set(keys).size);
  }
  expect(Object.keys(SHORTCUTS)).toHaveLength(4);
});
