// The app in the Electron host, on a desktop that a test can look at and touch.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Page } from 'playwright-core';
import { type Launch, launch, launchToEnd, type Running } from './hosts.ts';
import { temporaryFolder } from './programs.ts';

/** How long a test waits for what has to happen on the desktop, in milliseconds. */
const PATIENCE = 30_000;

export interface DesktopOptions {
  readonly platform: NodeJS.Platform;
  /** Whether something shows a tray. */
  readonly hasTray?: boolean;
  readonly args?: readonly string[];
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What of the test Electron cannot show. */
  readonly onlyStandIn?: string;
}

type Said = Readonly<Record<string, unknown>>;

/** Makes a bus that answers the question for a tray, in the place of the desktop's own; gives its folder. */
function makeBus(): string {
  const folder = join(temporaryFolder(), 'bin');
  mkdirSync(folder);
  for (const program of ['busctl', 'gdbus', 'dbus-send']) {
    writeFileSync(join(folder, program), `#!/bin/sh\ncat '${join(folder, 'answer')}'\n`);
    chmodSync(join(folder, program), 0o755);
  }
  return folder;
}

const answerOfBus = (folder: string, hasTray: boolean): void =>
  writeFileSync(join(folder, 'answer'), `b ${String(hasTray)}\n`);

/** All of a kind that was said so far. */
const allOf = (said: readonly Said[], kind: string): unknown[] =>
  said.flatMap((one) => (kind in one ? [one[kind]] : []));

/** What a program is started with on this desktop, and where it keeps its things. */
function prepare(options: DesktopOptions, heard: (one: Said) => void) {
  const { platform, onlyStandIn, hasTray = true, args = [], folder = temporaryFolder() } = options;
  const bus = makeBus();
  answerOfBus(bus, hasTray);
  const program: Launch = {
    platform,
    ...(onlyStandIn === undefined ? {} : { onlyStandIn }),
    args: [`--user-data-dir=${folder}`, ...args],
    environment: {
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
      XDG_CONFIG_HOME: join(folder, 'config'),
      PATH: `${bus}${delimiter}${process.env['PATH'] ?? ''}`,
      ...options.environment,
    },
    heard: (line) => heard(JSON.parse(line) as Said),
  };
  return { bus, folder, program };
}

export class Desktop {
  readonly folder: string;
  readonly ended: Promise<number | null>;
  readonly #bus: string;
  readonly #running: Running;
  readonly #said: Said[];
  readonly #listeners: Set<() => void>;

  private constructor(
    folder: string,
    bus: string,
    running: Running,
    said: Said[],
    listeners: Set<() => void>,
  ) {
    this.folder = folder;
    this.#bus = bus;
    this.#running = running;
    this.#said = said;
    this.#listeners = listeners;
    this.ended = running.ended;
  }

  static async start(options: DesktopOptions): Promise<Desktop> {
    const said: Said[] = [];
    const listeners = new Set<() => void>();
    const { bus, folder, program } = prepare(options, (one) => {
      said.push(one);
      for (const listener of listeners) listener();
    });
    const running = await launch(program);
    return new Desktop(folder, bus, running, said, listeners);
  }

  /** Starts a program that is to end by itself: its code, and all of a kind that it has said. */
  static async toEnd(options: DesktopOptions) {
    const said: Said[] = [];
    const code = await launchToEnd(prepare(options, (one) => said.push(one)).program);
    return { code, all: (kind: string): unknown[] => allOf(said, kind) };
  }

  /** The window that is open now. */
  async page(): Promise<Page> {
    await this.until('window', (state) => state === 'shown');
    const page = await this.#running.page();
    page.setDefaultTimeout(PATIENCE);
    return page;
  }

  /** From now on nothing shows a tray. */
  loseTray(): void {
    answerOfBus(this.#bus, false);
  }

  do(what: string, more: Said = {}): void {
    this.#running.do({ do: what, ...more });
  }

  /** All of a kind that was said so far. */
  all(kind: string): unknown[] {
    return allOf(this.#said, kind);
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

  close(): Promise<void> {
    return this.#running.close();
  }
}
