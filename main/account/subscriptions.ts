import { ImppError } from '../../shared/errors.ts';
import { parseUrl } from '../../shared/impp/address.ts';
import type { Headers } from '../../shared/impp/headers.ts';
import { readDecimal, readLease } from '../../shared/impp/headers.ts';
import { Leases } from '../../shared/impp/lease.ts';
import type { Request, Response } from '../../shared/impp/message.ts';
import type { Contact, Presence } from '../../shared/model.ts';
import { Backoff } from '../connection/backoff.ts';
import { problemOf } from '../problem.ts';
import type { Patch } from '../state.ts';
import { hostOf, MOST_FORWARDS } from './addressing.ts';
import type { Context } from './context.ts';
import { renewalAfter } from './lease-time.ts';
import { readPresenceObject } from './presence-object.ts';

/** Requests at a time: a long list must not stand in the way of a message that is being sent. */
const MOST_OPEN = 24;
/** Of these to one other domain: one that does not answer must not keep the others waiting. */
const MOST_OPEN_ABROAD = 8;
/** Seconds: a domain that has gone says nothing, and its people must not stay for hours as they were. */
const LEASE_ABROAD = 1800;
/** Half of what a server takes at once, and well below what it takes for long [IMPP 13]: the rest is for messages. */
const BURST = 100;
const PER_SECOND = 30;
/** A subscription that ends this soon after it was made anew is not made anew again by itself. */
const AGAIN_AFTER = 60_000;

const UNKNOWN: Presence = { state: 'unknown' };

interface Watch {
  readonly address: string;
  /** Where it is kept: at `address`, or where that is forwarded to for now. */
  target: string;
  readonly backoff: Backoff;
  /** The last Revision seen; never falls [IMPP 7]. */
  revision: number;
  madeAt: number;
  isWanted: boolean;
  isQueued: boolean;
  /** Until when the watch vouches for what was shown last. */
  goodUntil: number | undefined;
}

/** The presence of the contacts: subscriptions, their renewals, and what the notifications say [IMPP 7]. */
export class Subscriptions {
  readonly #context: Context;
  readonly #watches = new Map<string, Watch>();
  readonly #due: Leases<Watch>;
  readonly #ends: Leases<Watch>;
  readonly #becameAvailable: (address: string) => void;
  #queue: Watch[] = [];
  #open = 0;
  /** By HOST. */
  readonly #openAt = new Map<string, number>();
  /** Requests that may go out before the next pause. */
  #room = BURST;
  #cancelPause: (() => void) | undefined;
  #isOnline = false;

  /** `becameAvailable` is told when someone appears who was not there. */
  constructor(context: Context, becameAvailable: (address: string) => void) {
    this.#context = context;
    this.#becameAvailable = becameAvailable;
    this.#due = new Leases(context.clock, (watch) => this.#enqueue(watch));
    this.#ends = new Leases(context.clock, (watch) => {
      watch.goodUntil = undefined;
      this.#show(watch, { presence: UNKNOWN });
    });
  }

  add(address: string): void {
    if (this.#watches.has(address)) return;
    const watch: Watch = {
      address,
      target: address,
      backoff: new Backoff(this.#context.random),
      revision: 0,
      madeAt: 0,
      isWanted: true,
      isQueued: false,
      goodUntil: undefined,
    };
    this.#watches.set(address, watch);
    if (this.#isOnline) this.#enqueue(watch);
  }

  /** Asks once more for a watch that was refused, has ended, or could not be had. */
  again(address: string): void {
    const watch = this.#watches.get(address);
    const state = this.#context.mirror.contact(this.#context.url, address)?.watch;
    if (watch === undefined || (state !== 'refused' && state !== 'ended' && state !== 'failed')) return;
    this.#due.delete(watch);
    this.#enqueue(watch);
  }

  remove(address: string): void {
    const watch = this.#watches.get(address);
    if (watch === undefined) return;
    watch.isWanted = false;
    this.#watches.delete(address);
    this.#due.delete(watch);
    this.#ends.delete(watch);
    this.#unsubscribe(watch.target);
  }

  /** Asks for everything anew: the answers bring the present values. */
  online(): void {
    this.#isOnline = true;
    this.#room = BURST;
    for (const watch of this.#watches.values()) this.#enqueue(watch);
  }

  /** Without a connection nobody's presence is known. */
  offline(): void {
    this.#isOnline = false;
    this.#resume();
    for (const watch of this.#queue.splice(0)) watch.isQueued = false;
    for (const watch of this.#watches.values()) {
      this.#due.delete(watch);
      this.#ends.delete(watch);
      watch.goodUntil = undefined;
      this.#show(watch, { presence: UNKNOWN });
    }
  }

  close(): void {
    this.#isOnline = false;
    this.#resume();
    this.#due.close();
    this.#ends.close();
  }

  /** CHANGE-NOTIFY. Throws `subscription-unknown` for one that nobody here wants. */
  notify(request: Request): void {
    const revision = readDecimal(request.headers, 'Revision') ?? 0;
    for (const watch of this.#watchesOf(request.headers)) {
      if (revision <= watch.revision) continue;
      watch.revision = revision;
      this.#apply(watch, request);
    }
  }

  /** TERMINATE-SUBSCRIPTION: the other side has ended it. */
  terminate(request: Request, reason: ImppError): void {
    for (const watch of this.#watchesOf(request.headers)) {
      const revision = readDecimal(request.headers, 'Revision') ?? watch.revision;
      if (revision < watch.revision) continue;
      watch.revision = revision;
      this.#terminated(watch, reason);
    }
  }

  #terminated(watch: Watch, reason: ImppError): void {
    const { clock } = this.#context;
    // However short its lease was: renewals have failed until its end, and none is due at once.
    const hasRunOut = watch.goodUntil === undefined || watch.goodUntil <= clock.now();
    this.#forget(watch);
    // It has run out unnoticed, or the other side has lost it: once, nobody needs to hear of that.
    if (reason.code === 'subscription-unknown' && (hasRunOut || clock.now() - watch.madeAt > AGAIN_AFTER)) {
      this.#enqueue(watch);
      return;
    }
    // Who asks again is sent to where they are; not in a tight loop, whatever is said there.
    if (reason.code === 'temporarily-forwarded') {
      this.#due.set(watch, clock.now() + watch.backoff.next());
      return;
    }
    this.#show(watch, {
      watch: reason.code === 'permission-denied' ? 'refused' : 'ended',
      presence: UNKNOWN,
      problem: problemOf(reason, this.#context.host),
    });
  }

  /** More than one, if somebody is forwarded to somebody else who is watched. */
  #watchesOf(headers: Headers): Watch[] {
    const origin = headers.get('Origin') ?? headers.get('From') ?? '';
    const watches = [...this.#watches.values()].filter(({ target }) => target === origin);
    if (watches.length === 0) throw new ImppError('subscription-unknown');
    return watches;
  }

  #enqueue(watch: Watch): void {
    if (watch.isQueued || !this.#isOnline) return;
    watch.isQueued = true;
    this.#queue.push(watch);
    this.#drain();
  }

  #drain(): void {
    while (this.#isOnline && this.#cancelPause === undefined && this.#open < MOST_OPEN) {
      const next = this.#queue.findIndex((watch) => this.#hasRoomFor(watch));
      const [watch] = next < 0 ? [] : this.#queue.splice(next, 1);
      if (watch === undefined) return;
      watch.isQueued = false;
      if (!watch.isWanted) continue;
      const host = hostOf(watch.address, '');
      this.#opened(host, 1);
      if (--this.#room === 0) this.#pause(1000);
      void this.#subscribe(watch).finally(() => {
        this.#opened(host, -1);
        this.#drain();
      });
    }
  }

  #opened(host: string, change: 1 | -1): void {
    this.#open += change;
    this.#openAt.set(host, (this.#openAt.get(host) ?? 0) + change);
  }

  #hasRoomFor({ address }: Watch): boolean {
    const host = hostOf(address, '');
    return host === this.#context.host || (this.#openAt.get(host) ?? 0) < MOST_OPEN_ABROAD;
  }

  /** Subscribes, and where the contact is elsewhere for now, subscribes there [IMPP 11]. */
  async #follow(watch: Watch): Promise<Response> {
    let target = watch.address;
    for (let hops = 0; ; hops++) {
      try {
        const isAbroad = hostOf(target, '') !== this.#context.host;
        const response = await this.#context
          .connection()
          .request('SUBSCRIBE', [
            ['Target', target],
            ...(isAbroad ? ([['Lease-Time', String(LEASE_ABROAD)]] as const) : []),
          ]);
        this.#keptAt(watch, target);
        return response;
      } catch (error) {
        const location =
          error instanceof ImppError && error.code === 'temporarily-forwarded' && error.data.location;
        // Whoever is sent back to oneself is nowhere to be watched.
        if (typeof location !== 'string' || hops === MOST_FORWARDS) throw error;
        target = parseUrl(location).url;
        if (target === this.#context.url) throw error;
      }
    }
  }

  /** Each renewal begins at the address: a forward may have ended, or lead elsewhere by now. */
  #keptAt(watch: Watch, target: string): void {
    const former = watch.target;
    if (former === target || !watch.isWanted) return;
    // Revisions are of each presentity.
    watch.revision = 0;
    watch.target = target;
    if (former !== watch.address) this.#unsubscribe(former);
  }

  /** Unless it is watched for somebody else as well. */
  #unsubscribe(target: string): void {
    if (!this.#isOnline) return;
    for (const other of this.#watches.values()) if (other.target === target) return;
    this.#context
      .connection()
      .request('UNSUBSCRIBE', [['Target', target]])
      .catch((error: unknown) => this.#context.log('unsubscribe failed', { error: String(error) }));
  }

  async #subscribe(watch: Watch): Promise<void> {
    try {
      const response = await this.#follow(watch);
      if (watch.isWanted) this.#subscribed(watch, response);
    } catch (error) {
      if (watch.isWanted && this.#isOnline) this.#failed(watch, error);
    }
  }

  #subscribed(watch: Watch, response: Response): void {
    const { clock, random } = this.#context;
    const granted = readLease(response.headers);
    const seconds = granted === undefined || granted === 'infinity' ? 3600 : Math.max(granted, 1);
    watch.backoff.reset();
    watch.madeAt = clock.now();
    watch.goodUntil = clock.now() + seconds * 1000;
    this.#due.set(watch, clock.now() + renewalAfter(seconds, random));
    this.#ends.set(watch, watch.goodUntil);
    const revision = readDecimal(response.headers, 'Revision') ?? 0;
    if (revision >= watch.revision) {
      watch.revision = revision;
      this.#apply(watch, response);
      return;
    }
    // A notification overtook the answer: what it said is newer, and vouched for a little longer.
    const shown = this.#context.mirror.contact(this.#context.url, watch.address)?.presence ?? UNKNOWN;
    this.#show(watch, { presence: { ...shown, goodUntil: watch.goodUntil } });
  }

  #apply(watch: Watch, { headers, body }: Request | Response): void {
    const state = headers.get('Subscription-State');
    if (state === 'pending') {
      this.#show(watch, { watch: 'asked', presence: UNKNOWN, problem: undefined });
      return;
    }
    const presence = readPresenceObject(headers.get('Content-Type'), body, watch.target);
    const { goodUntil } = watch;
    this.#show(watch, {
      watch: 'active',
      presence: goodUntil === undefined ? presence : { ...presence, goodUntil },
      problem: undefined,
    });
  }

  #failed(watch: Watch, error: unknown): void {
    const { clock, mirror, url, host } = this.#context;
    if (!(error instanceof ImppError)) throw error;
    if (error.code === 'closed' || error.code === 'unreachable') return;
    const wanted = (error.data.retryAfter ?? 0) * 1000;
    const domain = hostOf(watch.address, host);
    if (error.code === 'too-many-requests' && domain === host) {
      // Ours is the fault, and it concerns all: nothing is said of this contact.
      this.#pause(Math.max(wanted, 1000));
      this.#enqueue(watch);
      return;
    }
    const isRefused = error.code === 'permission-denied';
    const isStillGood = watch.goodUntil !== undefined && watch.goodUntil > clock.now();
    if (error.retry !== 'never') this.#due.set(watch, clock.now() + watch.backoff.next(wanted));
    // A renewal that failed leaves what is known, until it ends.
    if (error.retry !== 'never' && isStillGood) return;
    if (error.retry === 'never') this.#forget(watch);
    if (mirror.contact(url, watch.address) === undefined) return;
    this.#show(watch, {
      watch: isRefused ? 'refused' : 'failed',
      presence: UNKNOWN,
      problem: problemOf(error, domain),
    });
  }

  #forget(watch: Watch): void {
    this.#due.delete(watch);
    this.#ends.delete(watch);
    watch.goodUntil = undefined;
  }

  #pause(delay: number): void {
    this.#cancelPause ??= this.#context.clock.after(delay, () => {
      this.#cancelPause = undefined;
      this.#room = PER_SECOND;
      this.#drain();
    });
  }

  #resume(): void {
    this.#cancelPause?.();
    this.#cancelPause = undefined;
  }

  #show(watch: Watch, patch: Patch<Contact>): void {
    const { mirror, url } = this.#context;
    const before = mirror.contact(url, watch.address)?.presence.state;
    mirror.patchContact(url, watch.address, patch);
    const after = patch.presence?.state;
    const isThere = after !== undefined && after !== 'offline' && after !== 'unknown';
    if (isThere && (before === 'offline' || before === 'unknown')) this.#becameAvailable(watch.address);
  }
}
