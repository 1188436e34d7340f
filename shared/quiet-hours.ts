import type { QuietHours } from './model.ts';

/** Days that are looked at: that before, because a night begins there, and a week from today. */
const DAYS = Array.from({ length: 10 }, (_, index) => index - 1);

interface Span {
  readonly from: number;
  readonly until: number;
}

/** One span of time by the clock on the wall; where that is turned, it is as much longer or shorter. */
function spanOf({ from, until }: QuietHours, year: number, month: number, day: number): Span {
  const isOverMidnight = until <= from;
  return {
    from: new Date(year, month, day, 0, from).getTime(),
    until: new Date(year, month, isOverMidnight ? day + 1 : day, 0, until).getTime(),
  };
}

/**
 * What all quiet hours together say at `now`, in this computer's time zone: quiet until then, or loud until then.
 * `until` is absent where nothing ever changes.
 */
export function quietAt(
  all: readonly QuietHours[],
  now: number,
): { readonly isQuiet: boolean; readonly until?: number } {
  const today = new Date(now);
  const [year, month, day] = [today.getFullYear(), today.getMonth(), today.getDate()];
  const spans = DAYS.flatMap((offset) => {
    const weekday = new Date(year, month, day + offset, 12).getDay();
    return all
      .filter(({ isOn, days }) => isOn && days.includes(weekday))
      .map((hours) => spanOf(hours, year, month, day + offset));
  }).sort((a, b) => a.from - b.from);
  let until: number | undefined;
  for (const span of spans) {
    if (span.until <= now) continue;
    if (span.from > (until ?? now))
      return until === undefined ? { isQuiet: false, until: span.from } : { isQuiet: true, until };
    until = Math.max(until ?? span.until, span.until);
  }
  return until === undefined ? { isQuiet: false } : { isQuiet: true, until };
}
