/**
 * What a domain keeps. Every promise of a write settles only after a commit that survives a power cut; writes
 * that are called in one turn of the event loop share a commit, take effect in the order of the calls, and
 * later reads see them. Drivers throw ImppError where said; anything else is a fault of the store
 * (`internal-error`). `user` is the canonical USER of an account of the domain.
 */
export interface Storage {
  close(): Promise<void>;

  /** Small values of the server itself: keys, marks. */
  getValue(name: string): Promise<Uint8Array | undefined>;
  setValue(name: string, value: Uint8Array): Promise<void>;

  getAccount(user: string): Promise<StoredAccount | undefined>;
  /**
   * Creates the account; `invite` is used up in the same commit.
   * @throws conflict if the name is taken or still reserved; permission-denied if the invite is not good.
   */
  createAccount(account: StoredAccount, invite?: string): Promise<void>;
  /** @throws target-unknown */
  setVerifier(user: string, verifier: string): Promise<void>;
  /** Switches the account off as of `at`, or with undefined on again. @throws target-unknown */
  setDisabled(user: string, at: number | undefined): Promise<void>;
  /** The account has signed in; nothing where there is none. */
  noteSignIn(user: string, at: number): Promise<void>;
  /** Removes the account and all that it holds; the name stays taken until `reservedUntil`. @throws target-unknown */
  removeAccount(user: string, reservedUntil: number): Promise<void>;
  /** In the order of their names. */
  listAccounts(): Promise<StoredAccount[]>;
  createInvite(invite: StoredInvite): Promise<void>;
  /** Those that are good at `now`, the one that ends first before the others. */
  listInvites(now: number): Promise<ListedInvite[]>;
  /** `id`: as `inviteId` of rules.ts makes it. @throws not-found */
  removeInvite(id: string): Promise<void>;

  /** A document never set has revision 0 and no body. The access rules are the document `acl`. */
  getDocument(user: string, name: string): Promise<StoredDocument>;
  /**
   * Replaces (or, with no content, removes) a document; gives its new revision: the former one plus one, or 0
   * after a removal. Revisions of a name never repeat while the account lives, removals included, except 0.
   * @throws conflict if `ifRevision` is given and is not the present one, or `limit` documents exist already
   * (`acl` and `profile` do not count).
   */
  setDocument(
    user: string,
    name: string,
    content: { type: string; body: Uint8Array } | undefined,
    options: { ifRevision?: number; limit: number },
  ): Promise<number>;

  /**
   * The directory, which follows the documents `profile`: up to `limit` listed accounts whose USER or display
   * name begins, or has a word that begins, with `query`, without case [IMPP 10, LOOKUP]; in the order of what
   * was found. Those listed for the domain only are among them if `isOfDomain`.
   */
  findListed(query: string, options: { isOfDomain: boolean; limit: number }): Promise<Listed[]>;

  /** All presence objects, subscriptions and watches, once, at the start. */
  loadPresence(): Promise<{
    objects: StoredPresence[];
    subscriptions: StoredSubscription[];
    watches: StoredWatch[];
  }>;
  /** The permanent values of an account that has come while others were at work. */
  permanentPresence(user: string): Promise<StoredPresence[]>;
  /** Replaces the object with the same user, publisher, device and view. */
  putPresence(object: StoredPresence): Promise<void>;
  removePresence(key: Pick<StoredPresence, 'user' | 'publisher' | 'device' | 'view'>): Promise<void>;
  /** Replaces the subscription with the same user, watcher and connection. */
  putSubscription(subscription: StoredSubscription): Promise<void>;
  removeSubscription(key: Pick<StoredSubscription, 'user' | 'watcher' | 'connectionId'>): Promise<void>;
  /** Replaces the watch with the same user, connection and target. */
  putWatch(watch: StoredWatch): Promise<void>;
  removeWatch(key: Pick<StoredWatch, 'user' | 'connectionId' | 'target'>): Promise<void>;

  /**
   * Begins a body of `octets` that is too large to be in memory whole; gives its number. It comes piece by
   * piece, and is in no inbox until a message that has it is appended. What is unfinished when a server ends
   * is gone when the next one starts.
   * @throws target-unknown; mailbox-full if the inbox of `to` could not take it now
   */
  beginBody(to: string, octets: number, quota: number): Promise<number>;
  /** Adds the piece with this number, from 0 up. The caller gives its buffer away. */
  addPiece(body: number, number: number, piece: Uint8Array): Promise<void>;
  /** A piece as it was added; undefined: there is none, or no more. */
  getPiece(body: number, number: number): Promise<Uint8Array | undefined>;
  /** Removes a body that is still coming; one that a message has stays. */
  dropBody(body: number): Promise<void>;

  /**
   * Enters a message into the inbox of `to`, and as a copy into that of `copyTo`, in one commit. A message
   * with the same origin, target and messageId whose `received` is under 7 days old is not entered again:
   * the answer is then the former entry, `isDuplicate`. A large body that is not entered stays the caller's.
   * Without `to`, a target of another domain, only the copy is entered; `sequence` is then 0.
   * @throws mailbox-full if the undelivered octets of `to` would exceed `quota`; nothing is entered then.
   */
  append(
    message: StoredMessage,
    to: string | undefined,
    copyTo: string | undefined,
    quota: number,
  ): Promise<Appended>;
  /** Notes that a device of the inbox has the entry. */
  setDelivered(user: string, sequence: number): Promise<void>;
  /**
   * `first` and `last` present entries (1 and 0 if there are none), and how many are after `after`; with
   * `now`, those whose `expires` has passed it do not count among them.
   */
  inboxBounds(
    user: string,
    after: number,
    now?: number,
  ): Promise<{ first: number; last: number; count: number }>;
  /** What counts against the quota; 0 where there is no inbox. */
  inboxOctets(user: string): Promise<number>;
  /**
   * Up to `limit` entries with sequence > `after`, ascending; or < `before`, the newest of them, ascending.
   * With `bodyLimit`, bodies of more octets are left out (`omitted`), so that a page has a bounded size.
   */
  entries(user: string, range: EntryRange): Promise<StoredEntry[]>;
  entry(user: string, sequence: number): Promise<StoredEntry | undefined>;
  /** The former entry of the same origin, target and messageId in the inbox of `to`, for outcomes. */
  findDuplicate(
    key: Pick<StoredMessage, 'origin' | 'target' | 'messageId'>,
    to: string,
    since: number,
  ): Promise<Appended | undefined>;
  /**
   * Removes what retention and quota do not keep: delivered entries (copies are) received before `before`,
   * entries whose `expires` has passed `now`, and, in inboxes above `quota`, the oldest delivered ones.
   * Gives the number of entries removed.
   */
  prune(options: { before: number; now: number; quota: number }): Promise<number>;
}

export type ServiceName = 'im' | 'presence';

export interface StoredAccount {
  readonly user: string;
  readonly services: readonly ServiceName[];
  /** The RFC 5803 line. */
  readonly verifier: string;
  readonly createdAt: number;
  /** Since when it is switched off; absent: it is not. */
  readonly disabledAt?: number;
  /** When it last signed in, to within an hour; absent: never. */
  readonly signedInAt?: number;
}

/** An invitation as an operator sees it: who has the token only has told it once. */
export type ListedInvite = Omit<StoredInvite, 'token'> & { readonly id: string };

export interface StoredInvite {
  /** The token itself; drivers keep only its SHA-256. */
  readonly token: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly uses: number;
}

export interface StoredDocument {
  readonly revision: number;
  readonly type?: string;
  readonly body?: Uint8Array;
}

/** An account as the directory shows it. */
export interface Listed {
  readonly user: string;
  readonly displayName?: string;
}

/**
 * One published object: leased (`expiresAt`) or permanent (`expiresAt` absent; publisher and device empty). The
 * latter with an empty type is none: it only keeps when the view last changed.
 */
export interface StoredPresence {
  readonly user: string;
  /** URL of the principal that published it. */
  readonly publisher: string;
  readonly device: string;
  readonly view: string;
  readonly type: string;
  readonly body: Uint8Array;
  /** The revision at which it changed, in microseconds. */
  readonly changedAt: number;
  readonly expiresAt?: number;
}

/** A subscription; or, with no Connection-ID, what is known of the watcher itself (server/presence/watchers.ts). */
export interface StoredSubscription {
  /** The presentity. */
  readonly user: string;
  /** URL of the watcher. */
  readonly watcher: string;
  readonly connectionId: string;
  readonly state: 'active' | 'pending';
  readonly since: number;
  readonly expiresAt: number;
  /** A revision that this watcher was given: later ones are above it, restarts included. */
  readonly revision: number;
  /** A watcher of another domain had not been told the latest when the run ended. */
  readonly isOwed?: true;
}

/** A subscription that a device of this domain holds in another one [IMPP 7]. */
export interface StoredWatch {
  /** The watcher. */
  readonly user: string;
  readonly connectionId: string;
  /** URL of the presentity. */
  readonly target: string;
  readonly expiresAt: number;
}

/** A body that stands in pieces. */
export interface LargeBody {
  readonly id: number;
  readonly octets: number;
}

export interface StoredMessage {
  readonly origin: string;
  readonly target: string;
  readonly messageId: string;
  /** Further header fields to pass on, as they came: names and values by turns. */
  readonly fields: readonly string[];
  readonly contentType: string;
  readonly body: Uint8Array;
  /** Where the body stands if it is large; `body` is empty then. */
  readonly large?: LargeBody;
  readonly received: number;
  readonly expires?: number;
}

export interface StoredEntry extends StoredMessage {
  readonly sequence: number;
  readonly isCopy: boolean;
  readonly isDelivered: boolean;
  /** The octets of a body that was left out because of `bodyLimit`; `body` is empty then. */
  readonly omitted?: number;
}

export type EntryRange = ({ readonly after: number } | { readonly before: number }) & {
  readonly limit: number;
  readonly bodyLimit?: number;
};

export interface Appended {
  readonly isDuplicate: boolean;
  /** In the inbox of `to`. */
  readonly sequence: number;
  /** In the inbox of `copyTo`; absent for a duplicate. */
  readonly copySequence?: number;
  /** Whether some device of `to` has it (only duplicates can). */
  readonly isDelivered: boolean;
  /** The present time of entry, for duplicates the former one. */
  readonly received: number;
}
