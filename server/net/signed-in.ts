import { ImppError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Config } from '../config.ts';
import type { Session, Who } from './session.ts';
import { TokenBucket } from './throttle.ts';

interface Entry {
  readonly sessions: Set<Session>;
  readonly bucket: TokenBucket;
}

/** Entries without a session are looked through when there are so many more of them than at the last look. */
const STEP = 1024;

/** The connections of each account, attached or not, and what they may ask together [IMPP 13]. */
export class SignedIn {
  readonly #clock: Clock;
  readonly #limits: Config['limits'];
  readonly #entries = new Map<string, Entry>();
  #left = 0;

  constructor(clock: Clock, limits: Config['limits']) {
    this.#clock = clock;
    this.#limits = limits;
  }

  ofUser(user: string): ReadonlySet<Session> {
    return this.#entries.get(user)?.sessions ?? NONE;
  }

  /** @throws too-many-requests */
  add(who: Who, session: Session): void {
    let entry = this.#entries.get(who.user);
    if (entry === undefined) {
      const { requestsPerSecond, requestBurst } = this.#limits;
      entry = {
        sessions: new Set(),
        bucket: new TokenBucket(requestsPerSecond, requestBurst, this.#clock.now()),
      };
      this.#entries.set(who.user, entry);
    }
    if (entry.sessions.size >= this.#limits.connections) {
      throw new ImppError('too-many-requests', 'the account has too many connections', {
        data: { retryAfter: 60 },
      });
    }
    entry.sessions.add(session);
  }

  remove(who: Who, session: Session): void {
    const entry = this.#entries.get(who.user);
    if (entry === undefined) return;
    entry.sessions.delete(session);
    // The bucket outlives the last connection until it is full: else a new connection would be a new allowance.
    if (entry.sessions.size === 0 && ++this.#left >= STEP) this.#tidy();
  }

  /** @throws too-many-requests */
  takeToken(who: Who): void {
    const wait = this.#entries.get(who.user)?.bucket.take(this.#clock.now()) ?? 0;
    if (wait === 0) return;
    throw new ImppError('too-many-requests', 'the account asks too much', {
      data: { retryAfter: Math.ceil(wait / 1000) },
    });
  }

  #tidy(): void {
    this.#left = 0;
    const now = this.#clock.now();
    for (const [user, { sessions, bucket }] of this.#entries) {
      if (sessions.size === 0 && bucket.isFull(now)) this.#entries.delete(user);
    }
  }
}

const NONE: ReadonlySet<Session> = new Set();
