// Read subscriptions.ts and presentity.ts first: what a watcher is, and how its revision comes about.

import { ImppError } from '../../shared/errors.ts';
import { Leases } from '../../shared/impp/lease.ts';
import type { Domain } from '../domain.ts';
import type { Background } from './background.ts';
import type { FarDomains } from './far-domains.ts';
import { Notifier } from './notify.ts';
import type { Sight, Subscription, Watcher } from './subscriptions.ts';
import { isSameObject } from './values.ts';
import type { Watchers } from './watchers.ts';

/** What becomes of one subscription: its lease, another sight, its end; and what storage and devices are told. */
export class Holdings {
  readonly #domain: Domain;
  readonly #background: Background;
  readonly #watchers: Watchers;
  readonly #notifier: Notifier;
  readonly #leases: Leases<Subscription>;

  constructor(domain: Domain, background: Background, watchers: Watchers, far: FarDomains) {
    this.#domain = domain;
    this.#background = background;
    this.#watchers = watchers;
    this.#notifier = new Notifier(domain, far, (subscription) => this.endLater(subscription));
    this.#leases = new Leases(domain.clock, (subscription) => this.endLater(subscription, UNRENEWED));
  }

  /** It ends at its `expiresAt` unless that is moved, and this called, before. */
  hold(subscription: Subscription): void {
    this.#leases.set(subscription, subscription.expiresAt);
  }

  /** Tells the devices of a watcher what they have not been told. */
  tell(watcher: Watcher): void {
    for (const subscription of watcher.subscriptions.values()) this.#notifier.notify(subscription);
  }

  /** Gives a subscription another sight, and a higher revision if the watcher can tell. */
  turn(subscription: Subscription, next: Sight, now: number): void {
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
      if (shown.changedAt > watcher.floor) watcher.unnoticed = shown.changedAt;
      subscription.sent = Math.max(subscription.sent, shown.changedAt);
    }
  }

  /** `error`: what the watcher is told; undefined: it was its own doing, or its device is gone. */
  end(subscription: Subscription, error: ImppError | undefined): Promise<void> {
    const { watcher } = subscription;
    const { presentity } = watcher;
    if (subscription.end) return Promise.resolve();
    subscription.end = error ?? new ImppError('subscription-unknown', 'the subscription has ended');
    watcher.subscriptions.delete(subscription.connectionId);
    this.#leases.delete(subscription);
    this.#notifier.forget(subscription);
    if (watcher.farHost !== undefined) this.#watchers.countFar(watcher.farHost, -1);
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

  /** The same, when no request waits for it. */
  endLater(subscription: Subscription, error?: ImppError): void {
    this.#background.run('end of subscription', this.end(subscription, error));
  }

  /** `isOwed`: the run ends, and the watcher has not been told the latest. */
  save(subscription: Subscription, isOwed = false): Promise<void> {
    const { watcher, connectionId, sight, since, expiresAt, changedAt } = subscription;
    return this.#domain.storage.putSubscription({
      user: watcher.presentity.user,
      watcher: watcher.url,
      connectionId,
      // What is pretended was never granted.
      state: sight.state === 'active' ? 'active' : 'pending',
      since,
      expiresAt,
      revision: changedAt,
      ...(isOwed ? { isOwed } : {}),
    });
  }

  close(): void {
    this.#leases.close();
  }
}

const UNRENEWED = new ImppError('subscription-unknown', 'the subscription was not renewed');
