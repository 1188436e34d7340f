import { afterEach, expect, test } from 'vitest';
import { ENGLISH, type Language, spokenFor } from '../../../shared/i18n/languages.ts';
import { formatList, formatSize } from '../../../shared/i18n/formats.ts';
import { onSpoken, speak, t } from '../../../shared/i18n/t.ts';

afterEach(() => speak(ENGLISH, {}));

test.each<[Language | 'system', string[], Language, string]>([
  ['system', ['de-AT', 'en-US'], 'de', 'de-AT'],
  ['system', ['sv-SE', 'fr-FR'], 'fr', 'fr-FR'],
  ['system', ['sv-SE'], 'en', 'en-SE'],
  ['system', ['de', 'de-CH'], 'de', 'de-CH'],
  ['system', ['es', 'en-US'], 'es', 'es'],
  ['en', ['de-AT', 'en'], 'en', 'en-AT'],
  ['system', ['pt'], 'pt', 'pt-BR'],
  ['system', ['not a locale', 'x'.repeat(99), 'it-IT'], 'it', 'it-IT'],
  ['system', [], 'en', 'en-GB'],
  ['de', ['en-US', 'de-CH'], 'de', 'de-CH'],
  ['en', ['de-DE'], 'en', 'en-DE'],
  ['ja', ['de-DE'], 'ja', 'ja-DE'],
  ['ar', ['en-US'], 'ar', 'ar-US'],
  ['pt', [], 'pt', 'pt-BR'],
])('%s on a system that prefers %j', (choice, preferred, language, locale) => {
  expect(spokenFor(choice, preferred)).toEqual({ language, locale });
});

test('what a language does not say is said in English, with the plurals of English', () => {
  speak({ language: 'pl', locale: 'pl' }, { cancel: 'Anuluj' });
  expect(t('cancel')).toBe('Anuluj');
  expect(t('close')).toBe('Close');
  expect(t('sidebar.requests.count', { count: 3 })).toBe('3 requests');
});

test('numbers, lists and plurals are those of the language', () => {
  speak({ language: 'de', locale: 'de-DE' }, { 'sidebar.unread': '{count, number} ungelesen' });
  expect(t('sidebar.unread', { count: 1234 })).toBe('1.234 ungelesen');
  expect(formatSize(24_600_000)).toBe('24,6 MB');
  expect(formatList(['a', 'b', 'c'])).toBe('a, b und c');
  speak(ENGLISH, {});
  expect(t('sidebar.unread', { count: 1234 })).toBe('1,234 unread');
});

test('who listens is told of another language, until it listens no more', () => {
  const heard: string[] = [];
  const off = onSpoken(() => heard.push(t('cancel')));
  speak({ language: 'de', locale: 'de' }, { cancel: 'Abbrechen' });
  off();
  speak(ENGLISH, {});
  expect(heard).toEqual(['Abbrechen']);
});

test('a name that runs the other way keeps its signs to itself', () => {
  expect(t('tell.title')).not.toMatch(/\u2068/);
  expect(t('person.label', { name: 'Ana (work)' })).toBe('About Ana (work)');
  expect(t('person.label', { name: 'דנה' })).toBe('About \u2068דנה\u2069');
  speak({ language: 'ar', locale: 'ar' }, { 'person.label': 'عن {name}' });
  expect(t('person.label', { name: 'Ana (work)' })).toBe('عن \u2068Ana (work)\u2069');
  // What is put together runs as the sentence does, although its first letter is hidden.
  const both = t('words.of', { first: 'أ', second: 'ب' });
  expect(t('words.more', { words: both })).toBe(', \u2067\u2068أ\u2069: \u2068ب\u2069\u2069');
});
