// Read subscriptions.ts and presentity.ts first: what a watcher is, and how its revision comes about.

import { ImppError } from '../../shared/errors.ts';
import { decide, nextChange } from '../../shared/impp/access-rules.ts';
import { Leases } from '../../shared/impp/lease.ts';
import type { Domain } from '../domain.ts';
import type { Holdings } from './holdings.ts';
import type { Presentity } from './presentity.ts';
import { Rounds } from './rounds.ts';
import {
  fetchSightOf,
  type Grants,
  isSameSight,
  type Sight,
  sightOf,
  type Watcher,
} from './subscriptions.ts';
import { isSameObject } from './values.ts';
import type { Watchers } from './watchers.ts';

/** Holds those who watch against the access rules as they are, when these change or end [IMPP 9]. */
export class Judging {
  /** What was told before the start may not have been kept. */
  isAfterCrash = false;
  readonly #domain: Domain;
  readonly #watchers: Watchers;
  readonly #holdings: Holdings;
  readonly #rounds = new Rounds();
  /** Rules that end. */
  readonly #rules: Leases<Presentity>;

  /** `ruleEnded`: a rule has ended, its presentity is to be judged again. */
  constructor(
    domain: Domain,
    watchers: Watchers,
    holdings: Holdings,
    ruleEnded: (presentity: Presentity) => void,
  ) {
    this.#domain = domain;
    this.#watchers = watchers;
    this.#holdings = holdings;
    this.#rules = new Leases(domain.clock, ruleEnded);
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
      await this.#rounds.walk(presentity, () => {
        // What was opened or judged later than the round began was so by rules at least as new.
        const began = presentity.lastRevision;
        return (watcher) => this.#judge(watcher, grants, { now, began }, writes);
      });
    }
    await Promise.all(writes);
  }

  /**
   * After a restart: what is shown now was shown before, or its OK will bring it. Not so for watchers of other
   * domains, who know of no restart: they are told what they may have missed.
   */
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
      const revision = presentity.revisionFor(watcher, presentity.shownTo(next));
      const mayHaveMissed = watcher.farHost !== undefined && (this.isAfterCrash || subscription.isOwed);
      if (!mayHaveMissed) subscription.sent = revision;
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
    let isNew = this.judgeFetches(watcher, grants, now) || isAnswered;
    for (const subscription of watcher.subscriptions.values()) {
      const { sight } = subscription;
      if (subscription.changedAt > began) continue;
      const next = sightOf(grants, watcher, now, sight.state === 'active');
      if (next instanceof ImppError) {
        writes.push(this.#holdings.end(subscription, next));
      } else if (!isSameSight(sight, next)) {
        this.#holdings.turn(subscription, next, now);
        writes.push(this.#holdings.save(subscription));
        isNew = true;
      }
    }
    this.#watchers.announce(watcher);
    this.#holdings.tell(watcher);
    if (!this.#watchers.drop(watcher) && isNew) writes.push(this.#watchers.save(watcher));
  }

  /** Notes what a fetcher would see now; whether that raised its revision. */
  judgeFetches(watcher: Watcher, grants: Grants, now: number): boolean {
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

  /** The presentity is no more. */
  forget(presentity: Presentity): void {
    this.#rules.delete(presentity);
  }

  close(): void {
    this.#rules.close();
    this.#rounds.close();
  }
}

/** Whether storage, which knows only what was granted, may have meant `next` by `stored`. */
const isAsStored = (stored: Sight, next: Sight): boolean =>
  next.state === stored.state || (stored.state === 'pending' && next.state === 'pretended');
