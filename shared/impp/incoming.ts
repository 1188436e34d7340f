// A body that comes in pieces: between who reads the connection and who wants the body [IMPP 4].

import type { ImppError } from '../errors.ts';
import { PIECE } from './limits.ts';
import type { BodyStream } from './message.ts';

/** Who reads a connection, and is told what its bodies hold of memory, so that it can stop reading meanwhile. */
export interface Gauge {
  /** So many octets more wait for who wants them, or fewer. */
  held(octets: number): void;
}

/** What a piece starts with: memory is for what has come, not for what Content-Length promises. */
const FIRST = 4096;

const NOTHING = new Uint8Array(0);

interface Waiting {
  readonly resolve: (piece: Uint8Array | undefined) => void;
  readonly reject: (error: ImppError) => void;
}

export class Incoming implements BodyStream {
  readonly length: number;
  readonly #gauge: Gauge;
  /** Octets that have not come. */
  #missing: number;
  #block: Uint8Array = NOTHING;
  #filled = 0;
  /** Whether the peer has sent a whole piece: then the next is made in one go. */
  #isFlowing = false;
  #ready: Uint8Array[] = [];
  #waiting: Waiting | undefined;
  #isWanted = true;
  #cutBy: ImppError | undefined;
  #readAway: (() => void) | undefined;

  constructor(length: number, gauge: Gauge) {
    this.length = length;
    this.#missing = length;
    this.#gauge = gauge;
  }

  next(): Promise<Uint8Array | undefined> {
    const piece = this.#ready.shift();
    if (piece !== undefined) {
      this.#gauge.held(-piece.length);
      return Promise.resolve(piece);
    }
    if (this.#cutBy !== undefined) return Promise.reject(this.#cutBy);
    if (this.#missing === 0) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  discard(then?: () => void): void {
    this.#isWanted = false;
    this.#forget();
    if (this.#missing > 0 && this.#cutBy === undefined) this.#readAway = then;
    else then?.();
  }

  /** The parser's: takes octets that belong to the body. They are copied. */
  write(bytes: Uint8Array, start: number, end: number): void {
    this.#missing -= end - start;
    if (!this.#isWanted) {
      if (this.#missing === 0) this.#readAway?.();
      return;
    }
    this.#gauge.held(end - start);
    for (let at = start; at < end; ) {
      const size = Math.min(PIECE, this.#filled + (end - at) + this.#missing);
      const taken = Math.min(end - at, size - this.#filled);
      this.#grow(this.#filled + taken, size);
      this.#block.set(bytes.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === size) this.#complete();
    }
  }

  /** The rest will not come. */
  cut(error: ImppError): void {
    this.#cutBy = error;
    this.#forget();
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    this.#readAway?.();
  }

  #grow(needed: number, size: number): void {
    if (this.#block.length >= needed) return;
    const wanted = this.#isFlowing ? size : Math.max(needed, 2 * this.#block.length, FIRST);
    const larger = new Uint8Array(Math.min(size, wanted));
    larger.set(this.#block.subarray(0, this.#filled));
    this.#block = larger;
  }

  #complete(): void {
    const piece = this.#block;
    this.#block = NOTHING;
    this.#filled = 0;
    this.#isFlowing = true;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#ready.push(piece);
    else {
      this.#gauge.held(-piece.length);
      waiting.resolve(piece);
    }
  }

  #forget(): void {
    const held = this.#ready.reduce((sum, piece) => sum + piece.length, this.#filled);
    this.#ready = [];
    this.#block = NOTHING;
    this.#filled = 0;
    if (held > 0) this.#gauge.held(-held);
  }
}

/** All of a body that is known to be small enough to be in memory. @throws what `next` throws */
export const wholeOf = async (stream: BodyStream): Promise<Uint8Array> => {
  const body = new Uint8Array(stream.length);
  let at = 0;
  for (let piece = await stream.next(); piece !== undefined; piece = await stream.next()) {
    body.set(piece, at);
    at += piece.length;
  }
  return body;
};
