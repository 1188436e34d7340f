import type { Snapshot } from '../../shared/ipc.ts';
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

/** The part of a conversation that was loaded, in order of `at`, then `id`. */
export interface Log {
  readonly messages: readonly Message[];
  /** The newest page is here; before that, live messages are held but nothing is shown. */
  readonly isLoaded: boolean;
  readonly hasOlder: boolean;
  /** Ids removed since the log began: a page asked for before must not bring them back. */
  readonly removed: ReadonlySet<number>;
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
  readonly host: Snapshot['host'];
  readonly logs: ReadonlyMap<PairKey, Log>;
  /** Who writes, until when at most. */
  readonly typing: ReadonlyMap<PairKey, number>;
  /** Messages on their way out or in, in octets. */
  readonly transfers: ReadonlyMap<number, { readonly done: number; readonly total: number }>;
}

export const EMPTY_LOG: Log = { messages: [], isLoaded: false, hasOlder: true, removed: new Set() };
