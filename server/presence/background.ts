import type { Log } from '../domain.ts';

/** Work that no request waits for: its failure is logged, and closing waits for its end. */
export class Background {
  readonly #log: Log;
  readonly #running = new Set<Promise<void>>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** `what` names the work in the log. */
  run(what: string, work: Promise<unknown>): void {
    const ended: Promise<void> = work.then(
      () => {},
      (error: unknown) => this.#log.error(`${what} failed`, { error }),
    );
    this.#running.add(ended);
    void ended.then(() => this.#running.delete(ended));
  }

  /** Settles when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
