import { accountValueOperations } from './account-values.ts';
import { accountOperations } from './accounts.ts';
import { contactOperations } from './contacts.ts';
import { settingsOperations } from './conversation-settings.ts';
import { conversationOperations } from './conversations.ts';
import type { Database } from './database.ts';
import { entryOperations } from './entries.ts';
import { formerOperations } from './former.ts';
import { gapOperations } from './gaps.ts';
import { markOperations } from './marks.ts';
import { messageOperations } from './messages.ts';
import { outboxOperations } from './outbox.ts';
import { outcomeOperations } from './outcomes.ts';
import { pageOperations } from './pages.ts';
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
  ...searchOperations,
  ...formerOperations,
};

export type OperationName = keyof typeof OPERATIONS;

type Rest<F> = F extends (db: Database, ...rest: infer R) => unknown ? R : never;
export type ArgumentsOf<O extends OperationName> = Rest<(typeof OPERATIONS)[O]>;
export type ResultOf<O extends OperationName> = ReturnType<(typeof OPERATIONS)[O]>;

/** A call as it crosses to the store's thread. */
export interface Call {
  readonly number: number;
  readonly operation: OperationName;
  readonly arguments: readonly unknown[];
}

export type Reply =
  | { readonly number: number; readonly ok: true; readonly value: unknown }
  | { readonly number: number; readonly ok: false; readonly code: string; readonly reason: string };
