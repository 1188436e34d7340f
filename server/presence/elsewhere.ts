// Read far-watch.ts first.

import { ImppError } from '../../shared/errors.ts';
import { fraction } from '../../shared/fraction.ts';
import { type Address, addressOf, parseUrl } from '../../shared/impp/address.ts';
import { readDecimal, readLease } from '../../shared/impp/headers.ts';
import { Leases } from '../../shared/impp/lease.ts';
import type { Request, Response } from '../../shared/impp/message.ts';
import { errorOf } from '../../shared/impp/serializer.ts';
import type { Caller, Domain, Endpoint, Reply } from '../domain.ts';
import type { StoredWatch } from '../storage/storage.ts';
import type { Background } from './background.ts';
import { type FarDomains, spreadOf } from './far-domains.ts';
import { Backlog, FarWatch } from './far-watch.ts';
import type { WatchesElsewhere } from './requests.ts';

/** How long a device may be gone before its home server unsubscribes for it [IMPP 7]. */
const GONE = 60_000;
/** Longer than its lease a subscription is held here: that it has ended is for the other domain to say. */
const GRACE = 30_000;
/** Subscriptions of one device in other domains: more than anyone has contacts. */
const MAX_WATCHES = 10_000;

/**
 * What devices of this domain watch in others. The subscriptions are kept there; here it is noted who holds which, so
 * that nobody is notified of what nobody asked for [RFC 2779 5.3.2], and so that they end with their devices.
 */
export class Elsewhere implements WatchesElsewhere {
  readonly #domain: Domain;
  readonly #background: Background;
  readonly #far: FarDomains;
  /** By `USER CONNECTION-ID`, then by the URL of the presentity. */
  readonly #watches = new Map<string, Map<string, FarWatch>>();
  readonly #backlog = new Backlog();
  readonly #leases: Leases<FarWatch>;
  /** Devices that are gone. */
  readonly #gone: Leases<string>;

  constructor(domain: Domain, background: Background, far: FarDomains) {
    this.#domain = domain;
    this.#background = background;
    this.#far = far;
    this.#leases = new Leases(domain.clock, (watch) => this.#end(watch));
    this.#gone = new Leases(domain.clock, (key) => this.#deviceGone(key));
  }

  /** What storage kept. Those whose devices do not come back are not all ended at once. */
  restore(stored: readonly StoredWatch[]): void {
    const spread = spreadOf(stored.length);
    const now = this.#domain.clock.now();
    for (const { user, connectionId, target, expiresAt } of stored) {
      const { host } = parseUrl(target);
      const watch = this.#put(
        new FarWatch(this.#domain, this.#backlog, { user, connectionId, target, host }),
      );
      watch.isGranted = true;
      watch.expiresAt = expiresAt;
      this.#leases.set(watch, expiresAt + GRACE);
      const key = keyOf(watch);
      if (this.#gone.expiryOf(key) === undefined)
        this.#gone.set(key, now + GONE + fraction(this.#domain.random) * spread);
    }
  }

  subscribe(caller: Caller, target: Address, request: Request): Promise<Reply> {
    const watch = this.#open(deviceOf(caller), target);
    watch.opening();
    watch.asked += 1;
    watch.open += 1;
    const number = watch.asked;
    const formerRevision = watch.revision;
    return this.#domain.links.forward(request, target.host).then(
      (response) => {
        watch.open -= 1;
        if (!response.ok) this.#refused(watch, number, errorOf(response));
        else if (number > watch.unsubscribed) this.#granted(watch, response, formerRevision);
        else if (!watch.isGranted) this.#end(watch);
        if (response.ok && isTooLarge(caller, response)) {
          this.#unsubscribe(watch);
          throw tooLarge(caller);
        }
        // The device may have gone meanwhile, or have come back on another connection: then this is written nowhere.
        if (watch.device !== caller) watch.opened();
        return { relayed: response, after: () => watch.opened() };
      },
      (error: unknown) => {
        watch.open -= 1;
        this.#refused(watch, number, error);
        throw error;
      },
    );
  }

  watches(user: string, target: string): boolean {
    for (const [key, watches] of this.#watches)
      if (key.startsWith(`${user} `) && watches.has(target)) return true;
    return false;
  }

  async unsubscribe(caller: Caller, target: Address, request: Request): Promise<Reply> {
    const watch = this.#find(keyOf(deviceOf(caller)), target.url);
    const number = watch?.asked ?? 0;
    const relayed = await this.#domain.links.forward(request, target.host);
    if (watch && hasNone(relayed, 'OK')) {
      watch.unsubscribed = Math.max(watch.unsubscribed, number);
      if (watch.asked === number) this.#end(watch);
    }
    return { relayed };
  }

  async subscription(caller: Caller, target: Address, request: Request): Promise<Reply> {
    const watch = this.#find(keyOf(deviceOf(caller)), target.url);
    const number = watch?.asked ?? 0;
    const relayed = await this.#domain.links.forward(request, target.host);
    if (watch?.open === 0 && watch.asked === number && hasNone(relayed)) this.#end(watch);
    return { relayed };
  }

  async fetch(caller: Caller, target: Address, request: Request): Promise<Reply> {
    const relayed = await this.#domain.links.forward(request, target.host);
    if (isTooLarge(caller, relayed)) throw tooLarge(caller);
    return { relayed };
  }

  async notified(from: Address, to: Address, connectionId: string, request: Request): Promise<void> {
    const revision = readDecimal(request.headers, 'Revision');
    if (revision === undefined) throw new ImppError('bad-request', `${request.method} needs Revision`);
    this.#far.heardFrom(from.host);
    const key = keyOf({ user: to.user, connectionId });
    const told = this.#find(key, from.url)?.told;
    if (told) await told;
    const watch = this.#find(key, from.url);
    if (!watch?.isGranted)
      throw new ImppError('subscription-unknown', `${to.url} does not watch ${from.url} from there`);
    if (request.method === 'TERMINATE-SUBSCRIPTION') {
      if (revision < watch.revision) return;
      watch.end(request);
      this.#end(watch);
      return;
    }
    if (revision <= watch.revision) return;
    watch.revision = revision;
    try {
      await watch.pass(request);
    } catch (error) {
      if (watch.open === 0) this.#end(watch);
      throw error;
    }
  }

  attached(endpoint: Endpoint): void {
    this.#gone.delete(keyOf(endpoint));
  }

  detached(endpoint: Endpoint, how: 'bye' | 'lost' | 'taken-over'): void {
    const key = keyOf(endpoint);
    const watches = this.#watches.get(key);
    if (!watches) return;
    // An OK that is not written yet will not be: what is notified goes to whoever took over, or is acknowledged.
    for (const watch of watches.values()) if (watch.isGranted) watch.opened();
    if (how !== 'taken-over') this.#gone.set(key, this.#domain.clock.now() + GONE);
  }

  /** The account is no more, and storage has nothing of it: ends all that its devices watch. */
  forget(user: string): void {
    for (const watches of this.#watches.values())
      for (const watch of watches.values()) if (watch.user === user) this.#unsubscribe(watch);
  }

  close(): void {
    this.#leases.close();
    this.#gone.close();
    for (const watches of this.#watches.values()) for (const watch of watches.values()) watch.drop();
  }

  #find(key: string, target: string): FarWatch | undefined {
    return this.#watches.get(key)?.get(target);
  }

  #put(watch: FarWatch): FarWatch {
    const key = keyOf(watch);
    const watches = this.#watches.get(key);
    if (watches) watches.set(watch.target, watch);
    else this.#watches.set(key, new Map([[watch.target, watch]]));
    return watch;
  }

  #open({ user, connectionId }: Device, { url, host }: Address): FarWatch {
    const key = keyOf({ user, connectionId });
    const known = this.#find(key, url);
    if (known) return known;
    if ((this.#watches.get(key)?.size ?? 0) >= MAX_WATCHES)
      throw new ImppError('too-many-requests', 'too many subscriptions', {
        data: { retryAfter: GONE / 1000 },
      });
    return this.#put(new FarWatch(this.#domain, this.#backlog, { user, connectionId, target: url, host }));
  }

  #granted(watch: FarWatch, { headers }: Response, formerRevision: number): void {
    const { clock, config, storage } = this.#domain;
    const revision = orElse(() => readDecimal(headers, 'Revision'), undefined) ?? 0;
    const lease = orElse(() => readLease(headers), undefined) ?? config.leases.subscriptionInterdomain;
    // A notification that came before this answer may be newer. Otherwise the answer is right, even if it is lower:
    // the other domain may have lost what it knew.
    watch.revision = watch.revision === formerRevision ? revision : Math.max(watch.revision, revision);
    watch.isGranted = true;
    watch.expiresAt = lease === 'infinity' ? Number.POSITIVE_INFINITY : clock.now() + lease * 1000;
    this.#leases.set(watch, watch.expiresAt + GRACE);
    const { user, connectionId, target } = watch;
    // For storage, which counts in whole numbers, `infinity` is the longest that a lease can be.
    const expiresAt = Math.min(watch.expiresAt, Number.MAX_SAFE_INTEGER);
    this.#background.run('note of a watch', storage.putWatch({ user, connectionId, target, expiresAt }));
    const key = keyOf(watch);
    const isGone = watch.device === undefined && this.#gone.expiryOf(key) === undefined;
    if (isGone) this.#gone.set(key, clock.now() + GONE);
  }

  /** A SUBSCRIBE has failed. What was granted before stays, unless the other domain has said otherwise. */
  #refused(watch: FarWatch, number: number, error: unknown): void {
    const isFinal = error instanceof ImppError && error.retry === 'never';
    if (!watch.isGranted || (isFinal && number === watch.asked)) this.#end(watch);
  }

  /** Ends it in the other domain, too. */
  #unsubscribe(watch: FarWatch): void {
    const { user, connectionId, target, host } = watch;
    this.#end(watch);
    const headers = [
      ['From', addressOf(this.#domain.name, user).url],
      ['Connection-ID', connectionId],
      ['Target', target],
    ] as const;
    this.#far.add({
      host,
      isLasting: false,
      // It may have been made anew while this has waited.
      request: () => (this.#find(keyOf(watch), target) ? undefined : { method: 'UNSUBSCRIBE', headers }),
      settled: () => {},
    });
  }

  #end(watch: FarWatch): void {
    const { user, connectionId, target, isGranted } = watch;
    watch.isGranted = false;
    watch.drop();
    this.#leases.delete(watch);
    if (isGranted)
      this.#background.run(
        'end of a watch',
        this.#domain.storage.removeWatch({ user, connectionId, target }),
      );
    // Asked for anew meanwhile: the answer decides.
    if (watch.open > 0) return watch.opening();
    watch.opened();
    const key = keyOf(watch);
    const watches = this.#watches.get(key);
    if (watches?.get(target) !== watch) return;
    watches.delete(target);
    if (watches.size === 0) {
      this.#watches.delete(key);
      this.#gone.delete(key);
    }
  }

  #deviceGone(key: string): void {
    for (const watch of this.#watches.get(key)?.values() ?? [])
      if (watch.device === undefined) this.#unsubscribe(watch);
  }
}

interface Device {
  readonly user: string;
  readonly connectionId: string;
}

const deviceOf = ({ principal, connectionId }: Caller): Device => ({
  user: parseUrl(principal).user,
  connectionId,
});

/** Neither USER nor a token has spaces. */
const keyOf = ({ user, connectionId }: Device): string => `${user} ${connectionId}`;

/** Whether the other domain says that there is no such subscription; with `OK`, that there is none any more. */
const hasNone = (response: Response, or?: 'OK'): boolean =>
  response.ok ? or === 'OK' : response.headers.get('Error') === 'subscription-unknown';

const isTooLarge = ({ maxMessageSize }: Caller, { body, stream }: Response): boolean =>
  ((body ?? stream)?.length ?? 0) > maxMessageSize;

const tooLarge = ({ maxMessageSize }: Caller): ImppError =>
  new ImppError('message-too-large', 'this presence is more than the device takes', {
    data: { maxMessageSize },
  });

/** What another domain says beside its OK is of use or is left out: it is no reason for an error here. */
function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
