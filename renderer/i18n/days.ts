// The days of the week and the hours of a day, as people say them.

import { formatList, perLanguage } from '../../shared/i18n/formats.ts';
import { t } from '../../shared/i18n/t.ts';
import { timeOfDay } from './times.ts';

/** A Sunday, in any time zone. */
const SUNDAY = 4;
const noonOf = (day: number): Date => new Date(2026, 0, SUNDAY + day, 12);

const short = perLanguage((locale) => new Intl.DateTimeFormat(locale, { weekday: 'short' }));
const long = perLanguage((locale) => new Intl.DateTimeFormat(locale, { weekday: 'long' }));

/** 0 is Sunday. */
export const shortDay = (day: number): string => short().format(noonOf(day));
export const longDay = (day: number): string => long().format(noonOf(day));

interface WeekInfo {
  /** 1 is Monday, 7 Sunday. */
  readonly firstDay: number;
  readonly weekend: readonly number[];
}

/** What TypeScript does not know of yet. */
const week = perLanguage((locale) =>
  (new Intl.Locale(locale) as unknown as { getWeekInfo(): WeekInfo }).getWeekInfo(),
);

/** All days, that first with which a week begins in the country of the language. */
export const days = (): readonly number[] =>
  Array.from({ length: 7 }, (_, index) => (week().firstDay + index) % 7);

/** `Every day`, `Sat, Sun`. */
export function daysWords(chosen: readonly number[]): string {
  if (chosen.length === 7) return t('days.every');
  const weekend = week().weekend.map((day) => day % 7);
  const isWeekend = weekend.length === chosen.length && weekend.every((day) => chosen.includes(day));
  if (isWeekend) return t('days.weekend');
  return formatList(
    days()
      .filter((day) => chosen.includes(day))
      .map(shortDay),
  );
}

/** `22:00`, of minutes since midnight. */
export const timeWords = (minutes: number): string =>
  timeOfDay(new Date(2026, 0, SUNDAY, 0, minutes).getTime());
