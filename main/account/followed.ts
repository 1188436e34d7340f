import { ImppError } from '../../shared/errors.ts';
import { Backoff } from '../connection/backoff.ts';
import type { Context } from './context.ts';
import { changeShared, readShared, type Shared } from './documents.ts';

/** What a followed document is, and what its value is good for. */
export interface Following<T> {
  /** The `Name` of DOCUMENT-NOTIFY. */
  readonly name: string;
  readonly shared: Shared;
  /** No body: nothing was ever set. Throws `bad-request`. */
  parse(body: Uint8Array | undefined): T;
  format(value: T): Uint8Array;
  /** Called with each value that is new. */
  show(value: T): void;
}

const NOTHING = new Uint8Array();

/** A document of the account that this device mirrors, and changes together with the others [IMPP 9, 10]. */
export class Followed<T> {
  readonly #context: Context;
  readonly #following: Following<T>;
  readonly #backoff: Backoff;
  #value: T | undefined;
  #isFresh = false;
  #isOnline = false;
  #isReading = false;
  /** One thing at a time, so that the value is always that of the last answer. */
  #last: Promise<unknown> = Promise.resolve();
  #cancelRetry = (): void => {};

  constructor(context: Context, following: Following<T>) {
    this.#context = context;
    this.#following = following;
    this.#backoff = new Backoff(context.random);
  }

  /** As the domain had it when it was last asked; undefined: it never was. */
  get value(): T | undefined {
    return this.#value;
  }

  /** Whether the value was read on this connection. */
  get isFresh(): boolean {
    return this.#isFresh;
  }

  /** Shows what was last known of it on this computer. */
  async load(): Promise<void> {
    const kept = await this.#context.store.call('getAccountValue', this.#context.key, this.#following.name);
    if (kept === undefined) return;
    try {
      this.#value = this.#following.parse(kept.length === 0 ? undefined : kept);
      this.#following.show(this.#value);
    } catch (error) {
      this.#context.log('a kept document cannot be read', { error: String(error) });
    }
  }

  online(): void {
    this.#isOnline = true;
    this.changed();
  }

  offline(): void {
    this.#isOnline = false;
    this.#isFresh = false;
    this.#cancelRetry();
  }

  /** Another device has changed it. */
  changed(): void {
    if (this.#isReading || !this.#isOnline) return;
    this.#isReading = true;
    void this.#inTurn(async () => {
      this.#isReading = false;
      await this.#read();
    });
  }

  /**
   * Changes it at the domain; in force when this resolves. `edit` may be called again, on what another device has
   * made of it meanwhile, and gives undefined where there is nothing to change.
   */
  change(edit: (value: T) => T | undefined): Promise<void> {
    return this.#inTurn(async () => {
      const following = this.#following;
      let result: Uint8Array | undefined;
      await changeShared(this.#context, following.shared, (body) => {
        result = body;
        const changed = edit(following.parse(body));
        if (changed === undefined) return undefined;
        result = following.format(changed);
        return result;
      });
      await this.#take(result);
    });
  }

  #inTurn<R>(task: () => Promise<R>): Promise<R> {
    const run = this.#last.then(task);
    this.#last = run.catch(() => {});
    return run;
  }

  async #read(): Promise<void> {
    if (!this.#isOnline) return;
    this.#cancelRetry();
    try {
      const { body } = await readShared(this.#context, this.#following.shared);
      await this.#take(body);
      this.#backoff.reset();
    } catch (error) {
      this.#context.log('a document was not read', { name: this.#following.name, error: String(error) });
      if (!(error instanceof ImppError) || error.retry === 'never' || !this.#isOnline) return;
      this.#cancelRetry = this.#context.clock.after(this.#backoff.next(), () => this.changed());
    }
  }

  async #take(body: Uint8Array | undefined): Promise<void> {
    const { store, key } = this.#context;
    this.#value = this.#following.parse(body);
    this.#isFresh = this.#isOnline;
    this.#following.show(this.#value);
    await store.call('setAccountValue', key, this.#following.name, body ?? NOTHING);
  }
}
