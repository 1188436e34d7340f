// From exec to a window that can be used, with a store of 100,000 messages, and the memory of it; beside a Chromium
// window with nothing in it.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchResult } from './result.ts';
import { type Start, startEmpty, startParley } from './start/measure.ts';
import { build } from './store/measure.ts';

const MEBIBYTE = 1024 * 1024;

export interface StartOptions {
  readonly messages: number;
  readonly conversations: number;
  readonly cold: number;
  readonly warm: number;
  /** Milliseconds in which a window comes to rest before it is weighed. */
  readonly rest: number;
}

export interface Starts {
  readonly parley: Measured;
  readonly chromium: Measured;
}

interface Measured {
  /** Medians, milliseconds. */
  readonly cold: number;
  readonly warm: number;
  /** Of the later starts. */
  readonly work: number;
  /** Octets. */
  readonly open: number;
  readonly minimized: number;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Nothing of the files is in memory any more, where the system lets one say so. */
function forgetFiles(): void {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3');
  } catch {
    // Not on this machine: then cold is a first start with the files at hand.
  }
}

/** Turn and turn about, so that what else the machine does falls on both. */
export async function measureStarts(options: StartOptions): Promise<Starts> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-start-'));
  const made = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  };
  try {
    const data = made('data');
    await build(join(data, 'parley.db'), options.messages, options.conversations);
    const colds: [Start, Start][] = [];
    for (let run = 0; run < options.cold; run += 1) {
      rmSync(join(data, 'code'), { recursive: true, force: true });
      forgetFiles();
      const ours = await startParley(data, made(`parley-${run}`));
      forgetFiles();
      colds.push([ours, await startEmpty(made(`empty-${run}`))]);
    }
    const [parley, empty] = [made('parley'), made('empty')];
    // Warm is not the first.
    await startParley(data, parley);
    await startEmpty(empty);
    const warms: [Start, Start][] = [];
    for (let run = 0; run < options.warm; run += 1) {
      const rest = run === options.warm - 1 ? options.rest : undefined;
      warms.push([await startParley(data, parley, rest), await startEmpty(empty, rest)]);
    }
    const of = (which: 0 | 1): Measured => ({
      cold: median(colds.map((pair) => pair[which].usable)),
      warm: median(warms.map((pair) => pair[which].usable)),
      work: median(warms.map((pair) => pair[which].work)),
      open: warms.at(-1)?.[which].memory?.open ?? Number.NaN,
      minimized: warms.at(-1)?.[which].memory?.minimized ?? Number.NaN,
    });
    return { parley: of(0), chromium: of(1) };
  } finally {
    // Chromium may still be writing while it ends.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

const beside = (name: string, unit: string, value: number, reference: number): BenchResult => ({
  name,
  value,
  unit,
  reference: { name: 'Chromium alone', value: reference },
  ratio: value / reference,
});

export async function run(): Promise<BenchResult[]> {
  const starts = { messages: 100_000, conversations: 500, cold: 3, warm: 7, rest: 4_000 };
  const { parley, chromium } = await measureStarts(starts);
  const time = (name: string, kind: 'cold' | 'warm'): BenchResult =>
    beside(`${name} start until one can type, 100,000 messages kept`, 'ms', parley[kind], chromium[kind]);
  const memory = (name: string, kind: 'open' | 'minimized'): BenchResult =>
    beside(`memory of all processes, ${name}`, 'MiB', parley[kind] / MEBIBYTE, chromium[kind] / MEBIBYTE);
  return [
    time('first', 'cold'),
    time('later', 'warm'),
    beside('processor time of all processes until then', 'ms', parley.work, chromium.work),
    memory('window open', 'open'),
    memory('window minimized', 'minimized'),
  ];
}
