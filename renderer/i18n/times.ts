// Times as people say them in the language of the app, with the clock and the calendar of their country.

import { perLanguage } from '../../shared/i18n/formats.ts';
import { t } from '../../shared/i18n/t.ts';

const inForm = (options: Intl.DateTimeFormatOptions): (() => Intl.DateTimeFormat) =>
  perLanguage((locale) => new Intl.DateTimeFormat(locale, options));

/** A day with a time whose hours are written as they are alone: `09:30` stays so where that is the custom. */
const withClock = (options: Intl.DateTimeFormatOptions): (() => Intl.DateTimeFormat) =>
  perLanguage((locale) => {
    const alone = new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(new Date(2026, 0, 1, 9));
    const hour = /^\D*(?:0|\u0660)/.test(alone) ? '2-digit' : 'numeric';
    return new Intl.DateTimeFormat(locale, { ...options, hour, minute: '2-digit' });
  });

const DAY_OF_MONTH = { day: 'numeric', month: 'long' } as const;

const clock = inForm({ timeStyle: 'short' });
const seconds = inForm({ timeStyle: 'medium' });
const weekday = inForm({ weekday: 'short' });
const weekdayClock = withClock({ weekday: 'short' });
const weekdayLongClock = withClock({ weekday: 'long' });
const weekdayAndDay = inForm({ weekday: 'long', ...DAY_OF_MONTH });
const dayAndMonth = inForm(DAY_OF_MONTH);
const dayAndMonthClock = withClock(DAY_OF_MONTH);
const dayYear = inForm({ ...DAY_OF_MONTH, year: 'numeric' });
const dayYearClock = inForm({ dateStyle: 'long', timeStyle: 'short' });
const dayShort = inForm({ day: 'numeric', month: 'short' });
const dayShortClock = withClock({ day: 'numeric', month: 'short' });
const dateShort = inForm({ dateStyle: 'short' });

const DAY = 86_400_000;

const isSameYear = (ms: number, other: number): boolean =>
  new Date(ms).getFullYear() === new Date(other).getFullYear();

/** A number that is equal for two times of the same local day, and grows by one a day. */
export function dayOf(ms: number): number {
  const at = new Date(ms);
  return Math.round(Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / DAY);
}

/** `14:03`. */
export const timeOfDay = (ms: number): string => clock().format(ms);

/** `13:58:02`, for steps. */
export const timeWithSeconds = (ms: number): string => seconds().format(ms);

/** The heading over the messages of a day: `Today`, `Yesterday`, `Thursday 19 November`. */
export function dayHeading(ms: number, now: number): string {
  const days = dayOf(now) - dayOf(ms);
  if (days === 0) return t('day.today');
  if (days === 1) return t('day.yesterday');
  return (isSameYear(ms, now) ? weekdayAndDay() : dayYear()).format(ms);
}

/** For a row in a list: a time today, a weekday this week, else a date. */
export function timeInList(ms: number, now: number): string {
  const days = dayOf(now) - dayOf(ms);
  if (days === 0) return timeOfDay(ms);
  if (days > 0 && days < 7) return weekday().format(ms);
  return (isSameYear(ms, now) ? dayShort() : dateShort()).format(ms);
}

/** A time with as much of its day as is needed: `14:03`, `Wed 18:03`, `19 Nov, 10:26`. */
export function timeWithDay(ms: number, now: number): string {
  const days = dayOf(now) - dayOf(ms);
  if (days === 0) return timeOfDay(ms);
  return (Math.abs(days) < 7 ? weekdayClock() : dayShortClock()).format(ms);
}

/** For a column, before or after now: a time today, `Wed 18:03` within a week, else a date. */
export const timeInColumn = (ms: number, now: number): string =>
  Math.abs(dayOf(now) - dayOf(ms)) < 7 ? timeWithDay(ms, now) : timeInList(ms, now);

/** A day without a time: `20 December`, with its year when that is another one. */
export const dayLong = (ms: number, now: number): string =>
  (isSameYear(ms, now) ? dayAndMonth() : dayYear()).format(ms);

/** A time to come, with what its day needs: `18:00`, `tomorrow 18:00`, `Friday 18:00`, `31 December at 18:00`. */
export function timeAhead(ms: number, now: number): string {
  const days = dayOf(ms) - dayOf(now);
  if (days === 0) return timeOfDay(ms);
  if (days === 1) return t('day.tomorrow', { time: timeOfDay(ms) });
  if (days > 1 && days < 7) return weekdayLongClock().format(ms);
  return timeOnDay(ms, now);
}

/** `20 November at 14:03`, with its year when that is another one. */
export const timeOnDay = (ms: number, now: number): string =>
  (isSameYear(ms, now) ? dayAndMonthClock() : dayYearClock()).format(ms);

/** `12 March 2026 at 14:03`: for what may be long ago. */
export const timeAndDay = (ms: number): string => dayYearClock().format(ms);
