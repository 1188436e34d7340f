// Messages out of their parts, and the octets of messages [IMPP 4].

import { ImppError, isProtocolError, type ErrorData } from '../errors.ts';
import { CONTROLS, Headers, isToken } from './headers.ts';
import { MAX_HEADER_SECTION, MAX_HEADERS } from './limits.ts';
import type { BodyStream, Message, Request, Response } from './message.ts';
import { isMethod, isRequestId, VERSION } from './start-line.ts';
import { portableText, type Text } from './text.ts';

const illegal = (what: string): ImppError => new ImppError('invalid-argument', `cannot be written: ${what}`);

/**
 * Start line and header section, the empty line included. Content-Length is made to fit the body: rewritten where
 * it stands, added at the end, or left out. Throws `invalid-argument` for an illegal method or ID and a body
 * without Content-Type, `message-too-large` for more than a reader takes, which would end the connection; names
 * and values are legal because Headers holds no others.
 */
export const formatHead = (message: Message): string => {
  const { method, id } = message;
  const body = message.body ?? message.stream;
  // A fault that was found before method and ID could be read is answered with `-` and `-`.
  const isNameless = message.kind === 'response' && !message.ok && method === '-' && id === '-';
  if (!isNameless && !isMethod(method)) throw illegal(`the method ${JSON.stringify(method)}`);
  if (!isNameless && !isRequestId(id)) throw illegal(`the request-ID ${JSON.stringify(id)}`);
  let head = message.kind === 'request' ? method : `${message.ok ? 'OK' : 'ERROR'} (${method})`;
  head += ` ${id} ${VERSION}\r\n`;
  const list = message.headers.flat();
  const startLine = head.length;
  let isLengthGiven = body === undefined;
  let isTyped = body === undefined || body.length === 0;
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index] as string;
    if (name === 'Content-Length') {
      if (body === undefined) continue;
      isLengthGiven = true;
      head += `Content-Length: ${body.length}\r\n`;
    } else {
      if (name === 'Content-Type') isTyped = true;
      head += `${name}: ${list[index + 1] as string}\r\n`;
    }
  }
  if (!isTyped) throw illegal('a body without Content-Type');
  if (!isLengthGiven) head += `Content-Length: ${body?.length ?? 0}\r\n`;
  head += '\r\n';
  const lines = list.length / 2 + (isLengthGiven ? 0 : 1);
  if (lines > MAX_HEADERS || octetsAtMost(head, startLine) > MAX_HEADER_SECTION) {
    throw new ImppError('message-too-large', 'the head is larger than any reader takes');
  }
  return head;
};

/** The octets of `text` from `start` on in UTF-8; if they are far from the limit, more than they are. */
const octetsAtMost = (text: string, start: number): number => {
  const most = 3 * (text.length - start);
  if (most <= MAX_HEADER_SECTION) return most;
  let octets = 0;
  for (let at = start; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    // Each half of a surrogate pair stands for two of its four octets.
    octets += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return octets;
};

/** The octets of a message. Throws as `formatHead` does. */
export const serialize = (message: Message, text: Text = portableText): Uint8Array => {
  const head = formatHead(message);
  return message.body === undefined || message.body.length === 0
    ? text.encode(head)
    : text.join(head, message.body);
};

/** The octets of a message without its body, which goes out behind them as it is: large bodies are not copied. */
export const serializeHead = (message: Message, text: Text = portableText): Uint8Array =>
  text.encode(formatHead(message));

export const request = (
  method: string,
  id: string,
  headers = Headers.from(),
  body?: Uint8Array | BodyStream,
): Request =>
  body === undefined || body instanceof Uint8Array
    ? { kind: 'request', method, id, headers, body }
    : { kind: 'request', method, id, headers, stream: body };

/** What a response takes from its request. */
type Asked = Pick<Request, 'method' | 'id' | 'headers'>;

/** To and Connection-ID of a response, from the From and Connection-ID of its request [IMPP 5], then `headers`. */
const answering = (asked: Asked, headers: Headers | undefined): Headers => {
  const list: string[] = [];
  const to = asked.headers.get('From');
  const connection = asked.headers.get('Connection-ID');
  if (to !== undefined) list.push('To', to);
  // It may be the answer itself, of ATTACH: then the client has to hear that one, whatever it has sent.
  if (connection !== undefined && !headers?.has('Connection-ID')) list.push('Connection-ID', connection);
  if (headers === undefined) return Headers.ofChecked(list);
  return Headers.ofChecked([...list, ...headers.copy().delete('To').flat()]);
};

export const ok = (asked: Asked, headers?: Headers, body?: Uint8Array): Response => ({
  kind: 'response',
  ok: true,
  method: asked.method,
  id: asked.id,
  headers: answering(asked, headers),
  body,
});

/** An ERROR with the headers of [IMPP 11]. What is no protocol error is `internal-error`, and its reason stays here. */
export const error = (asked: Asked, what: ImppError): Response => ({
  kind: 'response',
  ok: false,
  method: asked.method,
  id: asked.id,
  headers: answering(asked, errorHeaders(what)),
});

/** The headers that tell of an error: in ERROR responses, and in requests such as BYE and TERMINATE-SUBSCRIPTION. */
export const errorHeaders = (what: ImppError): Headers => {
  if (!isProtocolError(what.code)) {
    return Headers.from([
      ['Error', 'internal-error'],
      ['Reason', 'internal error'],
    ]);
  }
  const { location, server, retryAfter, maxMessageSize } = what.data;
  const headers = Headers.from([
    ['Error', what.code],
    ['Reason', inOneLine(what.message)],
  ]);
  if (location !== undefined) headers.set('Location', location);
  if (server !== undefined) headers.set('Server', server);
  if (retryAfter !== undefined) headers.set('Retry-After', String(Math.ceil(retryAfter)));
  if (maxMessageSize !== undefined) headers.set('Max-Message-Size', String(maxMessageSize));
  return headers;
};

const ALL_CONTROLS = new RegExp(CONTROLS, 'gv');
const LONGEST_REASON = 500;

/** Reasons quote what others wrote. */
const inOneLine = (text: string): string =>
  text.slice(0, LONGEST_REASON).replace(ALL_CONTROLS, ' ').toWellFormed();

/** An ERROR response, or a request that carries Error and Reason, as an error. An unknown token becomes `internal-error` and leads the reason. */
export const errorOf = (message: Message): ImppError => {
  const token = message.headers.get('Error') ?? '';
  const reason = message.headers.get('Reason') ?? '';
  const data = dataOf(message.headers);
  if (isProtocolError(token)) return new ImppError(token, reason === '' ? token : reason, { data });
  const shown = isToken(token) ? token : 'an error without a name';
  return new ImppError('internal-error', reason === '' ? shown : `${shown}: ${reason}`, { data });
};

/** What a peer says beside its error is of use or is left out; it is no reason for another error. */
const dataOf = (headers: Headers): ErrorData => {
  const location = headers.get('Location');
  const server = headers.get('Server');
  const retryAfter = decimal(headers.get('Retry-After'));
  const maxMessageSize = decimal(headers.get('Max-Message-Size'));
  return {
    ...(location === undefined ? {} : { location }),
    ...(server === undefined ? {} : { server }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(maxMessageSize === undefined ? {} : { maxMessageSize }),
  };
};

const decimal = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/v.test(text) ? Number(text) : undefined;
