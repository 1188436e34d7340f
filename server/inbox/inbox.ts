// One inbox with attached devices: who reads it, and which outcomes are waited for [IMPP 8].

import { ImppError } from '../../shared/errors.ts';
import type { BodyStream } from '../../shared/impp/message.ts';
import type { Domain, Endpoint } from '../domain.ts';
import type { EntryRange, StoredEntry, StoredMessage } from '../storage/storage.ts';
import { Delivery, type Outcome } from './delivery.ts';
import type { Entry } from './entry.ts';
import { bodyOf } from './large-bodies.ts';
import { type Log, Reader } from './reader.ts';
import type { Waits } from './waits.ts';

/** What servers tell each other of an inbox, as `inbox.USER`. */
export type Notice =
  | {
      readonly kind: 'entered';
      readonly sequence: number;
      readonly isCopy: boolean;
      /** The device that made the copy by its SEND. */
      readonly device: string;
      /** Absent if the body is over the limit: it is read from storage when somebody wants it. */
      readonly message: StoredMessage | undefined;
    }
  | { readonly kind: 'delivered'; readonly sequence: number }
  /** `Storage: none`. By the bus like entries, so that it cannot overtake them. */
  | { readonly kind: 'passed'; readonly message: StoredMessage };

export const mailboxUnavailable = (): ImppError =>
  new ImppError('mailbox-unavailable', 'no device of the account takes it now');

export class Inbox implements Log {
  readonly user: string;
  readonly #domain: Domain;
  readonly #waits: Waits<Delivery>;
  // A list, replaced when somebody comes or goes: nearly always one or two.
  #readers: readonly Reader[] = [];
  /** Those whose outcome is waited for. */
  #open: Map<number, Delivery> | undefined;
  #passing: Map<StoredMessage, Delivery> | undefined;
  readonly #unsubscribe: () => void;

  constructor(user: string, domain: Domain, waits: Waits<Delivery>) {
    this.user = user;
    this.#domain = domain;
    this.#waits = waits;
    this.#unsubscribe = domain.bus.subscribe(`inbox.${user}`, (notice) => this.#receive(notice as Notice));
  }

  get isEmpty(): boolean {
    return this.#readers.length === 0;
  }

  /** Whether some device of the account itself is attached. */
  get hasOwnReader(): boolean {
    return this.#readers.some((reader) => reader.isOwn);
  }

  join(endpoint: Endpoint): Reader {
    const isOwn = endpoint.user === this.user && !endpoint.isAnonymous;
    const reader = new Reader(endpoint, isOwn, this.#domain.config.limits.bulkThreshold, this);
    this.#readers = [...this.#readers, reader];
    return reader;
  }

  leave(endpoint: Endpoint): void {
    const reader = this.#readers.find((other) => other.endpoint === endpoint);
    if (!reader) return;
    reader.close();
    this.#readers = this.#readers.filter((other) => other !== reader);
    for (const delivery of this.#open?.values() ?? []) this.notAcknowledged(delivery);
  }

  /** Waits for the outcome of an entry that has been committed. */
  open(sequence: number, answer: (outcome: Outcome | ImppError) => void): void {
    const delivery = new Delivery(sequence, false, (outcome) => {
      this.#open?.delete(sequence);
      answer(outcome);
    });
    this.#open ??= new Map();
    this.#open.set(sequence, delivery);
    this.#waits.add(delivery);
  }

  /** Passes a message to attached devices only, and waits for one of the account's own to take it. */
  pass(message: StoredMessage, answer: (outcome: Outcome | ImppError) => void): void {
    const delivery = new Delivery(0, false, (outcome) => {
      this.#passing?.delete(message);
      answer(outcome === 'stored' ? mailboxUnavailable() : outcome);
    });
    this.#passing ??= new Map();
    this.#passing.set(message, delivery);
    this.#waits.add(delivery);
    this.#domain.bus.publish(`inbox.${this.user}`, { kind: 'passed', message });
  }

  /** The copy of what a device has sent is not for that device, but in a replay. */
  skip(sequence: number, device: string): void {
    for (const reader of this.#readers) {
      if (reader.isOwn && reader.endpoint.device === device) reader.skip(sequence);
    }
  }

  /** A device of the account has fetched an entry that it had got deferred. */
  fetched(sequence: number): void {
    this.#open?.get(sequence)?.finish('delivered');
  }

  /** Ends all waits: with `error`, or as things stand. */
  close(error?: ImppError): void {
    this.#unsubscribe();
    for (const reader of this.#readers) reader.close();
    this.#readers = [];
    const waiting = [...(this.#open?.values() ?? []), ...(this.#passing?.values() ?? [])];
    for (const delivery of waiting) delivery.finish(error ?? 'stored');
  }

  #receive(notice: Notice): void {
    if (notice.kind === 'passed') return this.#passOn(notice.message);
    if (notice.kind === 'delivered') return this.#open?.get(notice.sequence)?.finish('delivered');
    const { sequence, isCopy, device, message } = notice;
    const entry = message && { ...message, sequence, isCopy, isDelivered: isCopy };
    for (const reader of this.#readers) {
      if (isCopy && reader.isOwn && reader.endpoint.device === device) reader.skip(sequence);
      reader.entered(sequence, entry);
    }
  }

  #passOn(message: StoredMessage): void {
    const delivery = this.#passing?.get(message);
    let outstanding = 1;
    const lessOne = (): void => {
      outstanding -= 1;
      if (outstanding === 0) delivery?.finish('stored');
    };
    for (const reader of this.#readers) {
      if (reader.isOwn) outstanding += 1;
      const isSent = reader.pass(message, (isAcknowledged) => {
        if (!reader.isOwn) return;
        if (isAcknowledged) delivery?.finish('delivered');
        lessOne();
      });
      if (!isSent && reader.isOwn) lessOne();
    }
    lessOne();
  }

  // What readers ask.

  now(): number {
    return this.#domain.clock.now();
  }

  entries(range: EntryRange): Promise<StoredEntry[]> {
    return this.#domain.storage.entries(this.user, range);
  }

  bodyOf(entry: Entry): Uint8Array | BodyStream {
    return bodyOf(this.#domain.storage, entry);
  }

  deliveryOf(entry: Entry): Delivery {
    return this.#open?.get(entry.sequence) ?? new Delivery(entry.sequence, entry.isDelivered);
  }

  acknowledged(delivery: Delivery): void {
    if (delivery.isDelivered) return;
    delivery.isDelivered = true;
    const { sequence } = delivery;
    const isOpenHere = !delivery.isOver;
    delivery.finish('delivered');
    this.#waits.trim();
    this.#domain.storage.setDelivered(this.user, sequence).catch((error: unknown) => this.failed(error));
    if (!isOpenHere) this.#domain.bus.publish(`inbox.${this.user}`, { kind: 'delivered', sequence });
  }

  notAcknowledged(delivery: Delivery): void {
    if (delivery.isOver || delivery.outstanding > 0) return;
    for (const reader of this.#readers) {
      if (reader.isOwn && reader.isBefore(delivery.sequence)) return;
    }
    delivery.finish('stored');
  }

  failed(error: unknown): void {
    this.#domain.log.error('inbox', { user: this.user, error });
  }
}
