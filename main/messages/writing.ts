import { ImppError } from '../../shared/errors.ts';
import type { RequestOf } from '../../shared/ipc.ts';
import type { Message } from '../../shared/model.ts';
import { buildMessage, buildReaction, type NewFile } from '../../shared/mime/build.ts';
import { encodedSize } from '../../shared/mime/size.ts';
import { emojiIn } from '../../shared/mime/reaction.ts';
import { readFile, readMessage } from '../../shared/mime/read.ts';
import type { Effect } from '../store/messages/effects.ts';
import type { StoredBody } from '../store/messages/messages.ts';
import { inboxOf, newMessageId } from '../account/addressing.ts';
import type { Context } from '../account/context.ts';
import type { Outbox } from './outbox.ts';

/** What the person wrote; the files' octets are with the program by then. */
export type Written = Omit<RequestOf<'message.send'>, 'account' | 'peer' | 'files'> & {
  readonly files?: readonly NewFile[];
};

/** Whole seconds, as the message's Date says it: both sides then show the same order. */
const inSeconds = (time: number): number => time - (time % 1000);

/** Makes messages, and what changes them, of what the person does; the outbox sends them. */
export class Writing {
  readonly #context: Context;
  readonly #outbox: Outbox;
  readonly #wantsReceipts: (peer: string) => boolean;

  /** `wantsReceipts`: whether `peer` is asked to tell when they have read. */
  constructor(context: Context, outbox: Outbox, wantsReceipts: (peer: string) => boolean) {
    this.#context = context;
    this.#outbox = outbox;
    this.#wantsReceipts = wantsReceipts;
  }

  /**
   * Throws `message-too-large` for what the domain would not take; `sizes`: octets of each file. For what has
   * to be known before the files are read.
   */
  checkSize(text: string, sizes: readonly number[]): void {
    const { mirror, url } = this.#context;
    const maxMessageSize = mirror.account(url)?.maxMessageSize;
    const files = sizes.map((length) => ({ bytes: { length } }));
    if (maxMessageSize !== undefined && encodedSize(files, text) > maxMessageSize) {
      throw new ImppError('message-too-large', 'the message is too large', { data: { maxMessageSize } });
    }
  }

  /** Resolves when the message is on disk. Throws `message-too-large`, `not-found`, `invalid-argument`. */
  async send(peer: string, written: Written): Promise<Message> {
    const { store } = this.#context;
    const quoted = written.quote === undefined ? undefined : await store.call('getMessage', written.quote);
    if (quoted !== undefined && quoted.peer !== peer) {
      throw new ImppError('invalid-argument', 'what is quoted stands in another conversation');
    }
    return this.#send(peer, { ...written, quote: quoted?.messageId, isForwarded: false });
  }

  /** Sends what somebody wrote, or one wrote oneself, to somebody else. Throws as `send` does. */
  async forward(message: Message, { body, contentType }: StoredBody, peer: string): Promise<Message> {
    const files = message.files.map(({ index }) => readFile(body, contentType, index));
    return this.#send(peer, { text: message.text, files, quote: undefined, isForwarded: true });
  }

  /** A new version of one's own message. Throws `not-found`, `invalid-argument`, `message-too-large`. */
  async correct(id: number, text: string): Promise<Message> {
    const { store } = this.#context;
    const message = await this.#own(id);
    if (message.text === text) return message;
    this.checkSize(text, []);
    await this.#supersede(message, { kind: 'correction', target: message.messageId, payload: text });
    return store.call('getMessage', id);
  }

  /** Takes one's own message back; one that nobody has got is just gone. Throws `not-found`, `invalid-argument`. */
  async retract(id: number): Promise<void> {
    const message = await this.#own(id);
    if (await this.#outbox.withdraw(id)) return;
    await this.#supersede(message, { kind: 'retraction', target: message.messageId, payload: '' });
  }

  /** Reacts, in the place of a former reaction; empty: takes that back. Throws `not-found`, `invalid-argument`. */
  async react(id: number, text: string): Promise<void> {
    const { store, clock, key, url } = this.#context;
    const message = await store.call('getMessage', id);
    const former = await store.call('ownReaction', id);
    if (text === '') {
      if (former === undefined || former.isWithdrawn) return;
      await this.#supersede(message, { kind: 'retraction', target: former.messageId, payload: '' });
      return;
    }
    const emoji = emojiIn(text);
    if (emoji === undefined || message.isRetracted) {
      throw new ImppError('invalid-argument', 'a reaction is an emoji, to a message');
    }
    const { peer } = message;
    const to = inboxOf(this.#context, peer);
    const messageId = newMessageId(this.#context);
    // Of two in one second, all sides have to know the later one.
    const at = Math.max(inSeconds(clock.now()), (former?.at ?? 0) + 1000);
    await this.#outbox.sendControl({
      account: key,
      peer,
      inbox: to,
      messageId,
      at,
      effect: { kind: 'reaction', target: message.messageId, payload: emoji },
      body: buildReaction({ from: url, to, date: at, messageId, inReplyTo: message.messageId, emoji }),
    });
  }

  async #send(
    peer: string,
    written: Omit<Written, 'quote'> & { readonly quote: string | undefined; readonly isForwarded: boolean },
  ): Promise<Message> {
    const { key, url, clock } = this.#context;
    const { text, files = [], quote, isForwarded, expires, isOnlyNow = false } = written;
    this.checkSize(
      text,
      files.map(({ bytes }) => bytes.length),
    );
    const now = clock.now();
    if (expires !== undefined && expires <= now)
      throw new ImppError('invalid-argument', 'the end has passed');
    const at = inSeconds(now);
    const target = inboxOf(this.#context, peer);
    const messageId = newMessageId(this.#context);
    const body = buildMessage({
      from: url,
      to: target,
      date: at,
      messageId,
      text,
      files,
      inReplyTo: quote,
      references: quote === undefined ? undefined : [quote],
      wantsReceipt: !isOnlyNow && this.#wantsReceipts(peer),
      isForwarded,
    });
    // Shown as all others will read it.
    const shown = readMessage(body);
    return this.#outbox.send({
      account: key,
      peer,
      messageId,
      at,
      receivedAt: now,
      text: shown.text,
      files: shown.files,
      target,
      body,
      quote,
      isForwarded,
      expires,
      isOnlyNow,
    });
  }

  async #own(id: number): Promise<Message> {
    const message = await this.#context.store.call('getMessage', id);
    const isGone = message.isRetracted || message.outcome === 'failed' || message.outcome === 'expired';
    if (!message.isMine || isGone) {
      throw new ImppError('invalid-argument', 'only what one has sent can be changed');
    }
    return message;
  }

  async #supersede({ peer, correctedAt, quote }: Message, effect: Effect): Promise<void> {
    const { key, url, clock } = this.#context;
    const to = inboxOf(this.#context, peer);
    const messageId = newMessageId(this.#context);
    const at = Math.max(inSeconds(clock.now()), (correctedAt ?? 0) + 1000);
    await this.#outbox.sendControl({
      account: key,
      peer,
      inbox: to,
      messageId,
      at,
      effect,
      body: buildMessage({
        from: url,
        to,
        date: at,
        messageId,
        text: effect.payload,
        supersedes: effect.target,
        inReplyTo: effect.kind === 'correction' ? quote?.messageId : undefined,
      }),
    });
  }
}
