import { ImppError } from '../../shared/errors.ts';
import type { Config } from '../config.ts';
import { openStorage, storageFile } from '../storage/open.ts';
import type { Storage } from '../storage/storage.ts';

/**
 * Opens the domain's store beside a running parleyd, if there is one, for as long as `work` takes.
 * @throws ImppError invalid-argument for a store in memory, which nobody else can see
 */
export async function withStore<T>(config: Config, work: (storage: Storage) => Promise<T>): Promise<T> {
  if (storageFile(config) === undefined) {
    throw new ImppError(
      'invalid-argument',
      'storage.url is memory: only the serving process sees what is in it.',
    );
  }
  const storage = await openStorage(config, 'administer');
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}
