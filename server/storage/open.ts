import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { ImppError } from '../../shared/errors.ts';
import type { Config } from '../config.ts';
import { createMemoryStorage } from './memory.ts';
import { lockForServing } from './serve-lock.ts';
import { openSqliteStorage, type SqliteHooks } from './sqlite.ts';
import type { Storage } from './storage.ts';

type StorageConfig = Pick<Config, 'data' | 'storage'>;

/** The file of the store, or undefined when it is in memory. @throws ImppError invalid-argument */
export function storageFile({ data, storage }: StorageConfig): string | undefined {
  const { url } = storage;
  if (url === 'memory:') return undefined;
  if (!url.startsWith('sqlite:')) {
    throw new ImppError(
      'invalid-argument',
      `storage.url is "${url}"; it can be sqlite:, sqlite:PATH or memory:.`,
    );
  }
  const path = url.slice('sqlite:'.length);
  if (path !== '') return resolve(path);
  if (data === '') throw new ImppError('invalid-argument', 'A data folder is needed: --data DIR.');
  return resolve(data, 'parley.sqlite');
}

/**
 * Opens the store that `storage.url` names, making folder and file when they are not there. Only one process
 * may open it to `serve`; any number may `administer` it at the same time. `broken` hears when the file fails for good.
 * @throws ImppError with a sentence for the operator
 */
export async function openStorage(
  config: StorageConfig,
  purpose: 'serve' | 'administer' = 'serve',
  broken?: SqliteHooks['broken'],
): Promise<Storage> {
  const path = storageFile(config);
  if (path === undefined) return createMemoryStorage();
  makeFolder(dirname(path));
  const unlock = purpose === 'serve' ? lockForServing(`${path}.lock`) : () => {};
  try {
    const isShared = purpose === 'administer';
    return await openSqliteStorage(path, { closed: unlock, isShared, ...(broken && { broken }) });
  } catch (error) {
    unlock();
    throw error;
  }
}

/** For the owner alone: verifiers and messages are in it. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImppError('internal-error', `The folder ${folder} cannot be made: ${reason}.`, { cause });
  }
}
