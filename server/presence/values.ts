import { composeMultipart } from './compose.ts';

/** A MIME object: its Content-Type and its octets, which nobody changes. */
export interface PresenceObject {
  readonly type: string;
  readonly body: Uint8Array;
}

/** An object with the revision (microseconds) at which it came to be shown. */
export interface Shown extends PresenceObject {
  readonly changedAt: number;
}

/** What one device of one principal has published under a view, until its lease ends. */
export interface LeasedValue extends PresenceObject {
  readonly user: string;
  readonly publisher: string;
  readonly device: string;
  readonly view: string;
  readonly changedAt: number;
  /** Milliseconds. */
  readonly expiresAt: number;
}

export const isSameObject = (one: PresenceObject, other: PresenceObject): boolean =>
  one.type === other.type && Buffer.compare(one.body, other.body) === 0;

/**
 * What one view shows [IMPP 7]: the leased objects if there is any, else the permanent one, else the minimal
 * CLOSED document. It is put together once for each change and shared by reference, so that five hundred
 * watchers cost five hundred small heads and one body.
 */
export class View {
  readonly name: string;
  readonly #closed: PresenceObject;
  readonly #limit: number;
  readonly #leased = new Map<string, LeasedValue>();
  #permanent: PresenceObject | undefined;
  #changedAt = 0;
  #permanentChangedAt = 0;
  #shown: Shown | undefined;

  /** `limit`: octets that the composition may have. */
  constructor(name: string, closed: PresenceObject, limit: number) {
    this.name = name;
    this.#closed = closed;
    this.#limit = limit;
  }

  get shown(): Shown {
    this.#shown ??= { ...this.#compose(), changedAt: this.#changedAt };
    return this.#shown;
  }

  /** The permanent value, else the minimal CLOSED document: all that `pretend` ever shows [IMPP 9]. */
  get pretended(): Shown {
    return { ...(this.#permanent ?? this.#closed), changedAt: this.#permanentChangedAt };
  }

  get permanent(): PresenceObject | undefined {
    return this.#permanent;
  }

  /** The revision at which what is shown, and for the view of pretence the permanent value, last changed. */
  get changedAt(): number {
    return this.#changedAt;
  }

  get permanentChangedAt(): number {
    return this.#permanentChangedAt;
  }

  get leased(): Iterable<LeasedValue> {
    return this.#leased.values();
  }

  get isEmpty(): boolean {
    return this.#leased.size === 0 && this.#permanent === undefined;
  }

  find(publisher: string, device: string): LeasedValue | undefined {
    return this.#leased.get(keyOf(publisher, device));
  }

  /**
   * Puts an object in the place of the publisher's former one, if there is one. `revise` gives the revision of
   * the change, if it is one: the octets that are shown already, whether refreshed or permanent until now, do
   * not reorder or count.
   */
  put(draft: Omit<LeasedValue, 'changedAt'>, revise: () => number): LeasedValue {
    const former = this.find(draft.publisher, draft.device);
    let changedAt: number;
    if (former && isSameObject(former, draft)) changedAt = former.changedAt;
    else if (this.#leased.size === 0 && isSameObject(this.shown, draft)) changedAt = this.#changedAt;
    else changedAt = revise();
    const value = { ...draft, changedAt };
    this.#alter(changedAt, () => this.#leased.set(keyOf(value.publisher, value.device), value));
    return value;
  }

  /** Takes the value out, as of `revision`. */
  withdraw(value: LeasedValue, revision: number): void {
    this.#alter(revision, () => this.#leased.delete(keyOf(value.publisher, value.device)));
  }

  setPermanent(object: PresenceObject | undefined, revision: number): void {
    const former = this.pretended;
    this.#alter(revision, () => {
      this.#permanent = object;
    });
    if (!isSameObject(former, this.pretended)) this.#permanentChangedAt = revision;
  }

  restoreLeased(value: LeasedValue): void {
    this.#leased.set(keyOf(value.publisher, value.device), value);
    this.#changedAt = Math.max(this.#changedAt, value.changedAt);
    this.#shown = undefined;
  }

  /** What storage kept: the permanent value, and when it last changed. */
  restorePermanent(permanent: PresenceObject | undefined, changedAt: number): void {
    this.#permanent = permanent;
    this.#permanentChangedAt = changedAt;
    this.#shown = undefined;
  }

  /** When what is shown last changed, which no object may carry. */
  restoreChange(changedAt: number): void {
    this.#changedAt = Math.max(this.#changedAt, changedAt);
    this.#shown = undefined;
  }

  #alter(revision: number, alter: () => void): void {
    const former = this.shown;
    alter();
    const next = this.#compose();
    if (!isSameObject(former, next)) this.#changedAt = Math.max(this.#changedAt, revision);
    this.#shown = { ...next, changedAt: this.#changedAt };
  }

  #compose(): PresenceObject {
    const [only, ...others] = this.#leased.values();
    if (only === undefined) return this.#permanent ?? this.#closed;
    if (others.length === 0) return { type: only.type, body: only.body };
    const latestFirst = [only, ...others].sort((one, other) => other.changedAt - one.changedAt);
    return composeMultipart(latestFirst, this.#limit);
  }
}

// A Device is a token and a URL has no spaces.
const keyOf = (publisher: string, device: string): string => `${device} ${publisher}`;
