import { createHash } from 'node:crypto';
import { ImppError } from '../../shared/errors.ts';
import { buildReceipt } from '../../shared/mime/build.ts';
import { inboxOf } from '../account/addressing.ts';
import type { Context } from '../account/context.ts';
import type { Outbox } from './outbox.ts';

/** Tells those who asked that their message was displayed [RFC 5438], where that is wanted. */
export class Receipts {
  readonly #context: Context;
  readonly #outbox: Outbox;
  readonly #isTold: (peer: string) => boolean;

  /** `isTold`: whether `peer` is to know what has been read. */
  constructor(context: Context, outbox: Outbox, isTold: (peer: string) => boolean) {
    this.#context = context;
    this.#outbox = outbox;
    this.#isTold = isTold;
  }

  /** The person has read the conversation here. What was read while they did not want to tell is never told. */
  async read(peer: string): Promise<void> {
    const { store, key } = this.#context;
    if (!this.#isTold(peer)) {
      await store.call('forgoReceipts', key, peer);
      return;
    }
    for (const due of await store.call('listReceiptsDue', key, peer)) {
      try {
        await this.#send(peer, due);
      } catch (error) {
        // Another device of the account has told it meanwhile: nobody is told twice.
        if (!(error instanceof ImppError) || error.code !== 'conflict') throw error;
      }
    }
  }

  async #send(peer: string, original: { readonly messageId: string; readonly at: number }): Promise<void> {
    const { key, url, clock } = this.#context;
    const messageId = this.#idFor(original.messageId, peer);
    const to = inboxOf(this.#context, peer);
    const at = clock.now();
    await this.#outbox.sendControl({
      account: key,
      peer,
      inbox: to,
      messageId,
      at,
      effect: { kind: 'receipt', target: original.messageId, payload: 'displayed' },
      body: buildReceipt({
        from: url,
        to,
        date: at,
        messageId,
        original: { messageId: original.messageId, date: original.at },
        kind: 'display',
      }),
    });
  }

  /** The same on all devices of the account: if two read at the same time, the domain takes one of the receipts. */
  #idFor(original: string, peer: string): string {
    const { url, host } = this.#context;
    const digest = createHash('sha256').update(`${url} ${peer} ${original}`).digest('base64url');
    return `<read.${digest.slice(0, 24)}@${host}>`;
  }
}
