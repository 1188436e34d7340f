import { ImppError } from '../../shared/errors.ts';
import type { Domain, Endpoint, Inboxes, Reply, Sender } from '../domain.ts';
import type { BodyStream } from '../../shared/impp/message.ts';
import { bodyOctetsOf, DUPLICATE_WINDOW_MS, octetsOf } from '../storage/rules.ts';
import type { Appended, LargeBody, StoredMessage } from '../storage/storage.ts';
import type { Delivery, Outcome } from './delivery.ts';
import { type Entry, isExpired, messageHeaders } from './entry.ts';
import { Inbox, mailboxUnavailable, type Notice } from './inbox.ts';
import { dropBody, receiveBody, StoredBody } from './large-bodies.ts';
import { sendPage } from './pages.ts';
import { Recent } from './recent.ts';
import { type Retention, startRetention } from './retention.ts';
import { Waits } from './waits.ts';

type Key = Pick<StoredMessage, 'origin' | 'target' | 'messageId'>;

const ANSWERS: Record<Outcome, Reply> = {
  delivered: { headers: [['Outcome', 'delivered']] },
  stored: { headers: [['Outcome', 'stored']] },
};

// A line break can stand in none of the three.
const keyOf = (key: Key): string => `${key.origin}\n${key.target}\n${key.messageId}`;

/** The instant message service of a domain [IMPP 8]. */
export const createInboxes = (domain: Domain): Inboxes => new Service(domain);

class Service implements Inboxes {
  readonly #domain: Domain;
  readonly #waits: Waits<Delivery>;
  /** Inboxes with attached devices. */
  readonly #inboxes = new Map<string, Inbox>();
  /** Messages that have no answer yet: a repeat joins them. */
  readonly #open = new Map<string, Promise<Reply>>();
  readonly #recent = new Recent();
  /** Bodies on their way into storage, or out of it because nobody has got them. */
  readonly #bodies = new Set<Promise<unknown>>();
  /** Reading for one connection happens one request after the other, so that its memory is bounded. */
  readonly #reading = new WeakMap<Endpoint, Promise<unknown>>();
  #retention: Retention | undefined;
  #isClosed = false;

  constructor(domain: Domain) {
    this.#domain = domain;
    this.#waits = new Waits(domain.clock, domain.config.inbox.deliveryWaitMs);
  }

  start(): Promise<void> {
    this.#retention = startRetention(this.#domain);
    return Promise.resolve();
  }

  async attach(endpoint: Endpoint, after: number | undefined): ReturnType<Inboxes['attach']> {
    // Anonymous principals have no inbox, and a bulk connection only fetches.
    const isReading = endpoint.purpose === 'interactive' && !this.#isAnonymous(endpoint);
    const reader = isReading ? this.#inboxOf(endpoint.inbox).join(endpoint) : undefined;
    const from = isReading ? after : undefined;
    const { storage, clock } = this.#domain;
    const bounds = this.#isAnonymous(endpoint)
      ? { first: 1, last: 0, count: 0 }
      : await storage.inboxBounds(endpoint.inbox, from ?? Number.MAX_SAFE_INTEGER, clock.now());
    reader?.place(from, bounds.last);
    const { first, last, count } = bounds;
    return { first, last, count: from === undefined ? 0 : count, begin: () => reader?.begin() };
  }

  detached(endpoint: Endpoint): void {
    const inbox = this.#inboxes.get(endpoint.inbox);
    if (!inbox) return;
    inbox.leave(endpoint);
    if (!inbox.isEmpty) return;
    this.#inboxes.delete(endpoint.inbox);
    inbox.close();
  }

  receive(
    stream: BodyStream,
    to: string,
    check: (beginning: Uint8Array) => void,
    quota = this.#domain.config.limits.inboxQuota,
  ): Promise<LargeBody> {
    return this.#atWork(receiveBody(this.#domain.storage, stream, { to, quota }, check));
  }

  discard({ id }: LargeBody): void {
    void this.#atWork(dropBody(this.#domain.storage, id));
  }

  send(message: StoredMessage, to: string, from: Sender, isKept: boolean): Promise<Reply> {
    const key = keyOf(message);
    const isRecent = this.#recent.has(key, message.received);
    const former = this.#open.get(key) ?? (isRecent ? Promise.resolve(ANSWERS.delivered) : undefined);
    if (former) {
      if (message.large) this.discard(message.large);
      return former;
    }
    const answer = new Promise<Reply>((resolve, reject) => {
      const finish = (outcome: Outcome | ImppError): void => {
        this.#open.delete(key);
        if (typeof outcome === 'string') resolve(ANSWERS[outcome]);
        else reject(outcome);
      };
      if (isKept) this.#keep(message, to, from, finish);
      else this.#pass(message, to, finish);
    });
    this.#open.set(key, answer);
    return answer;
  }

  async enterCopy(message: StoredMessage, user: string, device: string): Promise<void> {
    const { large } = message;
    let appended: Appended;
    try {
      appended = await this.#domain.storage.append(message, undefined, user, Number.POSITIVE_INFINITY);
    } catch (error) {
      if (large) this.discard(large);
      throw asImppError(error);
    }
    if (large && appended.isDuplicate) this.discard(large);
    this.#copied(message, user, device, appended);
  }

  async repeated(key: Key, to: string): Promise<Reply | undefined> {
    const text = keyOf(key);
    const open = this.#open.get(text);
    if (open) return open;
    const now = this.#domain.clock.now();
    if (this.#recent.has(text, now)) return ANSWERS.delivered;
    const former = await this.#domain.storage.findDuplicate(key, to, now - DUPLICATE_WINDOW_MS);
    return former && ANSWERS[former.isDelivered ? 'delivered' : 'stored'];
  }

  page(endpoint: Endpoint, before: number | undefined, limit: number): Promise<Reply> {
    const { storage, clock, config } = this.#domain;
    return this.#inTurn(endpoint, () =>
      sendPage(storage, {
        endpoint,
        before,
        limit,
        bodyLimit: Math.min(config.limits.bulkThreshold, endpoint.maxMessageSize),
        now: () => clock.now(),
        acknowledged: (entry) => this.#hasGot(endpoint, entry),
      }),
    );
  }

  message(endpoint: Endpoint, sequence: number): Promise<Reply> {
    return this.#inTurn(endpoint, async () => {
      const { storage, clock } = this.#domain;
      const entry = await storage.entry(endpoint.inbox, sequence);
      if (!entry || isExpired(entry, clock.now()))
        throw new ImppError('message-unknown', `there is no entry ${sequence}`);
      const { body, large } = entry;
      const { maxMessageSize } = endpoint;
      const octets = bodyOctetsOf(entry);
      if (octets > maxMessageSize)
        throw new ImppError('message-too-large', `the entry has ${octets} octets`, {
          data: { maxMessageSize },
        });
      // Fetched on an interactive connection it is being looked at, which is not yet "has it".
      const after = (): void => {
        if (endpoint.purpose === 'bulk') this.#hasGot(endpoint, entry);
      };
      const reply = { headers: messageHeaders(entry), after };
      return large ? { ...reply, stream: new StoredBody(storage, large) } : { ...reply, body };
    });
  }

  accountRemoved(user: string): Promise<void> {
    this.#inboxes.get(user)?.close(new ImppError('target-unknown', 'the account has been removed'));
    this.#inboxes.delete(user);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#retention?.close();
    // What is committed needs no more waiting for devices; what is not yet is waited for.
    for (const inbox of this.#inboxes.values()) inbox.close();
    this.#inboxes.clear();
    await Promise.allSettled([...this.#open.values(), ...this.#bodies]);
    this.#waits.close();
  }

  #isAnonymous(endpoint: Endpoint): boolean {
    return endpoint.isAnonymous && endpoint.inbox === endpoint.user;
  }

  #inboxOf(user: string): Inbox {
    let inbox = this.#inboxes.get(user);
    if (!inbox) {
      inbox = new Inbox(user, this.#domain, this.#waits);
      this.#inboxes.set(user, inbox);
    }
    return inbox;
  }

  #keep(
    message: StoredMessage,
    to: string,
    from: Sender,
    finish: (outcome: Outcome | ImppError) => void,
  ): void {
    const { storage, config } = this.#domain;
    const copyTo = from.copyTo === to ? undefined : from.copyTo;
    const { large } = message;
    storage.append(message, to, copyTo, config.limits.inboxQuota).then(
      (appended) => {
        if (large && appended.isDuplicate) this.discard(large);
        this.#entered(message, to, copyTo, from.device, appended, finish);
      },
      (error: unknown) => {
        if (large) this.discard(large);
        finish(asImppError(error));
      },
    );
  }

  #atWork<T>(work: Promise<T>): Promise<T> {
    const done = work.finally(() => this.#bodies.delete(done));
    this.#bodies.add(done);
    return done;
  }

  #entered(
    message: StoredMessage,
    to: string,
    copyTo: string | undefined,
    device: string,
    appended: Appended,
    finish: (outcome: Outcome | ImppError) => void,
  ): void {
    const { sequence, isDuplicate, isDelivered } = appended;
    if (isDuplicate) return finish(isDelivered ? 'delivered' : 'stored');
    this.#retention?.entered(to, octetsOf(message));
    const inbox = this.#inboxes.get(to);
    if (inbox?.hasOwnReader && !this.#isClosed) inbox.open(sequence, finish);
    else finish('stored');
    this.#publish(to, { kind: 'entered', sequence, isCopy: false, device: '', message });
    if (copyTo !== undefined) this.#copied(message, copyTo, device, appended);
  }

  #copied(message: StoredMessage, copyTo: string, device: string, { copySequence }: Appended): void {
    if (copySequence === undefined) return;
    this.#retention?.entered(copyTo, octetsOf(message));
    // At once, because a reader may meet the copy in storage before the notice of it.
    this.#inboxes.get(copyTo)?.skip(copySequence, device);
    this.#publish(copyTo, { kind: 'entered', sequence: copySequence, isCopy: true, device, message });
  }

  #publish(user: string, notice: Extract<Notice, { kind: 'entered' }>): void {
    const { message } = notice;
    const isSmall =
      message && !message.large && message.body.length <= this.#domain.config.limits.bulkThreshold;
    this.#domain.bus.publish(`inbox.${user}`, isSmall ? notice : { ...notice, message: undefined });
  }

  #pass(message: StoredMessage, to: string, finish: (outcome: Outcome | ImppError) => void): void {
    const since = message.received - DUPLICATE_WINDOW_MS;
    this.#domain.storage.findDuplicate(message, to, since).then(
      (former) => {
        const inbox = this.#inboxes.get(to);
        if (former) finish(former.isDelivered ? 'delivered' : 'stored');
        else if (!inbox || this.#isClosed) finish(mailboxUnavailable());
        else
          inbox.pass(message, (outcome) => {
            if (outcome === 'delivered') this.#recent.add(keyOf(message), message.received);
            finish(outcome);
          });
      },
      (error: unknown) => finish(asImppError(error)),
    );
  }

  /** A device of the account has an entry that it was not pushed by its reader. */
  #hasGot(endpoint: Endpoint, entry: Entry): void {
    const { user, inbox, isAnonymous } = endpoint;
    if (user !== inbox || isAnonymous) return;
    const { sequence } = entry;
    this.#inboxes.get(inbox)?.fetched(sequence);
    if (entry.isDelivered) return;
    const { storage, bus, log } = this.#domain;
    storage.setDelivered(inbox, sequence).catch((error: unknown) => log.error('inbox', { user, error }));
    bus.publish(`inbox.${inbox}`, { kind: 'delivered', sequence });
  }

  #inTurn<T>(endpoint: Endpoint, work: () => Promise<T>): Promise<T> {
    const result = (this.#reading.get(endpoint) ?? Promise.resolve()).then(work);
    this.#reading.set(
      endpoint,
      result.then(
        () => {},
        () => {},
      ),
    );
    return result;
  }
}

const asImppError = (error: unknown): ImppError =>
  error instanceof ImppError
    ? error
    : new ImppError('internal-error', 'the message could not be stored', { cause: error });
