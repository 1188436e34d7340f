// The thread that owns the SQLite file, so that an fsync never holds up a connection.

import { parentPort, workerData } from 'node:worker_threads';

import { ImppError } from '../../shared/errors.ts';
import { releaseUnfinished } from './sqlite-bodies.ts';
import { openDatabase } from './sqlite-database.ts';
import { createOperations, type Group, LARGE_BODY } from './sqlite-operations.ts';
import { createRunner } from './sqlite-transactions.ts';

const port = parentPort;
if (!port) throw new Error('runs as a worker only');

/** Large bodies that are read move to the other thread instead of being copied. */
function buffersOf(results: readonly unknown[]): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  const look = (value: unknown): void => {
    if (value instanceof Uint8Array) {
      if (value.length >= LARGE_BODY && value.buffer instanceof ArrayBuffer) buffers.push(value.buffer);
    } else if (Array.isArray(value)) for (const item of value) look(item);
    else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) look(item);
  };
  for (const result of results) if (typeof result === 'object') look(result);
  return buffers;
}

try {
  const { path, isShared } = workerData as { path: string; isShared: boolean };
  const db = openDatabase(path);
  if (!isShared) releaseUnfinished(db);
  const operations = createOperations(db);
  const run = createRunner(db, operations);
  port.on('message', (group: Group | 'close') => {
    if (group === 'close') {
      // Brings what is in the WAL into the file, if no other process has it open.
      db.close();
      port.close();
      return;
    }
    const outcome = run(group);
    port.postMessage(outcome, buffersOf(outcome.results));
    operations.bodies.checkpoint();
  });
  port.postMessage('ready');
} catch (error) {
  const refusal = error instanceof ImppError ? error : new ImppError('internal-error', String(error));
  port.postMessage({ code: refusal.code, reason: refusal.message });
  port.close();
}
