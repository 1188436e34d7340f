import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserWindow } from 'electron';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepBounds, usableBounds } from '../../../../main/host/electron/bounds.ts';

/** A laptop with a panel at the top, and a larger screen to its left. */
const LAPTOP = { x: 0, y: 30, width: 1920, height: 1050 };
const LARGE = { x: -2560, y: 0, width: 2560, height: 1440 };
const WINDOW = { x: 300, y: 200, width: 900, height: 700, isMaximized: false };

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-bounds-'));
  file = join(folder, 'window.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const of = (kept: unknown, ...workAreas: (typeof LAPTOP)[]) => {
  writeFileSync(file, typeof kept === 'string' ? kept : JSON.stringify(kept));
  return usableBounds(file, { getAllDisplays: () => workAreas.map((workArea) => ({ workArea })) });
};

test.each<[string, object]>([
  ['in the middle', {}],
  ['as far to the right as somebody can take hold of it', { x: 1920 - 120 }],
  ['as far down', { y: 1080 - 60 }],
  ['half over the left edge', { x: -450 }],
  ['under the panel', { y: 30 }],
  ['maximized', { isMaximized: true }],
])('a window comes back to where it was: %s', (_where, part) => {
  expect(of({ ...WINDOW, ...part }, LAPTOP)).toEqual({ ...WINDOW, ...part });
});

test.each<[string, object]>([
  ['too far to the right', { x: 1920 - 119 }],
  ['too far down', { y: 1080 - 59 }],
  ['its title above the screen', { y: 0 }],
  ['on a screen that has gone', { x: -2000 }],
])('it is for the system to place: %s', (_where, part) => {
  expect(of({ ...WINDOW, ...part }, LAPTOP)).toEqual({});
});

test('a screen beside the first one is a screen', () => {
  expect(of({ ...WINDOW, x: -2000 }, LAPTOP, LARGE)).toMatchObject({ x: -2000 });
});

test.each([
  '',
  '{',
  'null',
  '[]',
  JSON.stringify({ ...WINDOW, width: 0 }),
  JSON.stringify({ ...WINDOW, x: '300' }),
  JSON.stringify({ ...WINDOW, y: 1e99 }),
  JSON.stringify({ ...WINDOW, isMaximized: 1 }),
])('a file that says %j says nothing', (text) => {
  expect(of(text, LAPTOP)).toEqual({});
});

test('no file says nothing, and a place that cannot be kept is not kept', () => {
  expect(usableBounds(file, { getAllDisplays: () => [{ workArea: LAPTOP }] })).toEqual({});
  const { isMaximized, ...bounds } = WINDOW;
  const window = { getNormalBounds: () => bounds, isMaximized: () => isMaximized } as BrowserWindow;
  keepBounds(join(folder, 'nowhere', 'window.json'), window);
  keepBounds(file, window);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(WINDOW);
  expect(statSync(file).mode & 0o077).toBe(0);
});
