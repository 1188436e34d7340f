import { ImppError } from '../../shared/errors.ts';
import { parseUrl } from '../../shared/impp/address.ts';
import { type Headers, readDecimal, readTime } from '../../shared/impp/headers.ts';
import type { Request } from '../../shared/impp/message.ts';
import { readMessage } from '../../shared/mime/read.ts';
import type { Answer } from '../connection/connection.ts';
import type { Entry } from '../store/messages.ts';
import type { Context } from './context.ts';

/** Takes what the server delivers: on disk here before the server hears OK, and once [IMPP 8]. */
export class Inbox {
  readonly #context: Context;
  #isFetching = false;
  #isOnline = false;
  /** The store has failed: nothing more is taken on this connection. */
  #isBroken = false;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Fetches what was left at the server. */
  online(): void {
    this.#isOnline = true;
    this.#isBroken = false;
    this.#fetchDeferred();
  }

  offline(): void {
    this.#isOnline = false;
  }

  /** SEND. The store is asked before anything is waited for, so that entries keep their order. */
  async take(request: Request): Promise<Answer> {
    const { headers, body } = request;
    const { store, key } = this.#context;
    const sequence = readDecimal(headers, 'Inbox-Sequence');
    // What is never stored (typing signals) is for programs that show it.
    if (sequence === undefined) return {};
    if (this.#isBroken) throw new ImppError('internal-error', 'the store has failed');
    const deferred = headers.get('Body-Deferred');
    const entry = deferred === undefined ? this.#read(headers, headers.get('From'), body) : undefined;
    try {
      if (entry === undefined) {
        // What cannot even be placed would come for ever if it were not passed by.
        await store.call('passEntry', key, sequence, deferred !== undefined);
      } else await this.#keep(entry, sequence);
    } catch (error) {
      await this.#broke(sequence, error);
      throw error;
    }
    if (deferred !== undefined) {
      this.#fetchDeferred();
      return { headers: [['Body-Deferred', deferred]] };
    }
    if (entry === undefined)
      throw new ImppError('bad-request', 'an entry without From, Target or Message-ID');
    return {};
  }

  #read(headers: Headers, from: string | undefined, body: Uint8Array | undefined): Entry | undefined {
    try {
      return entryOf(this.#context, headers, from, body);
    } catch (error) {
      this.#context.log('an entry cannot be placed', { error: String(error) });
      return undefined;
    }
  }

  /** The position must not pass an entry that is not on disk, though later ones may be by now. */
  async #broke(sequence: number, error: unknown): Promise<void> {
    this.#isBroken = true;
    await this.#context.store.call('rewindInbox', this.#context.key, sequence - 1).catch(() => null);
    this.#context.fail(error);
  }

  async #keep(entry: Entry, sequence: number): Promise<void> {
    const { store, mirror } = this.#context;
    const written = await store.call('addEntry', entry, sequence);
    if (written === undefined) return;
    mirror.tellMessage(written.message);
    mirror.setConversation(written.conversation);
  }

  #fetchDeferred(): void {
    if (this.#isFetching || !this.#isOnline) return;
    this.#isFetching = true;
    this.#fetchAll()
      .catch((error: unknown) =>
        this.#context.log('a large message was not fetched', { error: String(error) }),
      )
      .finally(() => {
        this.#isFetching = false;
      });
  }

  async #fetchAll(): Promise<void> {
    const { store, key } = this.#context;
    for (;;) {
      const sequences = await store.call('listDeferred', key);
      if (sequences.length === 0 || !this.#isOnline) return;
      await this.#context.bulk(async (connection) => {
        for (const sequence of sequences) {
          try {
            const { headers, body } = await connection.request('GET-MESSAGE', [
              ['Inbox-Sequence', String(sequence)],
            ]);
            const entry = this.#read(headers, headers.get('Origin'), body);
            if (entry === undefined) await store.call('passEntry', key, sequence, false);
            else await this.#keep(entry, sequence);
          } catch (error) {
            if (!(error instanceof ImppError) || error.code !== 'message-unknown') throw error;
            await store.call('passEntry', key, sequence, false);
          }
        }
      });
    }
  }
}

/** The time of writing as the sender has it, unless that is later than the server's: nothing comes from the future. */
const writtenAt = (date: number | undefined, received: number): number =>
  date === undefined ? received : Math.min(date, received);

/** Reads an entry tolerantly: what has no text is kept and shown all the same. */
const entryOf = (
  { key, url, clock }: Context,
  headers: Headers,
  from: string | undefined,
  body: Uint8Array | undefined,
): Entry => {
  const isCopy = headers.get('Copy') === 'sent';
  const target = headers.get('Target');
  const messageId = headers.get('Message-ID');
  const peer = isCopy ? target : from;
  if (peer === undefined || from === undefined || messageId === undefined) {
    throw new ImppError('bad-request', 'an entry without From, Target or Message-ID');
  }
  const isMine = from === url;
  const receivedAt = readTime(headers, 'Received') ?? clock.now();
  const message = readMessage(body ?? new Uint8Array(), headers.get('Content-Type'));
  return {
    account: key,
    peer: parseUrl(peer).url,
    messageId,
    at: writtenAt(message.date, receivedAt),
    receivedAt,
    text: message.text,
    files: message.attachments.map((name, index) => ({
      index,
      name,
      type: 'application/octet-stream',
      size: 0,
    })),
    body: body ?? new Uint8Array(),
    isMine,
    // In one's own log means taken by the target's server; to oneself, by this very device.
    outcome: isMine ? (isCopy ? 'stored' : 'delivered') : undefined,
  };
};
