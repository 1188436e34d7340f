import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { ImppError } from '../../../shared/errors.ts';

/**
 * Keeps a second program off the same profile: it would send the same outbox. The lock is SQLite's own on a file
 * of its own, so it is the kernel's and ends with the process, however that ends. Gives the function that lets go.
 * Throws `internal-error` if another program has it.
 */
export function lockProfile(path: string): () => void {
  closeSync(openSync(path, 'a', 0o600));
  const lock = new DatabaseSync(path, { timeout: 2000 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new ImppError('internal-error', 'another Parley uses this profile', { cause: error });
  }
  return () => lock.close();
}
