import { parentPort, workerData } from 'node:worker_threads';
import type { Told } from '../operations.ts';

/** How often is told how far it has come, in milliseconds. */
const TELL_EVERY = 100;
const isChore = (workerData as { readonly role?: unknown } | null)?.role === 'chore';
let last = 0;

/** Tells how far the chore of this thread has come; often enough to be seen, and no oftener. */
export function tellProgress(done: number, total: number): void {
  const now = performance.now();
  if (!isChore || now - last < TELL_EVERY) return;
  last = now;
  parentPort?.postMessage({ progress: { done, total } } satisfies Told);
}
