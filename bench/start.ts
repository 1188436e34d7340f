// From exec to a window that can be used, with a store of 100,000 messages, and the memory of it; beside Chromium's
// own window, and beside a page that has one field and nothing else.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchResult } from './result.ts';
import { type Start, startAlone, startParley } from './start/measure.ts';
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
  /** Chromium's own window, as `--app=about:blank` opens it. */
  readonly chromium: Measured;
  /** A page of Chromium's with one field. */
  readonly field: Measured;
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
    type Turn = readonly [Start, Start, Start];
    const colds: Turn[] = [];
    for (let run = 0; run < options.cold; run += 1) {
      rmSync(join(data, 'code'), { recursive: true, force: true });
      forgetFiles();
      const ours = await startParley(data, made(`parley-${run}`));
      forgetFiles();
      const window = await startAlone('window', made(`window-${run}`));
      forgetFiles();
      colds.push([ours, window, await startAlone('field', made(`field-${run}`))]);
    }
    const [parley, window, field] = [made('parley'), made('window'), made('field')];
    // Warm is not the first.
    await startParley(data, parley);
    await startAlone('window', window);
    await startAlone('field', field);
    const warms: Turn[] = [];
    for (let run = 0; run < options.warm; run += 1) {
      const rest = run === options.warm - 1 ? options.rest : undefined;
      warms.push([
        await startParley(data, parley, rest),
        await startAlone('window', window, rest),
        await startAlone('field', field, rest),
      ]);
    }
    const of = (which: 0 | 1 | 2): Measured => ({
      cold: median(colds.map((pair) => pair[which].usable)),
      warm: median(warms.map((pair) => pair[which].usable)),
      work: median(warms.map((pair) => pair[which].work)),
      open: warms.at(-1)?.[which].memory?.open ?? Number.NaN,
      minimized: warms.at(-1)?.[which].memory?.minimized ?? Number.NaN,
    });
    return { parley: of(0), chromium: of(1), field: of(2) };
  } finally {
    // Chromium may still be writing while it ends.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

export async function run(): Promise<BenchResult[]> {
  const starts = { messages: 100_000, conversations: 500, cold: 3, warm: 7, rest: 4_000 };
  const { parley, chromium, field } = await measureStarts(starts);
  const beside = (name: string, unit: string, kind: keyof Measured, size = 1): BenchResult[] =>
    [
      { name: 'Chromium’s own window', measured: chromium },
      { name: 'an empty page', measured: field },
    ].map((reference) => ({
      name,
      value: parley[kind] / size,
      unit,
      reference: { name: reference.name, value: reference.measured[kind] / size },
      ratio: parley[kind] / reference.measured[kind],
    }));
  return [
    ...beside('first start until one can type, 100,000 messages kept', 'ms', 'cold'),
    ...beside('later start until one can type, 100,000 messages kept', 'ms', 'warm'),
    ...beside('processor time of all processes until then', 'ms', 'work'),
    ...beside('memory of all processes, window open', 'MiB', 'open', MEBIBYTE),
    ...beside('memory of all processes, window minimized', 'MiB', 'minimized', MEBIBYTE),
  ];
}
