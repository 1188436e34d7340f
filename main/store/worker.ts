// The store's thread: takes calls, runs all that wait in one transaction, answers after the commit.

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { ImppError } from '../../shared/errors.ts';
import { Database, judged } from './database.ts';
import { lockProfile } from './lock.ts';
import { type Call, OPERATIONS, type Reply } from './operations.ts';
import { flushIndex } from './search/keeping.ts';

/** Calls that share one commit at most: a larger group would make its first caller wait for the last. */
const LARGEST_GROUP = 256;

const port = parentPort;
if (port === null) throw new Error('the store runs in a thread of its own');

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
    const operation = OPERATIONS[call.operation] as (db: Database, ...rest: readonly unknown[]) => unknown;
    const value = operation(db, ...call.arguments);
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

let unlock = (): void => {};

const open = (): Database | ImppError => {
  try {
    const { path } = workerData as { path: string };
    unlock = lockProfile(`${path}.lock`);
    return new Database(path);
  } catch (error) {
    return error instanceof ImppError
      ? error
      : new ImppError('internal-error', 'the store cannot be opened', { cause: error });
  }
};

const db = open();
if (db instanceof ImppError) {
  unlock();
  port.postMessage({ number: 0, ok: false, code: db.code, reason: db.message } satisfies Reply);
  port.close();
} else {
  port.postMessage({ number: 0, ok: true, value: null } satisfies Reply);
  port.on('message', (first: Call | 'close') => {
    const calls: Call[] = [];
    let isClosing = false;
    for (let next: Call | 'close' | undefined = first; next !== undefined; ) {
      if (next === 'close') isClosing = true;
      else calls.push(next);
      if (isClosing || calls.length === LARGEST_GROUP) break;
      next = (receiveMessageOnPort(port) as { message: Call | 'close' } | undefined)?.message;
    }
    if (calls.length > 0) for (const reply of runGroup(db, calls)) port.postMessage(reply);
    if (isClosing) {
      db.close();
      unlock();
      port.close();
    }
  });
}
