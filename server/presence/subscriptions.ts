import { ImppError } from '../../shared/errors.ts';
import { decide, type Principal, viewOf } from '../../shared/impp/access-rules.ts';
import { forwardedFor } from '../accounts/forward.ts';
import type { Account } from '../domain.ts';
import type { Presentity } from './presentity.ts';
import type { Seen } from './requests.ts';

/**
 * What a watcher is shown: the view its rule names, nothing yet (`pending`), or a presentity that stays as it
 * is (`pretended`), which the watcher takes for `active`.
 */
export interface Sight {
  readonly state: 'active' | 'pending' | 'pretended';
  readonly view: string;
}

/** The view whose permanent value is shown to those who are pretended to. */
export const PRETENCE = 'pretend';

export const isSameSight = (one: Sight, other: Sight): boolean =>
  one.state === other.state && one.view === other.view;

/** Where a principal is at home: USER here, or the HOST of another domain. */
export interface Home {
  readonly localUser: string | undefined;
  readonly farHost: string | undefined;
}

/** A principal that watches one presentity: with subscriptions, with a question, or by fetching. */
export class Watcher implements Principal {
  readonly presentity: Presentity;
  readonly url: string;
  readonly isAnonymous: boolean;
  /** USER, if it is of this domain: where its devices are. */
  readonly localUser: string | undefined;
  /** HOST, if it is of another. */
  readonly farHost: string | undefined;
  /**
   * The revision last given to it, or the last change that is its own: of a subscription's state, of the view
   * it is shown. Its present revision is this or that of what is shown, whichever is later.
   */
  floor: number;
  /**
   * When that changed which it is shown since its rule names another view that shows the same: no change to it.
   * Known until the next start.
   */
  unnoticed = 0;
  /** By Connection-ID. */
  readonly subscriptions = new Map<string, Subscription>();
  /** Waiting for an answer by access rule, with or without a live subscription. Milliseconds. */
  asked: { readonly since: number; readonly until: number } | undefined;
  /** Milliseconds. */
  fetchedAt: number | undefined;
  /** What the last FETCH showed. */
  fetchSight: Sight | undefined;
  /** What the owner's devices were last told. */
  announced: 'active' | 'pending' | 'ended' = 'ended';

  constructor(presentity: Presentity, who: Principal, home: Home, floor: number) {
    this.presentity = presentity;
    this.url = who.url;
    this.isAnonymous = who.isAnonymous;
    this.localUser = home.localUser;
    this.farHost = home.farHost;
    this.floor = floor;
  }

  /** The best state of the principal, as the owner may know it [IMPP 7, GET-WATCHERS]. */
  get best(): Sight['state'] | 'fetched' {
    let best: Sight['state'] | 'fetched' = this.asked ? 'pending' : 'fetched';
    for (const { sight } of this.subscriptions.values()) {
      if (sight.state === 'active') return 'active';
      if (sight.state === 'pending') best = 'pending';
      else if (best === 'fetched') best = 'pretended';
    }
    return best;
  }
}

/** One subscription: a watcher, a connection of it, a lease. */
export class Subscription {
  readonly watcher: Watcher;
  readonly connectionId: string;
  sight: Sight;
  /** Milliseconds. */
  readonly since: number;
  /** Milliseconds. */
  expiresAt: number;
  /** The revision of its last change of state or view. */
  changedAt: number;
  /** The revision last sent: what was shown then is what the device has. */
  sent = 0;
  /** A watcher of another domain was not told the latest before the start. */
  isOwed = false;
  /** The OK that opens it is not on the wire: notifications come after it [IMPP 7]. */
  isOpening = false;
  /** A CHANGE-NOTIFY is unacknowledged; later changes collapse into the next one. */
  isInFlight = false;
  /** What its SUBSCRIBE, not answered yet, is answered though UNSUBSCRIBE has followed: both were granted. */
  atUnsubscribe: Seen | undefined;
  /** Why it has ended. */
  end: ImppError | undefined;

  constructor(
    watcher: Watcher,
    connectionId: string,
    sight: Sight,
    times: { since: number; expiresAt: number; changedAt: number },
  ) {
    this.watcher = watcher;
    this.connectionId = connectionId;
    this.sight = sight;
    this.since = times.since;
    this.expiresAt = times.expiresAt;
    this.changedAt = times.changedAt;
  }

  /** Whether what the watcher was told, as far as is known, is what it may see. */
  get isUpToDate(): boolean {
    const { watcher, sight, changedAt, sent, isInFlight } = this;
    return !isInFlight && Math.max(changedAt, watcher.presentity.shownTo(sight).changedAt) <= sent;
  }

  /** Subscription-State as the watcher is told. */
  get stateForWatcher(): 'active' | 'pending' {
    return this.sight.state === 'pending' ? 'pending' : 'active';
  }
}

/** What decides who sees what of an account: its access rules, and whether it has moved. */
export type Grants = Pick<Account, 'url' | 'rules' | 'forward'>;

/**
 * What a subscriber is shown, or why nothing. `isGranted`: its subscription has been active by a rule that
 * allowed it, which `ask` leaves alone [IMPP 9]. A pretended one never was: `ask` makes the owner decide, instead
 * of showing what nobody had allowed. Whoever waits or is pretended to hears of no forward: that would be more
 * than the rules allow.
 */
export function sightOf(grants: Grants, who: Principal, now: number, isGranted: boolean): Sight | ImppError {
  switch (decide(grants.rules, 'subscribe', who, grants.url, now)) {
    case 'allow':
      return grantedSight(grants, who, now);
    case 'ask':
      return isGranted ? grantedSight(grants, who, now) : PENDING;
    case 'pretend':
      return PRETENDED;
    case 'deny':
      return REFUSED;
  }
}

/** What someone who fetches is shown, or why nothing. */
export function fetchSightOf(grants: Grants, who: Principal, now: number): Sight | ImppError {
  const decision = decide(grants.rules, 'fetch', who, grants.url, now);
  if (decision === 'allow') return grantedSight(grants, who, now);
  return decision === 'pretend' ? PRETENDED : FETCH_REFUSED;
}

const grantedSight = (grants: Grants, who: Principal, now: number): Sight | ImppError =>
  forwardedFor(grants, who) ?? { state: 'active', view: viewOf(grants.rules, who, grants.url, now) };

const PENDING: Sight = { state: 'pending', view: '' };
const PRETENDED: Sight = { state: 'pretended', view: PRETENCE };
const REFUSED = new ImppError('permission-denied', 'not allowed to subscribe to this presence');
const FETCH_REFUSED = new ImppError('permission-denied', 'not allowed to see this presence');
