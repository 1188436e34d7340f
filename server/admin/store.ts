import { existsSync } from 'node:fs';

import { ImppError } from '../../shared/errors.ts';
import type { Config } from '../config.ts';
import { checkDomain } from '../storage/of-domain.ts';
import { openStorage, storageFile } from '../storage/open.ts';
import type { Storage } from '../storage/storage.ts';

/**
 * Opens the domain's store beside a running parleyd, if there is one, for as long as `work` takes. `isMade`: also where
 * there is none.
 * @throws ImppError invalid-argument for a store in memory, which nobody else can see; not-found, conflict (of another domain)
 */
export async function withStore<T>(
  config: Config,
  work: (storage: Storage) => Promise<T>,
  isMade = false,
): Promise<T> {
  const path = storageFile(config);
  if (path === undefined) {
    throw new ImppError(
      'invalid-argument',
      'storage.url is memory: only the serving process sees what is in it.',
    );
  }
  // An empty one in a wrong place would be as good an answer as the right one.
  if (!isMade && !existsSync(path))
    throw new ImppError('not-found', `There is no store ${path}: give --config, or the right --data.`);
  const storage = await openStorage(config, 'administer');
  try {
    await checkDomain(storage, config.domain, path);
    return await work(storage);
  } finally {
    await storage.close();
  }
}
