import { afterEach } from 'vitest';
import { createMemoryStorage } from '../../../server/storage/memory.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { type DomainOptions, TestDomain } from '../harness.ts';

/** A store that outlives the server that closes it, as a file does. */
export const lastingStorage = (): Storage => ({ ...createMemoryStorage(), close: () => Promise.resolve() });

const running: TestDomain[] = [];

/** A domain for one test; it is closed after it, which must leave no connection and no timer of ours. */
export const start = async (options: DomainOptions = {}): Promise<TestDomain> => {
  const domain = await TestDomain.start(options);
  running.push(domain);
  return domain;
};

afterEach(async () => {
  for (const domain of running.splice(0)) await domain.close();
});
