// Read subscriptions.ts and presentity.ts first: what a watcher is, and how its revision comes about.

import { ImppError } from '../../shared/errors.ts';
import type { Principal } from '../../shared/impp/access-rules.ts';
import { Leases } from '../../shared/impp/lease.ts';
import type { WatcherEntry } from '../../shared/impp/watchers.ts';
import type { Domain, Endpoint } from '../domain.ts';
import type { StoredSubscription } from '../storage/storage.ts';
import type { Background } from './background.ts';
import type { FarDomains } from './far-domains.ts';
import { Holdings } from './holdings.ts';
import { Judging } from './judging.ts';
import type { Presentity } from './presentity.ts';
import { farHostOf, isAnonymous } from './principals.ts';
import type { Asker, Seen, Subscribing } from './requests.ts';
import { Rounds } from './rounds.ts';
import { fetchSightOf, type Grants, isSameSight, sightOf, Subscription } from './subscriptions.ts';
import { listWatchers } from './watcher-list.ts';
import { stateForOwner, Watchers } from './watchers.ts';

/** How long a device may be gone before its home server unsubscribes for it [IMPP 7]. */
const GONE = 60_000;
/** Connections of one principal at one presentity: more devices than anyone has. */
const MAX_SUBSCRIPTIONS = 64;
/** Who watches whom: subscriptions and fetches, what they may see, and their ends [IMPP 7, 9]. */
export class Watching {
  readonly #domain: Domain;
  readonly #background: Background;
  readonly #far: FarDomains;
  readonly #judged: (presentity: Presentity) => Promise<void>;
  readonly #watchers: Watchers;
  readonly #holdings: Holdings;
  readonly #judging: Judging;
  readonly #tellings = new Rounds();
  /** Devices that are gone, as `URL CONNECTION-ID`. */
  readonly #gone: Leases<string>;
  /** Subscriptions of other domains' principals that storage kept, and how many of them are owed something. */
  #restored = 0;
  #owed = 0;

  constructor(
    domain: Domain,
    background: Background,
    far: FarDomains,
    hooks: {
      /** Settles when the presentity's subscriptions have been judged by its rules as they are. */
      judged: (presentity: Presentity) => Promise<void>;
      /** A rule has ended: its presentity is to be judged again. */
      ruleEnded: (presentity: Presentity) => void;
    },
  ) {
    const { clock } = domain;
    this.#domain = domain;
    this.#background = background;
    this.#far = far;
    this.#judged = hooks.judged;
    this.#watchers = new Watchers(domain, background);
    this.#holdings = new Holdings(domain, background, this.#watchers, far);
    this.#judging = new Judging(domain, this.#watchers, this.#holdings, hooks.ruleEnded);
    this.#gone = new Leases(clock, (key) => this.#deviceGone(key));
  }

  restore(presentity: Presentity, stored: StoredSubscription): void {
    const { watcher: url, connectionId, state, since, expiresAt, revision, isOwed = false } = stored;
    presentity.noteRevision(revision);
    if (connectionId === '') {
      this.#watchers.restore(presentity, stored);
      return;
    }
    const watcher = this.#watchers.open(presentity, { url, isAnonymous: isAnonymous(url) });
    const times = { since, expiresAt, changedAt: revision };
    const subscription = new Subscription(watcher, connectionId, { state, view: '' }, times);
    subscription.isOwed = isOwed;
    watcher.subscriptions.set(connectionId, subscription);
    watcher.announced = stateForOwner(watcher);
    this.#holdings.hold(subscription);
    // Whether a device of another domain has gone is for its home server to say.
    if (watcher.farHost === undefined)
      this.#gone.set(deviceKey(url, connectionId), this.#domain.clock.now() + GONE);
    else {
      this.#watchers.countFar(watcher.farHost, 1);
      if (isOwed) this.#owed += 1;
      this.#restored += 1;
    }
  }

  /** After all are restored: how many of other domains may have missed something. */
  get owed(): number {
    return this.#judging.isAfterCrash ? this.#restored : this.#owed;
  }

  /** At the end of a run: keeps which watchers of other domains have not been told the latest. */
  async saveOwed(presentities: Iterable<Presentity>): Promise<void> {
    const writes: Promise<void>[] = [];
    for (const { watchers } of presentities)
      for (const { farHost, subscriptions } of watchers.values())
        if (farHost !== undefined)
          for (const subscription of subscriptions.values())
            if (!subscription.isUpToDate) writes.push(this.#holdings.save(subscription, true));
    await Promise.all(writes);
  }

  /** See Judging.judge. */
  judge(presentity: Presentity, grants: Grants): Promise<void> {
    return this.#judging.judge(presentity, grants);
  }

  /** What was told before the start may not have been kept: see Judging. */
  startAfterCrash(): void {
    this.#judging.isAfterCrash = true;
  }

  /** Something that is shown has changed: tells those who see it. */
  changed(presentity: Presentity): void {
    const telling = this.#tellings.walk(presentity, () => (watcher) => this.#holdings.tell(watcher));
    this.#background.run('telling watchers', telling);
  }

  fetch(presentity: Presentity, asker: Asker, grants: Grants): Seen {
    const now = this.#domain.clock.now();
    const sight = fetchSightOf(grants, asker, now);
    if (sight instanceof ImppError) throw sight;
    if (asker.url === presentity.url && !presentity.watchers.has(asker.url)) {
      const view = presentity.openView(sight.view);
      return { revision: presentity.ownRevision(view), state: undefined, shown: view.shown };
    }
    const watcher = this.#watchers.open(presentity, asker);
    if (watcher.fetchSight) this.#judging.judgeFetches(watcher, grants, now);
    watcher.fetchSight = sight;
    const shown = presentity.shownTo(sight);
    const former = watcher.floor;
    const revision = presentity.revisionFor(watcher, shown);
    this.#watchers.noteFetch(watcher, now, revision > former);
    const state = watcher.subscriptions.get(asker.connectionId)?.stateForWatcher;
    return { revision, state, shown };
  }

  viewAs(presentity: Presentity, who: Principal, grants: Grants): Seen {
    const now = this.#domain.clock.now();
    const watcher = presentity.watchers.get(who.url);
    const sight = sightOf(grants, who, now, watcher?.best === 'active');
    if (sight instanceof ImppError) throw sight;
    const shown = presentity.shownTo(sight);
    const revision = watcher ? presentity.revisionOf(watcher, shown) : presentity.foresee(now);
    return { revision, state: sight.state === 'pending' ? 'pending' : 'active', shown };
  }

  subscribe(
    presentity: Presentity,
    asker: Asker,
    grants: Grants,
    wanted: number | 'infinity' | undefined,
  ): Subscribing {
    const now = this.#domain.clock.now();
    const known = presentity.watchers.get(asker.url)?.subscriptions.get(asker.connectionId);
    const sight = sightOf(grants, asker, now, known?.sight.state === 'active');
    if (sight instanceof ImppError) throw sight;
    const lease = this.#leaseFor(asker, wanted);
    const farHost = farHostOf(this.#domain.name, asker);
    if (!known && farHost !== undefined) this.#watchers.checkFar(farHost);
    const watcher = this.#watchers.open(presentity, asker);
    if (!known && watcher.subscriptions.size >= MAX_SUBSCRIPTIONS)
      throw new ImppError('too-many-requests', 'too many subscriptions', {
        data: { retryAfter: GONE / 1000 },
      });

    let subscription = known;
    if (!subscription) {
      const times = { since: now, expiresAt: now + lease * 1000, changedAt: presentity.revise(now) };
      subscription = new Subscription(watcher, asker.connectionId, sight, times);
      subscription.isOpening = true;
      watcher.floor = times.changedAt;
      watcher.subscriptions.set(asker.connectionId, subscription);
      if (farHost !== undefined) this.#watchers.countFar(farHost, 1);
    } else if (!isSameSight(subscription.sight, sight)) this.#holdings.turn(subscription, sight, now);
    subscription.expiresAt = now + lease * 1000;
    this.#holdings.hold(subscription);
    if (sight.state === 'pending') this.#watchers.ask(watcher, now);
    this.#watchers.announce(watcher);

    const opening = subscription;
    const stored = Promise.all([this.#holdings.save(opening), this.#watchers.save(watcher)]).then(() => {});
    return {
      lease,
      stored,
      answer: () => {
        if (opening.atUnsubscribe) return opening.atUnsubscribe;
        if (opening.end) throw opening.end;
        const seen = seenBy(opening);
        if (opening.isOpening) opening.sent = seen.revision;
        return seen;
      },
      opened: () => {
        opening.isOpening = false;
        this.#holdings.tell(watcher);
        if (farHost !== undefined) this.#far.heardFrom(farHost);
      },
      abandon: () => {
        if (opening.isOpening) this.#holdings.endLater(opening);
      },
    };
  }

  unsubscribe(presentity: Presentity, asker: Asker): Promise<void> {
    const subscription = this.#find(presentity, asker);
    const { watcher } = subscription;
    if (subscription.isOpening) subscription.atUnsubscribe = seenBy(subscription);
    const isLastQuestion = ![...watcher.subscriptions.values()].some(
      (other) => other !== subscription && other.sight.state === 'pending',
    );
    // Who takes the subscription back takes the question back. A device that has only gone does not.
    if (isLastQuestion) watcher.asked = undefined;
    return this.#holdings.end(subscription, undefined);
  }

  subscription(presentity: Presentity, asker: Asker): { state: 'active' | 'pending'; lease: number } {
    const subscription = this.#find(presentity, asker);
    const left = Math.ceil((subscription.expiresAt - this.#domain.clock.now()) / 1000);
    return { state: subscription.stateForWatcher, lease: Math.max(left, 0) };
  }

  watchers(presentity: Presentity): WatcherEntry[] {
    return listWatchers(presentity, this.#domain.clock.now());
  }

  attached({ principal, connectionId }: Endpoint): void {
    this.#gone.delete(deviceKey(principal, connectionId));
    for (const { presentity } of this.#watchers.of(principal))
      if (!presentity.isJudged) this.#background.run('judging subscriptions', this.#judged(presentity));
  }

  detached({ principal, connectionId }: Endpoint, how: 'bye' | 'lost' | 'taken-over'): void {
    let holds = false;
    for (const watcher of this.#watchers.of(principal)) {
      const subscription = watcher.subscriptions.get(connectionId);
      if (!subscription) continue;
      holds = true;
      if (!subscription.isOpening) continue;
      // Its OK will not be written; what it would have said is acknowledged for the device like the rest.
      subscription.isOpening = false;
      subscription.sent = watcher.presentity.revisionFor(
        watcher,
        watcher.presentity.shownTo(subscription.sight),
      );
    }
    if (holds && how !== 'taken-over')
      this.#gone.set(deviceKey(principal, connectionId), this.#domain.clock.now() + GONE);
  }

  /** Ends all watches of a presentity that is no more; storage has removed them already. */
  async forget(presentity: Presentity): Promise<void> {
    this.#judging.forget(presentity);
    presentity.isForgotten = true;
    const error = new ImppError('target-unknown', `${presentity.url} is no more`);
    const writes: Promise<void>[] = [];
    for (const watcher of presentity.watchers.values()) {
      for (const subscription of watcher.subscriptions.values())
        writes.push(this.#holdings.end(subscription, error));
      this.#watchers.clear(watcher);
      this.#watchers.drop(watcher);
    }
    await Promise.all(writes);
  }

  /** Ends all that a principal watches, its questions included. */
  async forgetWatcher(url: string): Promise<void> {
    const writes: Promise<void>[] = [];
    for (const watcher of this.#watchers.of(url)) {
      this.#watchers.clear(watcher);
      for (const subscription of watcher.subscriptions.values())
        writes.push(this.#holdings.end(subscription, undefined));
      this.#watchers.announce(watcher);
      this.#watchers.drop(watcher);
    }
    await Promise.all(writes);
  }

  close(): void {
    for (const part of [this.#holdings, this.#judging, this.#tellings, this.#gone, this.#watchers])
      part.close();
  }

  /** Seconds. Between domains a renewal costs more, and whoever names no lease gets a longer one [IMPP 13]. */
  #leaseFor(asker: Asker, wanted: number | 'infinity' | undefined): number {
    const { subscriptionMin, subscriptionMax, subscriptionDefault, subscriptionInterdomain } =
      this.#domain.config.leases;
    if (wanted === 'infinity') return subscriptionMax;
    const isFar = farHostOf(this.#domain.name, asker) !== undefined;
    const seconds = wanted ?? (isFar ? subscriptionInterdomain : subscriptionDefault);
    return Math.min(Math.max(seconds, subscriptionMin), subscriptionMax);
  }

  #find(presentity: Presentity, { url, connectionId }: Asker): Subscription {
    const subscription = presentity.watchers.get(url)?.subscriptions.get(connectionId);
    if (!subscription) throw new ImppError('subscription-unknown', 'there is no such subscription');
    return subscription;
  }

  #deviceGone(key: string): void {
    const [url = '', connectionId = ''] = key.split(' ');
    for (const watcher of this.#watchers.of(url)) {
      const isBack =
        watcher.localUser !== undefined && this.#domain.endpoints.find(watcher.localUser, connectionId);
      const subscription = watcher.subscriptions.get(connectionId);
      if (subscription && !isBack) this.#holdings.endLater(subscription);
    }
  }
}

function seenBy(subscription: Subscription): Seen {
  const { watcher, sight, stateForWatcher } = subscription;
  const shown = watcher.presentity.shownTo(sight);
  return { revision: watcher.presentity.revisionFor(watcher, shown), state: stateForWatcher, shown };
}

// A URL has no spaces.
const deviceKey = (url: string, connectionId: string): string => `${url} ${connectionId}`;
