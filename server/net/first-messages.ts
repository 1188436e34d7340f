import type { Clock } from '../../shared/clock.ts';
import { ImppError } from '../../shared/errors.ts';
import { explain, type Principal } from '../../shared/impp/access-rules.ts';
import { parseUrl } from '../../shared/impp/address.ts';
import type { Account } from '../domain.ts';
import { Attempts } from './throttle.ts';

const HOUR = 3_600_000;
/** Pairs of people that are remembered: the first go when there are more. */
const PAIRS = 100_000;

interface Options {
  readonly clock: Clock;
  /** Of strangers of one domain, to all of ours together, in an hour. */
  readonly ofDomain: number;
  /** Of strangers, to one of ours, in an hour. */
  readonly toInbox: number;
  /** Whether a device of the account watches that URL. */
  readonly watches: (account: Account, url: string) => boolean;
}

/**
 * First messages of strangers, who are the whole of a spammer's business and a rare event for anybody else. No stranger is
 * whom the account has a rule for, watches, or has written to; and who has had one first message taken may go on.
 */
export class FirstMessages {
  readonly #clock: Clock;
  readonly #ofDomain: Attempts;
  readonly #toInbox: Attempts;
  readonly #watches: Options['watches'];
  readonly #met = new Set<string>();

  constructor({ clock, ofDomain, toInbox, watches }: Options) {
    this.#clock = clock;
    this.#ofDomain = new Attempts(clock, ofDomain, HOUR);
    this.#toInbox = new Attempts(clock, toInbox, HOUR);
    this.#watches = watches;
  }

  /** One of ours writes to `other`, who may answer. */
  wrote(ours: string, other: string): void {
    const pair = `${ours}\n${other}`;
    // Moved to the end: who talks is not forgotten.
    this.#met.delete(pair);
    this.#met.add(pair);
    if (this.#met.size <= PAIRS) return;
    for (const first of this.#met) {
      this.#met.delete(first);
      break;
    }
  }

  /** Somebody of another domain, or without an account, writes to one of ours. @throws too-many-requests */
  take(from: Principal, to: Account): void {
    if (this.#met.has(`${to.url}\n${from.url}`) || this.#isKnown(from, to)) return;
    const { host } = parseUrl(from.url);
    const wait = Math.max(this.#ofDomain.wait(host), this.#toInbox.wait(to.user));
    if (wait > 0)
      throw new ImppError('too-many-requests', 'too many strangers write just now; those who are known may', {
        data: { retryAfter: Math.ceil(wait / 1000) },
      });
    this.#ofDomain.add(host);
    this.#toInbox.add(to.user);
    this.wrote(to.url, from.url);
  }

  #isKnown(from: Principal, to: Account): boolean {
    const now = this.#clock.now();
    const hasRule = (['send', 'subscribe'] as const).some((permission) => {
      const { by } = explain(to.rules, permission, from, to.url, now);
      return by === 'principal' || by === 'host';
    });
    return hasRule || this.#watches(to, from.url);
  }
}
