// What a program and all that it started keep in memory, each shared page counted by its share, and have worked so far.

import { readdirSync, readFileSync } from 'node:fs';
import { cpuOf } from '../process.ts';

const KIB = 1024;

/** Octets: the proportional set sizes of a process and of all below it. */
export const memoryOfTree = (root: number): number =>
  treeOf(root).reduce((sum, pid) => sum + sharesOf(pid), 0);

/** Milliseconds of processor time of a process and of all below it that still run. */
export const workOfTree = (root: number): number => treeOf(root).reduce((sum, pid) => sum + workOf(pid), 0);

/** A process and all below it. */
export function treeOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = parentOf(pid);
    if (parent !== undefined) parents.set(pid, parent);
  }
  const belongs = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || belongs(parents.get(pid)));
  return [...parents.keys()].filter(belongs);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, second, may hold anything; it ends with the last parenthesis.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function sharesOf(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return KIB * Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function workOf(pid: number): number {
  try {
    return cpuOf(pid);
  } catch {
    return 0;
  }
}
