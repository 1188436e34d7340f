import { ImppError } from '../../shared/errors.ts';
import { readLease } from '../../shared/impp/headers.ts';
import { Backoff } from '../connection/backoff.ts';
import type { Pairs } from '../connection/connection.ts';
import type { Context } from './context.ts';
import { renewalAfter } from './lease-time.ts';

/** What one view is to hold. */
export interface Publication {
  readonly view: string;
  /** Under a lease; undefined: nothing. */
  readonly object: Uint8Array | undefined;
  /** For when nobody is signed in; undefined: nothing. */
  readonly permanent: Uint8Array | undefined;
  /** There was one whose time is over: any device of the account may have published it. */
  readonly wasPermanent?: boolean;
}

export interface Publications {
  readonly views: readonly Publication[];
  /** Whether that is all: then what else was published is taken back. */
  readonly isComplete: boolean;
}

interface Sent {
  readonly object: Uint8Array | undefined;
  /** Why the domain does not take it: it is not asked again for the same. */
  readonly refusal?: ImppError;
}

const isSame = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one === undefined || other === undefined
    ? one === other
    : one.length === other.length && one.every((octet, index) => octet === other[index]);

/** The views for which there may be a permanent value at the domain: who forgets one could never take it back. */
const PERMANENT = 'permanent-views';

/**
 * Publishes what every view is to show, and keeps it published for as long as the app is there [IMPP 7]. All
 * leases are renewed together.
 */
export class Publisher {
  readonly #context: Context;
  readonly #wanted: () => Publications;
  readonly #backoff: Backoff;
  /** On this connection. */
  #leased = new Map<string, Sent>();
  #permanent = new Map<string, Sent>();
  #maybePermanent: Set<string> | undefined;
  /** Seconds: the shortest lease that was granted. */
  #lease: number | undefined;
  #isOnline = false;
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<void> | undefined;
  #isNextWhole = false;
  #cancelTimer: (() => void) | undefined;

  /** `wanted` is asked whenever something is to be published. */
  constructor(context: Context, wanted: () => Publications) {
    this.#context = context;
    this.#wanted = wanted;
    this.#backoff = new Backoff(context.random);
  }

  online(): void {
    this.#isOnline = true;
    this.#leased = new Map();
    this.#permanent = new Map();
    this.#lease = undefined;
    this.#again();
  }

  offline(): void {
    this.#isOnline = false;
    this.#stopTimer();
  }

  /**
   * Resolves when nothing is on its way any more, or after `within` milliseconds: what a goodbye overtakes would
   * stay published until its lease ends.
   */
  settled(within: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#context.clock.after(within, resolve);
      void this.#last.then(() => {
        cancel();
        resolve();
      });
    });
  }

  /**
   * Publishes what has changed. Resolves when the domain has it, or at once without a connection: then it is
   * published on the next.
   */
  refresh(): Promise<void> {
    if (!this.#isOnline) return Promise.resolve();
    // What is asked for while something is on its way is one more turn after it.
    this.#next ??= this.#inTurn();
    return this.#next;
  }

  #inTurn(): Promise<void> {
    const turn = this.#last.then(async () => {
      this.#next = undefined;
      const isWhole = this.#isNextWhole;
      this.#isNextWhole = false;
      if (this.#isOnline) await this.#publish(isWhole);
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Publishes everything anew; what fails is tried again later as long as that may help. */
  #again(): void {
    this.#stopTimer();
    this.#isNextWhole = true;
    this.refresh().catch((error: unknown) =>
      this.#context.log('presence was not published', { error: String(error) }),
    );
  }

  async #publish(isWhole: boolean): Promise<void> {
    const { views, isComplete } = this.#wanted();
    await this.#notePermanent(views);
    if (!this.#isOnline) return;
    const tasks = views.flatMap((publication) => this.#tasksFor(publication, isWhole));
    if (isComplete) tasks.push(...this.#tasksAgainst(views));
    const outcomes = await Promise.allSettled(tasks);
    this.#plan(
      outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : [])),
    );
  }

  /** Takes back what was published and is wanted no more, such as the view of a rule that has gone. */
  #tasksAgainst(views: readonly Publication[]): Promise<void>[] {
    const wanted = new Map(views.map((publication) => [publication.view, publication]));
    const leased = [...this.#leased].filter(
      ([view, { object }]) => object !== undefined && !wanted.has(view),
    );
    const permanent = [...(this.#maybePermanent ?? [])].filter(
      (view) => wanted.get(view)?.permanent === undefined && this.#permanent.get(view)?.refusal === undefined,
    );
    return [
      ...leased.map(([view]) => this.#send(this.#leased, view, '0', undefined)),
      ...permanent.map((view) => this.#withdrawPermanent(view)),
    ];
  }

  #tasksFor({ view, object, permanent }: Publication, isWhole: boolean): Promise<void>[] {
    const tasks: Promise<void>[] = [];
    const leased = this.#leased.get(view);
    const isNew = leased === undefined || !isSame(leased.object, object);
    if (isNew || (isWhole && object !== undefined && leased.refusal === undefined)) {
      tasks.push(this.#send(this.#leased, view, object === undefined ? '0' : undefined, object));
    }
    if (permanent === undefined) return tasks;
    const known = this.#permanent.get(view);
    if (known === undefined || !isSame(known.object, permanent)) {
      tasks.push(this.#send(this.#permanent, view, 'infinity', permanent));
    }
    return tasks;
  }

  async #send(
    known: Map<string, Sent>,
    view: string,
    lease: string | undefined,
    object: Uint8Array | undefined,
  ): Promise<void> {
    const headers: Pairs = [
      ['Target', this.#context.url],
      ...(view === 'default' ? [] : [['View', view] as const]),
      ...(lease === undefined ? [] : [['Lease-Time', lease] as const]),
      ...(object === undefined ? [] : [['Content-Type', 'application/presence'] as const]),
    ];
    known.delete(view);
    try {
      const response = await this.#context.connection().request('CHANGE', headers, object);
      known.set(view, { object });
      const granted = readLease(response.headers);
      if (lease === undefined && typeof granted === 'number') {
        this.#lease = Math.min(this.#lease ?? Number.POSITIVE_INFINITY, Math.max(granted, 1));
      }
    } catch (error) {
      if (error instanceof ImppError && error.retry === 'never') known.set(view, { object, refusal: error });
      throw error;
    }
  }

  /** Remembers, before it can be there, what may have to be taken back one day. */
  async #notePermanent(wanted: readonly Publication[]): Promise<void> {
    const { store, key } = this.#context;
    if (this.#maybePermanent === undefined) {
      const kept = await store.call('getAccountValue', key, PERMANENT);
      this.#maybePermanent = new Set(kept === undefined ? [] : new TextDecoder().decode(kept).split(' '));
    }
    const before = this.#maybePermanent.size;
    for (const { view, permanent, wasPermanent = false } of wanted) {
      const isToGo = wasPermanent && !this.#permanent.has(view);
      if (permanent !== undefined || isToGo) this.#maybePermanent.add(view);
    }
    if (this.#maybePermanent.size > before) await this.#keepPermanent();
  }

  async #withdrawPermanent(view: string): Promise<void> {
    await this.#send(this.#permanent, view, 'infinity', undefined);
    this.#maybePermanent?.delete(view);
    await this.#keepPermanent();
  }

  async #keepPermanent(): Promise<void> {
    const { store, key } = this.#context;
    const views = [...(this.#maybePermanent ?? [])];
    // Views are tokens: no space is in them.
    const value = views.length === 0 ? undefined : new TextEncoder().encode(views.join(' '));
    await store.call('setAccountValue', key, PERMANENT, value);
  }

  /** Decides when to publish next, and tells the first failure. */
  #plan(errors: readonly unknown[]): void {
    if (!this.#isOnline) return;
    const later = errors.filter((error) => error instanceof ImppError && error.retry !== 'never');
    if (later.length > 0) {
      const wanted = Math.max(...later.map((error) => ((error as ImppError).data.retryAfter ?? 0) * 1000));
      this.#stopTimer();
      this.#cancelTimer = this.#context.clock.after(this.#backoff.next(wanted), () => this.#again());
    } else {
      this.#backoff.reset();
      const isHeld = [...this.#leased.values()].some(
        ({ object, refusal }) => object !== undefined && refusal === undefined,
      );
      if (!isHeld) this.#stopTimer();
      else
        this.#cancelTimer ??= this.#context.clock.after(
          renewalAfter(this.#lease ?? 120, this.#context.random),
          () => this.#again(),
        );
    }
    if (errors.length > 0) throw errors[0];
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
