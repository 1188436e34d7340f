import { Worker } from 'node:worker_threads';

import { type ErrorCode, ImppError } from '../../shared/errors.ts';
import { copyOf, octetsOf, storeClosed } from './rules.ts';
import {
  APPEND,
  APPENDED,
  CALL,
  type Cold,
  DELIVERED,
  DONE,
  FAILED,
  type Group,
  LARGE_BODY,
  type Results,
} from './sqlite-operations.ts';
import { PRUNE_START, type PruneCursor } from './sqlite-retention.ts';
import type { Appended, Storage } from './storage.ts';

/** Calls in one commit: more would make the first of them wait for long. */
const MAX_CALLS = 2048;
/** Octets of bodies in one commit, for the same reason; a single body may be larger. */
const MAX_OCTETS = 8 * 1024 * 1024;
/** Octets of pieces of large bodies in one commit: they are in no hurry, and all else waits for the disk with them. */
const MAX_PIECES = 512 * 1024;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ImppError) => void;
}

export interface SqliteHooks {
  /** The file is let go. */
  readonly closed?: () => void;
  /** Nothing can be stored any more: every call is refused from now on. */
  readonly broken?: (error: ImppError) => void;
  /** Whether a server may be at work on the file meanwhile, whose unfinished bodies are to be left alone. */
  readonly isShared?: boolean;
}

/** A piece of a large body on its way. */
interface Piece extends Waiting {
  readonly args: Parameters<Cold['addPiece']>;
  readonly octets: number;
}

/** Calls on their way into one commit. */
interface Batch {
  readonly calls: unknown[];
  readonly waiting: Waiting[];
  bodies: Uint8Array<ArrayBuffer>;
  length: number;
  readonly largeBodies: Uint8Array<ArrayBuffer>[];
  readonly pieces: ArrayBuffer[];
  octets: number;
}

const newBatch = (): Batch => ({
  calls: [],
  waiting: [],
  bodies: new Uint8Array(0),
  length: 0,
  largeBodies: [],
  pieces: [],
  octets: 0,
});

/**
 * The store in an SQLite file. The calls of one turn go to the worker together, at the end of the turn; while
 * it commits them, what is called meanwhile gathers for the next commit.
 * @throws ImppError internal-error with a sentence for the operator when the file cannot be used
 */
export async function openSqliteStorage(path: string, hooks: SqliteHooks = {}): Promise<Storage> {
  const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), {
    workerData: { path, isShared: hooks.isShared ?? false },
  });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    worker.once('error', (cause) =>
      reject(new ImppError('internal-error', 'The store did not start.', { cause })),
    );
    worker.once('message', (message: 'ready' | { code: ErrorCode; reason: string }) => {
      if (message === 'ready') resolve();
      else reject(new ImppError(message.code, message.reason));
    });
  });

  const queue: Batch[] = [];
  const pieces: Piece[] = [];
  let running: Waiting[] | undefined;
  let isScheduled = false;
  let broken: ImppError | undefined;
  let closing: Promise<void> | undefined;
  let idle: (() => void) | undefined;

  const send = (): void => {
    isScheduled = false;
    if (running || broken) return;
    const batch = queue.shift() ?? (pieces.length > 0 ? newBatch() : undefined);
    if (!batch) {
      idle?.();
      return;
    }
    takePieces(batch, pieces);
    const bodies = batch.bodies.buffer;
    const group: Group = { calls: batch.calls, bodies, largeBodies: batch.largeBodies };
    running = batch.waiting;
    worker.postMessage(group, [bodies, ...batch.largeBodies.map((body) => body.buffer), ...batch.pieces]);
  };

  const fail = (error: ImppError): void => {
    if (broken) return;
    broken = error;
    const lost = [
      ...(running ?? []),
      ...queue.splice(0).flatMap((batch) => batch.waiting),
      ...pieces.splice(0),
    ];
    running = undefined;
    for (const { reject } of lost) reject(error);
    idle?.();
    hooks.broken?.(error);
  };

  worker.on('message', ({ results, broken: reason }: Results) => {
    const settled = running ?? [];
    running = undefined;
    // First of all the next commit: the worker is never idle while this thread works on the answers.
    if (reason === undefined) send();
    settle(settled, results);
    if (reason !== undefined) fail(new ImppError('internal-error', reason));
  });
  worker.on('error', (cause) => fail(new ImppError('internal-error', 'The store has failed.', { cause })));
  worker.on('exit', () => {
    if (!closing) fail(new ImppError('internal-error', 'The store has ended.'));
  });

  const sendSoon = (): void => {
    if (isScheduled || running) return;
    isScheduled = true;
    // After the sockets that are readable now, so that their messages share the commit.
    setImmediate(send);
  };

  /** The batch that takes the next call, and a promise of its result. */
  const enter = <T>(octets: number, write: (batch: Batch) => void): Promise<T> => {
    if (closing) return Promise.reject(storeClosed());
    if (broken) return Promise.reject(broken);
    let batch = queue.at(-1);
    if (!batch || batch.waiting.length >= MAX_CALLS || batch.octets + octets > MAX_OCTETS) {
      batch = newBatch();
      queue.push(batch);
    }
    const target = batch;
    target.octets += octets;
    write(target);
    const promise = new Promise<unknown>((resolve, reject) => target.waiting.push({ resolve, reject }));
    sendSoon();
    return promise as Promise<T>;
  };

  const call = <K extends keyof Cold>(name: K, ...args: Parameters<Cold[K]>): Promise<ReturnType<Cold[K]>> =>
    enter(0, (batch) => void batch.calls.push(CALL, name, args));

  /** Removes what nobody has any more, in steps between which others have their turn. */
  const clearBodies = async (): Promise<void> => {
    while (await call('clearBodies'));
  };

  return {
    close() {
      closing ??= (async () => {
        if (running || queue.length > 0 || pieces.length > 0)
          await new Promise<void>((resolve) => (idle = resolve));
        worker.postMessage('close');
        await exited;
        hooks.closed?.();
      })();
      return closing;
    },

    append(message, to, copyTo, quota) {
      const { origin, target, messageId, contentType, received, expires, body, large } = message;
      const fields = message.fields.length === 0 ? null : JSON.stringify(message.fields);
      const octets = octetsOf(message);
      return enter<Appended>(body.length, (batch) => {
        // biome-ignore format: in the order that sqlite-operations.ts gives
        batch.calls.push(APPEND, origin, target, messageId, fields, contentType, received, expires ?? null, to ?? null, copyTo ?? null, quota, body.length, octets, large?.id ?? null);
        addBody(batch, body);
      });
    },
    beginBody: (to, octets, quota) => call('beginBody', to, octets, quota),
    addPiece(body, number, piece) {
      if (closing) return Promise.reject(storeClosed());
      if (broken) return Promise.reject(broken);
      // What only sees a part of its buffer cannot be given away.
      const own = piece.length === piece.buffer.byteLength ? piece : copyOf(piece);
      const added = new Promise<unknown>((resolve, reject) =>
        pieces.push({ args: [body, number, own], octets: own.length, resolve, reject }),
      );
      sendSoon();
      return added as Promise<void>;
    },
    getPiece: (body, number) => call('getPiece', body, number),
    async dropBody(body) {
      await call('abandonBody', body);
      await clearBodies();
    },
    setDelivered: (user, sequence) => enter(0, (batch) => void batch.calls.push(DELIVERED, user, sequence)),
    async prune(options) {
      let removed = 0;
      for (let cursor: PruneCursor | undefined = PRUNE_START; cursor; ) {
        const step: ReturnType<Cold['pruneStep']> = await call('pruneStep', options, cursor);
        removed += step.removed;
        cursor = step.next;
      }
      await clearBodies();
      return removed;
    },

    getValue: (name) => call('getValue', name),
    setValue: (name, value) => call('setValue', name, copyOf(value)),
    getAccount: (user) => call('getAccount', user),
    createAccount: (account, invite) => call('createAccount', account, invite),
    setVerifier: (user, verifier) => call('setVerifier', user, verifier),
    setDisabled: (user, at) => call('setDisabled', user, at),
    noteSignIn: (user, at) => call('noteSignIn', user, at),
    async removeAccount(user, reservedUntil) {
      await call('removeAccount', user, reservedUntil);
      await clearBodies();
    },
    listAccounts: () => call('listAccounts'),
    createInvite: (invite) => call('createInvite', invite),
    listInvites: (now) => call('listInvites', now),
    removeInvite: (id) => call('removeInvite', id),
    getDocument: (user, name) => call('getDocument', user, name),
    setDocument: (user, name, content, options) =>
      call('setDocument', user, name, content && { ...content, body: copyOf(content.body) }, options),
    findListed: (query, options) => call('findListed', query, options),
    loadPresence: () => call('loadPresence'),
    permanentPresence: (user) => call('permanentPresence', user),
    putPresence: (object) => call('putPresence', { ...object, body: copyOf(object.body) }),
    removePresence: (key) => call('removePresence', key),
    putSubscription: (subscription) => call('putSubscription', subscription),
    removeSubscription: (key) => call('removeSubscription', key),
    putWatch: (watch) => call('putWatch', watch),
    removeWatch: (key) => call('removeWatch', key),
    inboxBounds: (user, after, now) => call('inboxBounds', user, after, now),
    inboxOctets: (user) => call('inboxOctets', user),
    entries: (user, range) => call('entries', user, range),
    entry: (user, sequence) => call('entry', user, sequence),
    findDuplicate: (key, to, since) => call('findDuplicate', key, to, since),
  };
}

/** Lets some of the pieces that wait go along; at least one. */
function takePieces(batch: Batch, pieces: Piece[]): void {
  let octets = 0;
  let count = 0;
  for (const piece of pieces) {
    octets += piece.octets;
    if (count > 0 && octets > MAX_PIECES) break;
    batch.calls.push(CALL, 'addPiece', piece.args);
    batch.waiting.push(piece);
    batch.pieces.push(piece.args[2].buffer as ArrayBuffer);
    count += 1;
  }
  pieces.splice(0, count);
}

/** Copies the body: its owner may go on using the buffer. */
function addBody(batch: Batch, body: Uint8Array): void {
  if (body.length >= LARGE_BODY) {
    batch.largeBodies.push(copyOf(body));
    return;
  }
  const length = batch.length + body.length;
  if (length > batch.bodies.length) {
    const bodies = new Uint8Array(Math.max(length, 2 * batch.bodies.length, 4096));
    bodies.set(batch.bodies.subarray(0, batch.length));
    batch.bodies = bodies;
  }
  batch.bodies.set(body, batch.length);
  batch.length = length;
}

function settle(waiting: readonly Waiting[], results: readonly unknown[]): void {
  let at = 0;
  for (const { resolve, reject } of waiting) {
    switch (results[at]) {
      case DONE:
        resolve(undefined);
        at += 1;
        break;
      case APPENDED: {
        const copySequence = results[at + 3] as number;
        const appended: Appended = {
          isDuplicate: results[at + 1] as boolean,
          sequence: results[at + 2] as number,
          isDelivered: results[at + 4] as boolean,
          received: results[at + 5] as number,
        };
        resolve(copySequence === 0 ? appended : { ...appended, copySequence });
        at += 6;
        break;
      }
      case FAILED:
        reject(new ImppError(results[at + 1] as ErrorCode, results[at + 2] as string));
        at += 3;
        break;
      default:
        resolve(results[at + 1]);
        at += 2;
    }
  }
}
