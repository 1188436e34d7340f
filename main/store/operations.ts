import { accountValueOperations } from './account-values.ts';
import { accountOperations } from './accounts.ts';
import { contactOperations } from './contacts.ts';
import { backupChores } from './chores/backup.ts';
import { copyChores } from './chores/copies.ts';
import { exportChores } from './chores/export.ts';
import { forgetChores } from './chores/forget.ts';
import { recoverChores } from './chores/recover.ts';
import { settingsOperations } from './conversations/conversation-settings.ts';
import { conversationOperations } from './conversations/conversations.ts';
import type { Database } from './file/database.ts';
import { deletionOperations } from './messages/deletions.ts';
import { entryOperations } from './messages/entries.ts';
import { gapOperations } from './conversations/gaps.ts';
import { markOperations } from './conversations/marks.ts';
import { messageOperations } from './messages/messages.ts';
import { outboxOperations } from './messages/outbox.ts';
import { outcomeOperations } from './messages/outcomes.ts';
import { pageOperations } from './messages/pages.ts';
import { restoreOperations } from './messages/restore.ts';
import { searchOperations } from './search/search.ts';
import { settingOperations } from './settings.ts';

/** Everything that may be asked of the store: plain functions over the open file, run in its thread. */
export const OPERATIONS = {
  ...settingOperations,
  ...accountOperations,
  ...accountValueOperations,
  ...contactOperations,
  ...conversationOperations,
  ...settingsOperations,
  ...entryOperations,
  ...gapOperations,
  ...markOperations,
  ...outboxOperations,
  ...outcomeOperations,
  ...pageOperations,
  ...messageOperations,
  ...deletionOperations,
  ...restoreOperations,
  ...searchOperations,
};

/** What reads or writes whole files, each in a thread of its own: functions over the path of the store. */
export const CHORES = { ...copyChores, ...recoverChores, ...exportChores, ...backupChores, ...forgetChores };

export type OperationName = keyof typeof OPERATIONS;

type Rest<F> = F extends (db: Database, ...rest: infer R) => unknown ? R : never;
export type ArgumentsOf<O extends OperationName> = Rest<(typeof OPERATIONS)[O]>;
export type ResultOf<O extends OperationName> = ReturnType<(typeof OPERATIONS)[O]>;

/** What the thread that only reads may be asked. */
export type ReadName = 'search';

type RestOfChore<F> = F extends (path: string, ...rest: infer R) => unknown ? R : never;
export type ChoreName = keyof typeof CHORES;
export type ChoreArguments<C extends ChoreName> = RestOfChore<(typeof CHORES)[C]>;
export type ChoreResult<C extends ChoreName> = Awaited<ReturnType<(typeof CHORES)[C]>>;

/** What a thread is started for, and the file that it works on. */
export interface Task {
  readonly role: 'writer' | 'reader' | 'chore';
  readonly path: string;
}

/** A call as it crosses to a thread. */
export interface Call {
  readonly number: number;
  readonly operation: string;
  readonly arguments: readonly unknown[];
}

/** What a chore tells while it goes on. */
export interface Told {
  readonly progress: { readonly done: number; readonly total: number };
}

export type Reply =
  | { readonly number: number; readonly ok: true; readonly value: unknown }
  | { readonly number: number; readonly ok: false; readonly code: string; readonly reason: string };
