const HOUR = 3_600_000;
/** When a day of work begins, for "tomorrow". */
const MORNING = 9;

/** The next full hour that is at least half an hour away. */
export function nextHour(now: number): number {
  const at = new Date(now + HOUR / 2);
  at.setMinutes(60, 0, 0);
  return at.getTime();
}

/** The next day at nine, by the clock on the wall. */
export function tomorrow(now: number): number {
  const at = new Date(now);
  at.setDate(at.getDate() + 1);
  at.setHours(MORNING, 0, 0, 0);
  return at.getTime();
}
