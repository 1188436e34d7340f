import { expect, test } from 'vitest';
import { formatSize } from '../../../shared/i18n/formats.ts';
import { ENGLISH } from '../../../shared/i18n/languages.ts';
import { speak } from '../../../shared/i18n/t.ts';
import { dayHeading, dayOf, timeInList, timeOfDay, timeWithDay } from '../../../renderer/i18n/times.ts';

const NOW = new Date(2026, 2, 18, 14, 0).getTime();
const at = (month: number, day: number, hour = 10): number => new Date(2026, month, day, hour).getTime();

test('days are those of the calendar, not of 24 hours', () => {
  expect(dayOf(at(2, 18, 0)) - dayOf(at(2, 17, 23))).toBe(1);
  // Summer time begins in between in many places.
  expect(dayOf(at(3, 1, 0)) - dayOf(at(2, 1, 0))).toBe(31);
});

test('headings', () => {
  expect(dayHeading(at(2, 18), NOW)).toBe('Today');
  expect(dayHeading(at(2, 17), NOW)).toBe('Yesterday');
  expect(dayHeading(at(2, 12), NOW)).toBe('Thursday 12 March');
  expect(dayHeading(new Date(2024, 10, 2).getTime(), NOW)).toBe('2 November 2024');
});

test('lists say a time today, a weekday this week, else a date', () => {
  expect(timeInList(at(2, 18), NOW)).toBe(timeOfDay(at(2, 18)));
  expect(timeInList(at(2, 17), NOW)).toBe('Tue');
  expect(timeInList(at(1, 1), NOW)).toBe('1 Feb');
  expect(timeWithDay(at(2, 17), NOW)).toBe(`Tue ${timeOfDay(at(2, 17))}`);
});

test('dates are written as in the country of the system, in the language that is spoken', () => {
  speak({ language: 'de', locale: 'de-DE' }, {});
  expect(dayHeading(at(2, 12), NOW)).toBe('Donnerstag, 12. März');
  expect(timeInList(at(1, 1), NOW)).toBe('1. Feb.');
  expect(timeOfDay(at(2, 18, 16))).toBe('16:00');
  speak({ language: 'ja', locale: 'ja-JP' }, {});
  expect(dayHeading(new Date(2024, 10, 2).getTime(), NOW)).toBe('2024年11月2日');
  speak({ language: 'en', locale: 'en-US' }, {});
  expect(dayHeading(at(2, 12), NOW)).toBe('Thursday, March 12');
  expect(timeOfDay(at(2, 18, 16))).toMatch(/^4:00\sPM$/);
  speak(ENGLISH, {});
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [24_600_000, '24.6 MB'],
  [250_000_000, '250 MB'],
])('%i octets', (octets, text) => {
  expect(formatSize(octets)).toBe(text);
});
