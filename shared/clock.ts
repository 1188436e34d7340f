/** The passing of time, as an argument. Hosts give the real one; tests give one that stands still. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Calls `run` once after `delay` milliseconds; the function returned cancels it. */
  after(delay: number, run: () => void): () => void;
}

/** `length` octets that nobody can guess. */
export type RandomBytes = (length: number) => Uint8Array;
