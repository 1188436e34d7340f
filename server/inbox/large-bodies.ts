// Bodies that are never in memory whole: from a sender into storage, and from there to a device [IMPP 8].

import { ImppError } from '../../shared/errors.ts';
import type { BodyStream } from '../../shared/impp/message.ts';
import { malformed, MAX_HEADER_SECTION } from '../../shared/mime/fields.ts';
import type { LargeBody, Storage, StoredEntry } from '../storage/storage.ts';

const LF = 10;
const CR = 13;

/** Whether the header section of a message [RFC 5322 2.1] ends within `octets`: with the first empty line. */
const hasWholeHeader = (octets: Uint8Array): boolean => {
  for (let line = 0; line < octets.length; ) {
    if (octets[line] === LF || (octets[line] === CR && octets[line + 1] === LF)) return true;
    const end = octets.indexOf(LF, line);
    if (end === -1) return false;
    line = end + 1;
  }
  return false;
};

/** Where a body is to go. */
interface Room {
  /** USER whose inbox it is. */
  readonly to: string;
  /** Undelivered octets that the inbox may hold. */
  readonly quota: number;
}

/**
 * Stores a body as it comes. `check` is given the beginning with the whole header section of the message, before
 * anything is stored; what it throws, and what storage throws, leaves nothing behind.
 * @throws mailbox-full, closed (the sender has gone)
 */
export async function receiveBody(
  storage: Storage,
  stream: BodyStream,
  { to, quota }: Room,
  check: (beginning: Uint8Array) => void,
): Promise<LargeBody> {
  const first = await beginningOf(stream);
  check(first);
  const { length: octets } = stream;
  const id = await storage.beginBody(to, octets, quota);
  try {
    let number = 0;
    for (let piece: Uint8Array | undefined = first; piece; piece = await stream.next()) {
      await storage.addPiece(id, number, piece);
      number += 1;
    }
    return { id, octets };
  } catch (error) {
    await dropBody(storage, id);
    throw error;
  }
}

/** Lets go of a body that has not been entered. A store that cannot do it now does it when it starts again. */
export const dropBody = (storage: Storage, id: number): Promise<void> => storage.dropBody(id).catch(() => {});

/**
 * The first pieces of the body as one, with the whole header section.
 * @throws bad-request if that is larger than any reader takes: what is behind it could name another sender
 */
async function beginningOf(stream: BodyStream): Promise<Uint8Array> {
  let beginning: Uint8Array = new Uint8Array(0);
  while (beginning.length <= MAX_HEADER_SECTION) {
    const piece = await stream.next();
    if (piece === undefined) return beginning;
    beginning = beginning.length === 0 ? piece : Buffer.concat([beginning, piece]);
    if (hasWholeHeader(beginning)) return beginning;
  }
  throw malformed(`a header section over ${MAX_HEADER_SECTION} octets`);
}

/** A body on its way out of storage. */
export class StoredBody implements BodyStream {
  readonly length: number;
  readonly #storage: Storage;
  readonly #id: number;
  #number = 0;
  #left: number;

  constructor(storage: Storage, { id, octets }: LargeBody) {
    this.#storage = storage;
    this.#id = id;
    this.length = octets;
    this.#left = octets;
  }

  /** @throws internal-error if it has been removed meanwhile */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#left === 0) return undefined;
    const piece = await this.#storage.getPiece(this.#id, this.#number);
    if (piece === undefined) throw new ImppError('internal-error', 'the body has been removed');
    this.#number += 1;
    this.#left -= piece.length;
    return piece;
  }

  discard(then?: () => void): void {
    then?.();
  }
}

/** The body of an entry, whether it is at hand or not. */
export const bodyOf = (
  storage: Storage,
  { body, large }: Pick<StoredEntry, 'body' | 'large'>,
): Uint8Array | BodyStream => (large === undefined ? body : new StoredBody(storage, large));
