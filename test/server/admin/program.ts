import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export const PROGRAM = fileURLToPath(new URL('../../../server/index.ts', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs parleyd to its end. */
export async function parleyd(
  args: readonly string[],
  input = '',
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [PROGRAM, ...args], { env });
  child.stdin.on('error', () => {}).end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

export interface Serving {
  readonly line: string;
  readonly host: string;
  readonly port: number;
  signal(name: NodeJS.Signals): void;
  /** Waits for a line of the log with this event, which may have been there before; gives its fields. */
  logged(event: string): Promise<Record<string, unknown>>;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Outcome>;
}

/** A `parleyd serve` that may or may not come to serve. */
export interface Starting {
  /** What it says when it serves. @throws if it ends before */
  readonly ready: Promise<string>;
  readonly lines: readonly string[];
  readonly stderr: Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Waits for a line of the log with this event, which may have been there before; gives its fields. */
  logged(event: string): Promise<Record<string, unknown>>;
  /** Sends the signal and waits for the end; gives the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export function starting(args: readonly string[]): Starting {
  const child = spawn(process.execPath, [PROGRAM, 'serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const stderr = text(child.stderr);
  const logLines = createInterface({ input: child.stderr });
  const log: string[] = [];
  logLines.on('line', (each) => log.push(each));
  const lines: string[] = [];
  const ready = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (each) => {
      lines.push(each);
      resolve(each);
    });
    child.once('close', () => void stderr.then((said) => reject(new Error(said))));
  });
  // Who does not wait for it does not hear that it never comes.
  ready.catch(() => {});
  return {
    ready,
    lines,
    stderr,
    signal: (name) => void child.kill(name),
    logged: async (event) => {
      const find = (): string | undefined => log.find((each) => each.includes(`"event":"${event}"`));
      while (find() === undefined) await once(logLines, 'line');
      return JSON.parse(find() ?? '') as Record<string, unknown>;
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await closed;
      return child.exitCode;
    },
  };
}

/** Starts `parleyd serve` and waits for its line. @throws if it ends before */
export async function serving(args: readonly string[]): Promise<Serving> {
  const child = starting(args);
  const line = await child.ready;
  const [, host = '', port = ''] = /^parleyd ready \S+ (\S+):(\d+)$/.exec(line) ?? [];
  return {
    line,
    host,
    port: Number(port),
    signal: (name) => child.signal(name),
    logged: (event) => child.logged(event),
    async stop(signal) {
      const code = await child.stop(signal);
      return { code, stdout: child.lines.join('\n'), stderr: await child.stderr };
    },
  };
}
