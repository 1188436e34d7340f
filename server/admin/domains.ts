import { SecureDomains } from '../links/secure-domains.ts';
import type { CommandLine } from './command-line.ts';
import { withStore } from './store.ts';

/**
 * `domain forget`: another domain may be met without a valid certificate again, where federation.tls=off, as if it had
 * never had one [IMPP 12].
 */
export async function forgetDomain(line: CommandLine): Promise<number> {
  const host = line.otherDomain();
  const clock = { now: () => Date.now() };
  await withStore(line.config(), (storage) => new SecureDomains(storage, clock).forget(host));
  process.stdout.write(
    `${host} forgotten: it may be met without a valid certificate where federation.tls=off\n`,
  );
  return 0;
}
