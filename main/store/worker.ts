// A thread of the store. The one that writes takes calls, runs all that wait in one transaction and answers after
// the commit; the others run one call after another and write nothing.

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { ImppError } from '../../shared/errors.ts';
import { removeOpened } from './chores/backup.ts';
import { Database, judged } from './file/database.ts';
import { lockProfile } from './file/lock.ts';
import { type Call, CHORES, OPERATIONS, type Reply, type Task } from './operations.ts';
import { flushIndex } from './search/keeping.ts';

/** Calls that share one commit at most: a larger group would make its first caller wait for the last. */
const LARGEST_GROUP = 256;

/** Milliseconds after which the log is emptied of what was deleted, where somebody was reading it. */
const TRUNCATE_LATER = 1000;

const port = parentPort;
if (port === null) throw new Error('the store runs in a thread of its own');
const task = workerData as Task;

type Operation = (db: Database, ...rest: readonly unknown[]) => unknown;

const failure = (number: number, thrown: unknown): Reply => {
  const error = judged(thrown);
  return {
    number,
    ok: false,
    code: error instanceof ImppError ? error.code : 'internal-error',
    reason: error instanceof Error ? error.message : 'the store failed',
  };
};

const run = (db: Database, call: Call): Reply => {
  const unindexed = [...db.unindexed];
  db.exec('SAVEPOINT call');
  try {
    const value = (OPERATIONS[call.operation as keyof typeof OPERATIONS] as Operation)(db, ...call.arguments);
    db.exec('RELEASE call');
    return { number: call.number, ok: true, value };
  } catch (error) {
    db.exec('ROLLBACK TO call; RELEASE call');
    db.unindexed = unindexed;
    return failure(call.number, error);
  }
};

const runGroup = (db: Database, calls: readonly Call[]): Reply[] => {
  try {
    db.exec('BEGIN');
    const replies = calls.map((call) => run(db, call));
    flushIndex(db);
    db.exec('COMMIT');
    if (db.truncateLog()) setTimeout(() => db.truncateLog(), TRUNCATE_LATER).unref();
    return replies;
  } catch (error) {
    // The disk is full or broken: nothing of this group is there.
    try {
      db.exec('ROLLBACK');
    } catch {
      // The failure itself has ended the transaction.
    }
    db.unindexed = [];
    return calls.map((call) => failure(call.number, error));
  }
};

/** What has come meanwhile, up to a group; `close` ends it. */
const takeGroup = (first: Call | 'close'): { calls: Call[]; isClosing: boolean } => {
  const calls: Call[] = [];
  for (let next: Call | 'close' | undefined = first; next !== undefined; ) {
    if (next === 'close') return { calls, isClosing: true };
    calls.push(next);
    if (calls.length === LARGEST_GROUP) break;
    next = (receiveMessageOnPort(port) as { message: Call | 'close' } | undefined)?.message;
  }
  return { calls, isClosing: false };
};

/** Answers every call with `answer`, until there are no more. */
const serve = (answer: (calls: readonly Call[]) => Promise<Reply[]> | Reply[], close: () => void): void => {
  let last = Promise.resolve();
  const turn = async (first: Call | 'close'): Promise<void> => {
    const { calls, isClosing } = takeGroup(first);
    if (calls.length > 0) for (const reply of await answer(calls)) port.postMessage(reply);
    if (isClosing) {
      close();
      port.close();
    }
  };
  port.on('message', (first: Call | 'close') => {
    last = last.then(() => turn(first));
  });
};

const write = (): void => {
  let unlock = (): void => {};
  try {
    unlock = lockProfile(`${task.path}.lock`);
    removeOpened(task.path);
    const { db, wasLeftOpen } = Database.open(task.path);
    port.postMessage({ number: 0, ok: true, value: { wasLeftOpen } } satisfies Reply);
    serve(
      (calls) => runGroup(db, calls),
      () => {
        db.close();
        unlock();
      },
    );
  } catch (error) {
    unlock();
    port.postMessage(failure(0, error));
    port.close();
  }
};

/** Runs what writes nothing to the file; it is opened with the first call. */
const assist = (): void => {
  let db: Database | undefined;
  const answer = async ({ number, operation, arguments: args }: Call): Promise<Reply> => {
    try {
      if (task.role === 'chore') {
        const chore = CHORES[operation as keyof typeof CHORES] as (
          path: string,
          ...rest: readonly unknown[]
        ) => unknown;
        return { number, ok: true, value: await chore(task.path, ...args) };
      }
      db ??= new Database(task.path, 'reader');
      return {
        number,
        ok: true,
        value: (OPERATIONS[operation as keyof typeof OPERATIONS] as Operation)(db, ...args),
      };
    } catch (error) {
      return failure(number, error);
    }
  };
  port.postMessage({ number: 0, ok: true, value: null } satisfies Reply);
  serve(
    async (calls) => {
      const replies: Reply[] = [];
      for (const call of calls) replies.push(await answer(call));
      return replies;
    },
    () => db?.close(),
  );
};

if (task.role === 'writer') write();
else assist();
