import { readFileSync, writeFileSync } from 'node:fs';
import type { BrowserWindow, Rectangle } from 'electron';
import { z } from 'zod';

/** So much of the window has to be on a screen for somebody to take hold of it, in pixels. */
const GRIP = { width: 120, height: 60 };

const kept = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1),
  height: z.int().min(1),
  isMaximized: z.boolean().exactOptional(),
});

export type Bounds = z.infer<typeof kept>;

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

/** Where the window was, if that place still is on a screen; else nothing, and the system chooses. */
export function usableBounds(file: string, screens: Screens): Partial<Bounds> {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
  const bounds = kept.safeParse(found);
  if (!bounds.success || !screens.getAllDisplays().some(isOn(bounds.data))) return {};
  return bounds.data;
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
