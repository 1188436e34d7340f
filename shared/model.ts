// The plain values that cross processes: only what structured clone and JSON both carry (and Uint8Array).
// Times are milliseconds since 1970, addresses canonical `impp://host/user` URLs unless said otherwise.

import type { ErrorCode } from './errors.ts';

/** An account is known by its address. */
export type AccountId = string;

/** What the person may choose, and what is shown of others. `unknown` is not `offline`. */
export type PresenceState = 'available' | 'away' | 'busy' | 'do-not-disturb' | 'offline' | 'unknown';
export type OwnState = Exclude<PresenceState, 'unknown'>;

export interface Presence {
  readonly state: PresenceState;
  /** The activity as published, when it says more than the state (`meeting`, `vacation` ...). */
  readonly activity?: string;
  readonly note?: string;
  /** When this began. */
  readonly since?: number;
  /** When the publisher expects it to change. */
  readonly until?: number;
  /** Until when the watch vouches for it: the end of its lease. */
  readonly goodUntil?: number;
  /** The name that the presentity gives itself. */
  readonly displayName?: string;
  /** Where its inbox is, if that is not its own address. */
  readonly contactAddress?: string;
}

/** A fault in a form that can be shown: the code chooses the sentence, the data fill it. */
export interface Problem {
  readonly code: ErrorCode;
  /** The server's or the system's words, for "Details". */
  readonly reason: string;
  readonly domain?: string;
  readonly other?: string;
  readonly location?: string;
  /** Seconds. */
  readonly retryAfter?: number;
  /** Octets. */
  readonly maxMessageSize?: number;
}

export type ConnectionPhase =
  | 'signed-out'
  | 'waiting'
  | 'resolving'
  | 'connecting'
  | 'securing'
  | 'authenticating'
  | 'online'
  | 'closing';

export interface Connection {
  readonly phase: ConnectionPhase;
  /** Why it is not online; absent when nothing went wrong. */
  readonly problem?: Problem;
  /** When the next attempt starts, in `waiting`. */
  readonly retryAt?: number;
  /** The person has to give the password before anything can happen. */
  readonly passwordNeeded?: boolean;
  /** TLS is in use. */
  readonly isPrivate?: boolean;
}

export interface Account {
  readonly id: AccountId;
  readonly displayName?: string;
  readonly connection: Connection;
  readonly own: { readonly state: OwnState; readonly note: string };
  /** What the organisation restricts, as HELLO said: `no-pretend`, `no-invisible`. */
  readonly policy: readonly string[];
  /** Whether the password is in the system's keychain; `unavailable`: there is none, it is asked each time. */
  readonly secret: 'kept' | 'not-kept' | 'unavailable';
}

/** `asked`: pending at the other side; `refused`: denied; `ended`: the other side ended it. */
export type WatchState = 'none' | 'asked' | 'active' | 'refused' | 'ended' | 'failed';

export interface Contact {
  readonly account: AccountId;
  readonly address: string;
  /** The name given by the account's owner; empty: none. */
  readonly name: string;
  readonly groups: readonly string[];
  readonly watch: WatchState;
  /** Why the watch failed or was refused. */
  readonly problem?: Problem;
  readonly presence: Presence;
}

/** Someone who asks to see our presence and has no answer yet. */
export interface WatchRequest {
  readonly account: AccountId;
  readonly address: string;
  readonly since: number;
}

/**
 * `waiting`: on this computer; `sent`: on its way, no answer yet; `stored`, `delivered`, `unknown`: as the
 * server said; `failed`: refused, see `problem`.
 */
export type Outcome = 'waiting' | 'sent' | 'stored' | 'delivered' | 'unknown' | 'failed';

export interface Message {
  /** Local, rising in the order in which this computer learnt of the messages. */
  readonly id: number;
  readonly account: AccountId;
  /** The conversation: the other party's address. */
  readonly peer: string;
  readonly messageId: string;
  readonly isMine: boolean;
  /** When it was written, by the sender's clock; the order of a conversation is that of `at`, then `id`. */
  readonly at: number;
  /** When the server (incoming) or this computer (outgoing) took it. */
  readonly receivedAt: number;
  readonly text: string;
  /** The names of parts that are not shown as text. */
  readonly attachments: readonly string[];
  readonly outcome?: Outcome;
  /** When the outcome came to be known. */
  readonly outcomeAt?: number;
  readonly problem?: Problem;
}

export interface Conversation {
  readonly account: AccountId;
  readonly peer: string;
  readonly unread: number;
  readonly draft: string;
  readonly last?: Message;
}

/** What a domain says of itself before anyone signs in. */
export interface DomainFacts {
  readonly domain: string;
  /** The server that answered, `host:port`. */
  readonly server: string;
  readonly isPrivate: boolean;
  readonly registration: 'open' | 'invite' | 'closed';
  readonly policy: readonly string[];
}

/** Where to find the domain when DNS does not say, and whom to trust. */
export interface ServerChoice {
  /** `host:port`; absent: by DNS. */
  readonly server?: string;
  /** PEM text of a private certificate authority. */
  readonly ca?: string;
}

export interface Settings {
  readonly theme: 'system' | 'light' | 'dark' | 'contrast-light' | 'contrast-dark';
  readonly density: 'comfortable' | 'compact';
  /** Per cent, 80-200. */
  readonly textSize: number;
}
