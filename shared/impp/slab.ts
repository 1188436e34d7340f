/**
 * A body that is a view of its chunk keeps the whole chunk in memory, up to 64 KiB for a few octets, for as long
 * as somebody keeps it. So a small body in a larger chunk moves to a slab of this size, which is cheaper than an
 * array of its own and pins as little; it costs its one copy.
 */
const SLAB = 4096;
/** A body that is at least this part of what it keeps alive may keep it. */
const SHARED_PART = 4;
/** Making the view that `set` needs takes longer than to copy so few octets. */
const COPIED_BY_HAND = 64;

const NOTHING = new Uint8Array(0);

/** Where the small bodies of one chunk go. It lives no longer than the chunk is read: idle connections hold none. */
export class Slab {
  #bytes = NOTHING;
  #used = 0;

  /** The octets of `chunk` from `start` to `end` as a body: a view of it if that keeps little else alive, else a copy. */
  part(chunk: Uint8Array, start: number, end: number): Uint8Array {
    const length = end - start;
    if (chunk.length <= SLAB || length * SHARED_PART >= chunk.length) {
      return new Uint8Array(chunk.buffer, chunk.byteOffset + start, length);
    }
    if (length * SHARED_PART >= SLAB) return new Uint8Array(chunk.subarray(start, end));
    if (this.#bytes.length - this.#used < length) {
      this.#bytes = new Uint8Array(SLAB);
      this.#used = 0;
    }
    const copy = new Uint8Array(this.#bytes.buffer, this.#used, length);
    if (length <= COPIED_BY_HAND) {
      for (let at = 0; at < length; at += 1) copy[at] = chunk[start + at] as number;
    } else copy.set(chunk.subarray(start, end));
    this.#used += length;
    return copy;
  }
}
