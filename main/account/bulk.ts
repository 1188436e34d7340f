import type { ImppError } from '../../shared/errors.ts';
import type { Connection } from '../connection/connection.ts';
import type { Deadline } from '../connection/deadline.ts';
import type { Requester } from './context.ts';

/**
 * A connection beside the interactive one, for what is large [IMPP 8], so that a file never delays a message: one
 * thing at a time, and no connection when there is nothing.
 */
export class Bulk {
  readonly #open: (deadline: Deadline) => Promise<Connection>;
  readonly #newDeadline: () => Deadline;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #connection: Connection | undefined;
  #end: (error: ImppError) => void = () => {};

  /** `open` gives an attached connection, and throws where there can be none now. */
  constructor(open: (deadline: Deadline) => Promise<Connection>, newDeadline: () => Deadline) {
    this.#open = open;
    this.#newDeadline = newDeadline;
  }

  /** `signal`, aborted with an ImppError as its reason, breaks it off, or takes it out of those that wait. */
  use<T>(use: (connection: Requester) => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.#waiting++;
    const run = this.#last.then(() => this.#run(use, signal));
    this.#last = run.catch(() => {}).then(() => this.#leave());
    return run;
  }

  /** Breaks off what is going on. */
  async close(error: ImppError): Promise<void> {
    this.#end(error);
    await this.#last;
  }

  async #run<T>(use: (connection: Requester) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    this.#waiting--;
    signal?.throwIfAborted();
    const onAbort = (): void => this.#end(signal?.reason as ImppError);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await use(await this.#opened());
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #opened(): Promise<Connection> {
    if (this.#connection?.isClosed === false) return this.#connection;
    const deadline = this.#newDeadline();
    this.#end = (error) => deadline.abort(error);
    try {
      const connection = await this.#open(deadline);
      this.#connection = connection;
      this.#end = (error) => connection.close(error);
      return connection;
    } finally {
      deadline.close();
    }
  }

  /** What waits goes on the same connection. */
  async #leave(): Promise<void> {
    if (this.#waiting > 0) return;
    this.#end = () => {};
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.goodbye();
  }
}
