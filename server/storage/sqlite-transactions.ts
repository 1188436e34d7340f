// Runs groups of calls (sqlite-operations.ts), each group in one transaction.

import type { DatabaseSync } from 'node:sqlite';

import { ImppError } from '../../shared/errors.ts';
import { isFatal } from './sqlite-database.ts';
import {
  APPEND,
  APPEND_SIZE,
  APPENDED,
  CALL_SIZE,
  DELIVERED,
  DELIVERED_SIZE,
  DONE,
  FAILED,
  type Group,
  LARGE_BODY,
  type Operations,
  type Results,
  VALUE,
} from './sqlite-operations.ts';

/** A call of a group: where it stands, and its body if it is an append. */
interface Call {
  readonly at: number;
  readonly body: Uint8Array | undefined;
}

export function createRunner(db: DatabaseSync, operations: Operations): (group: Group) => Results {
  const { inboxes, cold } = operations;
  const byName = cold as unknown as Record<string, (...args: unknown[]) => unknown>;
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const readVersion = db.prepare('PRAGMA data_version');
  let version = -1;
  let broken: string | undefined;

  const runCall = ({ calls }: Group, { at, body }: Call, results: unknown[]): void => {
    switch (calls[at]) {
      case APPEND: {
        const appended = inboxes.append(
          {
            origin: calls[at + 1] as string,
            target: calls[at + 2] as string,
            messageId: calls[at + 3] as string,
            fields: calls[at + 4] as string | null,
            type: calls[at + 5] as string,
            received: calls[at + 6] as number,
            expires: calls[at + 7] as number | null,
            octets: calls[at + 12] as number,
            body: body ?? new Uint8Array(),
            bodyId: calls[at + 13] as number | null,
          },
          calls[at + 8] as string | null,
          calls[at + 9] as string | null,
          calls[at + 10] as number,
        );
        const { isDuplicate, sequence, copySequence, isDelivered, received } = appended;
        results.push(APPENDED, isDuplicate, sequence, copySequence ?? 0, isDelivered, received);
        return;
      }
      case DELIVERED:
        inboxes.setDelivered(calls[at + 1] as string, calls[at + 2] as number);
        results.push(DONE);
        return;
      default: {
        const run = byName[calls[at + 1] as string];
        if (!run) throw new Error(`unknown call ${String(calls[at + 1])}`);
        results.push(VALUE, run(...(calls[at + 2] as unknown[])));
      }
    }
  };

  const transaction = (group: Group, calls: readonly Call[]): unknown[] => {
    const results: unknown[] = [];
    begin.run();
    try {
      // Another process has written (an administrator's command): what is kept in memory may be stale.
      const { data_version: present } = readVersion.get() as { data_version: number };
      if (present !== version) inboxes.reread();
      version = present;
      for (const call of calls) {
        try {
          runCall(group, call, results);
        } catch (error) {
          // Operations check before they write: one that is refused leaves nothing behind, and the others go on.
          if (!(error instanceof ImppError)) throw error;
          results.push(FAILED, error.code, error.message);
        }
      }
      inboxes.merge();
      inboxes.flush();
      commit.run();
      return results;
    } catch (error) {
      inboxes.forget();
      if (isFatal(error)) broken = `The store has failed: ${describe(error)}.`;
      // SQLite has rolled back by itself after some faults.
      else if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };

  const attempt = (group: Group, calls: readonly Call[]): unknown[] => {
    if (broken !== undefined) return calls.flatMap(() => [FAILED, 'internal-error', broken]);
    try {
      return transaction(group, calls);
    } catch (error) {
      if (calls.length === 1) return [FAILED, 'internal-error', `The store has failed: ${describe(error)}.`];
      // One call may have spoilt it for all (a value too large to store): each on its own.
      return calls.flatMap((call) => attempt(group, [call]));
    }
  };

  return (group) => {
    const results = attempt(group, split(group));
    return broken === undefined ? { results } : { results, broken };
  };
}

function split({ calls, bodies, largeBodies }: Group): Call[] {
  const split: Call[] = [];
  let offset = 0;
  let large = 0;
  for (let at = 0; at < calls.length; ) {
    if (calls[at] === APPEND) {
      const length = calls[at + 11] as number;
      let body: Uint8Array | undefined;
      if (length >= LARGE_BODY) {
        body = largeBodies[large];
        large += 1;
      } else {
        body = new Uint8Array(bodies, offset, length);
        offset += length;
      }
      split.push({ at, body });
      at += APPEND_SIZE;
    } else {
      split.push({ at, body: undefined });
      at += calls[at] === DELIVERED ? DELIVERED_SIZE : CALL_SIZE;
    }
  }
  return split;
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
