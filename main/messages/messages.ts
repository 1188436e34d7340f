import type { MessagesPage, RequestOf } from '../../shared/ipc.ts';
import type { Message } from '../../shared/model.ts';
import type { Request } from '../../shared/impp/message.ts';
import type { Answer } from '../connection/connection.ts';
import type { StoredBody } from '../store/messages/messages.ts';
import type { Context } from '../account/context.ts';
import { Conversations } from './conversations.ts';
import { Deferred } from './deferred.ts';
import { type Bounds, History } from './history.ts';
import { Inbox } from './inbox.ts';
import { type Limits, Outbox } from './outbox.ts';
import { readPage } from './pages.ts';
import { ReadMarks } from './read-marks.ts';
import { Receipts } from './receipts.ts';
import { Typing } from './typing.ts';
import { Writing, type Written } from './writing.ts';

/** The conversations of one account: what comes, what goes, and what both sides know of it. */
export class Messages {
  readonly #context: Context;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #history: History;
  readonly #deferred: Deferred;
  readonly #marks: ReadMarks;
  readonly #receipts: Receipts;
  readonly #typing: Typing;
  readonly conversations: Conversations;
  readonly writing: Writing;
  /** The end of the log when this session first saw it. */
  #beginning: number | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.conversations = new Conversations(context, () => this.#deferred.look());
    this.#typing = new Typing(context, (peer) => this.#isThere(peer) && this.#tells(peer, 'sendsTyping'));
    this.#inbox = new Inbox(context, this.conversations, this.#typing, {
      arrived: (sequence, isReplay) => {
        if (isReplay) this.#history.arrived(sequence);
      },
      skipped: () => this.#history.skipped(),
      deferred: () => this.#deferred.look(),
    });
    this.#history = new History(context, () => this.#inbox.settled());
    this.#outbox = new Outbox(context, this.conversations, () => this.#history.sent());
    this.#deferred = new Deferred(
      context,
      (delivered, sequence) => this.#inbox.keepFetched(delivered, sequence),
      (peer) => this.conversations.isRequest(peer),
    );
    this.#marks = new ReadMarks(context, this.conversations);
    this.#receipts = new Receipts(context, this.#outbox, (peer) => this.#tells(peer, 'sendsReceipts'));
    this.writing = new Writing(context, this.#outbox, (peer) => this.#wants(peer, 'sendsReceipts'));
  }

  /** Shows what is kept. Contacts and rules have to be shown before. */
  async load(): Promise<void> {
    await this.conversations.load();
    await this.#history.load();
    await this.#outbox.load();
  }

  /** Before anything of a new connection is taken; gives how far this computer is in the log. */
  async attached({ inboxLast }: Bounds): Promise<number> {
    this.#beginning ??= inboxLast;
    const { store, key, log } = this.#context;
    let position = await store.call('inboxPosition', key);
    if (position > inboxLast) {
      // The domain has lost the end of its log; its numbers are given again.
      log('the inbox is shorter than it was', { position, inboxLast });
      position = inboxLast;
      await store.call('rewindInbox', key, position);
      await store.call('fillGap', key, { first: position + 1, last: Number.MAX_SAFE_INTEGER });
    }
    this.#inbox.online(position);
    return position;
  }

  /** A connection is up. What fails is told to the log. */
  online(limits: Limits, bounds: Bounds, position: number): void {
    const unheard = (part: string) => (error: unknown) =>
      this.#context.log(`${part} did not start`, { error: String(error) });
    // What is read and archived elsewhere comes first: what was missed is shown by it.
    const shared = Promise.all([this.conversations.online(), this.#marks.online()]);
    this.#history.online(bounds, position, shared).catch(unheard('history'));
    this.#deferred.online();
    this.#outbox.online(limits).catch(unheard('outbox'));
  }

  offline(): void {
    this.#history.offline();
    this.conversations.offline();
    this.#marks.offline();
    this.#deferred.offline();
    this.#outbox.offline();
    this.#typing.offline();
  }

  close(): void {
    this.conversations.close();
    this.#outbox.close();
  }

  /** SEND. */
  take(request: Request): Promise<Answer> {
    return this.#inbox.take(request);
  }

  /** Whether a message came to the inbox after the program was there to tell of it. */
  isNews({ isMine, order }: Message): boolean {
    return !isMine && this.#beginning !== undefined && order > this.#beginning;
  }

  /** DOCUMENT-NOTIFY. */
  documentChanged(name: string): void {
    if (name === 'read-marks') this.#marks.changed();
    else if (name === 'x-conversations') this.conversations.changed();
  }

  /** `peer` has appeared who was not there. */
  appeared(peer: string): void {
    this.#outbox.appeared(peer);
  }

  page(peer: string, part: Omit<RequestOf<'messages.page'>, 'account' | 'peer'>): Promise<MessagesPage> {
    return readPage(this.#context, this.#history, peer, part);
  }

  /** Sends what the person wrote, which says that they have read what came before, and write no longer. */
  async send(peer: string, written: Written): Promise<Message> {
    this.#typing.sent(peer);
    const message = await this.writing.send(peer, written);
    await this.#haveRead(peer);
    return message;
  }

  /** Sends a message to somebody else. Throws as `fetch` and `send` do. */
  async forward(id: number, from: Messages, peer: string): Promise<Message> {
    const { message, body } = await from.whole(id);
    const forwarded = await this.writing.forward(message, body, peer);
    await this.#haveRead(peer);
    return forwarded;
  }

  retry(id: number): Promise<void> {
    return this.#outbox.retry(id);
  }

  /** Stops sending or fetching. Throws `not-found` where neither is going on. */
  async cancel(id: number): Promise<void> {
    if (!this.#deferred.cancel(id)) await this.#outbox.cancel(id);
  }

  /** Throws `not-found`, `unreachable`, and what the domain says. */
  fetch(id: number): Promise<void> {
    return this.#deferred.fetch(id);
  }

  /** A message with all its octets, fetched first where they are at the domain. Throws as `fetch` does. */
  async whole(id: number): Promise<{ readonly message: Message; readonly body: StoredBody }> {
    const { store } = this.#context;
    if ((await store.call('getMessage', id)).deferred !== undefined) await this.fetch(id);
    return { message: await store.call('getMessage', id), body: await store.call('messageBody', id) };
  }

  /** The person has read all that is here of the conversation. */
  async read(peer: string): Promise<void> {
    await this.#marks.read(peer);
    await this.#receipts.read(peer);
  }

  /** The person writes to `peer`, or has stopped. */
  typing(peer: string, isTyping: boolean): void {
    this.#typing.changed(peer, isTyping);
  }

  /** The store counts it as read when an answer is written. */
  async #haveRead(peer: string): Promise<void> {
    this.#marks.moved();
    await this.#receipts.read(peer);
  }

  /** A contact whose presence says that somebody may see it. */
  #isThere(peer: string): boolean {
    const { mirror, url } = this.#context;
    const state = mirror.contact(url, peer)?.presence.state ?? 'unknown';
    return state !== 'offline' && state !== 'unknown';
  }

  /** As set for the one person, else in general. */
  #wants(peer: string, what: 'sendsReceipts' | 'sendsTyping'): boolean {
    const { mirror, url } = this.#context;
    return mirror.conversation(url, peer)?.[what] ?? mirror.settings[what];
  }

  #tells(peer: string, what: 'sendsReceipts' | 'sendsTyping'): boolean {
    return this.#wants(peer, what) && !this.conversations.isRequest(peer);
  }
}
