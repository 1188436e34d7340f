import { ImppError } from '../shared/errors.ts';

/** What a long task is given: whether it is to stop, and whom to tell how far it is. */
export interface TaskPart {
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

/** What people wait for and may stop: writing and reading whole histories. Each has the name that its window gave it. */
export class Tasks {
  readonly #tell: (task: string, done: number, total: number) => void;
  readonly #running = new Map<string, AbortController>();

  constructor(tell: (task: string, done: number, total: number) => void) {
    this.#tell = tell;
  }

  /** Throws `cancelled` when it was stopped, `conflict` for a name that is in use. */
  async run<T>(task: string, work: (part: TaskPart) => Promise<T>): Promise<T> {
    if (this.#running.has(task)) throw new ImppError('conflict', 'this task is running already');
    const stop = new AbortController();
    this.#running.set(task, stop);
    try {
      return await work({
        signal: stop.signal,
        progress: (done, total) => {
          if (done < total) this.#tell(task, done, total);
        },
      });
    } catch (error) {
      throw stop.signal.aborted ? new ImppError('cancelled', 'it was stopped', { cause: error }) : error;
    } finally {
      this.#running.delete(task);
      this.#tell(task, 1, 1);
    }
  }

  /** One that has ended meanwhile stays as it ended. */
  stop(task: string): void {
    this.#running.get(task)?.abort();
  }
}
