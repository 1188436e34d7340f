// Read inbox.ts first: a reader is one device's place in the log.

import { ImppError } from '../../shared/errors.ts';
import type { BodyStream, Response } from '../../shared/impp/message.ts';
import type { Endpoint } from '../domain.ts';
import type { EntryRange, StoredEntry, StoredMessage } from '../storage/storage.ts';
import type { Delivery } from './delivery.ts';
import { deferredOctets, type Entry, entryHeaders, isExpired, passedHeaders } from './entry.ts';

/** Unanswered entries on one connection. More would only wait at the device. */
export const MAX_IN_FLIGHT = 64;
/** Unanswered octets on one connection: what a slow device may hold of the server's memory. */
export const MAX_IN_FLIGHT_OCTETS = 1024 * 1024;
/** Entries read at a time for a device that is behind. */
const READ_AHEAD = 32;
/** Own copies remembered for a device that is behind; beyond, the oldest comes back to it as a copy. */
const MAX_SKIPPED = 10_000;

const NONE: readonly StoredEntry[] = [];

/** What a reader asks of its inbox. */
export interface Log {
  now(): number;
  entries(range: EntryRange): Promise<StoredEntry[]>;
  bodyOf(entry: Entry): Uint8Array | BodyStream;
  /** The delivery that OK (SEND) waits for, or a new one. */
  deliveryOf(entry: Entry): Delivery;
  acknowledged(delivery: Delivery): void;
  /** A device of the account itself will not acknowledge: perhaps nobody will. */
  notAcknowledged(delivery: Delivery): void;
  failed(error: unknown): void;
}

/**
 * A device's cursor in the log of an inbox [IMPP 8]. An entry that follows the cursor directly goes out from
 * memory while the device keeps up; otherwise the reader only remembers how far the log goes, and reads on
 * from storage when there is room. Replay after ATTACH is the same with the cursor far behind.
 */
export class Reader {
  readonly endpoint: Endpoint;
  /** Not a delegate: its acknowledgements count. */
  readonly isOwn: boolean;
  readonly #log: Log;
  readonly #bodyLimit: number;
  // Made when needed, like the lists below: most readers of most connections are idle.
  #skipped: Set<number> | undefined;
  /** The last entry handed to the device, or passed by. */
  #cursor = Number.POSITIVE_INFINITY;
  /** The last entry known to be in the log. */
  #known = 0;
  /** Entries up to here are replay. */
  #replayEnd = 0;
  #ahead: readonly StoredEntry[] = NONE;
  #aheadAt = 0;
  /** Where the cursor may stand once `#ahead` has been handed out. */
  #readTo = 0;
  #inFlight = 0;
  #octets = 0;
  #isReading = false;
  #hasBegun = false;
  #isClosed = false;

  /** @param bulkThreshold octets over which a body is deferred */
  constructor(endpoint: Endpoint, isOwn: boolean, bulkThreshold: number, log: Log) {
    this.endpoint = endpoint;
    this.isOwn = isOwn;
    this.#log = log;
    this.#bodyLimit = Math.min(bulkThreshold, endpoint.maxMessageSize);
  }

  /** Sets the place: replay of what is after `after` up to `last`, or (undefined) only what comes later. */
  place(after: number | undefined, last: number): void {
    this.#cursor = Math.min(after ?? last, last);
    this.#replayEnd = after === undefined ? 0 : last;
    this.#known = Math.max(this.#known, last);
  }

  /** OK (ATTACH) is on the wire: entries may follow. */
  begin(): void {
    this.#hasBegun = true;
    this.#advance();
  }

  /** Whether the device has been sent all that is in the log, so that nothing is overtaken. */
  get isCurrent(): boolean {
    return this.#hasBegun && !this.#isClosed && this.#cursor >= this.#known && !this.#isAhead;
  }

  /** Whether the entry has still to be handed out. */
  isBefore(sequence: number): boolean {
    return !this.#isClosed && (!this.#hasBegun || this.#cursor < sequence);
  }

  /** The device made this copy itself by its SEND, and needs it only in a replay. */
  skip(sequence: number): void {
    if (!this.isBefore(sequence)) return;
    this.#skipped ??= new Set();
    this.#skipped.add(sequence);
    if (this.#skipped.size <= MAX_SKIPPED) return;
    for (const oldest of this.#skipped) {
      this.#skipped.delete(oldest);
      break;
    }
  }

  /** An entry is new in the log; `entry` is absent if its body is too large to come along. */
  entered(sequence: number, entry: Entry | undefined): void {
    if (sequence > this.#known) this.#known = sequence;
    const isNext = this.#cursor === sequence - 1 && this.#hasBegun && !this.#isReading && !this.#isAhead;
    if (isNext && entry && this.#hasRoom) this.#hand(entry);
    else this.#advance();
  }

  /**
   * Passes on what is in no log, if the device can take it now.
   * @returns whether it was sent; then `settle` follows
   */
  pass(message: StoredMessage, settle: (isAcknowledged: boolean) => void): boolean {
    const { body } = message;
    if (!this.isCurrent || !this.endpoint.hasRoom || body.length > this.endpoint.maxMessageSize) return false;
    this.endpoint.request('SEND', passedHeaders(message), body, (outcome) => settle(isOk(outcome)));
    return true;
  }

  close(): void {
    this.#isClosed = true;
    this.#ahead = NONE;
    this.#aheadAt = 0;
    this.#skipped = undefined;
  }

  get #isAhead(): boolean {
    return this.#aheadAt < this.#ahead.length;
  }

  // With nothing of its own unanswered, one entry may wait for a window that others fill: its answer is what
  // wakes the reader.
  get #hasRoom(): boolean {
    if (this.#inFlight === 0) return true;
    return this.#inFlight < MAX_IN_FLIGHT && this.#octets < MAX_IN_FLIGHT_OCTETS && this.endpoint.hasRoom;
  }

  #advance(): void {
    if (!this.#hasBegun || this.#isReading || this.#isClosed) return;
    while (this.#isAhead && this.#hasRoom) {
      const entry = this.#ahead[this.#aheadAt];
      this.#aheadAt += 1;
      if (entry) this.#hand(entry);
    }
    if (this.#isAhead || this.#isReading || this.#isClosed) return;
    if (this.#cursor < this.#readTo) this.#cursor = this.#readTo;
    if (this.#cursor < this.#known && this.#hasRoom) this.#read();
  }

  #read(): void {
    this.#isReading = true;
    const known = this.#known;
    const range = { after: this.#cursor, limit: READ_AHEAD, bodyLimit: this.#bodyLimit };
    this.#log.entries(range).then(
      (entries) => {
        this.#isReading = false;
        if (this.#isClosed) return;
        this.#ahead = entries;
        this.#aheadAt = 0;
        // A short page ends where the log ended: numbers up to there that it lacks are gone.
        const last = entries.at(-1)?.sequence ?? 0;
        this.#readTo = entries.length < READ_AHEAD ? Math.max(known, last) : last;
        this.#advance();
      },
      (error: unknown) => {
        this.#isReading = false;
        if (this.#isClosed) return;
        // Silence would look like an empty inbox. A device that comes back asks for the same again.
        this.#log.failed(error);
        this.endpoint.dismiss(new ImppError('internal-error', 'the inbox cannot be read'));
      },
    );
  }

  #hand(entry: Entry): void {
    this.#cursor = entry.sequence;
    const isSkipped = this.#skipped?.delete(entry.sequence) ?? false;
    if (isSkipped && entry.sequence > this.#replayEnd) return;
    const delivery = this.#log.deliveryOf(entry);
    if (isExpired(entry, this.#log.now())) {
      if (this.isOwn) this.#log.notAcknowledged(delivery);
      return;
    }
    const deferred = deferredOctets(entry, this.#bodyLimit);
    const body = deferred === undefined ? this.#log.bodyOf(entry) : undefined;
    const octets = body?.length ?? 0;
    this.#inFlight += 1;
    this.#octets += octets;
    if (this.isOwn) delivery.outstanding += 1;
    const headers = entryHeaders(entry, entry.sequence <= this.#replayEnd, deferred);
    this.endpoint.request('SEND', headers, body, (outcome) => {
      this.#inFlight -= 1;
      this.#octets -= octets;
      // Without a response the connection has ended: nothing more is read for it.
      if (!('ok' in outcome)) this.close();
      if (this.isOwn) {
        delivery.outstanding -= 1;
        if (!isOk(outcome)) this.#log.notAcknowledged(delivery);
        // A deferred one is delivered when GET-MESSAGE has completed.
        else if (deferred === undefined) this.#log.acknowledged(delivery);
      }
      if (this.#cursor < this.#known || this.#isAhead) this.#advance();
    });
  }
}

export const isOk = (outcome: Response | ImppError): boolean => 'ok' in outcome && outcome.ok;
