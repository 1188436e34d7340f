import { ImppError } from '../../shared/errors.ts';
import type { Headers } from '../../shared/impp/headers.ts';
import { readDecimal, readLease } from '../../shared/impp/headers.ts';
import { Leases } from '../../shared/impp/lease.ts';
import type { Request, Response } from '../../shared/impp/message.ts';
import type { Contact, Presence } from '../../shared/model.ts';
import { Backoff } from '../connection/backoff.ts';
import { problemOf } from '../problem.ts';
import type { Patch } from '../state.ts';
import type { Context } from './context.ts';
import { renewalAfter } from './lease-time.ts';
import { readPresenceObject } from './presence-object.ts';

/** Requests at a time: a long list must not stand in the way of a message that is being sent. */
const MOST_OPEN = 24;
/** Half of what a server takes at once, and well below what it takes for long [IMPP 13]: the rest is for messages. */
const BURST = 100;
const PER_SECOND = 30;
/** A subscription that ends this soon after it was made anew is not made anew again by itself. */
const AGAIN_AFTER = 60_000;

const UNKNOWN: Presence = { state: 'unknown' };

interface Watch {
  readonly address: string;
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
    if (!this.#isOnline) return;
    this.#context
      .connection()
      .request('UNSUBSCRIBE', [['Target', address]])
      .catch((error: unknown) => this.#context.log('unsubscribe failed', { error: String(error) }));
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
    const watch = this.#watchOf(request.headers);
    const revision = readDecimal(request.headers, 'Revision') ?? 0;
    if (revision <= watch.revision) return;
    watch.revision = revision;
    this.#apply(watch, request);
  }

  /** TERMINATE-SUBSCRIPTION: the other side has ended it. */
  terminate(request: Request, reason: ImppError): void {
    const watch = this.#watchOf(request.headers);
    const revision = readDecimal(request.headers, 'Revision') ?? watch.revision;
    if (revision < watch.revision) return;
    watch.revision = revision;
    this.#forget(watch);
    // It has run out unnoticed, or the other side has lost it: once, nobody needs to hear of that.
    if (reason.code === 'subscription-unknown' && this.#context.clock.now() - watch.madeAt > AGAIN_AFTER) {
      this.#enqueue(watch);
      return;
    }
    this.#show(watch, {
      watch: reason.code === 'permission-denied' ? 'refused' : 'ended',
      presence: UNKNOWN,
      problem: problemOf(reason, this.#context.host),
    });
  }

  #watchOf(headers: Headers): Watch {
    const watch = this.#watches.get(headers.get('Origin') ?? headers.get('From') ?? '');
    if (watch === undefined) throw new ImppError('subscription-unknown');
    return watch;
  }

  #enqueue(watch: Watch): void {
    if (watch.isQueued || !this.#isOnline) return;
    watch.isQueued = true;
    this.#queue.push(watch);
    this.#drain();
  }

  #drain(): void {
    while (this.#isOnline && this.#cancelPause === undefined && this.#open < MOST_OPEN) {
      const watch = this.#queue.shift();
      if (watch === undefined) return;
      watch.isQueued = false;
      if (!watch.isWanted) continue;
      this.#open++;
      if (--this.#room === 0) this.#pause(1000);
      void this.#subscribe(watch).finally(() => {
        this.#open--;
        this.#drain();
      });
    }
  }

  async #subscribe(watch: Watch): Promise<void> {
    try {
      const response = await this.#context.connection().request('SUBSCRIBE', [['Target', watch.address]]);
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
    const presence = readPresenceObject(headers.get('Content-Type'), body, watch.address);
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
    if (error.code === 'too-many-requests') {
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
    const domain = hostOf(watch.address) ?? host;
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

const hostOf = (url: string): string | undefined => /^impp:\/\/([^/]+)\//.exec(url)?.[1];
