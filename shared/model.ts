// The plain values that cross processes: only what structured clone and JSON both carry (and Uint8Array).
// Times are milliseconds since 1970, addresses canonical `impp://host/user` URLs unless said otherwise.

import type { Certificate, ErrorCode } from './errors.ts';
import type { Language } from './i18n/languages.ts';

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
  readonly certificate?: Certificate;
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
  /** While online. */
  readonly way?: Way;
}

/** How a connection goes, for who wants to know. Servers and proxies are `host:port`. */
export interface Way {
  readonly since: number;
  readonly server: string;
  /** What stands in between. */
  readonly proxy?: string;
  /** How the person was signed in: the name of a SASL mechanism. */
  readonly mechanism: string;
  /** Absent: in clear. */
  readonly tls?: { readonly version: string; readonly certificate: Certificate };
}

/** What the person shows of themselves on this device. */
export interface OwnPresence {
  readonly state: OwnState;
  readonly note: string;
  /** An RFC 4480 name that says more than the state (`meeting`, `vacation` ...). */
  readonly activity?: string;
  /** When it falls back to available, without note and activity, by itself. */
  readonly until?: number;
  /** Why it is away without having been set so; what the person chose comes back with them. */
  readonly automatic?: 'idle' | 'locked' | 'suspended';
  /** Nobody is to disturb now, without having been set so; it ends by itself, or with the next choice. */
  readonly quiet?: Quiet & {
    /** What the person chose, which comes back then. */
    readonly chosen: OwnState;
  };
}

/** Why it is quiet, and until when as far as that is known. */
export interface Quiet {
  readonly by: 'hours' | 'system';
  readonly until?: number;
}

/** Hours of some days of the week in which nobody is to disturb. */
export interface QuietHours {
  readonly isOn: boolean;
  /** On which they begin; 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes since midnight, by the clock on the wall. An end that is not after the beginning is on the next day. */
  readonly from: number;
  readonly until: number;
}

/** What a domain keeps of an inbox: for how many days, how many octets of them, and how many there are. */
export interface Keeping {
  readonly days: number;
  readonly quota: number;
  readonly used: number;
}

export interface Account {
  readonly id: AccountId;
  readonly displayName?: string;
  readonly connection: Connection;
  readonly network: AccountNetwork;
  readonly own: OwnPresence;
  /** What the organisation restricts, as HELLO said: `no-pretend`, `no-invisible`. */
  readonly policy: readonly string[];
  /** Octets of the largest message that the domain takes; absent until it has told. */
  readonly maxMessageSize?: number;
  /** What the domain keeps, as of the last time that it was asked; absent where it does not tell. */
  readonly keeping?: Keeping;
  /** Why rules for groups could not be written for the people who are in them now; absent: they are, or soon will be. */
  readonly rulesProblem?: Problem;
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
  /** Not announced before on this computer. */
  readonly isNew: boolean;
  /** The name that they give themselves, where they let us see it, or that we gave them. */
  readonly name?: string;
  /** The first message they wrote to us, if there is one. */
  readonly message?: string;
}

/**
 * `everything`: as chosen; `state`: without note and activity; `busy`: busy or free only; `nothing`; `own`: as
 * the view says.
 */
export type ViewKind = 'everything' | 'state' | 'busy' | 'nothing' | 'own';

/**
 * What some watchers are shown. Built in: `default` (everything), `state` (the state alone), `busy` (busy or free
 * only), `closed` (nothing).
 */
export interface View {
  /** A token: the View on the wire. */
  readonly id: string;
  /** Of views of one's own; empty for those built in. */
  readonly title: string;
  readonly kind: ViewKind;
  /** Of kind `own`: shown instead of what is chosen in the menu. */
  readonly own?: { readonly state: OwnState; readonly note: string };
  /** What the view shows when nobody is signed in: the permanent value. */
  readonly away?: { readonly note: string; readonly until?: number };
}

/** An access rule; a permission that is not stated is left to less specific rules. */
export interface Rule {
  /**
   * URLs, `impp://HOST/*`, `anonymous`, `*`: one or more, each in one rule only. Of a rule for a group: its people as
   * the contact list has them, perhaps nobody; they may stand in other rules, too.
   */
  readonly who: readonly string[];
  /**
   * The contact group for which the rule is, whoever is in it, now and later; empty: all contacts. One rule for a
   * group. A rule that names somebody comes before those for their groups; these come in the order of the list, the
   * one for all contacts last.
   */
  readonly group?: string;
  readonly subscribe?: 'allow' | 'ask' | 'deny' | 'pretend';
  readonly fetch?: 'allow' | 'deny' | 'pretend';
  readonly send?: 'allow' | 'deny';
  readonly change?: 'allow' | 'deny';
  readonly read?: 'allow' | 'deny';
  readonly view?: string;
  /** The rule is void from then on. */
  readonly until?: number;
}

/** Someone who watches us, in the best state of their subscriptions; `fetched`: asked once, in the last day. */
export interface Watcher {
  /** A URL; `anonymous` for those who have none. */
  readonly address: string;
  readonly state: 'active' | 'pending' | 'pretended' | 'fetched';
  readonly since?: number;
  readonly expires?: number;
}

/** What the domain's directory knows of the account. */
export interface Profile {
  /** Empty: none. */
  readonly displayName: string;
  /** Who finds the account by searching. */
  readonly listed: 'nobody' | 'domain' | 'everyone';
  /** Where those whom the rules allow are sent instead. */
  readonly forward?: { readonly kind: 'temporary' | 'permanent'; readonly to: string };
}

/**
 * `waiting`: on this computer; `sent`: on its way, no answer yet; `stored`, `delivered`, `unknown`: as the
 * server said; `failed`: refused, see `problem`; `expired`: the end that was set for it has passed.
 */
export type Outcome = 'waiting' | 'sent' | 'stored' | 'delivered' | 'unknown' | 'failed' | 'expired';

/** Where a message stands in its conversation: by `at`, then by `order`; the same on all devices, in the end. */
export interface Place {
  readonly at: number;
  readonly order: number;
}

/** A part of a message that is not shown as text. */
export interface FilePart {
  /** Which part, for commands. */
  readonly index: number;
  /** Cleaned: safe to show and to offer as the name of a file. */
  readonly name: string;
  /** The MIME type that its sender gives it. */
  readonly type: string;
  /** Octets. */
  readonly size: number;
}

/** What a message answers. */
export interface Quote {
  readonly messageId: string;
  /** Absent: the message is not on this computer. */
  readonly id?: number;
  /** Where it stands, to go there; with `id`. */
  readonly place?: Place;
  readonly isMine?: boolean;
  /** Its beginning, in one line; the names of its files where it has no text. */
  readonly text?: string;
}

export interface Message {
  /** Local, rising in the order in which this computer learnt of the messages. */
  readonly id: number;
  readonly account: AccountId;
  /** The conversation: the other party's address. */
  readonly peer: string;
  readonly messageId: string;
  readonly isMine: boolean;
  /** When it was written, by the sender's clock, and never after the server had it. */
  readonly at: number;
  /** The order among messages of the same `at`. */
  readonly order: number;
  /** When the server (incoming) or this computer (outgoing) took it. */
  readonly receivedAt: number;
  /** As typed, in its newest version; empty after a retraction. */
  readonly text: string;
  readonly files: readonly FilePart[];
  readonly quote?: Quote;
  readonly reactions: readonly { readonly isMine: boolean; readonly emoji: string }[];
  /** When its sender corrected it last. */
  readonly correctedAt?: number;
  readonly isRetracted?: boolean;
  readonly isForwarded?: boolean;
  /** The end its sender set: it is not delivered later. */
  readonly expires?: number;
  /** When its reader's receipt says that it was shown. */
  readonly readAt?: number;
  /** Octets that are still at the domain: only its envelope is here. */
  readonly deferred?: number;
  readonly outcome?: Outcome;
  /** When the outcome came to be known. */
  readonly outcomeAt?: number;
  readonly problem?: Problem;
}

export interface Conversation {
  readonly account: AccountId;
  readonly peer: string;
  readonly unread: number;
  readonly firstUnread?: Place;
  readonly draft: string;
  readonly last?: Message;
  readonly isPinned: boolean;
  readonly isArchived: boolean;
  /** `changed`: until the person changes it. */
  readonly mutedUntil?: number | 'changed';
  /** Whether this person gets receipts and typing marks; absent: as the settings say in general. */
  readonly sendsReceipts?: boolean;
  readonly sendsTyping?: boolean;
  /** What its notifications show; absent: as the settings say in general. */
  readonly notifies?: Settings['notifies'];
  /** From someone who is no contact, whom no rule lets write and to whom nothing was written: waits in Requests. */
  readonly isRequest: boolean;
}

/** What happened to a message of one's own, or on its way here. */
export interface MessageStep {
  readonly at: number;
  readonly step: 'saved' | 'sent' | 'received' | 'fetched' | 'read' | Exclude<Outcome, 'sent' | 'waiting'>;
  /** Who says so, where it was a domain. */
  readonly domain?: string;
  readonly problem?: Problem;
}

/** A copy of the history that was made on this computer. */
export interface StoredCopy {
  readonly name: string;
  readonly at: number;
  /** Octets. */
  readonly size: number;
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

/**
 * The way to servers. A proxy that is set looks up all names itself: nothing is asked of DNS from here, so that
 * servers are named by hand or are the domain itself.
 */
export type Proxy =
  | { readonly kind: 'system' | 'none' }
  /** `server` is `host:port`. The password of `user` is in the keychain. */
  | { readonly kind: 'socks5'; readonly server: string; readonly user?: string };

/** Where to find the domain when DNS does not say, whom to trust, and which way to go. */
export interface ServerChoice {
  /** `host:port`; absent: by DNS. */
  readonly server?: string;
  /** PEM text of a private certificate authority. */
  readonly ca?: string;
  /** Absent: as the system says. */
  readonly proxy?: Proxy;
  readonly proxyPassword?: string;
}

/** What is kept of that with an account. */
export interface AccountNetwork {
  readonly server?: string;
  /** The name of the private authority. */
  readonly authority?: string;
  readonly proxy: Proxy;
}

export interface Settings {
  readonly language: Language | 'system';
  readonly theme: 'system' | 'light' | 'dark' | 'contrast-light' | 'contrast-dark';
  readonly density: 'comfortable' | 'compact';
  /** Per cent, 80-200. */
  readonly textSize: number;
  /** Whether those who write are told that one has read, and that one is writing. */
  readonly sendsReceipts: boolean;
  readonly sendsTyping: boolean;
  /** What a notification shows: name and text, the name, or only that there is something. */
  readonly notifies: 'text' | 'name' | 'nothing';
  /** Nothing but that, while the screen is locked. */
  readonly hidesWhenLocked: boolean;
  readonly hasSound: boolean;
  readonly quietHours: readonly QuietHours[];
  /** Quiet while the system is. */
  readonly followsSystemQuiet: boolean;
  /** Whether what one writes is looked at for mistakes of spelling. */
  readonly checksSpelling: boolean;
  /** In which languages, where dictionaries have to be fetched: those that the person has asked for. */
  readonly spellingLanguages: readonly string[];
  /** Closing the window leaves the program in the tray, where there is one. */
  readonly closesToTray: boolean;
  /** Newer versions of the program are looked for by themselves, where that is its own to do. */
  readonly looksForUpdates: boolean;
}

/**
 * What is known of newer versions of the program. `idle`: not asked yet, or in vain (`problem`); `at`: when it was;
 * `version`: the newer one, which after `ready` is there with the next start.
 */
export type Update =
  | { readonly phase: 'idle'; readonly problem?: Problem }
  | { readonly phase: 'looking' }
  | { readonly phase: 'newest'; readonly at: number }
  | { readonly phase: 'available'; readonly version: string; readonly problem?: Problem }
  /** Octets; `total` 0: not known yet. */
  | { readonly phase: 'downloading'; readonly version: string; readonly done: number; readonly total: number }
  | { readonly phase: 'ready'; readonly version: string };

/** Whether the system starts the program with the person's session, and whether its window opens then. */
export type AtLogin = 'off' | 'shown' | 'hidden';

/** What the host of the program can do, as it is now. */
export interface HostFacts {
  /** Who shows notifications: the system, asked by the program, or the browser, asked by the window. */
  readonly notifications: 'system' | 'browser';
  readonly hasTray: boolean;
  /** Whether the system says when nobody is to disturb. */
  readonly knowsQuiet: boolean;
  /** Languages for which dictionaries can be fetched; absent: the system or the browser checks spelling by itself. */
  readonly dictionaries?: readonly string[];
  /** Absent: the program cannot be started at login by itself. */
  readonly atLogin?: AtLogin;
  /** Newer versions come with the system's own packages. */
  readonly isUpdatedBySystem?: true;
  /** Chromium was started without its sandbox, which the system does not allow. */
  readonly isUnsandboxed?: true;
}
