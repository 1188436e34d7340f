import type { ImppError } from '../../shared/errors.ts';
import type {
  ArgumentsOf,
  ChoreArguments,
  ChoreName,
  ChoreResult,
  OperationName,
  ReadName,
  ResultOf,
  Task,
} from './operations.ts';
import type { TaskPart } from '../tasks.ts';
import { Thread } from './thread.ts';

const SCRIPT = new URL('./worker.ts', import.meta.url);

/**
 * The store of one profile, in threads of its own: one that writes, one that only searches, and one for each
 * chore that reads a whole file. Neither a search nor a copy keeps a message waiting, or the connections.
 */
export class Store {
  readonly #script: URL;
  readonly #path: string;
  readonly #writer: Thread;
  #reader: Thread | undefined;
  readonly #chores = new Set<Thread>();
  readonly #listeners = new Set<(error: ImppError) => void>();
  /** The program before this one did not close the file: what it left has to be looked at. */
  readonly wasLeftOpen: boolean;
  #isDamaged = false;
  #forgetting: Promise<void> = Promise.resolve();
  #nextForgetting: Promise<void> | undefined;
  #isClosed = false;

  private constructor(script: URL, path: string, writer: Thread, wasLeftOpen: boolean) {
    this.#script = script;
    this.#path = path;
    this.#writer = writer;
    this.wasLeftOpen = wasLeftOpen;
    this.#watch(writer);
  }

  /**
   * Opens the file `path`. `script`: the threads' own, where a bundle has moved it. Throws `store-damaged` for a
   * file that cannot be trusted, `internal-error` when another program uses it.
   */
  static async open(path: string, script = SCRIPT): Promise<Store> {
    const { thread, ready } = Thread.start(script, { role: 'writer', path });
    const { wasLeftOpen } = (await ready) as { wasLeftOpen: boolean };
    return new Store(script, path, thread, wasLeftOpen);
  }

  /**
   * Settles the damage of a file that is not open, with the copy of that name or with what can be read; gives the
   * number of messages that are there then. Throws `not-found`, `store-damaged`.
   */
  static async recover(
    path: string,
    copy: string | undefined,
    now: number,
    script = SCRIPT,
  ): Promise<{ messages: number }> {
    const { thread, ready } = Thread.start(script, { role: 'chore', path });
    try {
      await ready;
      return (await thread.call('recover', [copy, now])) as ChoreResult<'recover'>;
    } finally {
      await thread.close();
    }
  }

  /** Resolves when what it wrote would survive a power cut. Calls take effect in the order made. */
  call<O extends OperationName>(operation: O, ...args: ArgumentsOf<O>): Promise<ResultOf<O>> {
    return this.#writer.call(operation, args) as Promise<ResultOf<O>>;
  }

  /** Reads what is committed, beside everything that is written. */
  read<O extends ReadName>(operation: O, ...args: ArgumentsOf<O>): Promise<ResultOf<O>> {
    this.#reader ??= this.#start({ role: 'reader', path: this.#path });
    return this.#reader.call(operation, args) as Promise<ResultOf<O>>;
  }

  /** Runs a long task in a thread of its own, which ends with it. */
  async chore<C extends ChoreName>(name: C, ...args: ChoreArguments<C>): Promise<ChoreResult<C>> {
    const thread = this.#start({ role: 'chore', path: this.#path });
    this.#chores.add(thread);
    try {
      return (await thread.call(name, args)) as ChoreResult<C>;
    } finally {
      this.#chores.delete(thread);
      await thread.close();
    }
  }

  /** The same, for somebody who looks on and may stop it: then it ends in the middle of what it does. */
  async task<C extends ChoreName>(
    { signal, progress }: TaskPart,
    name: C,
    ...args: ChoreArguments<C>
  ): Promise<ChoreResult<C>> {
    signal.throwIfAborted();
    const thread = this.#start({ role: 'chore', path: this.#path });
    this.#chores.add(thread);
    thread.onProgress = progress;
    const stop = (): void => void thread.stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return (await thread.call(name, args)) as ChoreResult<C>;
    } finally {
      signal.removeEventListener('abort', stop);
      this.#chores.delete(thread);
      await thread.close();
    }
  }

  /** Resolves when what was deleted is in no file any more, copies included. In small steps; at once if nothing was. */
  forget(): Promise<void> {
    // One that has begun may be past what was deleted since; one that has not is as good as another.
    this.#nextForgetting ??= this.#forgetting.then(() => {
      this.#nextForgetting = undefined;
      return this.#forget();
    });
    const forgetting = this.#nextForgetting;
    this.#forgetting = forgetting.catch(() => {});
    return forgetting;
  }

  async #forget(): Promise<void> {
    const deletion = await this.call('lastDeletion');
    if (deletion === undefined) return;
    // Pages that are written while the first turn goes on may have been read before it reached them.
    for (let turn = 0; turn < 2; turn++) {
      await this.call('emptyLog');
      for (let next: number | undefined = 0; next !== undefined; ) next = await this.call('scrub', next);
    }
    await this.chore('forgetInCopies');
    await this.call('forgotten', deletion);
  }

  /** Nothing is being asked of it. */
  get isIdle(): boolean {
    return this.#writer.isIdle && (this.#reader?.isIdle ?? true) && this.#chores.size === 0;
  }

  /** Calls when something read from the file makes no sense, once; returns the off. */
  onDamage(listener: (error: ImppError) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Finishes the calls made before, then closes the file. A chore that is not done comes to nothing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#chores].map((thread) => thread.stop()));
    await this.#reader?.close();
    await this.#writer.close();
  }

  #start(task: Task): Thread {
    const { thread, ready } = Thread.start(this.#script, task);
    this.#watch(thread);
    // A thread that cannot open the file answers every call with the reason.
    ready.catch(() => {});
    if (this.#isClosed) void thread.stop();
    return thread;
  }

  #watch(thread: Thread): void {
    thread.onFailure((error) => {
      if (error.code !== 'store-damaged' || this.#isDamaged) return;
      this.#isDamaged = true;
      for (const listener of this.#listeners) listener(error);
    });
  }
}
