// Read subscriptions.ts and presentity.ts first: what a watcher is, and how its revision comes about.

import { ImppError } from '../../shared/errors.ts';
import type { Principal } from '../../shared/impp/access-rules.ts';
import { parseUrl } from '../../shared/impp/address.ts';
import { Leases } from '../../shared/impp/lease.ts';
import type { Domain } from '../domain.ts';
import type { StoredSubscription } from '../storage/storage.ts';
import type { Background } from './background.ts';
import { announceWatcher } from './notices.ts';
import type { Presentity } from './presentity.ts';
import { isAnonymous } from './principals.ts';
import type { Watcher } from './subscriptions.ts';
import { FETCHED } from './watcher-list.ts';

/** How long someone who has asked waits for an answer at most [IMPP 7]. */
const UNANSWERED = 30 * 86_400_000;
/** How old what storage knows of a fetcher may be: not every FETCH is worth a write. */
const FETCH_SAVED = 3_600_000;
/** In the place of a principal: the highest revision that was given to those who are forgotten. */
const MARK = '';
/** Principals at one presentity without a live subscription: what strangers can make a domain remember. */
const MAX_IDLE_WATCHERS = 1000;
/** Subscriptions of one other domain's principals, at all presentities: some 50 MB. */
const MAX_FAR_SUBSCRIPTIONS = 100_000;

/**
 * The principals that watch, each at each presentity: their questions and fetches, what the owner has been told
 * of them, and how long they are remembered [IMPP 7].
 */
export class Watchers {
  readonly #domain: Domain;
  readonly #background: Background;
  /** Questions and fetches that are to be forgotten. */
  readonly #ends: Leases<Watcher>;
  /** By the URL of the watcher: all that it watches. */
  readonly #byUrl = new Map<string, Set<Watcher>>();
  /** Subscriptions held here by principals of another domain, by its HOST. */
  readonly #far = new Map<string, number>();

  constructor(domain: Domain, background: Background) {
    this.#domain = domain;
    this.#background = background;
    this.#ends = new Leases(domain.clock, (watcher) => this.#ended(watcher));
  }

  /** What storage kept of a principal, see `save`. */
  restore(
    presentity: Presentity,
    { watcher: url, state, since, expiresAt, revision }: StoredSubscription,
  ): void {
    if (url === MARK) {
      presentity.ownFloor = revision;
      return;
    }
    const watcher = this.open(presentity, { url, isAnonymous: isAnonymous(url) });
    // A record made for a subscription that was read first has a floor of its own, above this one.
    watcher.floor = revision;
    if (state === 'pending') watcher.asked = { since, until: expiresAt };
    else if (since > 0) watcher.fetchedAt = since;
    this.#ends.set(watcher, expiresAt);
    watcher.announced = stateForOwner(watcher);
  }

  /** All that a principal watches. */
  of(url: string): readonly Watcher[] {
    return [...(this.#byUrl.get(url) ?? [])];
  }

  /**
   * Makes room for one more subscription of another domain's principals. @throws too-many-requests: a domain can
   * make up as many principals as it likes
   */
  checkFar(host: string): void {
    if ((this.#far.get(host) ?? 0) >= MAX_FAR_SUBSCRIPTIONS)
      throw new ImppError('too-many-requests', `${host} watches too many here`, {
        data: { retryAfter: 600 },
      });
  }

  countFar(host: string, change: 1 | -1): void {
    const count = (this.#far.get(host) ?? 0) + change;
    if (count > 0) this.#far.set(host, count);
    else this.#far.delete(host);
  }

  /** The record of a principal, made if need be. */
  open(presentity: Presentity, who: Principal): Watcher {
    const known = presentity.watchers.get(who.url);
    if (known) return known;
    // Not each time: it looks at all of them.
    if (presentity.watchers.size % 100 === 99) this.#makeRoom(presentity);
    const { host, user } = parseUrl(who.url);
    const home =
      host === this.#domain.name
        ? { localUser: user, farHost: undefined }
        : { localUser: undefined, farHost: host };
    const watcher = presentity.openWatcher(who, home, this.#domain.clock.now());
    const watching = this.#byUrl.get(who.url);
    if (watching) watching.add(watcher);
    else this.#byUrl.set(who.url, new Set([watcher]));
    return watcher;
  }

  /**
   * Forgets the first of those who only fetched or asked, when they are too many: fetchers before questions, and
   * those of the domain that has most of them before others, so that made-up principals displace each other.
   */
  #makeRoom(presentity: Presentity): void {
    if (presentity.watchers.size < MAX_IDLE_WATCHERS) return;
    const idle = [...presentity.watchers.values()].filter(({ subscriptions }) => subscriptions.size === 0);
    const counts = Map.groupBy(idle, ({ farHost }) => farHost);
    const share = ({ farHost }: Watcher): number => counts.get(farHost)?.length ?? 0;
    idle.sort(
      (one, other) =>
        share(other) - share(one) || Number(one.asked !== undefined) - Number(other.asked !== undefined),
    );
    for (const watcher of idle.slice(0, Math.max(idle.length - MAX_IDLE_WATCHERS, 0))) {
      this.clear(watcher);
      this.announce(watcher);
      this.drop(watcher);
    }
  }

  /** A FETCH was answered: its principal is a watcher for 24 hours. `hasRisen`: with a revision above those before. */
  noteFetch(watcher: Watcher, now: number, hasRisen: boolean): void {
    if (watcher.url === watcher.presentity.url) return;
    const isSaved = watcher.fetchedAt !== undefined && now - watcher.fetchedAt < FETCH_SAVED;
    watcher.fetchedAt = now;
    // Of one who has asked, storage keeps the question and not the fetch: the next start does not know what was given.
    if (isSaved && !(watcher.asked && hasRisen)) return;
    if (!watcher.asked) this.#ends.set(watcher, now + FETCHED);
    // No OK promises this: a FETCH is not kept waiting for it.
    this.#background.run('note of a fetch', this.save(watcher));
  }

  /** Keeps the principal's question, with or without a subscription that lives, until it is answered. */
  ask(watcher: Watcher, now: number): void {
    watcher.asked = { since: watcher.asked?.since ?? now, until: now + UNANSWERED };
    this.#ends.set(watcher, watcher.asked.until);
  }

  /** Forgets question and fetch. */
  clear(watcher: Watcher): void {
    watcher.asked = undefined;
    watcher.fetchedAt = undefined;
  }

  /** Tells the presentity's devices when the principal's best state has changed [IMPP 7, WATCHER-NOTIFY]. */
  announce(watcher: Watcher): void {
    const state = stateForOwner(watcher);
    const { presentity } = watcher;
    if (state === watcher.announced) return;
    watcher.announced = state;
    if (watcher.url === presentity.url) return;
    announceWatcher(this.#domain, presentity.user, {
      url: presentity.url,
      watcher: watcher.url,
      state,
      revision: watcher.floor,
    });
  }

  /** Forgets a principal that holds nothing any more; whether it did. */
  drop(watcher: Watcher): boolean {
    const { presentity } = watcher;
    if (watcher.subscriptions.size > 0 || watcher.asked || watcher.fetchedAt !== undefined) return false;
    if (presentity.watchers.get(watcher.url) !== watcher) return true;
    presentity.watchers.delete(watcher.url);
    if (watcher.url === presentity.url) presentity.ownFloor = watcher.floor;
    this.#ends.delete(watcher);
    const watching = this.#byUrl.get(watcher.url);
    if (watching?.delete(watcher) && watching.size === 0) this.#byUrl.delete(watcher.url);
    const key = { user: presentity.user, watcher: watcher.url, connectionId: '' };
    this.#background.run('end of a watcher', this.#domain.storage.removeSubscription(key));
    this.#background.run('note of a revision', this.#saveMark(presentity));
    return true;
  }

  /** What was given to those who are forgotten stays below what they are given when they come back. */
  #saveMark(presentity: Presentity): Promise<void> {
    return this.#put(presentity, {
      user: presentity.user,
      watcher: MARK,
      connectionId: '',
      state: 'active',
      since: 0,
      expiresAt: 0,
      revision: presentity.lastRevision,
    });
  }

  #put(presentity: Presentity, record: StoredSubscription): Promise<void> {
    // Storage has removed all of an account that is no more.
    return presentity.isForgotten ? Promise.resolve() : this.#domain.storage.putSubscription(record);
  }

  /**
   * What is the principal's own and not one connection's is kept as a subscription without Connection-ID: the
   * floor of its revision, its question (`pending`, since when, until when), or when it last fetched.
   */
  save(watcher: Watcher): Promise<void> {
    const { asked, fetchedAt, floor, presentity, url } = watcher;
    return this.#put(presentity, {
      user: presentity.user,
      watcher: url,
      connectionId: '',
      state: asked ? 'pending' : 'active',
      since: asked?.since ?? fetchedAt ?? 0,
      expiresAt: asked?.until ?? (fetchedAt === undefined ? 0 : fetchedAt + FETCHED),
      revision: floor,
    });
  }

  close(): void {
    this.#ends.close();
  }

  #ended(watcher: Watcher): void {
    const now = this.#domain.clock.now();
    if (watcher.asked && watcher.asked.until <= now) watcher.asked = undefined;
    if (watcher.fetchedAt !== undefined && watcher.fetchedAt + FETCHED <= now) watcher.fetchedAt = undefined;
    const end =
      watcher.asked?.until ?? (watcher.fetchedAt === undefined ? undefined : watcher.fetchedAt + FETCHED);
    if (end !== undefined) this.#ends.set(watcher, end);
    this.announce(watcher);
    this.drop(watcher);
  }
}

/** The best state of a principal, as WATCHER-NOTIFY says it: pretence is active to all but the owner's list. */
export const stateForOwner = (watcher: Watcher): 'active' | 'pending' | 'ended' => {
  const { best } = watcher;
  if (best === 'fetched') return 'ended';
  return best === 'pending' ? 'pending' : 'active';
};
