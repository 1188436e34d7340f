import type { Principal } from '../../shared/impp/access-rules.ts';
import { type Home, PRETENCE, type Sight, Watcher } from './subscriptions.ts';
import { type PresenceObject, type Shown, View } from './values.ts';

/** What the domain holds in memory of one user's presence: what is published, and who watches [IMPP 7]. */
export class Presentity {
  readonly user: string;
  /** `impp://HOST/USER` */
  readonly url: string;
  readonly views = new Map<string, View>();
  /** By URL. */
  readonly watchers = new Map<string, Watcher>();
  /** The subscriptions that storage kept have been judged by the rules as they are. */
  isJudged = false;
  /** The account is no more: nothing of it is to be stored. */
  isForgotten = false;
  /** The least that its own FETCH and CHANGE are told: what it was given when it watched itself. */
  ownFloor = 0;
  readonly #closed: Shown;
  readonly #limit: number;
  #last = 0;

  /** `closed`: the minimal CLOSED document; `limit`: octets that a composition may have. */
  constructor(user: string, url: string, closed: PresenceObject, limit: number) {
    this.user = user;
    this.url = url;
    this.#closed = { ...closed, changedAt: 0 };
    this.#limit = limit;
  }

  /**
   * A revision above all that were given: the time in microseconds, which goes on across restarts, unless the
   * clock has gone back. `now` in milliseconds.
   */
  revise(now: number): number {
    this.#last = Math.max(this.#last + 1, now * 1000);
    return this.#last;
  }

  get lastRevision(): number {
    return this.#last;
  }

  /** What `revise` would give. */
  foresee(now: number): number {
    return Math.max(this.#last + 1, now * 1000);
  }

  /** A revision that storage knows: later ones are above it. */
  noteRevision(revision: number): void {
    this.#last = Math.max(this.#last, revision);
  }

  /** The view of that name, made if need be. */
  openView(name: string): View {
    let view = this.views.get(name);
    if (view === undefined) {
      view = new View(name, this.#closed, this.#limit);
      this.views.set(name, view);
    }
    return view;
  }

  /** What is to be seen with that sight. */
  shownTo(sight: Sight): Shown {
    if (sight.state === 'pending') return this.#closed;
    if (sight.state === 'pretended') return this.views.get(PRETENCE)?.pretended ?? this.#closed;
    return this.views.get(sight.view)?.shown ?? this.#closed;
  }

  /**
   * The revision of a watcher that is shown this. It is of the principal, not of one connection: having been
   * given, it is the least that any answer to it has from now on.
   */
  revisionFor(watcher: Watcher, shown: Shown): number {
    watcher.floor = this.revisionOf(watcher, shown);
    return watcher.floor;
  }

  /** The same, without giving it. */
  revisionOf({ floor, unnoticed }: Watcher, { changedAt }: Shown): number {
    return changedAt === unnoticed ? floor : Math.max(floor, changedAt);
  }

  /**
   * The revision of a view for the presentity itself, the same in the OK of CHANGE and of the FETCH after it:
   * of `default`, which is what a FETCH of oneself and a subscription to oneself show, the watcher's own.
   */
  ownRevision({ name, changedAt }: View): number {
    if (name !== 'default') return changedAt;
    return Math.max(this.watchers.get(this.url)?.floor ?? this.ownFloor, changedAt);
  }

  /**
   * The record of a principal, made if need be. A new one begins above all revisions given before: whatever
   * was forgotten of it, its revision never falls.
   */
  openWatcher(who: Principal, home: Home, now: number): Watcher {
    let watcher = this.watchers.get(who.url);
    if (watcher === undefined) {
      watcher = new Watcher(this, who, home, this.revise(now));
      this.watchers.set(who.url, watcher);
    }
    return watcher;
  }
}
