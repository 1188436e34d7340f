import { readFileSync, writeFileSync } from 'node:fs';
import type { BrowserWindow, Rectangle } from 'electron';

/** So much of the window has to be on a screen for somebody to take hold of it, in pixels. */
const GRIP = { width: 120, height: 60 };

export interface Bounds extends Rectangle {
  readonly isMaximized?: boolean;
}

const isBounds = (value: unknown): value is Bounds => {
  if (typeof value !== 'object' || value === null) return false;
  const { x, y, width, height, isMaximized } = value as Readonly<Record<string, unknown>>;
  return (
    [x, y, width, height].every((number) => Number.isInteger(number)) &&
    Number(width) >= 1 &&
    Number(height) >= 1 &&
    (isMaximized === undefined || typeof isMaximized === 'boolean')
  );
};

/** What of Electron's screen is used. */
export interface Screens {
  getAllDisplays(): readonly { readonly workArea: Rectangle }[];
}

const overlap = (a: number, aLength: number, b: number, bLength: number): number =>
  Math.min(a + aLength, b + bLength) - Math.max(a, b);

const isOn =
  (bounds: Rectangle) =>
  ({ workArea }: { readonly workArea: Rectangle }): boolean =>
    overlap(bounds.x, bounds.width, workArea.x, workArea.width) >= GRIP.width &&
    overlap(bounds.y, bounds.height, workArea.y, workArea.height) >= GRIP.height &&
    // By its title it is moved.
    bounds.y >= workArea.y - 1;

/** Whether somebody can take hold of a window there. */
export const isWithin = (bounds: Rectangle, screens: Screens): boolean =>
  screens.getAllDisplays().some(isOn(bounds));

/** Where the window was, if that place still is on a screen; else nothing, and the system chooses. */
export function usableBounds(file: string, screens: Screens): Partial<Bounds> {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
  if (!isBounds(found) || !isWithin(found, screens)) return {};
  const { x, y, width, height, isMaximized = false } = found;
  return { x, y, width, height, isMaximized };
}

/** Keeps where the window is for the next start. That it cannot be kept is no reason to say anything. */
export function keepBounds(file: string, window: BrowserWindow): void {
  const bounds: Bounds = { ...window.getNormalBounds(), isMaximized: window.isMaximized() };
  try {
    writeFileSync(file, JSON.stringify(bounds), { mode: 0o600 });
  } catch {
    // A full disk, say: the next window stands where the system puts it.
  }
}
