// The icons that are kept beside the drawing: every size that is asked for is there, and is what it says.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path));

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Which pixels are not see-through, line after line. */
  readonly shape: readonly boolean[];
  /** How many of them. */
  readonly seen: number;
}

/** Looks at a PNG with four octets a pixel; throws for anything else. */
function look(png: Buffer): Picture {
  expect(png.subarray(0, 8)).toEqual(Buffer.from('89504e470d0a1a0a', 'hex'));
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  expect([...png.subarray(24, 26)], '8 bits of red, green, blue and alpha').toEqual([8, 6]);
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const shape = shapeOf(inflateSync(Buffer.concat(parts)), width, height);
  return { width, height, shape, seen: shape.filter(Boolean).length };
}

/** Undoes the filters of PNG, section 9 of its specification. */
function shapeOf(data: Buffer, width: number, height: number): boolean[] {
  const line = width * 4;
  const pixels = Buffer.alloc(line * height);
  const at = (row: number, column: number) =>
    row < 0 || column < 0 ? 0 : (pixels[row * line + column] ?? 0);
  for (let row = 0; row < height; row++) {
    const filter = data[row * (line + 1)] ?? 0;
    for (let column = 0; column < line; column++) {
      const [left, up, corner] = [at(row, column - 4), at(row - 1, column), at(row - 1, column - 4)];
      const guesses = [0, left, up, (left + up) >> 1, nearest(left, up, column < 4 ? 0 : corner)];
      pixels[row * line + column] = (data[row * (line + 1) + 1 + column] ?? 0) + (guesses[filter] ?? 0);
    }
  }
  return Array.from({ length: width * height }, (_, pixel) => (pixels[pixel * 4 + 3] ?? 0) > 127);
}

function nearest(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

test.each(readdirSync(join(root, 'build/icons')))(
  '%s has that size, and fills it but for its corners',
  (name) => {
    const { width, height, seen } = look(read(`build/icons/${name}`));
    expect(`${width}x${height}.png`).toBe(name);
    expect(seen / (width * height)).toBeGreaterThan(0.8);
    expect(seen / (width * height)).toBeLessThan(1);
  },
);

test('Linux has the sizes of its icon themes', () => {
  expect(readdirSync(join(root, 'build/icons')).toSorted()).toEqual(
    [16, 24, 32, 48, 64, 128, 256, 512].map((size) => `${size}x${size}.png`).toSorted(),
  );
  expect(look(read('resources/icon.png')).width).toBe(256);
});

test('Windows finds each size in the file, where the directory says', () => {
  const ico = read('build/icon.ico');
  const sizes = Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
    const at = 6 + index * 16;
    const [length, place] = [ico.readUInt32LE(at + 8), ico.readUInt32LE(at + 12)];
    const { width } = look(ico.subarray(place, place + length));
    expect(width % 256).toBe(ico[at]);
    return width;
  });
  expect([...ico.subarray(0, 4)]).toEqual([0, 0, 1, 0]);
  expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 256]);
});

test('macOS finds each size by its name, with the margin that its icons have', () => {
  const icns = read('build/icon.icns');
  expect(icns.toString('latin1', 0, 4)).toBe('icns');
  expect(icns.readUInt32BE(4)).toBe(icns.length);
  const sizes: Record<string, number> = {};
  for (let at = 8; at < icns.length; ) {
    const length = icns.readUInt32BE(at + 4);
    const { width, seen } = look(icns.subarray(at + 8, at + length));
    expect(seen / width ** 2).toBeLessThan(0.7);
    expect(seen / width ** 2).toBeGreaterThan(0.55);
    sizes[icns.toString('latin1', at, at + 4)] = width;
    at += length;
  }
  expect(sizes).toEqual({
    ic11: 32,
    ic12: 64,
    ic07: 128,
    ic13: 256,
    ic08: 256,
    ic14: 512,
    ic09: 512,
    ic10: 1024,
  });
});

const STATES = ['available', 'away', 'busy', 'dnd', 'offline', 'unknown'];
const LOOKS = STATES.flatMap((state) => [state, `${state}-unread`]);

test.each([
  ['light-panel', '', ['', '@1.25x', '@1.5x', '@2x']],
  ['dark-panel', '', ['', '@1.25x', '@1.5x', '@2x']],
  ['template', 'Template', ['', '@2x']],
])('the tray on a %s has each look at each scale, and each its own shape', (folder, end, scales) => {
  expect(readdirSync(join(root, 'resources/tray', folder)).toSorted()).toEqual(
    LOOKS.flatMap((name) => scales.map((scale) => `${name}${end}${scale}.png`)).toSorted(),
  );
  for (const scale of scales) {
    const pictures = LOOKS.map((name) => look(read(`resources/tray/${folder}/${name}${end}${scale}.png`)));
    const size = 16 * Number(scale.replace(/[@x]/g, '') || 1);
    for (const [index, { width, height, shape }] of pictures.entries()) {
      expect([width, height]).toEqual([size, size]);
      for (const other of pictures.slice(index + 1)) {
        const differing = shape.filter((isSeen, pixel) => isSeen !== other.shape[pixel]).length;
        // Without its colours: the least that differs is the bar in a disc, two pixels of sixteen by sixteen and more.
        expect(differing / size ** 2, `${LOOKS[index]} ${scale}`).toBeGreaterThan(0.01);
      }
    }
  }
});
