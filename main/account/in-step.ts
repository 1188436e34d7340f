import { ImppError } from '../../shared/errors.ts';
import { Backoff } from '../connection/backoff.ts';
import type { Context } from './context.ts';
import type { Followed } from './followed.ts';
import { formatRules, type Grouped, type RuleBook } from './rules-document.ts';

/** The contact list, as far as rules for groups go. */
export interface Members {
  /** Whether it is what the domain has. */
  readonly isFresh: boolean;
  all(): Iterable<Grouped>;
}

const isSame = (one: RuleBook, other: RuleBook): boolean => {
  const [a, b] = [formatRules(one), formatRules(other)];
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
};

/**
 * Keeps what is written for the people of groups as the contact list and the time have it. Every device of the
 * account does, and writes the same: whoever comes second finds nothing to change. Nothing is written because another
 * device wrote something, so that two that do not agree, on the time for instance, do not go on for ever.
 */
export class InStep {
  readonly #context: Context;
  readonly #followed: Followed<RuleBook>;
  readonly #members: Members;
  readonly #settled: (book: RuleBook) => RuleBook;
  readonly #told: (failure: ImppError | undefined) => void;
  readonly #backoff: Backoff;
  #hasBegun = false;
  #isWriting = false;
  /** What was written last cannot be: then any new rules may be better ones. */
  #hasFailed = false;
  /** Something has changed since it was last looked whether there is anything to write. */
  #isStale = false;
  #cancelEnd = (): void => {};
  #cancelRetry = (): void => {};

  /** `told` hears of what will not be written however often it is tried, and with undefined that it is. */
  constructor(
    context: Context,
    followed: Followed<RuleBook>,
    members: Members,
    settled: (book: RuleBook) => RuleBook,
    told: (failure: ImppError | undefined) => void,
  ) {
    this.#context = context;
    this.#followed = followed;
    this.#members = members;
    this.#settled = settled;
    this.#told = told;
    this.#backoff = new Backoff(context.random);
  }

  /** The rules are others. */
  rulesChanged(): void {
    if (!this.#hasBegun || this.#hasFailed) this.look();
    this.#awaitEnd();
  }

  /** Writes them where the contact list or the time wants it; an old list or old rules are no reason to. */
  look(): void {
    const { value, isFresh } = this.#followed;
    if (value === undefined || !isFresh || !this.#members.isFresh) return;
    this.#hasBegun = true;
    if (value.groups.length === 0) {
      this.#ended(undefined);
      return;
    }
    this.#isStale = true;
    if (!this.#isWriting) void this.#write();
  }

  offline(): void {
    this.#hasBegun = false;
    this.#cancelEnd();
    this.#cancelRetry();
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    this.#cancelRetry();
    try {
      while (this.#isStale && this.#isBehind) {
        this.#isStale = false;
        // What changes meanwhile is one more turn after this one.
        // oxlint-disable-next-line no-await-in-loop
        await this.#followed.change((book) => {
          const next = this.#settled(book);
          return isSame(next, book) ? undefined : next;
        });
      }
      this.#backoff.reset();
      this.#ended(undefined);
    } catch (error) {
      this.#context.log('rules for groups were not written', { error: String(error) });
      if (!(error instanceof ImppError) || !this.#hasBegun) return;
      if (error.retry === 'never') {
        this.#ended(error);
      } else {
        this.#cancelRetry = this.#context.clock.after(this.#backoff.next(), () => this.look());
      }
    } finally {
      this.#isWriting = false;
    }
  }

  #ended(failure: ImppError | undefined): void {
    this.#hasFailed = failure !== undefined;
    this.#told(failure);
  }

  get #isBehind(): boolean {
    const { value, isFresh } = this.#followed;
    if (value === undefined || !isFresh || !this.#members.isFresh) return false;
    return !isSame(this.#settled(value), value);
  }

  /** Who has had a rule for a time belongs to the groups again when it is over. */
  #awaitEnd(): void {
    this.#cancelEnd();
    const { value } = this.#followed;
    if (value === undefined || value.groups.length === 0 || !this.#hasBegun) return;
    const { clock } = this.#context;
    const now = clock.now();
    // What a group says for a shorter time than others say is written without its end.
    const ends = [value.written.nextEnd(now), ...value.groups.map(({ until }) => until)].flatMap((end) =>
      end !== undefined && end > now ? [end] : [],
    );
    if (ends.length === 0) return;
    this.#cancelEnd = clock.after(Math.min(...ends) - now, () => {
      this.look();
      this.#awaitEnd();
    });
  }
}
