import type { Clock } from '../../../shared/clock.ts';

/** A window that nobody has looked at for so long gives its memory back, in milliseconds. It opens within a second. */
const REST_AFTER = 5 * 60_000;

/** What of a window is used. */
export interface Hideable {
  on(event: 'hide' | 'show', listener: () => void): unknown;
  off(event: 'hide' | 'show', listener: () => void): unknown;
}

/** Whether something in the page with this address would be lost with it: renderer/place.ts. */
export const isHeld = (url: string): boolean => new URL(url).hash.startsWith('#!');

/** Calls `rest` once the window has been hidden for a while, and again while it still is; returns the off. */
export function afterHiding(window: Hideable, clock: Clock, rest: () => void): () => void {
  let cancel = (): void => {};
  const hidden = (): void => {
    cancel();
    cancel = clock.after(REST_AFTER, () => {
      hidden();
      rest();
    });
  };
  const shown = (): void => cancel();
  window.on('hide', hidden);
  window.on('show', shown);
  return () => {
    cancel();
    window.off('hide', hidden);
    window.off('show', shown);
  };
}
