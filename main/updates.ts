import type { Clock } from '../shared/clock.ts';
import { ImppError } from '../shared/errors.ts';
import type { Updater } from './host/updater.ts';
import type { Log } from './log.ts';
import { problemOf } from './problem.ts';
import type { Mirror } from './state.ts';

/** After the start: what people came for goes first. */
const FIRST_LOOK = 60_000;
const EVERY = 6 * 60 * 60_000;
/** How long the feed may take, and a download without a single octet. */
const PATIENCE = 60_000;
/** Between two words about how far a download is. */
const PACE = 250;

export interface Parts {
  readonly updater: Updater;
  readonly mirror: Mirror;
  readonly clock: Clock;
  readonly log: Log;
}

/** Looks for newer versions by itself while the settings say so. Everything else is for the person to ask for. */
export class Updates {
  readonly #parts: Parts;
  #cancelTurn: () => void;
  #download: AbortController | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.mirror.setUpdate({ phase: 'idle' });
    this.#cancelTurn = parts.clock.after(FIRST_LOOK, () => this.#turn());
  }

  /** Resolves when the feed has been asked; what it said, or why it did not, is mirrored. */
  async look(): Promise<void> {
    const { mirror, updater, clock } = this.#parts;
    const { phase } = mirror.update ?? {};
    // What is on its way stays so.
    if (phase === 'looking' || phase === 'downloading' || phase === 'ready') return;
    mirror.setUpdate({ phase: 'looking' });
    try {
      const found = await this.#within(updater.look());
      mirror.setUpdate(
        found === undefined
          ? { phase: 'newest', at: clock.now() }
          : { phase: 'available', version: found.version },
      );
    } catch (error) {
      this.#fail({ phase: 'idle' }, error);
    }
  }

  /** Fetches the version that was found. Resolves at the end, or when that is stopped; how far it is is mirrored. */
  async download(): Promise<void> {
    const { mirror, updater, clock } = this.#parts;
    const found = mirror.update;
    if (found?.phase !== 'available') throw new ImppError('conflict', 'there is nothing to download now');
    const { version } = found;
    const stop = new AbortController();
    this.#download = stop;
    mirror.setUpdate({ phase: 'downloading', version, done: 0, total: 0 });
    let isStalled = false;
    const stall = (): (() => void) =>
      clock.after(PATIENCE, () => {
        isStalled = true;
        stop.abort();
      });
    let cancelStall = stall();
    let toldAt = 0;
    try {
      await updater.download((done, total) => {
        cancelStall();
        cancelStall = stall();
        if (clock.now() - toldAt < PACE) return;
        toldAt = clock.now();
        mirror.setUpdate({ phase: 'downloading', version, done, total });
      }, stop.signal);
      mirror.setUpdate({ phase: 'ready', version });
    } catch (error) {
      if (stop.signal.aborted && !isStalled) mirror.setUpdate({ phase: 'available', version });
      else {
        const late = new ImppError('unreachable', 'nothing came for a minute');
        this.#fail({ phase: 'available', version }, isStalled ? late : error);
      }
    } finally {
      cancelStall();
      this.#download = undefined;
    }
  }

  /** Stops a download; does nothing where there is none. */
  stop(): void {
    this.#download?.abort();
  }

  restart(): void {
    const { mirror, updater } = this.#parts;
    if (mirror.update?.phase !== 'ready') throw new ImppError('conflict', 'there is nothing to start yet');
    updater.restart();
  }

  close(): void {
    this.#cancelTurn();
    this.stop();
  }

  #turn(): void {
    const { mirror, clock, log } = this.#parts;
    this.#cancelTurn = clock.after(EVERY, () => this.#turn());
    // The feed is asked by the system's way: somebody who goes by Tor is not to be seen doing that.
    const isHidden = mirror.accounts.some(({ network }) => network.proxy.kind === 'socks5');
    if (!mirror.settings.looksForUpdates || isHidden) return;
    this.look().catch((error: unknown) => log('looking for updates failed', { error: String(error) }));
  }

  #fail(phase: { phase: 'idle' } | { phase: 'available'; version: string }, error: unknown): void {
    const problem = problemOf(error, '');
    this.#parts.log('an update failed', { code: problem.code, reason: problem.reason });
    this.#parts.mirror.setUpdate({ ...phase, problem });
  }

  #within<T>(promise: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const cancel = this.#parts.clock.after(PATIENCE, () =>
      reject(new ImppError('unreachable', 'there was no answer for a minute')),
    );
    return Promise.race([promise, late]).finally(cancel);
  }
}
