import { ENGLISH } from '../../../../shared/i18n/languages.ts';
import { speak } from '../../../../shared/i18n/t.ts';
import { describe, expect, test } from 'vitest';
import {
  closedBefore,
  nameBefore,
  suggestionsFor,
} from '../../../../renderer/conversation/composer/completion.ts';
import { findEmoji, loadEmoji } from '../../../../renderer/conversation/emoji/emoji.ts';

const before = (text: string) => nameBefore(text, text.length)?.name;

describe('a name begins', () => {
  test('with a colon at the beginning of a word and two letters', () => {
    expect(before(':th')).toBe('th');
    expect(before('good :thumb')).toBe('thumb');
    expect(before('(:smile')).toBe('smile');
  });
  test('in no time, no address and no face', () => {
    for (const text of ['16:30', 'https://a', ':t', ': th', 'a:th', ':-)'])
      expect(before(text)).toBeUndefined();
  });
});

describe('the data', () => {
  test('have the names that people type', async () => {
    const all = await loadEmoji();
    expect(all.length).toBeGreaterThan(1500);
    expect(findEmoji(all, 'tada', 1)[0]?.sign).toBe('🎉');
    expect(suggestionsFor(all, 'thumbsup')[0]?.sign).toContain('👍');
    expect(findEmoji(all, 'waving hand', 1)[0]?.sign).toBe('👋');
    expect(findEmoji(all, 'no emoji is called so', 9)).toEqual([]);
  });
  test('a name that is closed becomes its emoji, any other stays what it is', async () => {
    const all = await loadEmoji();
    const text = 'well done :tada:';
    expect(closedBefore(all, text, text.length)).toEqual({ from: 10, sign: '🎉' });
    expect(closedBefore(all, 'at 10:30:', 9)).toBeUndefined();
    expect(closedBefore(all, ':nothing_of_this_name:', 22)).toBeUndefined();
  });
  test('no part of another emoji is offered alone', async () => {
    const all = await loadEmoji();
    expect(all.some(({ group }) => group === 2)).toBe(false);
    expect(new Set(all.map(({ sign }) => sign)).size).toBe(all.length);
  });
});

test('emoji are called as in the language that is spoken; between colons stands the same in all', async () => {
  const english = await loadEmoji();
  speak({ language: 'de', locale: 'de' }, {});
  const german = await loadEmoji();
  speak({ language: 'tr', locale: 'tr' }, {});
  const turkish = await loadEmoji();
  speak(ENGLISH, {});
  expect(findEmoji(german, 'Umarmung', 3).map(({ sign }) => sign)).toContain('🤗');
  expect(findEmoji(german, 'heart', 1)).toMatchObject(
    findEmoji(english, 'heart', 1).map(({ sign, names }) => ({ sign, names })),
  );
  expect(turkish).toEqual(english);
  expect(german.map(({ sign }) => sign)).toEqual(english.map(({ sign }) => sign));
});
