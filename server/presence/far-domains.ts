import { ImppError } from '../../shared/errors.ts';
import { fraction } from '../../shared/fraction.ts';
import { Leases } from '../../shared/impp/lease.ts';
import type { Response } from '../../shared/impp/message.ts';
import { errorOf } from '../../shared/impp/serializer.ts';
import type { Domain } from '../domain.ts';

/** Requests of presence that one domain has unanswered: the rest of its link is for messages. */
const WINDOW = 16;
/** After a failure: the bound of the first wait, and of every wait. Milliseconds. */
const FIRST = 5_000;
const LONGEST = 300_000;
/** Seconds: a Retry-After is believed up to that. */
const LONGEST_WANTED = 3600;
/** How soon a domain that has asked us something is tried again, at most. Milliseconds. */
const HEARD_FROM = 2_000;
/** A second: at what rate a start asks other domains what it has to, however much that is. */
const START_RATE = 500;
/** What can be lost waits for a domain that does not keep up: leases end without it. */
const MAX_PASSING = 10_000;

/** Over how long a start asks other domains so many things, in milliseconds. */
export const spreadOf = (count: number): number => (count * 1000) / START_RATE;

/** What is to be asked of another domain. */
export interface FarRequest {
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array;
}

/** Something to be asked of another domain, when its turn comes. */
export interface Errand {
  readonly host: string;
  /** It waits until the domain can be reached; any other is tried once. */
  readonly isLasting: boolean;
  /** From when on it is of no use: the domain is tried before that. Milliseconds; absent: never. */
  readonly until?: number;
  /** As things are when its turn has come; undefined: it is not needed any more. */
  request(): FarRequest | undefined;
  /** Once for each request: what was answered, or why nothing was; undefined: OK. */
  settled(failure: ImppError | undefined): void;
}

interface Destination {
  readonly host: string;
  readonly lasting: Set<Errand>;
  readonly passing: Errand[];
  open: number;
  /** How many may be open: one after a failure, and twice as many with each answer. */
  window: number;
  failures: number;
  isHeld: boolean;
}

/**
 * Asks other domains what presence has to ask of them, each at its own pace: a few at a time, none for a while after
 * a failure, and with jitter, so that a domain that comes back, or this one, is not met by all that has waited at once.
 */
export class FarDomains {
  readonly #domain: Pick<Domain, 'links' | 'clock' | 'random' | 'log'>;
  readonly #destinations = new Map<string, Destination>();
  /** Destinations that nothing is asked of until then. */
  readonly #holds: Leases<Destination>;
  /** Until then, a domain's first request waits for a while. Milliseconds. */
  #startsUntil = 0;
  #isClosed = false;

  constructor(domain: Pick<Domain, 'links' | 'clock' | 'random' | 'log'>) {
    this.#domain = domain;
    this.#holds = new Leases(domain.clock, (destination) => this.#release(destination));
  }

  /** A start has that many to tell. */
  startWith(count: number): void {
    this.#startsUntil = this.#domain.clock.now() + spreadOf(count);
  }

  /** Asks when its turn comes; an errand that waits already is not asked twice. */
  add(errand: Errand): void {
    if (this.#isClosed) return;
    const destination = this.#destinationOf(errand.host);
    if (errand.isLasting) destination.lasting.add(errand);
    else if (destination.failures === 0 && destination.passing.length < MAX_PASSING)
      destination.passing.push(errand);
    else return errand.settled(new ImppError('connection-failure', `${errand.host} is not reached`));
    this.#pump(destination);
  }

  /** It is not needed any more. */
  drop(errand: Errand): void {
    this.#destinations.get(errand.host)?.lasting.delete(errand);
  }

  /** The domain has asked us something: it can probably be reached. */
  heardFrom(host: string): void {
    const destination = this.#destinations.get(host);
    if (destination?.isHeld && destination.failures > 0) this.#hold(destination, HEARD_FROM);
  }

  /** There is a link to the domain: it is back, or we are, and then all the others are, too. */
  linked(host: string): void {
    const destination = this.#destinations.get(host);
    if (!destination?.isHeld || destination.failures === 0) return;
    let count = 0;
    for (const { failures, lasting } of this.#destinations.values()) if (failures > 0) count += lasting.size;
    this.#hold(destination, spreadOf(count));
  }

  close(): void {
    this.#isClosed = true;
    this.#holds.close();
    this.#destinations.clear();
  }

  #destinationOf(host: string): Destination {
    const known = this.#destinations.get(host);
    if (known) return known;
    const destination: Destination = {
      host,
      lasting: new Set(),
      passing: [],
      open: 0,
      window: WINDOW,
      failures: 0,
      isHeld: false,
    };
    this.#destinations.set(host, destination);
    const spread = this.#startsUntil - this.#domain.clock.now();
    if (spread > 0) this.#hold(destination, spread);
    return destination;
  }

  /** For any part of `most` milliseconds, each as likely as the others; not longer than it is held already. */
  #hold(destination: Destination, most: number, least = 0): void {
    const until = this.#domain.clock.now() + least + fraction(this.#domain.random) * (most - least);
    const present = this.#holds.expiryOf(destination) ?? Number.POSITIVE_INFINITY;
    destination.isHeld = true;
    this.#holds.set(destination, Math.min(until, present));
  }

  #release(destination: Destination): void {
    destination.isHeld = false;
    this.#pump(destination);
  }

  #pump(destination: Destination): void {
    const { lasting, passing } = destination;
    while (!this.#isClosed && !destination.isHeld && destination.open < destination.window) {
      // Ends go first: what waits behind them is of others, or was made anew after them.
      const errand = passing.shift() ?? first(lasting);
      if (errand === undefined) break;
      lasting.delete(errand);
      const request = errand.request();
      if (request) this.#ask(destination, errand, request);
    }
    const isIdle = destination.open === 0 && lasting.size === 0 && passing.length === 0;
    if (isIdle && !destination.isHeld && this.#destinations.get(destination.host) === destination)
      this.#destinations.delete(destination.host);
  }

  #ask(destination: Destination, errand: Errand, { method, headers, body }: FarRequest): void {
    destination.open += 1;
    this.#domain.links.request(destination.host, method, headers, body, (outcome) => {
      destination.open -= 1;
      const failure = failureOf(outcome);
      errand.settled(failure);
      if (this.#isClosed) return;
      if (failure !== undefined && failure.retry !== 'never') this.#failed(destination, errand, failure);
      else {
        destination.failures = 0;
        destination.window = Math.min(2 * destination.window, WINDOW);
      }
      this.#pump(destination);
    });
  }

  #failed(destination: Destination, errand: Errand, { data }: ImppError): void {
    if (errand.isLasting) destination.lasting.add(errand);
    destination.window = 1;
    // The others that were under way tell the same failure.
    if (destination.isHeld) return;
    if (destination.failures === 0)
      this.#domain.log.info('presence waits for a domain', { host: destination.host });
    const wanted = Math.min(data.retryAfter ?? 0, LONGEST_WANTED) * 1000;
    const most = Math.min(
      LONGEST,
      FIRST * 2 ** Math.min(destination.failures, 20),
      Math.max(FIRST, this.#timeLeft(destination) / 2),
    );
    destination.failures += 1;
    for (const passing of destination.passing.splice(0))
      passing.settled(new ImppError('connection-failure', `${destination.host} is not reached`));
    this.#hold(destination, Math.max(most, 1.5 * wanted), Math.max(most / 2, wanted));
  }

  /** Milliseconds in which something that waits is still of use. */
  #timeLeft({ lasting }: Destination): number {
    const now = this.#domain.clock.now();
    let least = Number.POSITIVE_INFINITY;
    for (const { until = Number.POSITIVE_INFINITY } of lasting)
      if (until > now) least = Math.min(least, until - now);
    return least;
  }
}

const first = (errands: Set<Errand>): Errand | undefined => {
  for (const errand of errands) return errand;
  return undefined;
};

function failureOf(outcome: Response | ImppError): ImppError | undefined {
  if (outcome instanceof ImppError) return outcome;
  return outcome.ok ? undefined : errorOf(outcome);
}
