import { ImppError } from '../../shared/errors.ts';
import { canonicalHost, parseUrl } from '../../shared/impp/address.ts';
import { type DirectoryEntry, parseDirectory } from '../../shared/impp/directory.ts';
import type { Context } from './context.ts';

/** Characters of a Query [IMPP 10]. */
const LEAST = 2;
const MOST = 128;

/** The directories of the domains [IMPP 10, LOOKUP]. */
export class Directory {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Those listed at `domain` whose name begins with `query`. Throws `invalid-address`, `invalid-argument`. */
  async search(domain: string, query: string): Promise<{ address: string; displayName: string }[]> {
    const entries = await this.#look(canonicalHost(domain), query.trim());
    return entries.map(({ address, displayName = '' }) => ({ address, displayName }));
  }

  /** The name under which `address` is listed. Asks the directory, not the person: that would tell them. */
  async nameOf(address: string): Promise<string | undefined> {
    const { host, user } = parseUrl(address);
    const length = Array.from(user).length;
    if (length < LEAST || length > MOST) return undefined;
    const entries = await this.#look(host, user);
    return entries.find((entry) => entry.address === address)?.displayName;
  }

  async #look(host: string, query: string): Promise<DirectoryEntry[]> {
    const length = Array.from(query).length;
    if (length < LEAST || length > MOST || /\p{Cc}/u.test(query)) {
      throw new ImppError('invalid-argument', `between ${LEAST} and ${MOST} characters are looked for`);
    }
    const { body } = await this.#context.connection().request('LOOKUP', [
      ['Target', `impp://${host}/`],
      ['Query', query],
    ]);
    return body === undefined ? [] : parseDirectory(body);
  }
}
