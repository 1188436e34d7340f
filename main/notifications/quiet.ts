import type { Clock } from '../../shared/clock.ts';
import type { Quiet } from '../../shared/model.ts';
import { quietAt } from '../../shared/quiet-hours.ts';
import type { Host } from '../host/host.ts';
import type { Mirror } from '../state.ts';

/** How often the system and the clock on the wall are looked at, in milliseconds: a machine that slept is late by as much. */
const LOOK_EVERY = 60_000;

export interface QuietParts {
  readonly mirror: Mirror;
  readonly clock: Clock;
  readonly host: Pick<Host, 'isSystemQuiet'>;
  /** Told when it becomes quiet by itself, and with undefined when it no longer is. */
  readonly hush: (quiet: Quiet | undefined) => void;
}

/** Follows the quiet hours of the settings and, where that is wanted, the system's own quiet; returns the off. */
export function followQuiet({ mirror, clock, host, hush }: QuietParts): () => void {
  let isSystemQuiet = false;
  let cancel = (): void => {};
  let isEnded = false;

  const look = (): void => {
    cancel();
    const { quietHours, followsSystemQuiet } = mirror.settings;
    const now = clock.now();
    const { isQuiet, until } = quietAt(quietHours, now);
    if (isQuiet) hush({ by: 'hours', ...(until === undefined ? {} : { until }) });
    else hush(isSystemQuiet && followsSystemQuiet ? { by: 'system' } : undefined);
    if (until === undefined && !followsSystemQuiet) return;
    cancel = clock.after(Math.min(LOOK_EVERY, (until ?? Number.MAX_SAFE_INTEGER) - now), beat);
  };
  function beat(): void {
    look();
    ask();
  }
  const ask = (): void => {
    if (!mirror.settings.followsSystemQuiet) return;
    host.isSystemQuiet().then(
      (answer) => {
        if (isEnded || (answer === true) === isSystemQuiet) return;
        isSystemQuiet = answer === true;
        look();
      },
      // What cannot be asked says nothing.
      () => undefined,
    );
  };
  let before = mirror.settings;
  const off = mirror.on(({ change }) => {
    if (change.type !== 'settings') return;
    const { quietHours, followsSystemQuiet } = before;
    before = change.settings;
    if (before.quietHours === quietHours && before.followsSystemQuiet === followsSystemQuiet) return;
    beat();
  });
  beat();
  return () => {
    isEnded = true;
    off();
    cancel();
  };
}
