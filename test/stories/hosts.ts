// What the specs of the Electron host run on: Electron's own binary where there is one, else the stand-in. Both say what
// the program does to the desktop as the same lines, and do what a test asks for.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { _electron, type Browser, chromium, type Page } from 'playwright-core';
import { startProgram } from './programs.ts';

const root = join(import.meta.dirname, '../..');

export interface Running {
  readonly ended: Promise<number | null>;
  /** The window that is open now. */
  page(): Promise<Page>;
  do(asked: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

export interface Launch {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly heard: (line: string) => void;
}

/** ELECTRON_PATH, or what the package has downloaded. */
function binary(): string | undefined {
  const named = process.env['ELECTRON_PATH'];
  if (named !== undefined && named !== '') return named;
  const folder = join(root, 'node_modules/electron');
  const name = join(folder, 'path.txt');
  if (!existsSync(name)) return undefined;
  const path = join(folder, 'dist', readFileSync(name, 'utf8'));
  return existsSync(path) ? path : undefined;
}

const electron = binary();
export const isReal = electron !== undefined;
/** Whether a desktop of this kind can be shown: the stand-in is any, Electron the one it runs on. */
export const canShow = (platform: NodeJS.Platform): boolean => !isReal || platform === process.platform;

process.stdout.write(
  `The Electron host runs on ${electron ?? 'the stand-in: there is no Electron binary'}.\n`,
);

/** Starts the built program. */
export const launch = (options: Launch): Promise<Running> =>
  electron === undefined ? launchStandIn(options) : launchElectron(electron, options);

async function launchStandIn({ args, environment, heard }: Launch): Promise<Running> {
  const { child, found } = await startProgram(
    'test/fake/electron/run.ts',
    ['out/main/index.js', ...args],
    /^stand-in ready (\S+)$/,
    environment,
    heard,
  );
  let browser: Browser | undefined;
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
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

async function launchElectron(
  executablePath: string,
  { args, environment, heard }: Launch,
): Promise<Running> {
  const app = await _electron.launch({
    executablePath,
    args: ['-r', join(root, 'test/fake/electron/observe.cjs'), root, ...args],
    cwd: root,
    env: { ...(process.env as Record<string, string>), ...environment },
  });
  const child = app.process();
  let rest = '';
  child.stdout?.on('data', (data: Buffer) => {
    const lines = (rest + data.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) heard(line);
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    ended,
    page: async () => app.windows()[0] ?? (await app.firstWindow()),
    do: (asked) => {
      // It may end by what is asked.
      void app
        .evaluate((_electron, given) => {
          (globalThis as unknown as { parleyAsked(asked: unknown): void }).parleyAsked(given);
        }, asked)
        .catch(() => {});
    },
    async close() {
      await app.close();
      await ended;
    },
  };
}
