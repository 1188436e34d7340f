// Makes the program's icons from build/icon.svg: pictures for Linux, and what Windows and macOS keep them in. Run when
// the drawing changes (`node build/icons.mjs`); what it makes is kept, so that building needs no browser.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findBrowser } from './browser.mjs';

const root = join(import.meta.dirname, '..');
/** Pixels. Linux's icon themes have these. */
const LINUX = [16, 24, 32, 48, 64, 128, 256, 512];
const WINDOWS = [16, 24, 32, 48, 64, 128, 256];
/**
 * The names by which macOS knows each size. Those of 16 and 32 pixels for coarse screens are left out: it reads
 * pictures in them wrongly, and scales the next ones well.
 */
const MACOS = {
  ic11: 32,
  ic12: 64,
  ic07: 128,
  ic13: 256,
  ic08: 256,
  ic14: 512,
  ic09: 512,
  ic10: 1024,
};
/** The Dock gives every icon this share of its place; what is drawn larger stands out among the others. */
const SHARE_ON_MACOS = 824 / 1024 / (60 / 64);

const drawing = `data:image/svg+xml;base64,${readFileSync(join(root, 'build/icon.svg')).toString('base64')}`;
const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
const page = await browser.newPage();

async function picture(size, share = 1) {
  await page.setViewportSize({ width: size, height: size });
  const side = size * share;
  await page.setContent(
    `<body style="margin:0;display:grid;place-items:center;height:${size}px;overflow:hidden"><img src="${drawing}" style="width:${side}px;height:${side}px">`,
  );
  await page.locator('img').evaluate((image) => image.decode());
  return page.screenshot({ omitBackground: true });
}

/** Windows: a directory of pictures, each with its place in the file. */
function ico(pictures) {
  const ENTRY = 16;
  const header = Buffer.alloc(6 + pictures.length * ENTRY);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.length, 4);
  let place = header.length;
  for (const [index, { size, png }] of pictures.entries()) {
    const at = 6 + index * ENTRY;
    // One octet each for width and height, in which 0 is 256.
    header.writeUInt8(size % 256, at);
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(place, at + 12);
    place += png.length;
  }
  return Buffer.concat([header, ...pictures.map(({ png }) => png)]);
}

/** macOS: named pieces, each with its length. */
function icns(pieces) {
  const piece = (name, content) => {
    const header = Buffer.alloc(8);
    header.write(name, 'latin1');
    header.writeUInt32BE(content.length + 8, 4);
    return Buffer.concat([header, content]);
  };
  return piece('icns', Buffer.concat(pieces.map(({ name, png }) => piece(name, png))));
}

const folder = join(root, 'build/icons');
mkdirSync(folder, { recursive: true });
for (const size of LINUX) writeFileSync(join(folder, `${size}x${size}.png`), await picture(size));
const windows = [];
for (const size of WINDOWS) windows.push({ size, png: await picture(size) });
writeFileSync(join(root, 'build/icon.ico'), ico(windows));
const macos = [];
for (const [name, size] of Object.entries(MACOS))
  macos.push({ name, png: await picture(size, SHARE_ON_MACOS) });
writeFileSync(join(root, 'build/icon.icns'), icns(macos));
// Linux knows the icon of a window by its desktop file, which a single file that was downloaded does not have.
writeFileSync(join(root, 'resources/icon.png'), await picture(256));
await browser.close();
