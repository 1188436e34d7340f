import type { ImppError } from '../../shared/errors.ts';
import type { Endpoint, Reply } from '../domain.ts';
import type { Storage } from '../storage/storage.ts';
import { deferredOctets, type Entry, entryHeaders, isExpired } from './entry.ts';
import { bodyOf } from './large-bodies.ts';
import { isOk, MAX_IN_FLIGHT_OCTETS } from './reader.ts';

/** Entries with their bodies read at a time. */
const CHUNK = 32;

export interface PageRequest {
  readonly endpoint: Endpoint;
  /** The page ends before this number; undefined: with the newest entry. */
  readonly before: number | undefined;
  readonly limit: number;
  /** Octets over which a body is deferred. */
  readonly bodyLimit: number;
  readonly now: () => number;
  /** The device has answered OK for an entry that came with its body. */
  readonly acknowledged: (entry: Entry) => void;
}

/**
 * Sends the entries of a page, ascending, with `Replay: yes`; the value is there when the last of them is on
 * the wire [IMPP 8, GET-INBOX]. Expired and removed entries are passed over, not counted.
 * @throws closed or timeout if the connection ends meanwhile
 */
export async function sendPage(storage: Storage, page: PageRequest): Promise<Reply> {
  const { endpoint, bodyLimit } = page;
  const sequences = await sequencesOf(storage, page);
  const last = sequences.at(-1) ?? 0;
  const wanted = new Set(sequences);
  const flow = new Flow(storage, page);
  for (let after = (sequences[0] ?? 1) - 1; after < last; ) {
    const chunk = await storage.entries(endpoint.inbox, { after, limit: CHUNK, bodyLimit });
    for (const entry of chunk) {
      if (!wanted.has(entry.sequence) || isExpired(entry, page.now())) continue;
      await flow.send(entry);
    }
    after = chunk.at(-1)?.sequence ?? last;
  }
  return { headers: [['Count', String(flow.count)]] };
}

/** The numbers of the page: the entries that a device may still get, without their bodies. */
async function sequencesOf(
  storage: Storage,
  { endpoint, before, limit, now }: PageRequest,
): Promise<number[]> {
  let sequences: number[] = [];
  let end = before ?? Number.MAX_SAFE_INTEGER;
  while (sequences.length < limit) {
    const range = { before: end, limit: limit - sequences.length, bodyLimit: 0 };
    const found = await storage.entries(endpoint.inbox, range);
    const first = found[0];
    if (!first) break;
    const present = found.filter((entry) => !isExpired(entry, now()));
    sequences = [...present.map((entry) => entry.sequence), ...sequences];
    end = first.sequence;
  }
  return sequences;
}

/** Sends entries no faster than the device takes them, so that a page is never held in memory. */
class Flow {
  readonly #storage: Storage;
  readonly #page: PageRequest;
  #octets = 0;
  #failure: ImppError | undefined;
  count = 0;

  constructor(storage: Storage, page: PageRequest) {
    this.#storage = storage;
    this.#page = page;
  }

  /** Settles at once if the entry is on the wire, else (it had to wait for the window) when it is answered. */
  async send(entry: Entry): Promise<void> {
    if (this.#failure) throw this.#failure;
    const { endpoint, bodyLimit } = this.#page;
    const isAtOnce = endpoint.hasRoom && this.#octets < MAX_IN_FLIGHT_OCTETS;
    this.count += 1;
    const answered = this.#request(entry, deferredOctets(entry, bodyLimit));
    if (!isAtOnce) await answered;
    if (this.#failure) throw this.#failure;
  }

  #request(entry: Entry, deferred: number | undefined): Promise<void> {
    const { endpoint } = this.#page;
    const body = deferred === undefined ? bodyOf(this.#storage, entry) : undefined;
    const octets = body?.length ?? 0;
    this.#octets += octets;
    return new Promise((resolve) => {
      endpoint.request('SEND', entryHeaders(entry, true, deferred), body, (outcome) => {
        this.#octets -= octets;
        // Without a response the connection has ended, and the page with it.
        if (!('ok' in outcome)) this.#failure = outcome;
        else if (isOk(outcome) && deferred === undefined) this.#page.acknowledged(entry);
        resolve();
      });
    });
  }
}
