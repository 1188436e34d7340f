import { Worker } from 'node:worker_threads';
import { type ErrorCode, ImppError } from '../../shared/errors.ts';
import type { ArgumentsOf, Call, OperationName, Reply, ResultOf } from './operations.ts';

interface Waiting {
  resolve(value: never): void;
  reject(error: ImppError): void;
}

/**
 * The store of one profile, in a thread of its own: neither a search nor an import blocks the connections.
 * A call resolves when what it wrote would survive a power cut. Calls take effect in the order made.
 */
export class Store {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #next = 1;
  #end: ImppError | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (reply: Reply) => this.#settle(reply));
    worker.on('error', (cause) =>
      this.#fail(new ImppError('internal-error', 'the store has failed', { cause })),
    );
    this.#exited = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#fail(new ImppError('closed', 'the store is closed'));
        resolve();
      });
    });
  }

  /** Opens the file `path`. `worker`: the thread's script, where a bundle has moved it. */
  static async open(path: string, worker = new URL('./worker.ts', import.meta.url)): Promise<Store> {
    const store = new Store(new Worker(worker, { workerData: { path }, name: 'store' }));
    await new Promise((resolve, reject) => store.#waiting.set(0, { resolve, reject }));
    return store;
  }

  call<O extends OperationName>(operation: O, ...args: ArgumentsOf<O>): Promise<ResultOf<O>> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const number = this.#next++;
    return new Promise<ResultOf<O>>((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ number, operation, arguments: args } satisfies Call);
    });
  }

  /** Finishes the calls made before, then closes the file. */
  async close(): Promise<void> {
    if (this.#end === undefined) this.#worker.postMessage('close');
    await this.#exited;
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.number);
    this.#waiting.delete(reply.number);
    if (reply.ok) waiting?.resolve(reply.value as never);
    // The code was one of ours when it left the thread.
    else waiting?.reject(new ImppError(reply.code as ErrorCode, reply.reason));
  }

  #fail(error: ImppError): void {
    this.#end ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#end);
    this.#waiting.clear();
  }
}
