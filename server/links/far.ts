// Another domain as it is known here: the links to it, what waits for one, and what has no answer yet. Nothing of one
// domain is in the way of another, and all that it can take of our memory is bounded. It is long because it is one queue:
// what goes, what waits and what is given up hang together.

import { ImppError } from '../../shared/errors.ts';
import {
  ANSWER_DEADLINE,
  FAR_RATE_FACTOR,
  MAX_FAR_OCTETS,
  MAX_FAR_REQUESTS,
  MAX_LINKS,
  OUTCOME_DEADLINE,
  OUTCOME_LATEST,
} from '../../shared/impp/limits.ts';
import type { Request, Response } from '../../shared/impp/message.ts';
import type { Domain } from '../domain.ts';
import { TokenBucket } from '../net/throttle.ts';
import { asOutcome, Failures } from './failures.ts';
import type { Link } from './link.ts';
import { keyOf, type Pending, type Settle } from './pending.ts';
import { Lanes, USES, type Use } from './uses.ts';

/** What a link is for. */
interface Place {
  readonly uses: Set<Use>;
  /** Whether anything was answered over it: a domain that takes links and drops them is as good as away. */
  isProven: boolean;
}

export interface Reach {
  /**
   * Opens a link for a use, which is `ready` when this settles; `server`: HOST:PORT where the domain wants us instead of
   * where DNS says.
   */
  open(use: Use, server: string | undefined): Promise<void>;
  /** Whether a link that is there leads where that is to be found. */
  leadsTo(link: Link, use: Use): Promise<boolean>;
}

export class Far {
  readonly host: string;
  readonly #domain: Domain;
  readonly #reach: Reach;
  readonly #bucket: TokenBucket;
  /** In the order in which they became ready: the first that will do is taken, so that requests keep their order. */
  readonly #links = new Map<Link, Place>();
  readonly #waiting: Record<Use, Pending[]> = { im: [], pres: [], bulk: [] };
  readonly #lanes = new Lanes();
  readonly #open = new Map<string, Pending>();
  readonly #reaching = new Set<Use>();
  /** Where the next link is to lead. */
  #elsewhere: string | undefined;
  /** Answers whose link has gone. */
  #answers: { readonly response: Response; readonly due: number }[] = [];
  #count = 0;
  #octets = 0;
  readonly #failures: Failures;
  #cancelTimer: (() => void) | undefined;
  #timerDue = Number.POSITIVE_INFINITY;
  #closedWith: ImppError | undefined;

  constructor(host: string, domain: Domain, reach: Reach) {
    this.host = host;
    this.#domain = domain;
    this.#reach = reach;
    this.#failures = new Failures(domain.clock, domain.random);
    const { requestsPerSecond, requestBurst } = domain.config.limits;
    this.#bucket = new TokenBucket(
      FAR_RATE_FACTOR * requestsPerSecond,
      FAR_RATE_FACTOR * requestBurst,
      domain.clock.now(),
    );
  }

  /** Whether nothing is known of it that is worth keeping. */
  get isIdle(): boolean {
    return (
      this.#links.size === 0 &&
      this.#count === 0 &&
      this.#reaching.size === 0 &&
      this.#answers.length === 0 &&
      this.#failures.isOver
    );
  }

  /** Asks the far domain; `settle` is called once, at the latest after `OUTCOME_DEADLINE`. */
  ask(request: Request, isAgain: boolean, settle: Settle): void {
    // A body in pieces is not in memory.
    const octets = request.body?.length ?? 0;
    const now = this.#domain.clock.now();
    if (this.#closedWith !== undefined) return settle(this.#closedWith);
    if (this.#count >= MAX_FAR_REQUESTS || this.#octets + octets > MAX_FAR_OCTETS) {
      const data = { retryAfter: 1 };
      return settle(new ImppError('too-many-requests', `${this.host} is asked too much`, { data }));
    }
    const lane = this.#lanes.take(request, this.#failures.of('bulk') === undefined);
    const failure = this.#failures.of(lane.use);
    if (failure !== undefined && this.#linkFor(lane.use) === undefined) {
      this.#lanes.leave(lane);
      return settle(failure);
    }
    const pending: Pending = {
      request,
      key: keyOf(request),
      lane,
      octets,
      settle,
      isAgain,
      due: now + OUTCOME_DEADLINE,
      latest: now + OUTCOME_LATEST,
      // Only who sends something large waits for as long as that takes.
      toldBy: isAgain || request.stream !== undefined ? Number.POSITIVE_INFINITY : now + OUTCOME_DEADLINE,
      link: undefined,
      behind: [],
    };
    this.#count += 1;
    this.#octets += octets;
    this.#queue(pending);
    this.#watch(OUTCOME_DEADLINE);
  }

  /** Whether the far domain has as many links as it may open. */
  get isFull(): boolean {
    return this.#links.size >= MAX_LINKS;
  }

  /** One more request of the far domain. @throws too-many-requests */
  takeToken(): void {
    const wait = this.#bucket.take(this.#domain.clock.now());
    if (wait === 0) return;
    throw new ImppError('too-many-requests', `${this.host} asks too much`, {
      data: { retryAfter: Math.ceil(wait / 1000) },
    });
  }

  /** A link has been authenticated, whoever opened it. */
  ready(link: Link, uses: readonly Use[]): void {
    if (!link.isUsable) return;
    const { side, connection } = link;
    const place = { uses: new Set(uses), isProven: false };
    if (side === 'acceptor') this.#prove(place);
    this.#domain.log.info('linked', {
      connection: connection.id,
      domain: this.host,
      side,
      address: connection.address,
    });
    this.#links.set(link, place);
    this.#pump();
    this.#domain.presentities.linked(this.host);
  }

  /** A response has come over `link`, which is authenticated for this domain. One to nothing open is ignored. */
  answered(link: Link, response: Response): void {
    const { headers } = response;
    const key = `${headers.get('To') ?? ''}\n${headers.get('Connection-ID') ?? ''}\n${response.id}`;
    const pending = this.#open.get(key);
    const place = this.#links.get(link);
    if (place === undefined || pending?.request.method !== response.method) return;
    this.#prove(place);
    const isCut = response.body === undefined && Number(headers.get('Content-Length') ?? 0) > 0;
    this.#finish(
      pending,
      isCut ? new ImppError('message-too-large', `the answer of ${this.host} is too large`) : response,
    );
  }

  /** An answer of ours whose link has gone: it is sent over another. */
  respond(response: Response): void {
    if (this.#closedWith !== undefined || this.#answers.length >= MAX_FAR_REQUESTS) return;
    this.#answers.push({ response, due: this.#domain.clock.now() + ANSWER_DEADLINE });
    this.#watch(ANSWER_DEADLINE);
    this.#pump();
  }

  /** The other side is at work: what it has been asked over this link has its time anew. */
  heldUp(link: Link): void {
    const due = this.#domain.clock.now() + ANSWER_DEADLINE;
    for (const pending of this.#open.values())
      if (pending.link === link) pending.due = Math.min(due, pending.latest);
  }

  drained(): void {
    this.#pump();
  }

  /**
   * The other side has said goodbye: it answers what it has been asked, and is asked nothing more. `server`: it wants us
   * there, next time.
   */
  left(_link: Link, server?: string): void {
    this.#elsewhere = server ?? this.#elsewhere;
    this.#pump();
  }

  /** By the operator's policy there is nothing to do with this domain any more: what is open ends with `error`. */
  refuse(error: ImppError): void {
    const open = [...this.#open.values()];
    for (const list of Object.values(this.#waiting)) open.push(...list);
    this.#answers = [];
    for (const pending of [...open, ...open.flatMap(({ behind }) => behind)]) this.#finish(pending, error);
    for (const link of this.#links.keys()) link.leave(error);
  }

  closed(link: Link): void {
    const place = this.#links.get(link);
    this.#links.delete(link);
    if (place?.isProven === false) {
      const error = new ImppError('connection-failure', `${this.host} takes links and answers nothing`);
      for (const use of place.uses) this.#failures.add(use, error);
    }
    const closedWith = this.#closedWith;
    for (const pending of this.#open.values()) {
      if (pending.link !== link) continue;
      pending.link = undefined;
      if (closedWith !== undefined) this.#finish(pending, closedWith);
      // Other answers may still come over a new link of the far side.
      if (pending.isAgain) this.#again(pending);
    }
    this.#pump();
  }

  /** Nothing more goes out; what has gone out over a link that is there may still be answered while that lasts. */
  close(error: ImppError): void {
    this.#closedWith = error;
    this.#answers = [];
    const waiting = USES.flatMap((use) => this.#waiting[use]);
    const open = [...this.#open.values()];
    for (const pending of [...waiting, ...open.flatMap(({ behind }) => behind)]) this.#finish(pending, error);
    for (const pending of open) if (pending.link === undefined) this.#finish(pending, error);
    if (this.#open.size === 0) this.#cancelTimer?.();
  }

  #queue(pending: Pending): void {
    const open = this.#open.get(pending.key);
    if (open === undefined) this.#waiting[pending.lane.use].push(pending);
    else open.behind.push(pending);
    this.#pump();
  }

  #pump(): void {
    if (this.#closedWith !== undefined) return;
    this.#sendAnswers();
    for (const use of USES) {
      const waiting = this.#waiting[use];
      while (waiting.length > 0) {
        const link = this.#linkFor(use);
        if (link === undefined) {
          this.#seek(use);
          break;
        }
        if (!link.hasRoom) break;
        const pending = waiting.shift();
        if (pending !== undefined) this.#send(pending, link);
      }
    }
  }

  #sendAnswers(): void {
    if (this.#answers.length === 0) return;
    const link = this.#linkFor('pres') ?? this.#linkFor('im');
    if (link === undefined) return this.#seek('pres');
    for (const { response } of this.#answers.splice(0)) link.respond(response);
  }

  #linkFor(use: Use): Link | undefined {
    for (const [link, { uses }] of this.#links) if (link.isUsable && uses.has(use)) return link;
    return undefined;
  }

  #send(pending: Pending, link: Link): void {
    const open = this.#open.get(pending.key);
    if (open !== undefined) {
      open.behind.push(pending);
      return;
    }
    const { maxMessageSize } = link;
    if (((pending.request.body ?? pending.request.stream)?.length ?? 0) > maxMessageSize) {
      const data = { maxMessageSize };
      this.#finish(pending, new ImppError('message-too-large', `${this.host} takes less`, { data }));
      return;
    }
    this.#open.set(pending.key, pending);
    pending.link = link;
    pending.due = Math.min(pending.due, this.#domain.clock.now() + ANSWER_DEADLINE);
    this.#watch(ANSWER_DEADLINE);
    try {
      link.send(pending.request);
    } catch (error) {
      this.#finish(pending, error instanceof ImppError ? error : new ImppError('internal-error'));
    }
  }

  /** Finds or opens a link. */
  #seek(use: Use): void {
    if (this.#reaching.has(use)) return;
    const failure = this.#failures.of(use);
    if (failure !== undefined) return this.#giveUp(use, failure);
    this.#reaching.add(use);
    this.#find(use).then(
      () => {
        this.#reaching.delete(use);
        this.#pump();
      },
      (error: unknown) => {
        this.#reaching.delete(use);
        this.#unreachable(use, error);
      },
    );
  }

  async #find(use: Use): Promise<void> {
    // What is large has a link to itself.
    if (use !== 'bulk')
      for (const [link, { uses }] of this.#links) {
        if (uses.has('bulk') || !link.isUsable || !(await this.#reach.leadsTo(link, use))) continue;
        uses.add(use);
        return;
      }
    const server = this.#elsewhere;
    // Once: who is not there has nothing more to say about where.
    this.#elsewhere = undefined;
    await this.#reach.open(use, server);
  }

  #unreachable(use: Use, cause: unknown): void {
    const error = asOutcome(this.host, cause);
    this.#domain.log.info('a domain cannot be reached', { domain: this.host, reason: error.message });
    this.#failures.add(use, error);
    this.#giveUp(use, error);
    this.#pump();
  }

  #prove(place: Place): void {
    place.isProven = true;
    for (const use of place.uses) this.#failures.forget(use);
  }

  #giveUp(use: Use, error: ImppError): void {
    // Who takes one link only, or is reached over its own alone, has everything over that.
    if (use === 'bulk' && this.#linkFor('im') !== undefined) {
      const waiting = this.#waiting.bulk.splice(0);
      for (const { lane } of waiting) lane.use = 'im';
      this.#waiting.im.push(...waiting);
      return;
    }
    if (this.#linkFor('im') === undefined && this.#linkFor('pres') === undefined) this.#answers = [];
    for (const pending of this.#waiting[use].splice(0)) this.#finish(pending, error);
  }

  /** Once more over a new link: the one that it went over has gone, or is dead. */
  #again(pending: Pending): void {
    pending.isAgain = false;
    pending.due = this.#domain.clock.now() + OUTCOME_DEADLINE;
    this.#open.delete(pending.key);
    this.#waiting[pending.lane.use].push(pending);
    this.#watch(OUTCOME_DEADLINE);
  }

  #finish(pending: Pending, outcome: Response | ImppError): void {
    const { key, link, behind, lane } = pending;
    const open = this.#open.get(key);
    if (open === pending) this.#open.delete(key);
    else {
      for (const list of [this.#waiting[lane.use], open?.behind ?? []]) {
        const index = list.indexOf(pending);
        if (index >= 0) list.splice(index, 1);
      }
    }
    this.#count -= 1;
    this.#octets -= pending.octets;
    this.#lanes.leave(lane);
    pending.request.stream?.discard();
    // In front, because they have waited longest.
    for (const next of behind.splice(0).reverse()) this.#waiting[next.lane.use].unshift(next);
    link?.settled();
    this.#tell(pending, outcome);
    if (this.#closedWith === undefined) this.#pump();
    else if (this.#open.size === 0) this.#cancelTimer?.();
  }

  /** One timer, for the first that falls due. */
  #watch(delay: number): void {
    const due = this.#domain.clock.now() + delay;
    if (due >= this.#timerDue) return;
    this.#cancelTimer?.();
    this.#timerDue = due;
    this.#cancelTimer = this.#domain.clock.after(delay, () => {
      this.#timerDue = Number.POSITIVE_INFINITY;
      this.#expire();
    });
  }

  #expire(): void {
    const now = this.#domain.clock.now();
    this.#answers = this.#answers.filter(({ due }) => due > now);
    let next = this.#answers[0]?.due ?? Number.POSITIVE_INFINITY;
    const all = [
      ...USES.flatMap((use) => this.#waiting[use]),
      ...[...this.#open.values()].flatMap((pending) => [pending, ...pending.behind]),
    ];
    for (const pending of all) {
      const { due, toldBy } = pending;
      if (due <= now) this.#late(pending);
      else if (toldBy > now) next = Math.min(next, due, toldBy);
      else {
        // The link lives, so its answer may still come, and must not be taken for that to another request of the same ID.
        this.#tell(pending, this.#timeout());
        next = Math.min(next, due);
      }
    }
    if (next < Number.POSITIVE_INFINITY) this.#watch(Math.max(1, next - now));
  }

  #late(pending: Pending): void {
    const { link } = pending;
    if (link !== undefined) {
      // It has not answered in time: the other side is dead, whatever its TCP says [IMPP 4].
      pending.link = undefined;
      link.settled();
      link.connection.cutFor('no-answer');
      link.connection.destroy();
      if (pending.isAgain) {
        this.#again(pending);
        return this.#pump();
      }
    }
    this.#finish(pending, this.#timeout());
  }

  #timeout(): ImppError {
    return new ImppError('timeout', `${this.host} has not answered in time`);
  }

  #tell(pending: Pending, outcome: Response | ImppError): void {
    const { settle } = pending;
    pending.settle = undefined;
    settle?.(outcome);
  }
}
