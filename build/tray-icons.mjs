// Makes the pictures of the tray from build/tray: 16 px, the steps between that Windows has, and twice that for dense
// screens and for Linux, whose panels scale what they get. Run when a drawing changes (`node build/tray-icons.mjs`); the pictures are kept, so that
// building needs no browser.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { chromium } from 'playwright-core';
import { findBrowser } from './browser.mjs';

const root = join(import.meta.dirname, '..');
/** Electron finds a picture of each by the end of its name, such as `@1.5x`; macOS knows the whole ones only. */
const SCALES = [1, 1.25, 1.5, 2];
const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
for (const theme of readdirSync(join(root, 'build/tray'))) {
  const into = join(root, 'resources/tray', theme);
  mkdirSync(into, { recursive: true });
  for (const scale of SCALES.filter((each) => theme !== 'template' || Number.isInteger(each))) {
    const page = await browser.newPage({
      viewport: { width: 16, height: 16 },
      deviceScaleFactor: scale,
    });
    for (const file of readdirSync(join(root, 'build/tray', theme))) {
      const drawing = readFileSync(join(root, 'build/tray', theme, file), 'utf8');
      await page.setContent(`<body style="margin:0;background:transparent">${drawing}`);
      const picture = await page.screenshot({ omitBackground: true });
      // macOS tints what is named so.
      const name = basename(file, '.svg') + (theme === 'template' ? 'Template' : '');
      writeFileSync(join(into, `${name}${scale === 1 ? '' : `@${scale}x`}.png`), picture);
    }
    await page.close();
  }
}
await browser.close();
