import { ImppError } from '../../shared/errors.ts';
import { readDecimal } from '../../shared/impp/headers.ts';
import { Backoff } from '../connection/backoff.ts';
import type { Pairs } from '../connection/connection.ts';
import type { Range } from '../store/conversations/gaps.ts';
import type { Context } from '../account/context.ts';

/** The most that GET-INBOX gives at a time [IMPP 8]. */
export const PAGE = 200;
/** What this device has sent stands in its own log and is not pushed to it: asked for soon after. Milliseconds. */
const OWN_AFTER = 2000;
/** How long what was missed waits for what has been read elsewhere. Milliseconds. */
const READY_WITHIN = 2000;
/** Between two pages that nobody waits for. Milliseconds. */
const PAUSE = 100;

/** Where the log of the inbox is, as ATTACH says. */
export interface Bounds {
  readonly inboxFirst: number;
  readonly inboxLast: number;
}

/** Someone who looks at a part of the log that is not here. */
interface Wanted extends Range {
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Fills the gaps: parts of the inbox log that this device has not seen, because it is new, was away, or sent them
 * itself. The newest page first; then what somebody looks at; then the rest, newest first, a page at a time.
 */
export class History {
  readonly #context: Context;
  readonly #settled: () => Promise<void>;
  readonly #backoff: Backoff;
  #gaps: readonly Range[] = [];
  readonly #wanted = new Set<Wanted>();
  #isOnline = false;
  #isRunning = false;
  /** How many entries at the end of the log are asked for, seen or not. */
  #tail = 0;
  #lowest = Infinity;
  #highest = 0;
  /** How many messages the domain took from here since the end of the log was asked for. */
  #sentCount = 0;
  #cancelBegin = (): void => {};
  #cancelOwn: (() => void) | undefined;
  #cancelPause: (() => void) | undefined;

  /** `settled` resolves when all entries that came are on disk. */
  constructor(context: Context, settled: () => Promise<void>) {
    this.#context = context;
    this.#settled = settled;
    this.#backoff = new Backoff(context.random);
  }

  /** What is not here, as of the last look; lowest first. */
  get gaps(): readonly Range[] {
    return this.#gaps;
  }

  /** Whether the domain can be asked. */
  get isOnline(): boolean {
    return this.#isOnline;
  }

  async load(): Promise<void> {
    const { store, key } = this.#context;
    this.#gaps = await store.call('listGaps', key);
  }

  /** `ready`: what has to be known before; for a while at most. Throws what the store throws. */
  async online(
    { inboxFirst, inboxLast }: Bounds,
    position: number,
    ready: Promise<unknown> = Promise.resolve(),
  ): Promise<void> {
    const { store, key, clock, log } = this.#context;
    this.#isOnline = true;
    if (inboxFirst > position + 1) await store.call('leapInbox', key, inboxFirst - 1);
    const losses = await store.call('loseBelow', key, inboxFirst, clock.now());
    for (const loss of losses) log('the domain no longer keeps some messages', { ...loss });
    this.#gaps = await store.call('listGaps', key);
    const begun = Promise.withResolvers<void>();
    const begin = (): void => begun.resolve();
    this.#cancelBegin = clock.after(READY_WITHIN, begin);
    ready.then(begin, begin);
    await begun.promise;
    this.#cancelBegin();
    if (!this.#isOnline) return;
    // The newest first, whatever else there is to do; what they leave out becomes a gap as they come.
    this.#tail = Math.min(PAGE, Math.max(this.#tail, inboxLast - position));
    this.#run();
  }

  offline(): void {
    this.#isOnline = false;
    this.#cancelBegin();
    this.#tail = 0;
    this.#cancelOwn?.();
    this.#cancelOwn = undefined;
    this.#resume();
    for (const { done } of this.#wanted) done.resolve();
    this.#wanted.clear();
  }

  /** An entry has come that was asked for. */
  arrived(sequence: number): void {
    this.#lowest = Math.min(this.#lowest, sequence);
    this.#highest = Math.max(this.#highest, sequence);
  }

  /** What comes has left something out. */
  skipped(): void {
    this.#look().catch((error: unknown) => this.#failed(error));
  }

  /** The domain has taken something from here: it stands at the end of the log. */
  sent(): void {
    this.#sentCount++;
    if (!this.#isOnline) return;
    this.#cancelOwn ??= this.#context.clock.after(OWN_AFTER, () => {
      this.#cancelOwn = undefined;
      this.#tail = Math.min(PAGE, Math.max(this.#tail, this.#sentCount));
      this.#sentCount = 0;
      this.#run();
    });
  }
  /** Resolves when nothing of the range is missing any more, or when the domain cannot be asked. */
  async complete(range: Range): Promise<void> {
    if (!this.#isOnline || this.#gapIn(range) === undefined) return;
    const wanted = { ...range, done: Promise.withResolvers<void>() };
    this.#wanted.add(wanted);
    this.#resume();
    this.#run();
    await wanted.done.promise;
  }

  /** The highest gap of which some is in the range. */
  #gapIn({ first, last }: Range): Range | undefined {
    return this.#gaps.findLast((gap) => gap.first <= last && gap.last >= first);
  }

  async #look(): Promise<void> {
    const { store, key } = this.#context;
    this.#gaps = await store.call('listGaps', key);
    this.#run();
  }

  #run(): void {
    if (this.#isRunning || this.#cancelPause !== undefined || !this.#isOnline) return;
    this.#isRunning = true;
    this.#next().then(
      (delay) => {
        this.#isRunning = false;
        this.#backoff.reset();
        if (delay !== undefined) this.#pause(delay);
      },
      (error: unknown) => {
        this.#isRunning = false;
        this.#failed(error);
      },
    );
  }

  /** Asks for one page; gives how long to wait with the next, or undefined where nothing is missing. */
  async #next(): Promise<number | undefined> {
    if (this.#tail > 0) {
      const limit = this.#tail;
      this.#tail = 0;
      try {
        await this.#page(undefined, limit);
      } catch (error) {
        // It is still to be done, with what was wanted meanwhile.
        this.#tail = Math.max(this.#tail, limit);
        throw error;
      }
    } else {
      const wanted = this.#nextWanted();
      const gap = wanted === undefined ? this.#gaps.at(-1) : this.#gapIn(wanted);
      if (gap === undefined) return undefined;
      const before = Math.min(gap.last, wanted?.last ?? gap.last) + 1;
      await this.#page(before, Math.min(PAGE, before - gap.first));
    }
    this.#tellDone();
    const isAwaited = this.#tail > 0 || this.#wanted.size > 0;
    return isAwaited ? 0 : this.#gaps.length > 0 ? PAUSE : undefined;
  }

  #nextWanted(): Wanted | undefined {
    this.#tellDone();
    for (const wanted of this.#wanted) return wanted;
    return undefined;
  }

  #tellDone(): void {
    for (const wanted of this.#wanted) {
      if (this.#gapIn(wanted) !== undefined) continue;
      this.#wanted.delete(wanted);
      wanted.done.resolve();
    }
  }

  async #page(before: number | undefined, limit: number): Promise<void> {
    const { store, key } = this.#context;
    this.#lowest = Infinity;
    this.#highest = 0;
    const headers: Pairs = [
      ...(before === undefined ? [] : [['Before', String(before)] as const]),
      ['Limit', String(limit)],
    ];
    const answer = await this.#context.connection().request('GET-INBOX', headers);
    await this.#settled();
    const count = readDecimal(answer.headers, 'Count') ?? 0;
    if (count >= limit && this.#highest === 0) {
      throw new ImppError('protocol-violation', 'a page of the inbox without what it counts');
    }
    const last = before === undefined ? this.#highest : before - 1;
    // Numbers between those that came are gone; a page that is not full ends where the log begins.
    const first = count < limit ? 1 : this.#lowest;
    if (first <= last) await store.call('fillGap', key, { first, last });
    this.#gaps = await store.call('listGaps', key);
  }

  #failed(error: unknown): void {
    this.#context.log('a part of the inbox was not fetched', { error: String(error) });
    const isWorthIt = !(error instanceof ImppError) || error.retry !== 'never';
    if (!this.#isOnline || !isWorthIt) return;
    this.#resume();
    this.#pause(this.#backoff.next(error instanceof ImppError ? (error.data.retryAfter ?? 0) * 1000 : 0));
  }

  #pause(delay: number): void {
    if (delay === 0) return this.#run();
    this.#cancelPause ??= this.#context.clock.after(delay, () => {
      this.#cancelPause = undefined;
      this.#run();
    });
  }

  #resume(): void {
    this.#cancelPause?.();
    this.#cancelPause = undefined;
  }
}
