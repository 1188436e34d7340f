import type { Outcome } from '../../shared/model.ts';
import type { Written } from '../store/messages/entries.ts';
import { hostOf } from '../account/addressing.ts';
import type { Context } from '../account/context.ts';

/** The server remembers a Message-ID for 7 days [IMPP 8]; well before that it is no longer asked about. */
const WITHIN = 6 * 24 * 3_600_000;
const MOST = 20;
/** After someone has appeared, their device first takes what waited for it. Milliseconds. */
const AFTER = [1000, 10_000, 60_000];

/** A message that was stored at the other domain when it was last heard of. */
export interface StoredThere {
  readonly id: number;
  readonly messageId: string;
  readonly target: string;
  /** Octets. */
  readonly size: number;
}

/**
 * Asks how far messages got that no device of the other side had: the same Message-ID again is not delivered again,
 * and answered with the outcome as it now is [IMPP 8].
 */
export class Asking {
  readonly #context: Context;
  readonly #ask: (message: StoredThere) => Promise<Outcome | undefined>;
  readonly #tell: (written: Written) => void;
  /** Whose messages are to be asked about, and how to give that up. */
  readonly #peers = new Map<string, () => void>();

  /** `ask` gives undefined for one that is too large to be sent again for that. */
  constructor(
    context: Context,
    ask: (message: StoredThere) => Promise<Outcome | undefined>,
    tell: (written: Written) => void,
  ) {
    this.#context = context;
    this.#ask = ask;
    this.#tell = tell;
  }

  /** `peer` has appeared. */
  appeared(peer: string): void {
    if (!this.#peers.has(peer)) this.#later(peer, 0);
  }

  stop(): void {
    for (const cancel of this.#peers.values()) cancel();
    this.#peers.clear();
  }

  #later(peer: string, turn: number): void {
    const delay = AFTER[turn];
    if (delay === undefined) {
      this.#peers.delete(peer);
      return;
    }
    const cancel = this.#context.clock.after(delay, () => {
      this.#askAbout(peer)
        .then((isOpen) => {
          if (!this.#peers.has(peer)) return;
          if (isOpen) this.#later(peer, turn + 1);
          else this.#peers.delete(peer);
        })
        .catch((error: unknown) => {
          this.#peers.delete(peer);
          this.#context.log('an outcome was not asked for again', { error: String(error) });
        });
    });
    this.#peers.set(peer, cancel);
  }

  /** Newest first; gives whether one is still only stored. */
  async #askAbout(peer: string): Promise<boolean> {
    const { store, key, clock, host } = this.#context;
    const since = clock.now() - WITHIN;
    for (const message of await store.call('listStoredThere', key, peer, since, MOST)) {
      const outcome = await this.#ask(message);
      if (outcome === undefined) continue;
      if (outcome === 'stored') return true;
      const domain = hostOf(message.target, host);
      this.#tell(await store.call('learnOutcome', message.id, outcome, clock.now(), domain));
    }
    return false;
  }
}
