import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { ImppError } from '../../shared/errors.ts';
import { isBusy } from './sqlite-database.ts';

/**
 * Keeps a second `parleyd serve` off the same file, while commands of an administrator may share it. The lock
 * is SQLite's own on a file of its own, so it is the kernel's: it ends with the process, however that ends,
 * and no stale number of a process has to be judged. Gives the function that lets go.
 * @throws ImppError internal-error if another process serves
 */
export function lockForServing(path: string): () => void {
  closeSync(openSync(path, 'a', 0o600));
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new ImppError(
      'internal-error',
      `Another parleyd already serves from ${path.replace(/\.lock$/, '')}; stop it first or use another data folder.`,
      { cause: error },
    );
  }
  return () => lock.close();
}
