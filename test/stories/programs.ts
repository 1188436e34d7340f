// Starts what users start, as processes of their own: a domain, and the app in the browser host.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll } from 'vitest';
import { freePort } from '../fixtures/free-port.ts';

const root = join(import.meta.dirname, '../..');
/** How long a program may take until it says that it is ready, in milliseconds. */
const START_TIME = 60_000;

const running = new Set<ChildProcess>();
const folders: string[] = [];

afterAll(async () => {
  await Promise.all([...running].map((child) => endProgram(child, 'SIGKILL')));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that goes when the file's tests have ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-story-'));
  folders.push(folder);
  return folder;
}

/**
 * Starts a TypeScript program and waits for the line of its output that matches `pattern`; gives its groups.
 * `heard` is told every line, before and after.
 */
export async function startProgram(
  script: string,
  args: readonly string[],
  pattern: RegExp,
  environment: Record<string, string> = {},
  heard: (line: string) => void = () => {},
): Promise<{ child: ChildProcess; found: RegExpExecArray }> {
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-4000);
  });
  const late = setTimeout(() => child.kill('SIGKILL'), START_TIME);
  const lines = createInterface({ input: child.stdout });
  lines.on('line', heard);
  try {
    const found = await new Promise<RegExpExecArray>((resolve, reject) => {
      lines.on('line', (line) => {
        const match = pattern.exec(line);
        if (match) resolve(match);
      });
      lines.on('close', () => reject(new Error(`${script} ended before it was ready: ${said}`)));
    });
    return { child, found };
  } finally {
    clearTimeout(late);
  }
}

export async function endProgram(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill(signal);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** HOST:PORT at which nobody is, for a domain of which others are told before it starts. */
export const freePlace = async (): Promise<string> => `127.0.0.1:${await freePort()}`;

export interface DomainProgram {
  readonly name: string;
  /** HOST:PORT, the same after each restart. */
  readonly server: string;
  /** The folder of its files, for who plays the operator. */
  readonly data: string;
  kill(signal?: NodeJS.Signals): Promise<number | null>;
  restart(): Promise<void>;
}

/** A domain over SQLite on disk, at a place that it keeps: any that is free, if `place` does not say which. */
export async function startDomain(
  name = 'story.localhost',
  settings: readonly string[] = [],
  place?: string,
): Promise<DomainProgram> {
  const data = temporaryFolder();
  const server = place ?? (await freePlace());
  const start = async () =>
    startProgram(
      'server/index.ts',
      ['serve', '--domain', name, '--listen', server, '--data', data, '--registration', 'open', ...settings],
      /^parleyd ready /,
    );
  let { child } = await start();
  return {
    name,
    server,
    data,
    kill: (signal = 'SIGKILL') => endProgram(child, signal),
    restart: async () => {
      ({ child } = await start());
    },
  };
}

export interface AppProgram {
  readonly url: string;
  kill(signal?: NodeJS.Signals): Promise<number | null>;
}

/** The app of one person on one computer: `folder` is what it keeps. */
export async function startApp(profile: string, folder: string): Promise<AppProgram> {
  const { child, found } = await startProgram(
    'main/host/browser/index.ts',
    ['--profile', profile, '--data', folder, '--no-open'],
    /^parley ready \S+ (\S+)$/,
    // No keyring in stories: the app says so and asks for the password, as on a machine that has none.
    { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' },
  );
  return { url: found[1] ?? '', kill: (signal = 'SIGTERM') => endProgram(child, signal) };
}
