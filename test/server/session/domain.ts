import { afterEach } from 'vitest';
import { type DomainOptions, TestDomain } from '../harness.ts';

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
