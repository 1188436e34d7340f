import type { ImppError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../domain.ts';
import type { PeerKind, Tally } from '../metrics/tally.ts';
import type { Connection } from './connection.ts';
import type { TlsOffer } from './tls.ts';

/** How many connections there are of a kind and in a state. */
export interface Census {
  readonly peer: PeerKind;
  readonly state: string;
  readonly count: number;
}

/** All connections of a server: one timer and one flush serve them all, so that an idle one costs neither. */
export class Connections {
  readonly clock: Clock;
  readonly log: Log;
  readonly tls: TlsOffer | undefined;
  readonly tally: Tally;
  readonly #all = new Set<Connection>();
  readonly #interval: number;
  #dirty: Connection[] = [];
  #lastId = 0;
  #stopSweep: (() => void) | undefined;
  #emptied: (() => void) | undefined;

  /** Deadlines are looked at every `interval` milliseconds. */
  constructor(options: {
    clock: Clock;
    log: Log;
    tls: TlsOffer | undefined;
    tally: Tally;
    interval: number;
  }) {
    this.clock = options.clock;
    this.log = options.log;
    this.tls = options.tls;
    this.tally = options.tally;
    this.#interval = options.interval;
  }

  get size(): number {
    return this.#all.size;
  }

  census(): Census[] {
    const found = new Map<string, Census>();
    for (const { listener } of this.#all) {
      if (listener === undefined) continue;
      const { kind: peer, state } = listener;
      const count = (found.get(`${peer} ${state}`)?.count ?? 0) + 1;
      found.set(`${peer} ${state}`, { peer, state, count });
    }
    return [...found.values()];
  }

  /** A number for a connection, by which log lines find each other. */
  nextId(): number {
    return (this.#lastId += 1);
  }

  add(connection: Connection): void {
    this.#all.add(connection);
    this.log.debug('connected', { connection: connection.id, address: connection.address });
    if (this.#stopSweep === undefined) this.#sweepLater();
  }

  remove(connection: Connection): void {
    if (this.#all.delete(connection)) this.log.debug('disconnected', { connection: connection.id });
    if (this.#all.size > 0) return;
    this.#stopSweep?.();
    this.#stopSweep = undefined;
    this.#emptied?.();
  }

  /** Flushes `connection` after this turn of the event loop, when all that the turn has for it is there. */
  flushLater(connection: Connection): void {
    if (this.#dirty.push(connection) === 1) setImmediate(this.#flush);
  }

  /** Sends every peer away. */
  dismissAll(error: ImppError): void {
    for (const connection of this.#all) connection.guarded(() => connection.dismiss(error));
  }

  /** Settles when there is no connection left. */
  async empty(): Promise<void> {
    if (this.#all.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
  }

  readonly #flush = (): void => {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const connection of dirty) connection.guarded(() => connection.flush());
  };

  #sweepLater(): void {
    this.#stopSweep = this.clock.after(this.#interval, () => {
      this.#stopSweep = undefined;
      const now = this.clock.now();
      for (const connection of this.#all) connection.guarded(() => connection.sweep(now));
      if (this.#all.size > 0) this.#sweepLater();
    });
  }
}
