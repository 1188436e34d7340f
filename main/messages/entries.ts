import { ImppError } from '../../shared/errors.ts';
import { parseUrl } from '../../shared/impp/address.ts';
import { type Headers, readTime } from '../../shared/impp/headers.ts';
import { type ReadMessage, readMessage } from '../../shared/mime/read.ts';
import type { Effect } from '../store/messages/effects.ts';
import type { Entry } from '../store/messages/entries.ts';
import type { Context } from '../account/context.ts';

/** An entry of the inbox as it came. */
export interface Delivered {
  readonly headers: Headers;
  /** Who sent it: From of a SEND, Origin of what was fetched. */
  readonly from: string | undefined;
  readonly body: Uint8Array | undefined;
  /** Octets that were left at the domain. */
  readonly deferred?: number | undefined;
}

/** What has been made of it. */
export interface Understood {
  readonly entry: Entry;
  readonly message: ReadMessage;
}

const NOTHING = new Uint8Array();

/** The time of writing as the sender has it, unless that is later than the server's: nothing comes from the future. */
const writtenAt = (date: number | undefined, received: number): number =>
  date === undefined ? received : Math.min(date, received);

/** What it does to another message; undefined: it is one to show. */
const effectOf = ({ kind, supersedes, text, files }: ReadMessage): Effect | undefined => {
  switch (kind.type) {
    case 'reaction':
      return { kind: 'reaction', target: kind.to, payload: kind.emoji };
    case 'receipt':
      return { kind: 'receipt', target: kind.of, payload: kind.disposition };
    case 'text':
      if (supersedes === undefined) return undefined;
      return text.trim() === '' && files.length === 0
        ? { kind: 'retraction', target: supersedes, payload: '' }
        : { kind: 'correction', target: supersedes, payload: text };
    case 'composing':
      return undefined;
  }
};

/**
 * Reads an entry tolerantly: what has no text is kept and shown all the same. Throws `bad-request` for one that
 * belongs to nobody.
 */
export const understand = (
  { key, url, clock }: Context,
  { headers, from, body, deferred }: Delivered,
): Understood => {
  const isCopy = headers.get('Copy') === 'sent';
  const messageId = headers.get('Message-ID');
  const peer = isCopy ? headers.get('Target') : from;
  if (peer === undefined || from === undefined || messageId === undefined) {
    throw new ImppError('bad-request', 'an entry without From, Target or Message-ID');
  }
  const isMine = from === url;
  const receivedAt = readTime(headers, 'Received') ?? clock.now();
  const contentType = headers.get('Content-Type');
  const message = readMessage(body ?? NOTHING, contentType);
  const isHere = deferred === undefined;
  const expires = readTime(headers, 'Expires');
  return {
    message,
    entry: {
      account: key,
      peer: parseUrl(peer).url,
      messageId,
      at: writtenAt(message.date, receivedAt),
      receivedAt,
      text: isHere ? message.text : '',
      files: isHere ? message.files : [],
      body: body ?? NOTHING,
      contentType,
      quote: message.inReplyTo,
      isForwarded: message.isForwarded,
      expires,
      isMine,
      // In one's own log means taken by the target's server; to oneself, by this very device.
      outcome: isMine ? (isCopy ? 'stored' : 'delivered') : undefined,
      wantsReceipt: message.wantsReceipt && !isMine,
      deferred,
      effect: isHere ? effectOf(message) : undefined,
    },
  };
};
