import type { Clock } from '../../shared/clock.ts';
import { SECURE_MEMORY } from '../../shared/impp/limits.ts';
import type { Storage } from '../storage/storage.ts';

/** How old what storage knows may be: not every link is worth a write. */
const SAVED = 86_400_000;

const keyOf = (host: string): string => `secure-domain:${host}`;

/**
 * The domains that have been seen with a valid certificate: for 90 days nobody passes for one of them in clear or
 * unauthenticated [IMPP 12]. One value of storage for each, the time of the last one.
 */
export class SecureDomains {
  readonly #storage: Storage;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(storage: Storage, clock: Pick<Clock, 'now'>) {
    this.#storage = storage;
    this.#clock = clock;
  }

  async has(host: string): Promise<boolean> {
    return this.#clock.now() - (await this.#seen(host)) < SECURE_MEMORY;
  }

  /** It had a valid certificate just now. Settles when a power cut cannot undo it. */
  async remember(host: string): Promise<void> {
    const now = this.#clock.now();
    if (now - (await this.#seen(host)) < SAVED) return;
    await this.#storage.setValue(keyOf(host), Buffer.from(String(now)));
  }

  /** The operator says that it is not secure any more. */
  async forget(host: string): Promise<void> {
    await this.#storage.setValue(keyOf(host), Buffer.from('0'));
  }

  async #seen(host: string): Promise<number> {
    const value = await this.#storage.getValue(keyOf(host));
    return value === undefined ? Number.NEGATIVE_INFINITY : Number(Buffer.from(value).toString());
  }
}
