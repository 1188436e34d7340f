import { ImppError } from '../../shared/errors.ts';
import type { Response } from '../../shared/impp/message.ts';
import type { Domain, Endpoint } from '../domain.ts';
import type { Subscription } from './subscriptions.ts';

/** Sends the devices of watchers what concerns them: CHANGE-NOTIFY and TERMINATE-SUBSCRIPTION [IMPP 7]. */
export class Notifier {
  readonly #domain: Pick<Domain, 'endpoints' | 'log'>;
  readonly #dropped: (subscription: Subscription) => void;

  /** `dropped`: the device says that it does not have this subscription. */
  constructor(domain: Pick<Domain, 'endpoints' | 'log'>, dropped: (subscription: Subscription) => void) {
    this.#domain = domain;
    this.#dropped = dropped;
  }

  /**
   * Tells the device, if what it may see or its state has changed since it was last told. While one
   * notification is unacknowledged, later changes collapse into one with the newest object.
   */
  notify(subscription: Subscription): void {
    if (subscription.isOpening || subscription.isInFlight || subscription.end) return;
    const { watcher, sight } = subscription;
    const { presentity } = watcher;
    const shown = presentity.shownTo(sight);
    if (Math.max(subscription.changedAt, shown.changedAt) <= subscription.sent) return;
    const revision = presentity.revisionFor(watcher, shown);
    subscription.sent = revision;
    const device = this.#deviceOf(subscription);
    // A device that has been gone for less than 60 s: its home server acknowledges for it.
    if (device === undefined) return;
    if (shown.body.length > device.maxMessageSize) {
      this.#domain.log.warn('presence too large for device', { size: shown.body.length });
      return;
    }
    subscription.isInFlight = true;
    device.request(
      'CHANGE-NOTIFY',
      [
        ['From', presentity.url],
        ['Target', watcher.url],
        ['Target-Connection-ID', subscription.connectionId],
        ['Origin', presentity.url],
        ['Revision', String(revision)],
        ['Subscription-State', subscription.stateForWatcher],
        ['Content-Type', shown.type],
      ],
      shown.body,
      (outcome) => this.#acknowledged(subscription, outcome),
    );
  }

  /** Tells the device, once, that the presentity's side has ended it. */
  terminate(subscription: Subscription, revision: number, error: ImppError): void {
    const { watcher } = subscription;
    this.#deviceOf(subscription)?.request(
      'TERMINATE-SUBSCRIPTION',
      [
        ['From', watcher.presentity.url],
        ['Target', watcher.url],
        ['Target-Connection-ID', subscription.connectionId],
        ['Origin', watcher.presentity.url],
        ['Revision', String(revision)],
        ['Subscription-State', 'ended'],
        ['Error', error.code],
        ['Reason', error.message],
        ...(error.data.location === undefined ? [] : [['Location', error.data.location] as const]),
      ],
      undefined,
      () => {},
    );
  }

  /** Where the subscription's device is attached. Watchers of other domains have none here. */
  #deviceOf({ watcher, connectionId }: Subscription): Endpoint | undefined {
    return watcher.localUser === undefined
      ? undefined
      : this.#domain.endpoints.find(watcher.localUser, connectionId);
  }

  #acknowledged(subscription: Subscription, outcome: Response | ImppError): void {
    subscription.isInFlight = false;
    if (subscription.end) return;
    const isUnknown =
      !(outcome instanceof ImppError) &&
      !outcome.ok &&
      outcome.headers.get('Error') === 'subscription-unknown';
    if (isUnknown) this.#dropped(subscription);
    // Without an answer the connection is gone. What it did not acknowledge does not come again [IMPP 6,
    // ATTACH]; what has changed meanwhile goes to the connection that took over, if there is one.
    else this.notify(subscription);
  }
}
