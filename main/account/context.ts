import type { Clock, RandomBytes } from '../../shared/clock.ts';
import type { Response } from '../../shared/impp/message.ts';
import type { Pairs, Progress } from '../connection/connection.ts';
import type { Log } from '../log.ts';
import type { Mirror } from '../state.ts';
import type { Store } from '../store/store.ts';

/** What the program gives to all accounts. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly store: Store;
  readonly mirror: Mirror;
  readonly log: Log;
}

/** Where requests go. */
export interface Requester {
  /** Gives the OK; throws the ERROR, or why there was no answer: `timeout`, `closed`, `unreachable`. */
  request(method: string, headers?: Pairs, body?: Uint8Array, progress?: Progress): Promise<Response>;
}

/** What the parts of one signed-in account know of it. */
export interface Context extends Surroundings {
  /** The account's row in the store. */
  readonly key: number;
  readonly url: string;
  readonly host: string;
  /** The connection, while online. Throws `unreachable` otherwise. */
  connection(): Requester;
  /** Does something on a connection of its own, for what is large [IMPP 8]. One at a time. `signal` breaks it off. */
  bulk<T>(use: (connection: Requester) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Gives the connection up: what follows it is asked for anew on the next. */
  fail(error: unknown): void;
}
