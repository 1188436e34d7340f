// Programs under measurement: started on their own, asked of the kernel what they use, ended for sure.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const START_DEADLINE_MS = 15_000;
const STOP_DEADLINE_MS = 10_000;
const GENERATOR_DEADLINE_MS = 120_000;
/** The kernel counts processor time in these [sysconf(_SC_CLK_TCK) on Linux]. */
const TICK_MS = 10;

export interface Program {
  readonly port: number;
  readonly pid: number;
  /** Processor time so far, all threads: milliseconds. */
  cpu(): number;
  /** Resident memory after a collection: octets. */
  memory(): Promise<number>;
  /** Resident memory as it is now. */
  resident(): number;
  stop(): Promise<void>;
}

/** Starts a program of this repository and waits for the first line it prints, whose last word ends in its port. */
const start = async (args: readonly string[]): Promise<Program> => {
  const flags = ['--expose-gc', '--import', join(HERE, 'collect.ts'), ...extraFlags()];
  const child = spawn(process.execPath, [...flags, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await firstLine(child);
  const port = Number(/:(\d+)$/.exec(line)?.[1]);
  const pid = child.pid;
  if (!Number.isInteger(port) || pid === undefined) throw new Error(`not a ready line: ${line}`);
  return {
    port,
    pid,
    cpu: () => cpuOf(pid),
    memory: () => memoryOf(pid),
    resident: () => residentOf(pid),
    stop: () => stop(child),
  };
};

/** For a look inside: PARLEY_BENCH_FLAGS="--cpu-prof --cpu-prof-dir=..." reaches the program. */
const extraFlags = (): string[] =>
  (process.env['PARLEY_BENCH_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '');

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    const { stdout } = child;
    if (!stdout) throw new Error('no output to read');
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error('the program did not start in time'));
    }, START_DEADLINE_MS);
    createInterface({ input: stdout }).once('line', (line) => {
      clearTimeout(timer);
      resolve(line);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the program ended with ${code}`));
    });
  });

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  child.kill('SIGTERM');
  await gone;
  clearTimeout(timer);
};

/** Processor time of a process so far, all threads: milliseconds. */
export const cpuOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, second, may hold anything; it ends with the last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
};

const residentOf = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

const memoryOf = async (pid: number): Promise<number> => {
  let least = Number.POSITIVE_INFINITY;
  // The collector gives pages back in steps: what counts is where it comes to rest.
  for (let i = 0; i < 4; i += 1) {
    process.kill(pid, 'SIGUSR2');
    await sleep(400);
    least = Math.min(least, residentOf(pid));
  }
  return least;
};

export interface ServerOptions {
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly settings?: Readonly<Record<string, string | number>>;
}

export const DOMAIN = 'bench.localhost';

/** parleyd as anyone would run it, on SQLite in a temporary folder, with only the throttles out of the way. */
export async function startServer(options: ServerOptions = {}): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const settings = {
    'limits.requests-per-second': 1_000_000,
    'limits.request-burst': 1_000_000,
    'limits.connections': 100_000,
    'auth.iterations': ITERATIONS,
    'log.level': 'warn',
    ...options.settings,
  };
  const { certificate } = options;
  const program = await start([
    join(HERE, '../server/index.ts'),
    'serve',
    '--domain',
    DOMAIN,
    '--listen',
    '127.0.0.1:0',
    '--data',
    folder,
    '--registration',
    'open',
    ...(certificate ? ['--tls-cert', certificate.cert, '--tls-key', certificate.key] : []),
    ...Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
  ]);
  return {
    ...program,
    async stop() {
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The fewest that SCRAM allows: the cost is the client's, and is not what is measured. */
export const ITERATIONS = 4096;

/** The reference: octets from one socket to another and nothing else. */
export const startRelay = (certificate?: { readonly cert: string; readonly key: string }): Promise<Program> =>
  start([join(HERE, 'relay.ts'), ...(certificate ? [certificate.cert, certificate.key] : [])]);

/**
 * Runs the generator in a process of its own and gives what it reports. `heard` is called with the words it
 * says on its way, and waited for before it is told to go on.
 */
export async function runGenerator<Report>(
  name: string,
  options: object,
  heard: (word: string) => void | Promise<void> = () => {},
): Promise<Report> {
  const args = [join(HERE, 'generator.ts'), name, JSON.stringify(options)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), GENERATOR_DEADLINE_MS);
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  let failure: unknown;
  child.on('message', (word: string) => {
    Promise.resolve(heard(word)).then(
      () => child.send('on'),
      (error: unknown) => {
        failure = error;
        child.kill('SIGKILL');
      },
    );
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  if (failure !== undefined) throw failure;
  if (code !== 0) throw new Error(`the generator ended with ${String(code)}`);
  return JSON.parse(Buffer.concat(chunks).toString()) as Report;
}
