import type { Context } from './context.ts';

const NAME = 'seen-requests';
/** Who takes a request back and asks again within this time is not announced anew. */
const REMEMBERED = 30 * 86_400_000;
/** More would be the work of one who wants to fill disks. */
const MOST = 1000;

/** Which requests were announced on this computer: what is left unanswered is not announced at each start. */
export class SeenRequests {
  readonly #context: Context;
  /** When each was seen last. */
  #seen = new Map<string, number>();

  constructor(context: Context) {
    this.#context = context;
  }

  async load(): Promise<void> {
    const kept = await this.#context.store.call('getAccountValue', this.#context.key, NAME);
    if (kept !== undefined) {
      this.#seen = new Map(JSON.parse(new TextDecoder().decode(kept)) as [string, number][]);
    }
  }

  /** Whether `address` is new here; from now on it is not. */
  add(address: string): boolean {
    const now = this.#context.clock.now();
    const before = this.#seen.get(address);
    // Newest last, so that the oldest are the first to go.
    this.#seen.delete(address);
    this.#seen.set(address, now);
    this.#keep(now);
    return before === undefined || now - before > REMEMBERED;
  }

  #keep(now: number): void {
    const { store, key, log } = this.#context;
    const list = [...this.#seen].filter(([, at]) => now - at <= REMEMBERED).slice(-MOST);
    this.#seen = new Map(list);
    store
      .call('setAccountValue', key, NAME, new TextEncoder().encode(JSON.stringify(list)))
      .catch((error: unknown) => log('seen requests were not kept', { error: String(error) }));
  }
}
