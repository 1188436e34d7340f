import type { Clock } from '../../../shared/clock.ts';

/** How often is looked whether the tray is still there, in milliseconds. */
export const LOOK_EVERY = 45_000;

export interface TrayLossParts {
  readonly clock: Clock;
  /** Whether nothing but the tray leads to the program. */
  readonly isHidden: () => boolean;
  readonly hasTray: () => Promise<boolean>;
  /** There is no tray to come back from: the window is to be found in another way. */
  readonly lost: () => void;
}

/**
 * Looks after a window that is hidden in a tray: an extension that is turned off, or a panel that ends, takes the tray
 * with it. Two looks in a row have to miss it, because panels are also started anew. Returns the off.
 */
export function watchTrayLoss({ clock, isHidden, hasTray, lost }: TrayLossParts): () => void {
  let missed = 0;
  let isEnded = false;
  let cancel = clock.after(LOOK_EVERY, beat);
  function beat(): void {
    cancel = clock.after(LOOK_EVERY, beat);
    if (!isHidden()) {
      missed = 0;
      return;
    }
    void hasTray().then((has) => {
      missed = has ? 0 : missed + 1;
      if (isEnded || missed < 2 || !isHidden()) return;
      missed = 0;
      lost();
    });
  }
  return () => {
    isEnded = true;
    cancel();
  };
}
