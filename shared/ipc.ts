// The whole of what the window may ask of the program and is told by it. Preload, main and renderer derive
// from these two maps and lists; a command without handler or validator does not compile.

import type { Spoken } from './i18n/languages.ts';
import type {
  Account,
  AccountId,
  AtLogin,
  Contact,
  Conversation,
  DomainFacts,
  HostFacts,
  Message,
  MessageStep,
  OwnState,
  Place,
  Presence,
  Problem,
  Profile,
  Proxy,
  Rule,
  ServerChoice,
  Settings,
  StoredCopy,
  Update,
  View,
  Watcher,
  WatchRequest,
} from './model.ts';
import type { ErrorCode, ErrorData } from './errors.ts';
import type { GlobalShortcut } from './shortcuts.ts';

/** Everything the window mirrors, as of event number `seq`. */
export interface Snapshot {
  readonly seq: number;
  readonly accounts: readonly Account[];
  readonly contacts: readonly Contact[];
  readonly requests: readonly WatchRequest[];
  readonly conversations: readonly Conversation[];
  /** Of the accounts whose domain has told: without an entry, nothing is known yet. */
  readonly rules: readonly { readonly account: AccountId; readonly rules: readonly Rule[] }[];
  /** Those built in first, always. */
  readonly views: readonly { readonly account: AccountId; readonly views: readonly View[] }[];
  readonly profiles: readonly { readonly account: AccountId; readonly profile: Profile }[];
  readonly settings: Settings;
  /** The history on this computer is damaged; until that is settled there is nothing else. Copies: newest first. */
  readonly damage?: { readonly reason: string; readonly copies: readonly StoredCopy[] };
  /** The language of all words, from the setting and what the system prefers. */
  readonly spoken: Spoken;
  /** Absent: newer versions are not this program's to look for. */
  readonly update?: Update;
  /** Where the window begins, when something was left unfinished; told once. */
  readonly opening?: Shown;
  /** What the host can do that a window may want to offer. */
  readonly host: {
    readonly kind: 'electron' | 'browser';
    readonly platform: string;
    readonly version: string;
  };
}

interface In {
  account: AccountId;
}

/** What takes long: changes of that name tell how far it is, and `task.stop` ends it with `cancelled`. */
interface InTask {
  task: string;
}

/** Command: what it takes, what it gives. A failure rejects with an ImppError of the same code. */
export interface Commands {
  snapshot: { request: null; response: Snapshot };
  /** What languages the browser around the window prefers, best first; a host that knows the system's does not ask. */
  'window.languages': { request: { languages: readonly string[] }; response: null };
  /** Asks a domain what it is, while an address is typed. Errors: domain-unknown, unreachable, certificate-refused. */
  'domain.look': { request: { domain: string } & ServerChoice; response: DomainFacts };
  /** Signs in and keeps the account; resolves when online. */
  'account.signIn': {
    request: { address: string; password: string; remember: boolean } & ServerChoice;
    response: AccountId;
  };
  /**
   * Creates the account at its domain, then signs in. With an invitation, `contact`, somebody of the same domain, is added
   * and asked to show their presence. An account that is there already and has this password counts as created.
   */
  'account.create': {
    request: {
      address: string;
      password: string;
      remember: boolean;
      invite?: string;
      contact?: string;
    } & ServerChoice;
    response: AccountId;
  };
  /** Gives the password that was asked for. */
  'account.password': { request: In & { password: string; remember: boolean }; response: null };
  /** Tries to connect now instead of at `retryAt`. */
  'account.connect': { request: In; response: null };
  /**
   * Changes the way to the account's servers: absent stays as it was, null is as if never set. What is connected
   * connects anew. Errors: invalid-argument.
   */
  'account.network': {
    request: In & { server?: string | null; ca?: string | null; proxy?: Proxy; proxyPassword?: string };
    response: null;
  };
  /** Asks the server for an answer; `took`: milliseconds. Errors: unreachable, timeout. */
  'account.check': { request: In; response: { took: number } };
  /** Messages that have no answer yet, their octets, and the other party of the first. */
  'account.waiting': { request: In; response: { messages: number; octets: number; peer?: string } };
  /** Writes what the program logged last to a file that the person chooses; null: they chose none. */
  'log.save': { request: null; response: { path: string } | null };
  /** Asks the domain how much of what it keeps is used. Errors: unreachable. */
  'account.keeping': { request: In; response: null };
  /** Says goodbye and stays signed out until asked. */
  'account.disconnect': { request: In; response: null };
  /** Forgets the account, its password and its history on this computer. */
  'account.remove': { request: In; response: null };
  /** All accounts that are not signed out, each with the note that it has. Errors as `presence.set`, of the last that fails. */
  'presence.setAll': { request: { state: OwnState; until?: number }; response: null };
  /** `until`: when it falls back to available by itself. */
  'presence.set': {
    request: In & { state: OwnState; note: string; until?: number; activity?: string };
    response: null;
  };
  /** Keeps the views and publishes each that the rules or the views themselves use. */
  'views.set': { request: In & { views: View[] }; response: null };
  /**
   * Writes a whole rule in the place of the one whose `who` was `former`; whoever in its `who` stands in another
   * rule moves here. A rule for a group comes in the place of the one for the same group; its `who` and `former` do
   * not matter.
   */
  'rules.put': { request: In & { rule: Rule; former?: string[] }; response: null };
  /** Changes what is said of one principal, host, `anonymous` or `*`, and nothing that is said of others. */
  'rules.change': {
    request: In & { who: string; change: Partial<Omit<Rule, 'who' | 'group'>> };
    response: null;
  };
  /** By whom it names, or by its group. */
  'rules.remove': { request: In & ({ who: string[] } | { group: string }); response: null };
  /** Who watches now, asked of the domain; `more`: how many it leaves out of a list that grows too long. */
  'watchers.list': { request: In; response: { watchers: Watcher[]; more: number } };
  /** Ends a watch; who watched may ask again. */
  'watchers.end': { request: In & { address: string }; response: null };
  /** What the domain would answer `watcher` (an address or `anonymous`), refusals included. */
  'presence.viewAs': {
    request: In & { watcher: string };
    response: {
      at: number;
      state: 'active' | 'pending' | 'none';
      presence?: Presence;
      problem?: Problem;
    };
  };
  /** Those listed at `domain` whose name begins with `query`, 2 characters at least. */
  'directory.search': {
    request: In & { domain: string; query: string };
    response: { address: string; displayName: string }[];
  };
  'profile.set': { request: In & { profile: Profile }; response: null };
  /** All contacts as vCards. */
  'contacts.export': { request: In; response: { text: string } };
  /** Adds those of the vCards that are new and asks to see their presence; `reason` is for people. */
  'contacts.import': {
    request: In & { text: string };
    response: { added: number; known: number; refused: { name: string; reason: string }[] };
  };
  /** Adds a contact and asks to see its presence. */
  'contact.add': { request: In & { address: string; name: string; groups: string[] }; response: Contact };
  'contact.change': { request: In & { address: string; name: string; groups: string[] }; response: null };
  'contact.remove': { request: In & { address: string }; response: null };
  /** Answers someone who asks to see our presence, by writing an access rule. */
  'request.answer': { request: In & { address: string; allow: boolean }; response: null };
  /**
   * Up to `limit` messages in order: those before or after a place, half of each around one, else the newest.
   * What is not here is fetched from the domain while it can be reached.
   */
  'messages.page': {
    request: In & { peer: string; before?: Place; after?: Place; around?: Place; limit: number };
    response: MessagesPage;
  };
  /**
   * Messages whose text, or whose files' names, have all the words of `query`, the last one as a beginning;
   * newest first.
   */
  'messages.search': {
    request: {
      query: string;
      account?: AccountId;
      peer?: string;
      isMine?: boolean;
      hasFile?: boolean;
      /** Written at or after, and before. */
      from?: number;
      until?: number;
      limit: number;
    };
    response: MessageHits;
  };
  /** Saves the message and its place in the outbox; resolves when that is on disk. Errors: message-too-large. */
  'message.send': {
    request: In & {
      peer: string;
      text: string;
      /** The message that it answers. */
      quote?: number;
      /** Each `upload` is used up. */
      files?: { upload: string; name: string; type: string }[];
      /** Not delivered after this. */
      expires?: number;
      /** Never kept by a server: `mailbox-unavailable` where no device is there. */
      isOnlyNow?: boolean;
    };
    response: Message;
  };
  /** Puts a message that failed or expired back into the outbox, under the same Message-ID, without its end. */
  'message.retry': { request: { id: number }; response: null };
  /** Stops sending a message that has no answer yet, or fetching one. */
  'message.cancel': { request: { id: number }; response: null };
  /** Removes a message from this computer. */
  'message.delete': { request: { id: number }; response: null };
  /** A new version of one's own message. */
  'message.correct': { request: { id: number; text: string }; response: Message };
  /** Takes one's own message back, at all who understand that. */
  'message.retract': { request: { id: number }; response: null };
  /** Reacts, in the place of a former reaction of one's own; empty: takes that back. */
  'message.react': { request: { id: number; emoji: string }; response: null };
  /** Sends text and files of a message to someone else. */
  'message.forward': { request: { id: number } & In & { peer: string }; response: Message };
  /** All versions, oldest first; the last one is what is shown. */
  'message.versions': { request: { id: number }; response: { at: number; text: string }[] };
  'message.details': { request: { id: number }; response: { steps: MessageStep[] } };
  /** Fetches what is still at the domain. */
  'message.fetch': { request: { id: number }; response: null };
  /** A file of a message; `data` is base64. */
  'message.file': {
    request: { id: number; index: number };
    response: { name: string; type: string; data: string };
  };
  /**
   * A file on its way from the window to the program, in portions of base64; forgotten when the program ends. A
   * backup may be larger than what a message takes.
   */
  'upload.begin': { request: { size: number; isBackup?: boolean }; response: { upload: string } };
  'upload.append': { request: { upload: string; data: string }; response: null };
  'upload.drop': { request: { upload: string }; response: null };
  /** Everything up to the newest message here has been read. */
  'conversation.read': { request: In & { peer: string }; response: null };
  'conversation.draft': { request: In & { peer: string; text: string }; response: null };
  /** Tells that the person writes, or no longer does; the program decides who is told and how often. */
  'conversation.typing': { request: In & { peer: string; isTyping: boolean }; response: null };
  /** On all devices. null: back to what holds in general, or no longer muted. */
  'conversation.change': {
    request: In & {
      peer: string;
      isPinned?: boolean;
      isArchived?: boolean;
      mutedUntil?: number | 'changed' | null;
      sendsReceipts?: boolean | null;
      sendsTyping?: boolean | null;
      notifies?: Settings['notifies'] | null;
    };
    response: null;
  };
  /** Removes the conversation and all that it holds from this computer. */
  'conversation.delete': { request: In & { peer: string }; response: null };
  /** Writes the history to a file that the person chooses; null: they chose none. */
  'history.export': {
    request: In & { peer?: string; format: 'mbox' | 'json' } & InTask;
    response: { path: string; messages: number } | null;
  };
  /** Writes all of an account to one file that only the passphrase opens; null: no file was chosen. */
  'backup.create': { request: In & { passphrase: string } & InTask; response: { path: string } | null };
  /** Brings back what a backup holds beside what is here. Errors: authentication-failed for another passphrase. */
  'backup.restore': {
    request: { upload: string; passphrase: string } & InTask;
    response: { account: AccountId; messages: number };
  };
  /** What was made until then of an export or a backup is gone; what a backup has brought back stays. */
  'task.stop': { request: { task: string }; response: null };
  /**
   * Settles a damage: goes on with a copy, or without one with what can still be read, and says how many messages
   * there are then. The damaged file is kept beside.
   */
  'store.recover': { request: { copy?: string }; response: { messages: number } };
  'settings.change': { request: Partial<Settings>; response: Settings };
  /** Fetches a dictionary, of which the person was told from where. Errors: dictionary-unavailable, operation-not-supported. */
  'spelling.add': { request: { language: string }; response: null };
  /** Which conversation is open in a window that has the focus: nothing is announced that is seen as it comes. */
  'window.attend': { request: { conversation: { account: AccountId; peer: string } | null }; response: null };
  'host.facts': { request: null; response: HostFacts };
  /** Errors: operation-not-supported. */
  'host.startAtLogin': { request: { atLogin: AtLogin }; response: null };
  /** Looks for a newer version, and says what came of it in `update`. Errors of these: operation-not-supported. */
  'update.look': { request: null; response: null };
  /** Downloads it; resolves at the end, whatever that is. Errors: conflict, where there is none to download. */
  'update.download': { request: null; response: null };
  'update.stop': { request: null; response: null };
  /** Ends the program and starts it as the newer version. Errors: conflict, before that is ready. */
  'update.restart': { request: null; response: null };
  /** The licences of what the program is made of, as text. */
  'about.licences': { request: null; response: { text: string } };
  /** Shows a notification; `took`: milliseconds until the system said that it does. Errors: notification-refused. */
  'notification.test': { request: null; response: { took: number } };
  /** A window showed a notification of the event of that number, or was refused. */
  'notification.shown': { request: { number: number; refusal?: string }; response: null };
  /** The person chose a notification that a window shows. */
  'notification.open': { request: { tag: string }; response: null };
  /** Opens a link outside. Errors: invalid-argument for anything but http, https and mailto. */
  'link.open': { request: { url: string }; response: null };
}

export interface MessagesPage {
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  /** The domain has older ones, and cannot be asked now. */
  readonly isWaiting?: boolean;
  /** Between these times the domain had messages and keeps them no longer: some of them may belong here. */
  readonly losses: readonly { readonly from: number; readonly until: number }[];
}

export interface MessageHits {
  readonly hits: readonly {
    readonly message: Message;
    /** Of the text around what was found, in one line, with the places of the words: starts and ends by turns. */
    readonly excerpt: { readonly text: string; readonly marks: readonly number[] };
    /** The file whose name was found, if it was one. */
    readonly file?: number;
  }[];
  /** There are more than `limit`. */
  readonly hasMore: boolean;
  /** Milliseconds. */
  readonly took: number;
}

/** One change of what the window mirrors. */
export type Change =
  | { readonly type: 'account'; readonly account: Account }
  | { readonly type: 'account-removed'; readonly id: AccountId }
  | { readonly type: 'contact'; readonly contact: Contact }
  | { readonly type: 'contact-removed'; readonly account: AccountId; readonly address: string }
  | { readonly type: 'request'; readonly request: WatchRequest }
  | { readonly type: 'request-removed'; readonly account: AccountId; readonly address: string }
  | { readonly type: 'rules'; readonly account: AccountId; readonly rules: readonly Rule[] }
  | { readonly type: 'views'; readonly account: AccountId; readonly views: readonly View[] }
  | { readonly type: 'profile'; readonly account: AccountId; readonly profile: Profile }
  /** The list of watchers has changed: who shows it asks again. */
  | { readonly type: 'watchers'; readonly account: AccountId }
  | { readonly type: 'conversation'; readonly conversation: Conversation }
  | { readonly type: 'message'; readonly message: Message }
  | {
      readonly type: 'message-removed';
      readonly account: AccountId;
      readonly peer: string;
      readonly id: number;
    }
  | { readonly type: 'conversation-removed'; readonly account: AccountId; readonly peer: string }
  /** `peer` writes, until then at most; 0: no longer. */
  | { readonly type: 'typing'; readonly account: AccountId; readonly peer: string; readonly until: number }
  /** Octets of a message on their way out or in; at the end `done` is `total`. */
  | {
      readonly type: 'transfer';
      readonly account: AccountId;
      readonly peer: string;
      readonly id: number;
      readonly done: number;
      readonly total: number;
    }
  /** How far a task is; at the end `done` is `total`. */
  | { readonly type: 'task'; readonly task: string; readonly done: number; readonly total: number }
  | { readonly type: 'settings'; readonly settings: Settings }
  | { readonly type: 'update'; readonly update: Update }
  | { readonly type: 'spoken'; readonly spoken: Spoken };

/** Events carry consecutive numbers: one missing, and the window asks for a new snapshot. */
export interface Events {
  change: { readonly seq: number; readonly change: Change };
  /** The person opened something outside (a notification, a link): show this. */
  show: Shown;
  /** Only where the host has no notifications of its own: show one in the place of that of the same tag, or take it back. */
  notification:
    | {
        readonly type: 'show';
        readonly number: number;
        readonly tag: string;
        readonly title: string;
        readonly body: string;
        readonly isSilent: boolean;
      }
    | { readonly type: 'withdraw'; readonly tag: string };
}

/** A place in the window. `address`: somebody to add, whom the person has yet to confirm. */
export type Shown =
  | { readonly type: 'conversation'; readonly account: AccountId; readonly peer: string }
  | { readonly type: 'requests' }
  | { readonly type: 'settings' }
  /** What a key would do, asked for by a menu of the system. */
  | { readonly type: 'shortcut'; readonly shortcut: GlobalShortcut }
  | { readonly type: 'add-contact'; readonly address: string }
  /** A link as it came, which the window reads; `user`: the name that was chosen before. Nothing happens unless the person confirms. */
  | { readonly type: 'invitation'; readonly link: string; readonly user?: string };

export type CommandName = keyof Commands;
export type EventName = keyof Events;
export type RequestOf<C extends CommandName> = Commands[C]['request'];
export type ResponseOf<C extends CommandName> = Commands[C]['response'];

const listed =
  <T extends string>() =>
  <const L extends readonly T[]>(list: L & ([T] extends [L[number]] ? unknown : never)) =>
    list;

/** The names that may cross, for allow-lists; the compiler checks that each command is here. */
export const COMMANDS = listed<CommandName>()([
  'snapshot',
  'window.languages',
  'domain.look',
  'account.signIn',
  'account.create',
  'account.password',
  'account.connect',
  'account.network',
  'account.check',
  'account.waiting',
  'log.save',
  'account.keeping',
  'account.disconnect',
  'account.remove',
  'presence.set',
  'presence.setAll',
  'presence.viewAs',
  'views.set',
  'rules.put',
  'rules.change',
  'rules.remove',
  'watchers.list',
  'watchers.end',
  'directory.search',
  'profile.set',
  'contacts.export',
  'contacts.import',
  'contact.add',
  'contact.change',
  'contact.remove',
  'request.answer',
  'messages.page',
  'messages.search',
  'message.send',
  'message.retry',
  'message.cancel',
  'message.delete',
  'message.correct',
  'message.retract',
  'message.react',
  'message.forward',
  'message.versions',
  'message.details',
  'message.fetch',
  'message.file',
  'upload.begin',
  'upload.append',
  'upload.drop',
  'conversation.read',
  'conversation.draft',
  'conversation.typing',
  'conversation.change',
  'conversation.delete',
  'history.export',
  'backup.create',
  'backup.restore',
  'task.stop',
  'store.recover',
  'settings.change',
  'window.attend',
  'host.facts',
  'host.startAtLogin',
  'update.look',
  'update.download',
  'update.stop',
  'update.restart',
  'about.licences',
  'spelling.add',
  'notification.test',
  'notification.shown',
  'notification.open',
  'link.open',
]);

export const EVENTS = listed<EventName>()(['change', 'show', 'notification']);

/** How an answer crosses any carrier: an Error would lose its code. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ErrorCode; readonly reason: string; readonly data: ErrorData };

/** What a host puts at `window.parley`: the same in Electron (preload) and in a browser (WebSocket). */
export interface Bridge {
  invoke<C extends CommandName>(command: C, request: RequestOf<C>): Promise<Answer<ResponseOf<C>>>;
  /** Returns the function that stops listening. */
  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void;
}
