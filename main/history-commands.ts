// What windows ask about the history as a whole: search, versions, files, deleting, export and backup.

import { rm } from 'node:fs/promises';
import { parseAddress } from '../shared/impp/address.ts';
import { ImppError } from '../shared/errors.ts';
import type { CommandName, RequestOf, ResponseOf } from '../shared/ipc.ts';
import { readFile } from '../shared/mime/read.ts';
import type { Accounts } from './account/accounts.ts';
import type { Clock } from '../shared/clock.ts';
import type { Host } from './host/host.ts';
import type { Mirror } from './state.ts';
import { removeStore } from './store/file/database.ts';
import { partOf } from './store/file/part.ts';
import type { Progress } from './store/messages/restore.ts';
import type { Store } from './store/store.ts';
import { type TaskPart, Tasks } from './tasks.ts';
import type { Uploads } from './uploads.ts';

export interface Parts {
  readonly accounts: Accounts;
  readonly mirror: Mirror;
  readonly store: Store;
  readonly uploads: Uploads;
  readonly host: Host;
  readonly clock: Clock;
}

type Handler<C extends CommandName> = (request: RequestOf<C>) => ResponseOf<C> | Promise<ResponseOf<C>>;

/** Messages that are brought back at a time: whatever else is asked of the store waits that long. */
const PORTION = 300;

/** `alice@a.example`, as part of a file's name. */
const nameOf = (url: string): string => {
  const { user, host } = parseAddress(url);
  return `${user}@${host}`.replaceAll(/[^\p{L}\p{N}@._-]/gu, '_').slice(0, 100);
};

/** Brings back all of an opened backup, in portions between which everything else goes on, and it may be stopped. */
const restore = async ({ store, accounts }: Parts, file: string, part: TaskPart) => {
  const { account, isNew, last } = await store.call('restoreAccount', file);
  let messages = 0;
  let done: Progress | undefined = { message: 0, effect: 0 };
  while (done !== undefined && !part.signal.aborted) {
    part.progress(done.message, last);
    const portion: { added: number; done?: Progress } = await store.call(
      'restorePortion',
      file,
      account.key,
      done,
      PORTION,
    );
    messages += portion.added;
    ({ done } = portion);
  }
  if (isNew) await accounts.appear(account);
  else await accounts.session(account.url).parts.messages.conversations.load();
  // What has come stays: the same backup brings the rest.
  part.signal.throwIfAborted();
  return { account: account.url, messages };
};

export const historyHandlers = (parts: Parts) => {
  const { accounts, mirror, store, uploads, host, clock } = parts;
  const tasks = new Tasks((task, done, total) => mirror.tellTask(task, done, total));
  const keyOf = (account: string): number => accounts.session(account).account.key;

  const search: Handler<'messages.search'> = async ({ account, peer, ...request }) => {
    const began = performance.now();
    const found = await store.read('search', {
      ...request,
      ...(account === undefined ? {} : { account: keyOf(account) }),
      ...(peer === undefined ? {} : { peer: parseAddress(peer).url }),
    });
    return { ...found, took: Math.round(performance.now() - began) };
  };

  const file: Handler<'message.file'> = async ({ id, index }) => {
    const { body, contentType } = await store.call('messageBody', id);
    const { name, type, bytes } = readFile(body, contentType, index);
    return { name, type, data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64') };
  };

  const deleteConversation: Handler<'conversation.delete'> = async ({ account, peer }) => {
    const { url } = parseAddress(peer);
    await store.call('deleteConversation', keyOf(account), url);
    accounts.session(account).parts.messages.conversations.forget(url);
    accounts.sweep();
    return null;
  };

  const exportHistory: Handler<'history.export'> = ({ account, peer, format, task }) =>
    tasks.run(task, async (part) => {
      const key = keyOf(account);
      const whose = peer === undefined ? nameOf(account) : `${nameOf(account)} ${nameOf(peer)}`;
      const path = await host.saveAs(`${whose}.${format}`);
      if (path === undefined) return null;
      const wanted = {
        account: key,
        peer: peer === undefined ? undefined : parseAddress(peer).url,
        format,
        to: path,
        now: clock.now(),
      };
      try {
        const { messages } = await store.task(part, 'exportHistory', wanted);
        return { path, messages };
      } finally {
        await rm(partOf(path), { force: true });
      }
    });

  let isBusy = false;
  /** A backup lies open beside the store while it is made or read: one at a time. */
  const alone = async <T>(run: () => Promise<T>): Promise<T> => {
    if (isBusy) throw new ImppError('conflict', 'another backup is being made or restored');
    isBusy = true;
    try {
      return await run();
    } finally {
      isBusy = false;
    }
  };

  const createBackup: Handler<'backup.create'> = ({ account, passphrase, task }) =>
    tasks.run(task, async (part) => {
      const key = keyOf(account);
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      const path = await host.saveAs(`${nameOf(account)} ${day}.parley-backup`);
      if (path === undefined) return null;
      return alone(async () => {
        try {
          await store.task(part, 'createBackup', key, passphrase, path);
          return { path };
        } finally {
          await rm(partOf(path), { force: true });
          if (part.signal.aborted) await store.chore('dropOpened');
        }
      });
    });

  const restoreBackup: Handler<'backup.restore'> = async ({ upload, passphrase, task }) => {
    return alone(() =>
      uploads.useFile(upload, (backup) =>
        tasks.run(task, async (part) => {
          try {
            const opened = await store.task(part, 'openBackup', backup, passphrase);
            try {
              return await restore(parts, opened, part);
            } finally {
              removeStore(opened);
            }
          } finally {
            if (part.signal.aborted) await store.chore('dropOpened');
          }
        }),
      ),
    );
  };

  return {
    'messages.search': search,
    'message.versions': (({ id }) => store.call('listVersions', id)) satisfies Handler<'message.versions'>,
    'message.details': (async ({ id }) => ({
      steps: await store.call('listSteps', id),
    })) satisfies Handler<'message.details'>,
    'message.file': file,
    'conversation.delete': deleteConversation,
    'history.export': exportHistory,
    'backup.create': createBackup,
    'backup.restore': restoreBackup,
    'task.stop': (({ task }) => {
      tasks.stop(task);
      return null;
    }) satisfies Handler<'task.stop'>,
    'store.recover': (() => {
      throw new ImppError('not-found', 'the history is not damaged');
    }) satisfies Handler<'store.recover'>,
  };
};
