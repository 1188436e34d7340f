import type { Context } from '../account/context.ts';
import type { Conversations } from './conversations.ts';
import { changeShared, documentNamed } from '../account/documents.ts';
import {
  formatReadMarks,
  NOTHING_READ,
  parseReadMarks,
  READ_MARKS_TYPE,
  withMarks,
} from './read-marks-document.ts';
import { Synchronisation } from '../account/synchronisation.ts';

const DOCUMENT = documentNamed('read-marks', READ_MARKS_TYPE);
/** Who looks through ten conversations in a row need not write ten documents. Milliseconds. */
const INTERVAL = 2000;

/** How far the person has read, the same on all devices through the account's `read-marks` document [IMPP 10]. */
export class ReadMarks {
  readonly #context: Context;
  readonly #conversations: Conversations;
  readonly #synchronisation: Synchronisation;

  constructor(context: Context, conversations: Conversations) {
    this.#context = context;
    this.#conversations = conversations;
    this.#synchronisation = new Synchronisation(context, 'read marks', () => this.#synchronise(), INTERVAL);
  }

  /** Resolves when the marks are those of the domain, or could not be. */
  online(): Promise<void> {
    return this.#synchronisation.online();
  }

  offline(): void {
    this.#synchronisation.offline();
  }

  /** Another device has changed the document. */
  changed(): void {
    this.#synchronisation.want();
  }

  /** Everything that is here of the conversation has been read. */
  async read(peer: string): Promise<void> {
    const { store, key, clock } = this.#context;
    const stored = await store.call('markRead', key, peer, clock.now());
    if (stored === undefined) return;
    this.#conversations.show(stored);
    this.moved();
  }

  /** A mark has moved in the store. */
  moved(): void {
    this.#synchronisation.want();
  }

  /** Both sides then have the higher mark of each. */
  async #synchronise(): Promise<void> {
    const { store, key, clock } = this.#context;
    const through = await store.call('readEverywhere', key);
    const { all, marks } = await store.call('listMarks', key);
    const here = { all, marks: new Map(marks.map(({ address, sequence }) => [address, sequence])) };
    let there = NOTHING_READ;
    await changeShared(this.#context, DOCUMENT, (body) => {
      there = parseReadMarks(body);
      const merged = withMarks(there, here);
      return merged === undefined ? undefined : formatReadMarks(merged, through);
    });
    const theirs = {
      all: there.all,
      marks: [...there.marks].map(([address, sequence]) => ({ address, sequence })),
    };
    const changed = await store.call('mergeMarks', key, theirs, clock.now());
    // All at once, before one of them changes again.
    for (const stored of changed) this.#conversations.show(stored);
    // Who read it there has sent the receipts, or would not.
    for (const { peer } of changed) await store.call('forgoReceipts', key, peer);
  }
}
