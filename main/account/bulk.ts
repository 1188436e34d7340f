import type { ImppError } from '../../shared/errors.ts';
import type { Connection } from '../connection/connection.ts';
import type { Deadline } from '../connection/deadline.ts';
import type { Requester } from './context.ts';

/**
 * Connections beside the interactive one, for what is large [IMPP 8]: one at a time, each ending with its use,
 * so that a file never delays a message.
 */
export class Bulk {
  readonly #open: (deadline: Deadline) => Promise<Connection>;
  readonly #newDeadline: () => Deadline;
  #last: Promise<unknown> = Promise.resolve();
  #end: (error: ImppError) => void = () => {};

  /** `open` gives an attached connection, and throws where there can be none now. */
  constructor(open: (deadline: Deadline) => Promise<Connection>, newDeadline: () => Deadline) {
    this.#open = open;
    this.#newDeadline = newDeadline;
  }

  /** `signal`, aborted with an ImppError as its reason, breaks it off, or takes it out of those that wait. */
  use<T>(use: (connection: Requester) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const run = this.#last.then(() => this.#run(use, signal));
    this.#last = run.catch(() => {});
    return run;
  }

  /** Breaks off what is going on. */
  async close(error: ImppError): Promise<void> {
    this.#end(error);
    await this.#last;
  }

  async #run<T>(use: (connection: Requester) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    const deadline = this.#newDeadline();
    this.#end = (error) => deadline.abort(error);
    const onAbort = (): void => this.#end(signal?.reason as ImppError);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const connection = await this.#open(deadline);
      this.#end = (error) => connection.close(error);
      deadline.close();
      try {
        return await use(connection);
      } finally {
        await connection.goodbye();
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      deadline.close();
      this.#end = () => {};
    }
  }
}
