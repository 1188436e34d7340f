// The app in the Electron host, on a desktop that a test can look at and touch.

import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startProgram, temporaryFolder } from './programs.ts';

/** How long a test waits for what has to happen on the desktop, in milliseconds. */
const PATIENCE = 20_000;

export interface DesktopOptions {
  readonly platform: NodeJS.Platform;
  /** Whether something shows a tray. */
  readonly hasTray?: boolean;
  readonly args?: readonly string[];
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

type Said = Readonly<Record<string, unknown>>;

/** A bus that answers the question for a tray, in the place of the desktop's own. */
function busThatSays(hasTray: boolean): string {
  const folder = join(temporaryFolder(), 'bin');
  mkdirSync(folder);
  for (const program of ['busctl', 'gdbus', 'dbus-send']) {
    writeFileSync(join(folder, program), `#!/bin/sh\necho 'b ${String(hasTray)}'\n`);
    chmodSync(join(folder, program), 0o755);
  }
  return `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
}

export class Desktop {
  readonly folder: string;
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #said: Said[];
  readonly #listeners: Set<() => void>;
  readonly #url: string;
  #browser: Browser | undefined;

  private constructor(
    folder: string,
    child: ChildProcess,
    url: string,
    said: Said[],
    listeners: Set<() => void>,
  ) {
    this.folder = folder;
    this.#child = child;
    this.#url = url;
    this.#said = said;
    this.#listeners = listeners;
    this.ended = new Promise((resolve) => child.once('exit', resolve));
  }

  static async start(options: DesktopOptions): Promise<Desktop> {
    const { platform, hasTray = true, args = [], folder = temporaryFolder(), environment = {} } = options;
    const said: Said[] = [];
    const listeners = new Set<() => void>();
    const { child, found } = await startProgram(
      'test/fake/electron/run.ts',
      ['out/main/index.js', `--user-data-dir=${folder}`, ...args],
      /^stand-in ready (\S+)$/,
      {
        DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
        STAND_IN_PLATFORM: platform,
        XDG_CONFIG_HOME: join(folder, 'config'),
        PATH: busThatSays(hasTray),
        ...environment,
      },
      (line) => {
        const [, kind, words] = /^stand-in (says|saved) (.*)$/.exec(line) ?? [];
        if (words === undefined) return;
        said.push(kind === 'saved' ? { saved: words } : (JSON.parse(words) as Said));
        for (const listener of listeners) listener();
      },
    );
    return new Desktop(folder, child, found[1] ?? '', said, listeners);
  }

  /** The window that is open now. */
  async page(): Promise<Page> {
    await this.#browser?.close();
    await this.until('window', (state) => state === 'shown');
    this.#browser = await chromium.connectOverCDP(this.#url);
    const [page] = this.#browser.contexts().flatMap((context) => context.pages());
    if (page === undefined) throw new Error('there is no window');
    page.setDefaultTimeout(PATIENCE);
    return page;
  }

  do(what: string, more: Said = {}): void {
    this.#child.stdin?.write(`${JSON.stringify({ do: what, ...more })}\n`);
  }

  /** All of a kind that was said so far. */
  all(kind: string): unknown[] {
    return this.#said.flatMap((one) => (kind in one ? [one[kind]] : []));
  }

  /** Waits until the newest of a kind is as `isSo` wants it. */
  async until<T>(kind: string, isSo: (value: T) => boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#listeners.delete(look);
        reject(new Error(`waited in vain for ${kind}: ${JSON.stringify(this.#said.slice(-6).reverse())}`));
      }, PATIENCE);
      const look = (): void => {
        const newest = this.all(kind).at(-1) as T | undefined;
        if (newest === undefined || !isSo(newest)) return;
        clearTimeout(late);
        this.#listeners.delete(look);
        resolve(newest);
      };
      this.#listeners.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    if (this.#child.exitCode === null) this.#child.kill('SIGTERM');
    await this.ended;
  }
}
