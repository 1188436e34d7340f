import type { MessagesPage, Snapshot } from '../../shared/ipc.ts';
import type {
  Account,
  AccountId,
  Contact,
  Conversation,
  Message,
  Profile,
  Rule,
  Settings,
  View,
  WatchRequest,
} from '../../shared/model.ts';

/** What identifies a contact, a request or a conversation in this window. A space is in no canonical URL. */
export type PairKey = `${AccountId} ${string}`;
export const pairKey = (account: AccountId, address: string): PairKey => `${account} ${address}`;

export type LogChange = { readonly set: Message } | { readonly removed: number };

/** A stretch of a conversation, in its order; the rest of a long one is asked for while one scrolls. */
export interface Log {
  readonly messages: readonly Message[];
  /** A page is here; before that nothing is shown. */
  readonly isLoaded: boolean;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  /** The domain has older ones, and cannot be asked now. */
  readonly isWaiting: boolean;
  /** Where the domain keeps no longer what it had, by time. */
  readonly losses: MessagesPage['losses'];
  /** What happened while a page is on its way: the page may not know it yet. */
  readonly held: readonly LogChange[] | undefined;
}

/** What the program said, as of event number `seq`. Every part keeps its identity until it changes. */
export interface Mirror {
  readonly seq: number;
  readonly accounts: readonly Account[];
  readonly contacts: ReadonlyMap<PairKey, Contact>;
  /** The same contacts by presence, then name. */
  readonly contactOrder: readonly Contact[];
  readonly requests: readonly WatchRequest[];
  readonly conversations: ReadonlyMap<PairKey, Conversation>;
  /** Without an entry: the domain has not told yet. */
  readonly rules: ReadonlyMap<AccountId, readonly Rule[]>;
  readonly views: ReadonlyMap<AccountId, readonly View[]>;
  readonly profiles: ReadonlyMap<AccountId, Profile>;
  /** Rises with each change of the list of watchers, which is asked for where it is shown. */
  readonly watcherTurns: ReadonlyMap<AccountId, number>;
  readonly settings: Settings;
  readonly spoken: Snapshot['spoken'];
  readonly host: Snapshot['host'];
  /** The history is damaged; until that is settled nothing else is known. */
  readonly damage: Snapshot['damage'];
  readonly update: Snapshot['update'];
  readonly logs: ReadonlyMap<PairKey, Log>;
  /** Who writes, until when at most. */
  readonly typing: ReadonlyMap<PairKey, number>;
  /** Messages on their way out or in, in octets. */
  readonly transfers: ReadonlyMap<number, { readonly done: number; readonly total: number }>;
  /** What takes long, by its name: a part of a whole. */
  readonly tasks: ReadonlyMap<string, { readonly done: number; readonly total: number }>;
}

export const EMPTY_LOG: Log = {
  messages: [],
  isLoaded: false,
  hasOlder: true,
  hasNewer: false,
  isWaiting: false,
  losses: [],
  held: undefined,
};
