// Dates of RFC 5322 3.3, and of its past (4.3) when reading.

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Hours from UTC; other names of old mean nothing reliable and count as UTC [RFC 5322 4.3]. */
const ZONES: Readonly<Record<string, number>> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
};
const DATE =
  /^(?:[A-Za-z]{3},?)? ?(\d{1,2}) ([A-Za-z]{3}) (\d{2,4}) (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([+-]\d{4}|[A-Za-z]{1,5}))?$/;

const two = (value: number) => String(value).padStart(2, '0');

/** In UTC; the time of day to the second. */
export function formatDate(ms: number): string {
  const date = new Date(ms);
  const day = `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]}`;
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  return `${day} ${year} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}

/** Milliseconds since 1970; undefined for what is no date: a reader then goes by when the message came. */
export function parseDate(text: string): number | undefined {
  if (text.length > 200) return undefined;
  const plain = text
    .replace(/\([^()]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const [, day = '', monthName = '', yearText = '', hour = '', minute = '', second = '0', zone = ''] =
    DATE.exec(plain) ?? [];
  const month = MONTHS.findIndex((name) => name.toLowerCase() === monthName.toLowerCase());
  if (month === -1) return undefined;
  const years = Number(yearText);
  const year =
    yearText.length === 4 ? years : yearText.length === 2 && years < 50 ? 2000 + years : 1900 + years;
  if (Number(day) < 1 || Number(day) > 31 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60)
    return undefined;
  const offset = /^[+-]/.test(zone)
    ? (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3)))
    : (ZONES[zone.toUpperCase()] ?? 0) * 60;
  return Date.UTC(year, month, Number(day), Number(hour), Number(minute), Number(second)) - offset * 60_000;
}
