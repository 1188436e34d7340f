import type { Clock } from '../../shared/clock.ts';
import { SECURE_MEMORY } from '../../shared/impp/limits.ts';
import { Attempts, originOf } from '../net/throttle.ts';
import type { Storage } from '../storage/storage.ts';

/** How old what storage knows may be: not every link is worth a write. */
const SAVED = 86_400_000;

/** One certificate can be for all names under one: what they can write here in an hour is bounded for each address. */
const NEW_PER_ADDRESS = 1_000;
const HOUR = 3_600_000;

const keyOf = (host: string): string => `secure-domain:${host}`;

/**
 * The domains that have been seen with a valid certificate: for 90 days nobody passes for one of them in clear or
 * unauthenticated [IMPP 12]. One value of storage for each, the time of the last one.
 */
export class SecureDomains {
  readonly #storage: Storage;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #shown: Attempts;

  constructor(storage: Storage, clock: Pick<Clock, 'now'>) {
    this.#storage = storage;
    this.#clock = clock;
    this.#shown = new Attempts(clock, NEW_PER_ADDRESS, HOUR);
  }

  async has(host: string): Promise<boolean> {
    return this.#clock.now() - (await this.#seen(host)) < SECURE_MEMORY;
  }

  /**
   * It had a valid certificate just now. `by`: the address of who has shown us that domain, if we have not looked for it
   * ourselves. Settles when a power cut cannot undo it.
   */
  async remember(host: string, by?: string): Promise<void> {
    const now = this.#clock.now();
    const seen = await this.#seen(host);
    if (now - seen < SAVED) return;
    if (by !== undefined && seen === Number.NEGATIVE_INFINITY) {
      const origin = originOf(by);
      if (this.#shown.wait(origin) > 0) return;
      this.#shown.add(origin);
    }
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
