import { ImppError } from '../../shared/errors.ts';
import { errorOf } from '../../shared/impp/serializer.ts';
import type { Domain, Endpoint } from '../domain.ts';
import type { Errand, FarDomains, FarRequest } from './far-domains.ts';
import type { Subscription } from './subscriptions.ts';

/** Sends the devices of watchers what concerns them: CHANGE-NOTIFY and TERMINATE-SUBSCRIPTION [IMPP 7]. */
export class Notifier {
  readonly #domain: Pick<Domain, 'endpoints' | 'log'>;
  readonly #far: FarDomains;
  readonly #dropped: (subscription: Subscription) => void;
  /** How those of other domains are told; made when they first are. */
  readonly #errands = new WeakMap<Subscription, Errand>();

  /** `dropped`: the device says that it does not have this subscription. */
  constructor(
    domain: Pick<Domain, 'endpoints' | 'log'>,
    far: FarDomains,
    dropped: (subscription: Subscription) => void,
  ) {
    this.#domain = domain;
    this.#far = far;
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
    if (watcher.farHost !== undefined) {
      this.#far.add(this.#errandOf(subscription, watcher.farHost));
      return;
    }
    const request = this.#tell(subscription);
    const device = this.#deviceOf(subscription);
    // A device that has been gone for less than 60 s: its home server acknowledges for it.
    if (device === undefined) return;
    if (shown.body.length > device.maxMessageSize) {
      this.#domain.log.warn('presence too large for device', { user: device.user, size: shown.body.length });
      return;
    }
    subscription.isInFlight = true;
    device.request(request.method, request.headers, request.body, (outcome) =>
      this.#acknowledged(
        subscription,
        outcome instanceof ImppError || outcome.ok ? undefined : errorOf(outcome),
      ),
    );
  }

  /** It has ended: nothing more is told of it. */
  forget(subscription: Subscription): void {
    const errand = this.#errands.get(subscription);
    if (errand) this.#far.drop(errand);
  }

  /** The notification of what is shown now; it counts as sent. */
  #tell(subscription: Subscription): FarRequest {
    const { watcher, sight } = subscription;
    const { presentity } = watcher;
    const shown = presentity.shownTo(sight);
    subscription.sent = presentity.revisionFor(watcher, shown);
    return {
      method: 'CHANGE-NOTIFY',
      headers: [
        ['From', presentity.url],
        ['Target', watcher.url],
        ['Target-Connection-ID', subscription.connectionId],
        ['Origin', presentity.url],
        ['Revision', String(subscription.sent)],
        ['Subscription-State', subscription.stateForWatcher],
        ['Content-Type', shown.type],
      ],
      body: shown.body,
    };
  }

  /** Until its domain can be reached, a watcher of another one is owed what it was not told. */
  #errandOf(subscription: Subscription, host: string): Errand {
    const known = this.#errands.get(subscription);
    if (known) return known;
    let before = 0;
    const errand: Errand = {
      host,
      isLasting: true,
      get until() {
        return subscription.expiresAt;
      },
      request: () => {
        if (subscription.end) return undefined;
        before = subscription.sent;
        subscription.isInFlight = true;
        return this.#tell(subscription);
      },
      settled: (failure) => {
        if (failure !== undefined && !isFinal(failure)) {
          subscription.isInFlight = false;
          subscription.sent = before;
        } else this.#acknowledged(subscription, failure);
      },
    };
    this.#errands.set(subscription, errand);
    return errand;
  }

  /** Tells the device, once, that the presentity's side has ended it. */
  terminate(subscription: Subscription, revision: number, error: ImppError): void {
    const { watcher } = subscription;
    const { farHost } = watcher;
    const headers: FarRequest['headers'] = [
      ['From', watcher.presentity.url],
      ['Target', watcher.url],
      ['Target-Connection-ID', subscription.connectionId],
      ['Origin', watcher.presentity.url],
      ['Revision', String(revision)],
      ['Subscription-State', 'ended'],
      ['Error', error.code],
      ['Reason', error.message],
      ...(error.data.location === undefined ? [] : [['Location', error.data.location] as const]),
    ];
    const method = 'TERMINATE-SUBSCRIPTION';
    if (farHost !== undefined)
      this.#far.add({
        host: farHost,
        isLasting: false,
        request: () => ({ method, headers }),
        settled: () => {},
      });
    else this.#deviceOf(subscription)?.request(method, headers, undefined, () => {});
  }

  /** Where the subscription's device is attached. */
  #deviceOf({ watcher, connectionId }: Subscription): Endpoint | undefined {
    return watcher.localUser === undefined
      ? undefined
      : this.#domain.endpoints.find(watcher.localUser, connectionId);
  }

  #acknowledged(subscription: Subscription, failure: ImppError | undefined): void {
    subscription.isInFlight = false;
    if (subscription.end) return;
    if (failure?.code === 'subscription-unknown') this.#dropped(subscription);
    // Without an answer the connection is gone. What it did not acknowledge does not come again [IMPP 6,
    // ATTACH]; what has changed meanwhile goes to the connection that took over, if there is one.
    else this.notify(subscription);
  }
}

/** The other domain has answered, and would answer the same again. */
const isFinal = ({ retry }: ImppError): boolean => retry === 'never';
