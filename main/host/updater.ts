/** A newer version of the program, as its feed names it. */
export interface NewVersion {
  readonly version: string;
}

/**
 * Puts a newer version of the program in its place, one step at a time and only when told to. Every step throws
 * `unreachable`, `update-refused` for what is not from whom this program is, or `internal-error` with the system's word.
 */
export interface Updater {
  /** The newer version that the feed has; undefined: this one is the newest. */
  look(): Promise<NewVersion | undefined>;
  /** Fetches what `look` found and checks it; `tell` is given octets. Throws `cancelled` after `signal`. */
  download(tell: (done: number, total: number) => void, signal: AbortSignal): Promise<void>;
  /** Ends the program in order, and starts it again as what was downloaded. */
  restart(): void;
}
