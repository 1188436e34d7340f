// Times as people say them, in the form the system prefers; the words around them are in the language of the app.

const locale = typeof navigator === 'undefined' ? undefined : navigator.language;
const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
const seconds = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
const weekday = new Intl.DateTimeFormat('en', { weekday: 'short' });
const weekdayLong = new Intl.DateTimeFormat('en-GB', { weekday: 'long' });
const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' });
const dayYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
const dayShort = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dateShort = new Intl.DateTimeFormat(locale, { dateStyle: 'short' });

const DAY = 86_400_000;

/** A number that is equal for two times of the same local day, and grows by one a day. */
export function dayOf(ms: number): number {
  const at = new Date(ms);
  return Math.round(Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / DAY);
}

/** `14:03`, or as the system writes it. */
export const timeOfDay = (ms: number): string => clock.format(ms);

/** `13:58:02`, for steps. */
export const timeWithSeconds = (ms: number): string => seconds.format(ms);

/** The heading over the messages of a day: `Today`, `Yesterday`, `Thursday, 19 November`. */
export function dayHeading(ms: number, now: number): string {
  const days = dayOf(now) - dayOf(ms);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return new Date(ms).getFullYear() === new Date(now).getFullYear()
    ? `${weekdayLong.format(ms)}, ${dayAndMonth.format(ms)}`
    : dayYear.format(ms);
}

/** For a row in a list: a time today, a weekday this week, else a date. */
export function timeInList(ms: number, now: number): string {
  const days = dayOf(now) - dayOf(ms);
  if (days === 0) return timeOfDay(ms);
  if (days > 0 && days < 7) return weekday.format(ms);
  return new Date(ms).getFullYear() === new Date(now).getFullYear()
    ? dayShort.format(ms)
    : dateShort.format(ms);
}

/** A time with as much of its day as is needed: `14:03`, `Wed 18:03`, `19 Nov 10:26`. */
export function timeWithDay(ms: number, now: number): string {
  const days = dayOf(now) - dayOf(ms);
  return days === 0
    ? timeOfDay(ms)
    : `${Math.abs(days) < 7 ? weekday.format(ms) : dayShort.format(ms)} ${timeOfDay(ms)}`;
}

/** For a column, before or after now: a time today, `Wed 18:03` within a week, else a date. */
export const timeInColumn = (ms: number, now: number): string =>
  Math.abs(dayOf(now) - dayOf(ms)) < 7 ? timeWithDay(ms, now) : timeInList(ms, now);

/** A day without a time: `20 December`, with its year when that is another one. */
export const dayLong = (ms: number, now: number): string =>
  new Date(ms).getFullYear() === new Date(now).getFullYear() ? dayAndMonth.format(ms) : dayYear.format(ms);

/** A time to come, with what its day needs: `18:00`, `tomorrow 18:00`, `Friday 18:00`, `31 December, 18:00`. */
export function timeAhead(ms: number, now: number): string {
  const days = dayOf(ms) - dayOf(now);
  const time = timeOfDay(ms);
  if (days === 0) return time;
  if (days === 1) return `tomorrow ${time}`;
  if (days > 1 && days < 7) return `${weekdayLong.format(ms)} ${time}`;
  return new Date(ms).getFullYear() === new Date(now).getFullYear()
    ? `${dayAndMonth.format(ms)}, ${time}`
    : `${dayYear.format(ms)}, ${time}`;
}

/** `12 March 2026, 14:03`, as the system writes it: for what may be long ago. */
export const timeAndDay = (ms: number): string => `${dayYear.format(ms)}, ${timeOfDay(ms)}`;

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** `10 MB`: octets in powers of 1000, as file managers show them. */
export function formatSize(octets: number): string {
  let value = octets;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : Math.round(value * 10) / 10} ${UNITS[unit] ?? 'B'}`;
}
