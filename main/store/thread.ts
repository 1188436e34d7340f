import { Worker } from 'node:worker_threads';
import { type ErrorCode, ImppError } from '../../shared/errors.ts';
import type { Call, Reply, Task, Told } from './operations.ts';

interface Waiting {
  resolve(value: never): void;
  reject(error: ImppError): void;
}

/** A thread that answers calls in the order made. */
export class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  readonly #listeners = new Set<(error: ImppError) => void>();
  /** Told how far a chore has come. */
  onProgress: (done: number, total: number) => void = () => {};
  #next = 1;
  #end: ImppError | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (reply: Reply | Told) => {
      if ('progress' in reply) this.onProgress(reply.progress.done, reply.progress.total);
      else this.#settle(reply);
    });
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

  /** Starts the thread; `ready` resolves with what it says when it can take calls. */
  static start(script: URL, task: Task): { thread: Thread; ready: Promise<unknown> } {
    const thread = new Thread(new Worker(script, { workerData: task, name: `store ${task.role}` }));
    const ready = new Promise((resolve, reject) => thread.#waiting.set(0, { resolve, reject }));
    return { thread, ready };
  }

  call(operation: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const number = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ number, operation, arguments: args } satisfies Call);
    });
  }

  /** Calls when a call has failed; returns the off. */
  onFailure(listener: (error: ImppError) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Nothing waits for an answer. */
  get isIdle(): boolean {
    return this.#waiting.size === 0;
  }

  /** Finishes the calls made before, then ends. */
  async close(): Promise<void> {
    if (this.#end === undefined) this.#worker.postMessage('close');
    await this.#exited;
  }

  /** Ends at once, whatever it is doing. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.number);
    this.#waiting.delete(reply.number);
    if (reply.ok) {
      waiting?.resolve(reply.value as never);
      return;
    }
    // The code was one of ours when it left the thread.
    const error = new ImppError(reply.code as ErrorCode, reply.reason);
    waiting?.reject(error);
    for (const listener of this.#listeners) listener(error);
  }

  #fail(error: ImppError): void {
    this.#end ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#end);
    this.#waiting.clear();
  }
}
