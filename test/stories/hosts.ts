// What the specs of the Electron host run on: Electron's own binary where there is one, else the stand-in. On both the
// same observer (test/fake/electron/observe.cjs) is loaded before the program: it says what the program does to the
// desktop, and does what a test asks for. What one of them cannot show runs on the other, and the report says so.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { _electron, type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import { startProgram, temporaryFolder } from './programs.ts';

const root = join(import.meta.dirname, '../..');
const OBSERVED = ['-r', join(root, 'test/fake/electron/observe.cjs'), root] as const;
const STAND_IN = 'test/fake/electron/run.ts';
/** How often is looked whether something more was said, in milliseconds. */
const LOOK_EVERY = 25;
/** How long a program that ends by itself may take for it, in milliseconds. */
const END_TIME = 60_000;

export interface Running {
  /** Once all that was said has been heard. */
  readonly ended: Promise<number | null>;
  /** The window that is open now. */
  page(): Promise<Page>;
  do(asked: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

export interface Launch {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly platform: NodeJS.Platform;
  /** What of the test Electron cannot show, for the report: it runs on the stand-in then. */
  readonly onlyStandIn?: string;
  /** Told all that is said, as it was written. */
  readonly heard: (line: string) => void;
}

/** ELECTRON_PATH, or what the package has downloaded in `folder`. NEEDS_ELECTRON: the stand-in will not do. */
export function binary(environment: NodeJS.ProcessEnv, folder: string): string | undefined {
  const { ELECTRON_PATH: named = '', NEEDS_ELECTRON: needed = '' } = environment;
  if (named !== '') return named;
  const name = join(folder, 'path.txt');
  const path = existsSync(name) ? join(folder, 'dist', readFileSync(name, 'utf8')) : undefined;
  if (path !== undefined && existsSync(path)) return path;
  if (needed !== '') throw new Error('there is no Electron binary');
  return undefined;
}

/** As it is shipped; but Chromium does not let root have a sandbox. */
const chromiumSandbox = process.getuid?.() !== 0;
const electron = binary(process.env, join(root, 'node_modules/electron'));
export const isReal = electron !== undefined;
/** The stand-in is each desktop, but that of Linux has programs that Windows cannot run. */
export const canShow = (platform: NodeJS.Platform): boolean =>
  platform !== 'linux' || process.platform !== 'win32';

/** Why a program does not run on Electron; undefined: it does. */
export function whyStandIn(
  { platform, onlyStandIn }: Pick<Launch, 'platform' | 'onlyStandIn'>,
  executablePath: string | undefined,
): string | undefined {
  if (executablePath === undefined) return 'there is no Electron binary';
  return onlyStandIn ?? (platform === process.platform ? undefined : `this is not ${platform}`);
}

/** One entry for each program that was started: why it ran on the stand-in, or that it did not. */
const starts: (string | undefined)[] = [];

/** The line of a file: what its programs ran on, and why. */
export function reportOf(
  file: string,
  reasons: readonly (string | undefined)[],
  executablePath?: string,
): string {
  const real = reasons.filter((reason) => reason === undefined).length;
  const others = [...new Set(reasons.filter((reason) => reason !== undefined))];
  const parts = [
    ...(real > 0 ? [`${real} on Electron (${executablePath})`] : []),
    ...(others.length > 0 ? [`${reasons.length - real} on the stand-in (${others.join('; ')})`] : []),
  ];
  return `${file}: of ${reasons.length} starts of the Electron host ${parts.join(', ')}.`;
}

afterAll(() => {
  const file = basename(expect.getState().testPath ?? '');
  if (starts.length > 0) process.stdout.write(`${reportOf(file, starts, electron)}\n`);
});

/** Starts the built program. */
export function launch(options: Launch): Promise<Running> {
  const reason = whyStandIn(options, electron);
  starts.push(reason);
  return electron !== undefined && reason === undefined
    ? launchElectron(electron, options)
    : launchStandIn(options);
}

/** Starts the built program where it is to end by itself, before anybody could drive it; gives its code. */
export async function launchToEnd(options: Launch): Promise<number | null> {
  const reason = whyStandIn(options, electron);
  starts.push(reason);
  const [program, args] =
    electron !== undefined && reason === undefined
      ? [electron, [...(chromiumSandbox ? [] : ['--no-sandbox']), ...OBSERVED]]
      : [process.execPath, [join(root, STAND_IN), ...OBSERVED]];
  const { environment, stop } = follow(options);
  const child = spawn(program, [...args, ...options.args], {
    cwd: root,
    stdio: 'ignore',
    env: { ...process.env, ...environment },
    timeout: END_TIME,
    killSignal: 'SIGKILL',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  stop();
  return code;
}

/** Hears what is said of the desktop, all of it once that is stopped. Gives the environment in which it is said. */
function follow({ environment, platform, heard }: Launch) {
  const seen = join(temporaryFolder(), 'seen');
  let count = 0;
  const look = (): void => {
    if (!existsSync(seen)) return;
    // The last one is empty, or not written to its end.
    const lines = readFileSync(seen, 'utf8').split('\n').slice(0, -1);
    for (const line of lines.slice(count)) heard(line);
    count = lines.length;
  };
  const timer = setInterval(look, LOOK_EVERY);
  return {
    environment: { ...environment, DESKTOP_SEEN: seen, STAND_IN_PLATFORM: platform },
    stop: () => {
      clearInterval(timer);
      look();
    },
  };
}

async function launchStandIn(options: Launch): Promise<Running> {
  const { environment, stop } = follow(options);
  const { child, found } = await startProgram(
    STAND_IN,
    [...OBSERVED, ...options.args],
    /^stand-in ready (\S+)$/,
    environment,
  ).catch((error: unknown) => {
    stop();
    throw error;
  });
  let browser: Browser | undefined;
  const ended = once(child, 'exit').then(([code]: (number | null)[]) => {
    stop();
    return code ?? null;
  });
  return {
    ended,
    async page() {
      await browser?.close();
      browser = await chromium.connectOverCDP(found[1] ?? '');
      const [page] = browser.contexts().flatMap((context) => context.pages());
      if (page === undefined) throw new Error('there is no window');
      return page;
    },
    do: (asked) => void child.stdin?.write(`${JSON.stringify(asked)}\n`),
    async close() {
      await browser?.close();
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Starts the program on a binary of Electron's. */
export async function launchElectron(executablePath: string, options: Launch): Promise<Running> {
  const { environment, stop } = follow(options);
  const app = await _electron
    .launch({
      executablePath,
      args: [...OBSERVED, ...options.args],
      cwd: root,
      env: { ...(process.env as Record<string, string>), ...environment },
      chromiumSandbox,
    })
    .catch((error: unknown) => {
      stop();
      throw error;
    });
  const child = app.process();
  const exit = child.exitCode === null ? once(child, 'exit') : Promise.resolve([child.exitCode]);
  const ended = exit.then(([code]: (number | null)[]) => {
    stop();
    return code ?? null;
  });
  return {
    ended,
    page: async () => app.windows()[0] ?? (await app.firstWindow()),
    do: (asked) => {
      // It may end by what is asked. What it cannot do a test waits for in vain, and says so.
      void app
        .evaluate((_electron, given) => {
          (globalThis as unknown as { parleyAsked(asked: unknown): void }).parleyAsked(given);
        }, asked)
        .catch((error: Error) => {
          if (child.exitCode === null) options.heard(JSON.stringify({ failed: error.message }));
        });
    },
    async close() {
      await app.close();
      await ended;
    },
  };
}
