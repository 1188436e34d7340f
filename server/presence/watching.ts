// Read subscriptions.ts and presentity.ts first: what a watcher is, and how its revision comes about.

import { ImppError } from '../../shared/errors.ts';
import { decide, nextChange, type Principal } from '../../shared/impp/access-rules.ts';
import { Leases } from '../../shared/impp/lease.ts';
import type { WatcherEntry } from '../../shared/impp/watchers.ts';
import type { Domain, Endpoint } from '../domain.ts';
import type { StoredSubscription } from '../storage/storage.ts';
import type { Background } from './background.ts';
import { Notifier } from './notify.ts';
import type { Presentity } from './presentity.ts';
import { isAnonymous } from './principals.ts';
import type { Asker, Seen, Subscribing } from './requests.ts';
import { Rounds } from './rounds.ts';
import {
  fetchSightOf,
  type Grants,
  isSameSight,
  type Sight,
  sightOf,
  Subscription,
  type Watcher,
} from './subscriptions.ts';
import { isSameObject } from './values.ts';
import { listWatchers } from './watcher-list.ts';
import { stateForOwner, Watchers } from './watchers.ts';

/** How long a device may be gone before its home server unsubscribes for it [IMPP 7]. */
const GONE = 60_000;
/** Connections of one principal at one presentity: more devices than anyone has. */
const MAX_SUBSCRIPTIONS = 64;
/** Who watches whom: subscriptions and fetches, what they may see, and their ends [IMPP 7, 9]. */
export class Watching {
  /** What was told before the start may not have been kept. */
  isAfterCrash = false;
  readonly #domain: Domain;
  readonly #background: Background;
  readonly #judged: (presentity: Presentity) => Promise<void>;
  readonly #watchers: Watchers;
  readonly #notifier: Notifier;
  readonly #leases: Leases<Subscription>;
  readonly #judgements = new Rounds();
  readonly #tellings = new Rounds();
  /** Rules that end. */
  readonly #rules: Leases<Presentity>;
  /** Devices that are gone, as `URL CONNECTION-ID`. */
  readonly #gone: Leases<string>;

  constructor(
    domain: Domain,
    background: Background,
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
    this.#judged = hooks.judged;
    this.#watchers = new Watchers(domain, background);
    this.#notifier = new Notifier(domain, (subscription) => this.#later(this.#end(subscription, undefined)));
    this.#leases = new Leases(clock, (subscription) => this.#later(this.#end(subscription, UNRENEWED)));
    this.#rules = new Leases(clock, hooks.ruleEnded);
    this.#gone = new Leases(clock, (key) => this.#deviceGone(key));
  }

  restore(presentity: Presentity, stored: StoredSubscription): void {
    const { watcher: url, connectionId, state, since, expiresAt, revision } = stored;
    presentity.noteRevision(revision);
    if (connectionId === '') {
      this.#watchers.restore(presentity, stored);
      return;
    }
    const watcher = this.#watchers.open(presentity, { url, isAnonymous: isAnonymous(url) });
    const times = { since, expiresAt, changedAt: revision };
    const subscription = new Subscription(watcher, connectionId, { state, view: '' }, times);
    watcher.subscriptions.set(connectionId, subscription);
    watcher.announced = stateForOwner(watcher);
    this.#leases.set(subscription, expiresAt);
    this.#gone.set(deviceKey(url, connectionId), this.#domain.clock.now() + GONE);
  }

  /**
   * Judges all who watch by the rules as they are [IMPP 9]: the refused are told so, and those that now see
   * something else. Settles when that has happened, and is stored. The first time after a start it has happened on
   * return: whatever is asked of a presentity needs it.
   */
  async judge(presentity: Presentity, grants: Grants): Promise<void> {
    const now = this.#domain.clock.now();
    const writes: Promise<unknown>[] = [];
    const end = nextChange(grants.rules, now);
    if (end === undefined) this.#rules.delete(presentity);
    else this.#rules.set(presentity, end);
    if (!presentity.isJudged) {
      presentity.isJudged = true;
      for (const watcher of presentity.watchers.values()) this.#judgeFirst(watcher, grants, now, writes);
    } else {
      await this.#judgements.walk(presentity, () => {
        // What was opened or judged later than the round began was so by rules at least as new.
        const began = presentity.lastRevision;
        return (watcher) => this.#judge(watcher, grants, { now, began }, writes);
      });
    }
    await Promise.all(writes);
  }

  /** After a restart: what is shown now was shown before, or its OK will bring it. */
  #judgeFirst(watcher: Watcher, grants: Grants, now: number, writes: Promise<unknown>[]): void {
    const { presentity } = watcher;
    if (watcher.fetchedAt !== undefined) {
      const fetched = fetchSightOf(grants, watcher, now);
      watcher.fetchSight = fetched instanceof ImppError ? undefined : fetched;
      // What a FETCH may have given, though storage was not told.
      if (watcher.fetchSight) presentity.revisionFor(watcher, presentity.shownTo(watcher.fetchSight));
    }
    if (this.isAfterCrash) {
      watcher.floor = presentity.revise(now);
      writes.push(this.#watchers.save(watcher));
    }
    for (const subscription of watcher.subscriptions.values()) {
      const next = sightOf(grants, watcher, now, subscription.sight.state === 'active');
      if (next instanceof ImppError || !isAsStored(subscription.sight, next)) continue;
      subscription.sight = next;
      subscription.sent = presentity.revisionFor(watcher, presentity.shownTo(next));
    }
    this.#judge(watcher, grants, { now, began: Number.POSITIVE_INFINITY }, writes);
  }

  #judge(
    watcher: Watcher,
    grants: Grants,
    { now, began }: { now: number; began: number },
    writes: Promise<unknown>[],
  ): void {
    const { presentity } = watcher;
    const isAnswered =
      watcher.asked !== undefined &&
      decide(grants.rules, 'subscribe', watcher, presentity.url, now) !== 'ask';
    if (isAnswered) {
      watcher.asked = undefined;
      if (watcher.subscriptions.size === 0) watcher.floor = presentity.revise(now);
    }
    let isNew = this.#judgeFetches(watcher, grants, now) || isAnswered;
    for (const subscription of watcher.subscriptions.values()) {
      const { sight } = subscription;
      if (subscription.changedAt > began) continue;
      const next = sightOf(grants, watcher, now, sight.state === 'active');
      if (next instanceof ImppError) {
        writes.push(this.#end(subscription, next));
      } else if (!isSameSight(sight, next)) {
        this.#turn(subscription, next, now);
        writes.push(this.#save(subscription));
        isNew = true;
      }
    }
    this.#watchers.announce(watcher);
    this.#tell(watcher);
    if (!this.#watchers.drop(watcher) && isNew) writes.push(this.#watchers.save(watcher));
  }

  /** Something that is shown has changed: tells those who see it. */
  changed(presentity: Presentity): void {
    const telling = this.#tellings.walk(presentity, () => (watcher) => this.#tell(watcher));
    this.#background.run('telling watchers', telling);
  }

  #tell(watcher: Watcher): void {
    for (const subscription of watcher.subscriptions.values()) this.#notifier.notify(subscription);
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
    if (watcher.fetchSight) this.#judgeFetches(watcher, grants, now);
    watcher.fetchSight = sight;
    this.#watchers.noteFetch(watcher, now);
    const shown = presentity.shownTo(sight);
    const state = watcher.subscriptions.get(asker.connectionId)?.stateForWatcher;
    return { revision: presentity.revisionFor(watcher, shown), state, shown };
  }

  viewAs(presentity: Presentity, who: Principal, grants: Grants): Seen {
    const now = this.#domain.clock.now();
    const watcher = presentity.watchers.get(who.url);
    const sight = sightOf(grants, who, now, watcher?.best === 'active');
    if (sight instanceof ImppError) throw sight;
    const shown = presentity.shownTo(sight);
    const revision = watcher ? Math.max(watcher.floor, shown.changedAt) : presentity.foresee(now);
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
    const { subscriptionMin, subscriptionMax, subscriptionDefault } = this.#domain.config.leases;
    const seconds = wanted === 'infinity' ? subscriptionMax : (wanted ?? subscriptionDefault);
    const lease = Math.min(Math.max(seconds, subscriptionMin), subscriptionMax);
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
    } else if (!isSameSight(subscription.sight, sight)) this.#turn(subscription, sight, now);
    subscription.expiresAt = now + lease * 1000;
    this.#leases.set(subscription, subscription.expiresAt);
    if (sight.state === 'pending') this.#watchers.ask(watcher, now);
    this.#watchers.announce(watcher);

    const opening = subscription;
    const stored = Promise.all([this.#save(opening), this.#watchers.save(watcher)]).then(() => {});
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
        this.#notifier.notify(opening);
      },
      abandon: () => {
        if (opening.isOpening) this.#later(this.#end(opening, undefined));
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
    return this.#end(subscription, undefined);
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
    this.#rules.delete(presentity);
    presentity.isForgotten = true;
    const error = new ImppError('target-unknown', `${presentity.url} is no more`);
    const writes: Promise<void>[] = [];
    for (const watcher of presentity.watchers.values()) {
      for (const subscription of watcher.subscriptions.values()) writes.push(this.#end(subscription, error));
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
        writes.push(this.#end(subscription, undefined));
      this.#watchers.announce(watcher);
      this.#watchers.drop(watcher);
    }
    await Promise.all(writes);
  }

  close(): void {
    for (const held of [
      this.#leases,
      this.#rules,
      this.#gone,
      this.#watchers,
      this.#judgements,
      this.#tellings,
    ])
      held.close();
  }

  #later(work: Promise<void>): void {
    this.#background.run('end of subscription', work);
  }

  #find(presentity: Presentity, { url, connectionId }: Asker): Subscription {
    const subscription = presentity.watchers.get(url)?.subscriptions.get(connectionId);
    if (!subscription) throw new ImppError('subscription-unknown', 'there is no such subscription');
    return subscription;
  }

  /** Notes what a fetcher would see now; whether that raised its revision. */
  #judgeFetches(watcher: Watcher, grants: Grants, now: number): boolean {
    const { presentity, fetchSight } = watcher;
    if (!fetchSight) return false;
    const next = fetchSightOf(grants, watcher, now);
    // Refused: what it saw last stays what the next is compared with.
    if (next instanceof ImppError || isSameSight(fetchSight, next)) return false;
    const former = presentity.shownTo(fetchSight);
    watcher.fetchSight = next;
    if (!isSameObject(former, presentity.shownTo(next))) watcher.floor = presentity.revise(now);
    return true;
  }

  /** Gives a subscription another sight, and a higher revision if the watcher can tell. */
  #turn(subscription: Subscription, next: Sight, now: number): void {
    const { watcher } = subscription;
    const { presentity } = watcher;
    const formerState = subscription.stateForWatcher;
    const former = presentity.shownTo(subscription.sight);
    subscription.sight = next;
    if (next.state === 'pending') this.#watchers.ask(watcher, now);
    const shown = presentity.shownTo(next);
    if (formerState !== subscription.stateForWatcher || !isSameObject(former, shown)) {
      subscription.changedAt = presentity.revise(now);
      watcher.floor = subscription.changedAt;
    } else {
      // The same octets out of another view are no change to the watcher.
      subscription.sent = Math.max(subscription.sent, shown.changedAt);
    }
  }

  /** `error`: what the watcher is told; undefined: it was its own doing, or its device is gone. */
  #end(subscription: Subscription, error: ImppError | undefined): Promise<void> {
    const { watcher } = subscription;
    const { presentity } = watcher;
    if (subscription.end) return Promise.resolve();
    subscription.end = error ?? new ImppError('subscription-unknown', 'the subscription has ended');
    watcher.subscriptions.delete(subscription.connectionId);
    this.#leases.delete(subscription);
    watcher.floor = presentity.revise(this.#domain.clock.now());
    // While its SUBSCRIBE has no answer, that answer will say it.
    if (error && !subscription.isOpening) this.#notifier.terminate(subscription, watcher.floor, error);
    this.#watchers.announce(watcher);
    const removed = this.#domain.storage.removeSubscription({
      user: presentity.user,
      watcher: watcher.url,
      connectionId: subscription.connectionId,
    });
    const record = this.#watchers.drop(watcher) ? Promise.resolve() : this.#watchers.save(watcher);
    return Promise.all([removed, record]).then(() => {});
  }

  #deviceGone(key: string): void {
    const [url = '', connectionId = ''] = key.split(' ');
    for (const watcher of this.#watchers.of(url)) {
      const isBack =
        watcher.localUser !== undefined && this.#domain.endpoints.find(watcher.localUser, connectionId);
      const subscription = watcher.subscriptions.get(connectionId);
      if (subscription && !isBack) this.#later(this.#end(subscription, undefined));
    }
  }

  #save({ watcher, connectionId, sight, since, expiresAt, changedAt }: Subscription): Promise<void> {
    return this.#domain.storage.putSubscription({
      user: watcher.presentity.user,
      watcher: watcher.url,
      connectionId,
      // What is pretended was never granted.
      state: sight.state === 'active' ? 'active' : 'pending',
      since,
      expiresAt,
      revision: changedAt,
    });
  }
}

const UNRENEWED = new ImppError('subscription-unknown', 'the subscription was not renewed');

function seenBy(subscription: Subscription): Seen {
  const { watcher, sight, stateForWatcher } = subscription;
  const shown = watcher.presentity.shownTo(sight);
  return { revision: watcher.presentity.revisionFor(watcher, shown), state: stateForWatcher, shown };
}

// A URL has no spaces.
const deviceKey = (url: string, connectionId: string): string => `${url} ${connectionId}`;

/** Whether storage, which knows only what was granted, may have meant `next` by `stored`. */
const isAsStored = (stored: Sight, next: Sight): boolean =>
  next.state === stored.state || (stored.state === 'pending' && next.state === 'pretended');
