import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ImppError } from '../../shared/errors.ts';
import type { BodyStream } from '../../shared/impp/message.ts';
import { letGo } from '../let-go.ts';

/** Handed to the socket at a time; what is behind it waits here, so that progress can be seen. */
const SLICE = 256 * 1024;

/** Chunks from this size on are written as they are; smaller ones are joined, which is cheaper than writev. */
const JOINED = 16 * 1024;

/** What waits to be sent to one peer, in its order: octets, and bodies that are read when their turn comes. */
export class Output {
  #parts: (Uint8Array | BodyStream)[] = [];
  #octets = 0;
  #toRead = 0;
  /** Octets that the body at the front has given. */
  #given = 0;
  /** The last of them, which are ours alone. */
  #lastPiece: Uint8Array | undefined;

  /** Octets in memory. */
  get octets(): number {
    return this.#octets;
  }

  /** Octets of bodies that are still to be read. */
  get toRead(): number {
    return this.#toRead;
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  add(octets: Uint8Array): void {
    this.#parts.push(octets);
    this.#octets += octets.length;
  }

  addStream(stream: BodyStream): void {
    this.#parts.push(stream);
    this.#toRead += stream.length;
  }

  /** The body that is to be read before anything can be taken; what it gives goes to `fill`. */
  get stream(): BodyStream | undefined {
    const [first] = this.#parts;
    return first instanceof Uint8Array ? undefined : first;
  }

  /** Puts the next piece of the body at the front before it. @throws internal-error if it is not as long as promised */
  fill(piece: Uint8Array | undefined): void {
    const { stream } = this;
    const left = (stream?.length ?? 0) - this.#given;
    if (piece === undefined || piece.length > left)
      throw new ImppError('internal-error', 'a body is not as long as it was');
    this.#toRead -= piece.length;
    this.#octets += piece.length;
    this.#lastPiece = piece;
    if (piece.length === left) {
      this.#given = 0;
      this.#parts[0] = piece;
    } else {
      this.#given += piece.length;
      this.#parts.unshift(piece);
    }
  }

  /** Hands a slice to the socket; whether it would take more. */
  writeTo(socket: Duplex): boolean {
    const before = this.#octets;
    const slice = this.take(SLICE);
    const octets = before - this.#octets;
    const [only] = slice;
    if (slice.length === 1 && only !== undefined) return this.#writeOne(socket, only);
    if (octets < JOINED * slice.length) return socket.write(Buffer.concat(slice, octets));
    let isFree = true;
    socket.cork();
    for (const part of slice) isFree = socket.write(part);
    socket.uncork();
    return isFree;
  }

  #writeOne(socket: Duplex, octets: Uint8Array): boolean {
    const isPiece = this.#lastPiece === octets;
    // A socket of the system has copied what it has taken; a pair in memory hands it on.
    if (!isPiece || !(socket instanceof Socket)) return socket.write(octets);
    this.#lastPiece = undefined;
    return socket.write(octets, () => letGo(octets));
  }

  /** Takes octets from the front, `most` of them at most, and none from behind a body. */
  take(most: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    let octets = 0;
    for (const part of this.#parts) {
      if (octets >= most || !(part instanceof Uint8Array)) break;
      taken.push(part);
      octets += part.length;
    }
    this.#parts.splice(0, taken.length);
    const last = taken.at(-1);
    const excess = octets - most;
    if (last !== undefined && excess > 0) {
      taken[taken.length - 1] = last.subarray(0, last.length - excess);
      this.#parts.unshift(last.subarray(last.length - excess));
      octets = most;
    }
    this.#octets -= octets;
    return taken;
  }
}
