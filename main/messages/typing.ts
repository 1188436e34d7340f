import { buildComposing } from '../../shared/mime/build.ts';
import type { Composing } from '../../shared/mime/composing.ts';
import { inboxOf, newMessageId } from '../account/addressing.ts';
import type { Context } from '../account/context.ts';

/** While somebody writes on, it is said again this often [RFC 3994 3.3]. */
const AGAIN_AFTER = 60_000;
/** Seconds: what the other side is told, with room for what is on its way. */
const REFRESH = 75;
/** Without a key for this long, somebody no longer writes. */
const IDLE_AFTER = 15_000;
/** Seconds, where the other side does not say [RFC 3994 3.3]; and the longest that is believed. */
const DEFAULT_REFRESH = 120;
const LONGEST_REFRESH = 300;

interface Writing {
  readonly toldAt: number;
  readonly cancelIdle: () => void;
}

/** That somebody writes: told to those who may know, and shown of others. Never stored [IMPP 15]. */
export class Typing {
  readonly #context: Context;
  readonly #isTold: (peer: string) => boolean;
  readonly #writing = new Map<string, Writing>();
  /** Who is shown as writing, and until when. */
  readonly #shown = new Map<string, number>();

  /** `isTold`: whether `peer` is to know when the person writes to them. */
  constructor(context: Context, isTold: (peer: string) => boolean) {
    this.#context = context;
    this.#isTold = isTold;
  }

  /** Nothing more can be told, and nothing more is heard. */
  offline(): void {
    for (const { cancelIdle } of this.#writing.values()) cancelIdle();
    this.#writing.clear();
    for (const peer of this.#shown.keys()) this.ended(peer);
  }

  /** The person writes to `peer`, or has stopped. */
  changed(peer: string, isTyping: boolean): void {
    const { clock } = this.#context;
    const writing = this.#writing.get(peer);
    writing?.cancelIdle();
    if (!isTyping || !this.#isTold(peer)) {
      if (writing !== undefined) this.#idle(peer);
      return;
    }
    const isDue = writing === undefined || clock.now() - writing.toldAt >= AGAIN_AFTER;
    if (isDue) this.#tell(peer, { isActive: true, refresh: REFRESH });
    this.#writing.set(peer, {
      toldAt: isDue ? clock.now() : writing.toldAt,
      cancelIdle: clock.after(IDLE_AFTER, () => this.#idle(peer)),
    });
  }

  /** A message goes to `peer`: that says that it is written. */
  sent(peer: string): void {
    this.#writing.get(peer)?.cancelIdle();
    this.#writing.delete(peer);
  }

  /** `peer` says that they write, or no longer. */
  heard(peer: string, { isActive, refresh = DEFAULT_REFRESH }: Composing): void {
    if (!isActive) return this.ended(peer);
    const { mirror, url, clock } = this.#context;
    const until = clock.now() + Math.min(refresh, LONGEST_REFRESH) * 1000;
    this.#shown.set(peer, until);
    mirror.tellTyping(url, peer, until);
  }

  /** A message of `peer` is here, or they are gone: they do not write any more. */
  ended(peer: string): void {
    const { mirror, url } = this.#context;
    if (this.#shown.delete(peer)) mirror.tellTyping(url, peer, 0);
  }

  #idle(peer: string): void {
    this.#writing.delete(peer);
    this.#tell(peer, { isActive: false });
  }

  #tell(peer: string, composing: Composing): void {
    const { url, clock } = this.#context;
    const to = inboxOf(this.#context, peer);
    const messageId = newMessageId(this.#context);
    const body = buildComposing({ from: url, to, date: clock.now(), messageId, ...composing });
    this.#request(to, messageId, body).catch(() => {
      // Nobody was there to see it, or it was refused: nothing follows from that.
    });
  }

  async #request(to: string, messageId: string, body: Uint8Array): Promise<void> {
    await this.#context.connection().request(
      'SEND',
      [
        ['Target', to],
        ['Message-ID', messageId],
        ['Storage', 'none'],
        ['Content-Type', 'message/rfc822'],
      ],
      body,
    );
  }
}
