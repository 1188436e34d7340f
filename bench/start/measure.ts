// One start of the app in the browser host, and one of Chromium alone: how long, and how much memory.

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findBrowser } from '../../build/browser.mjs';
import { FLAGS, type Page, pageOf } from './chromium.ts';
import { memoryOfTree, treeOf, workOfTree } from './memory.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STOP_DEADLINE_MS = 10_000;

export interface Start {
  /** Milliseconds from exec until what is typed stands in the composer, or until the window of Chromium alone is there. */
  readonly usable: number;
  /** Milliseconds of processor time of all processes until then: what else the machine does hardly changes it. */
  readonly work: number;
  /** Octets, of all processes, once they have had time to come to rest; absent if they were not to be weighed. */
  readonly memory?: { readonly open: number; readonly minimized: number };
}

const browser = (): string => {
  const found = findBrowser();
  if (found === undefined) throw new Error('there is no Chromium to measure: set CHROME_PATH');
  return found;
};

/** What Chromium opens without a program behind it. */
const ALONE = {
  /** Its own window: with no page to show it shows its new tab. */
  window: { address: 'about:blank', shows: 'chrome://new-tab' },
  /** The least that can be typed into. */
  field: { address: 'data:text/html,<textarea></textarea>', shows: 'data:' },
} as const;

/** Chromium alone, its profile in `folder`. `weighedAfter`: milliseconds until its memory is looked at. */
export async function startAlone(
  what: keyof typeof ALONE,
  folder: string,
  weighedAfter?: number,
): Promise<Start> {
  const { address, shows } = ALONE[what];
  const began = performance.now();
  const child = spawn(browser(), [...FLAGS, `--user-data-dir=${folder}`, `--app=${address}`], {
    stdio: 'ignore',
  });
  return measure(child, folder, shows, weighedAfter, async (page) => {
    if (what === 'field') return typed(page, began);
    await page.until(`document.readyState === 'complete'`);
    return performance.now() - began;
  });
}

/** The time until what was typed stands in the field. */
async function typed(page: Page, began: number): Promise<number> {
  await page.until(OPEN);
  // Another text each time: what was typed before is kept, and would be taken for it.
  const text = `typed ${began}`;
  await page.type(text);
  await page.until(`document.querySelector('textarea')?.value === '${text}'`);
  return performance.now() - began;
}

/** A conversation is opened as soon as there is one to click, and typed into as soon as there is a field. */
const OPEN = `(() => {
  const field = document.querySelector('textarea');
  if (field === null) document.querySelector('section [data-row]')?.click();
  else field.select();
  return field !== null;
})()`;

/** The app with the history in `data`. Its window is what the desktop's opener makes of the address it is given. */
export async function startParley(data: string, folder: string, weighedAfter?: number): Promise<Start> {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const opener = `#!/bin/sh\nexec '${browser()}' ${FLAGS.join(' ')} --user-data-dir='${folder}' --app="$1"\n`;
  writeFileSync(join(bin, 'xdg-open'), opener);
  chmodSync(join(bin, 'xdg-open'), 0o755);
  const began = performance.now();
  const child = spawn(process.execPath, [join(ROOT, 'out/main/browser.js'), '--data', data], {
    stdio: 'ignore',
    env: {
      ...process.env,
      PATH: bin + delimiter + (process.env['PATH'] ?? ''),
      // Without a screen nothing would be opened, and no keychain is to be asked.
      DISPLAY: ':0',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
    },
  });
  return measure(child, folder, 'http://127.0.0.1', weighedAfter, (page) => typed(page, began));
}

async function measure(
  child: ChildProcess,
  folder: string,
  address: string,
  weighedAfter: number | undefined,
  use: (page: Page) => Promise<number>,
): Promise<Start> {
  // What a Chromium before it left would be taken for its own.
  rmSync(join(folder, 'DevToolsActivePort'), { force: true });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const page = await pageOf(folder, address);
    const usable = await use(page);
    const work = workOfTree(child.pid ?? 0);
    if (weighedAfter === undefined) {
      await page.close();
      return { usable, work };
    }
    const pid = child.pid ?? 0;
    await sleep(weighedAfter);
    const open = memoryOfTree(pid);
    await page.minimize();
    await sleep(weighedAfter);
    const minimized = memoryOfTree(pid);
    await page.close();
    return { usable, work, memory: { open, minimized } };
  } finally {
    const below = treeOf(child.pid ?? 0);
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
    await ended;
    clearTimeout(late);
    // A window that could not be used was not closed, and would stay.
    for (const pid of below) end(pid);
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
