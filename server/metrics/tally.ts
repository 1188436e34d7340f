/** Counts by name. Names come from us, never from a peer: there is a bounded number of them. */
export class Counts {
  readonly #counts = new Map<string, number>();

  /** `names`: counted from the beginning, at 0, so that even the first is seen as an increase. */
  constructor(names: readonly string[] = []) {
    for (const name of names) this.#counts.set(name, 0);
  }

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  entries(): Iterable<[name: string, count: number]> {
    return this.#counts.entries();
  }
}

/** Who is at the other end: one of our people's devices, or another domain. */
export type PeerKind = 'client' | 'domain';

/** Why a connection was turned away, or cut off, without an answer to a request. */
export type CutReason =
  | 'too-many-strangers'
  | 'no-handshake'
  | 'no-sign-in'
  | 'octets-before-tls'
  | 'malformed-answer'
  | 'no-answer'
  | 'slow-reader'
  | 'stalled-reader';

/** What peers of one kind have asked. */
export class PeerTally {
  /** Requests that were answered OK, by method: the others may name any. */
  readonly done = new Counts();
  /** Answers ERROR of ours, by their code. */
  readonly refused = new Counts();
  /** Messages that were taken, by what became of them at the answer. */
  readonly messages = new Counts();
}

/**
 * What has happened since the start, counted where it happens and cheap enough for every request. Who wants to see it
 * asks for it: server/metrics/registry.ts.
 */
export class Tally {
  readonly client = new PeerTally();
  readonly domain = new PeerTally();
  readonly #cut = new Counts();
  readonly #logged = new Counts(['warn', 'error']);
  connections = 0;
  /** How often another domain could not be reached. */
  unreachable = 0;

  cut(reason: CutReason): void {
    this.#cut.add(reason);
  }

  logged(level: 'warn' | 'error'): void {
    this.#logged.add(level);
  }

  get cuts(): Iterable<[reason: string, count: number]> {
    return this.#cut.entries();
  }

  get logs(): Iterable<[level: string, count: number]> {
    return this.#logged.entries();
  }
}
