import type { Principal } from '../../shared/impp/access-rules.ts';
import type { Address } from '../../shared/impp/address.ts';
import type { Request } from '../../shared/impp/message.ts';
import type { WatcherEntry } from '../../shared/impp/watchers.ts';
import type { Account, Caller, Reply } from '../domain.ts';
import type { PresenceObject, Shown } from './values.ts';

/** Who asks: the From of the request, and the connection that it came over. */
export interface Asker extends Principal {
  readonly connectionId: string;
}

/** What CHANGE asks for. A leased object or a permanent value is replaced, or withdrawn if `object` is absent. */
export interface Change {
  readonly publisher: string;
  readonly device: string;
  readonly view: string;
  /** Seconds as wanted; absent: the default. 0 withdraws. */
  readonly lease: number | 'infinity' | undefined;
  readonly object: PresenceObject | undefined;
}

export interface Changed {
  /** As granted. */
  readonly lease: number | 'infinity';
  readonly revision: number;
  /** Settles when a power cut cannot undo it. */
  readonly stored: Promise<void>;
}

/** What a watcher is answered. */
export interface Seen {
  readonly revision: number;
  readonly state: 'active' | 'pending' | undefined;
  readonly shown: Shown;
}

export interface Subscribing {
  /** Seconds, as granted. */
  readonly lease: number;
  readonly stored: Promise<void>;
  /** What the OK says, as things are now. @throws what has ended the subscription meanwhile */
  readonly answer: () => Seen;
  /** The OK is on the wire: notifications may follow. */
  readonly opened: () => void;
  /** The answer is an ERROR after all: what was not open before does not stay. */
  readonly abandon: () => void;
}

/**
 * The presence service as the methods use it. Everything takes effect at the call, so that requests keep their
 * order; `account` is one that has presence.
 */
export interface PresenceRequests {
  /** @throws permission-denied, conflict (too many views or objects) */
  change(account: Account, change: Change): Changed;
  /** @throws permission-denied */
  fetch(account: Account, asker: Asker): Seen;
  /** What one of the account's own views shows. */
  fetchView(account: Account, view: string): Seen;
  /** Whether that view shows what somebody publishes, or nobody publishes anything for all to see either. */
  isShown(account: Account, view: string): boolean;
  /** What a SUBSCRIBE of that principal would be answered, errors included: "view as". */
  viewAs(account: Account, who: Principal): Seen;
  /** `lease`: seconds wanted; absent: the default. @throws permission-denied, too-many-requests */
  subscribe(account: Account, asker: Asker, lease: number | 'infinity' | undefined): Subscribing;
  /** Settles when a power cut cannot undo it. @throws subscription-unknown */
  unsubscribe(account: Account, asker: Asker): Promise<void>;
  /** `lease`: the seconds left. @throws subscription-unknown */
  subscription(
    account: Account,
    asker: Asker,
  ): { readonly state: 'active' | 'pending'; readonly lease: number };
  /**
   * Judges the account's watchers by its rules as they are, if that was not done since the start: new ones
   * are compared with what these show.
   */
  settle(account: Account): Promise<void>;
  /** Those who wait for an answer first, then by state; no account is its own watcher. */
  watchers(account: Account): WatcherEntry[];
}

/**
 * What devices of this domain ask of presentities of others: passed on as it came, and noted. `caller` is such a
 * device; everything throws what Links.forward throws.
 */
export interface WatchesElsewhere {
  /** @throws too-many-requests, message-too-large */
  subscribe(caller: Caller, target: Address, request: Request): Promise<Reply>;
  /** Whether a device of `user` holds a subscription of the presentity at that URL. */
  watches(user: string, target: string): boolean;
  unsubscribe(caller: Caller, target: Address, request: Request): Promise<Reply>;
  subscription(caller: Caller, target: Address, request: Request): Promise<Reply>;
  /** @throws message-too-large */
  fetch(caller: Caller, target: Address, request: Request): Promise<Reply>;
  /**
   * CHANGE-NOTIFY or TERMINATE-SUBSCRIPTION of a presentity of another domain for the device with that Connection-ID:
   * passed on if it holds that subscription. Settles when it is acknowledged. @throws bad-request, subscription-unknown
   */
  notified(from: Address, to: Address, connectionId: string, request: Request): Promise<void>;
}
