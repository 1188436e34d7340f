// What tests of the inbox say to each other.

import { createMemoryStorage } from '../../../server/storage/memory.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import type { Request, Response } from '../../../shared/impp/message.ts';
import { HOST, urlOf } from '../harness.ts';
import type { HeaderPairs, Peer } from '../peer.ts';

export interface Mail {
  readonly id?: string;
  readonly text?: string;
  /** Octets of the text instead of a text. */
  readonly size?: number;
  readonly headers?: HeaderPairs;
  /** USER in the inner fields, where they are to differ. */
  readonly innerFrom?: string;
  readonly innerTo?: string;
}

export const idOf = (id: string): string => `<${id}@${HOST}>`;

/** A message of USER to USER, as RFC 822 has it. */
export const mail = (from: string, to: string, { id = 'm1', text = 'Hello', size }: Mail = {}): string =>
  [
    `From: <${from}@${HOST}>`,
    `To: <${to}@${HOST}>`,
    'Date: Mon, 05 Jan 2026 12:00:00 +0000',
    `Message-ID: ${idOf(id)}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    size === undefined ? text : 'x'.repeat(size),
  ].join('\r\n');

const headersOf = (to: string, { id = 'm1', headers = {} }: Mail): HeaderPairs => ({
  Target: urlOf(to),
  'Message-ID': idOf(id),
  'Content-Type': 'message/rfc822',
  ...headers,
});

const userOf = (peer: Peer): string => peer.from?.slice(`impp://${HOST}/`.length) ?? '';

/** SEND to USER; gives the ID of the request. */
export const send = (peer: Peer, to: string, options: Mail = {}): string => {
  const body = mail(options.innerFrom ?? userOf(peer), options.innerTo ?? to, options);
  return peer.send('SEND', headersOf(to, options), body);
};

/** SEND to USER and its response. */
export const sent = (peer: Peer, to: string, options: Mail = {}): Promise<Response> =>
  peer.response(send(peer, to, options));

/** SEND to USER: the Outcome, or the token of the error. */
export const outcome = async (peer: Peer, to: string, options: Mail = {}): Promise<string> => {
  const { headers } = await sent(peer, to, options);
  return headers.get('Outcome') ?? headers.get('Error') ?? 'nothing';
};

export const sequenceOf = (request: Request): number => Number(request.headers.get('Inbox-Sequence'));

/** What came and has not been taken: the Message-IDs of SENDs. */
export const arrived = (peer: Peer): string[] =>
  peer.unread
    .filter((message) => message.kind === 'request' && message.method === 'SEND')
    .map(({ headers }) => headers.get('Message-ID')?.slice(1, -`@${HOST}>`.length) ?? '');

/** Answers every SEND that has come with OK; gives them. */
export const acceptAll = async (peer: Peer): Promise<Request[]> => {
  const taken: Request[] = [];
  while (arrived(peer).length > 0) taken.push(await peer.accept('SEND'));
  return taken;
};

/** A storage that outlives its server, as a disk does. */
export const lasting = (): Storage => ({ ...createMemoryStorage(), close: () => Promise.resolve() });
