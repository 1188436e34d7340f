// The other side of a connection, as tests play it: raw octets, or requests and responses.

import type { Duplex } from 'node:stream';
import type { ImppError } from '../../shared/errors.ts';
import { Headers } from '../../shared/impp/headers.ts';
import type { Message, Request, Response } from '../../shared/impp/message.ts';
import { Parser } from '../../shared/impp/parser.ts';
import { error, errorOf, ok, request, serialize } from '../../shared/impp/serializer.ts';

export type HeaderPairs = Readonly<Record<string, string | number | undefined>>;

const pairsOf = (headers: HeaderPairs): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));

export const toBytes = (body: string | Uint8Array): Uint8Array =>
  typeof body === 'string' ? Buffer.from(body) : body;

/** Long enough for any honest answer: only a test that is about to fail waits for it. */
const PATIENCE = 30_000;

interface Taker {
  readonly wanted: (message: Message) => boolean;
  readonly take: (message: Message) => void;
}

export class Peer {
  /** From and Connection-ID of every `ask`, once attached. */
  from: string | undefined;
  connectionId: string | undefined;
  /** Everything that came, as text. */
  received = '';
  /** Whether PING and BYE of the server are answered without the test's doing. */
  isPolite = true;
  #stream: Duplex;
  #parser = new Parser({ maxBody: 64 * 1024 * 1024 });
  #messages: Message[] = [];
  readonly #takers: Taker[] = [];
  #next = 1;
  #isClosed = false;
  readonly #closed = Promise.withResolvers<void>();

  constructor(stream: Duplex) {
    this.#stream = stream;
    this.#bind();
  }

  /** The same peer over another stream, which `wrap` makes of the present one: TLS. */
  upgrade<T extends Duplex>(wrap: (raw: Duplex) => T): T {
    this.#stream.removeAllListeners();
    this.#stream.pause();
    const stream = wrap(this.#stream);
    this.#stream = stream;
    this.#parser = new Parser({ maxBody: 64 * 1024 * 1024 });
    this.#bind();
    return stream;
  }

  /** Whether the server has closed the connection, or it broke. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Settles when the server has closed the connection. */
  async closed(): Promise<void> {
    await within(this.#closed.promise, 'the connection is still open');
  }

  /** What has come and was not asked for by `ask`, `next` or `response`. */
  get unread(): readonly Message[] {
    return this.#messages;
  }

  write(octets: string | Uint8Array): void {
    this.#stream.write(toBytes(octets));
  }

  /** Breaks the connection without a word. */
  break(): void {
    this.#stream.destroy();
  }

  /** Sends no more, and goes on reading. */
  end(): void {
    this.#stream.end();
  }

  /** Octets written that the server has not read. */
  get waiting(): number {
    return this.#stream.writableLength;
  }

  /** Stops reading, as a peer whose program hangs. */
  hang(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Reads what is there at a time, then hangs again. */
  async sip(): Promise<void> {
    const came = new Promise<void>((resolve) => {
      this.#stream.once('data', () => {
        this.#stream.pause();
        resolve();
      });
    });
    this.#stream.resume();
    await within(came, 'nothing came');
  }

  /** Sends a request and waits for its response, OK or ERROR. */
  ask(method: string, headers: HeaderPairs = {}, body?: string | Uint8Array): Promise<Response> {
    return this.response(this.send(method, headers, body));
  }

  /** As `ask`. @throws the error of an ERROR */
  async demand(method: string, headers: HeaderPairs = {}, body?: string | Uint8Array): Promise<Response> {
    const response = await this.ask(method, headers, body);
    if (!response.ok) throw errorOf(response);
    return response;
  }

  /** As `ask`, for what must fail: gives the error. */
  async refusal(method: string, headers: HeaderPairs = {}, body?: string | Uint8Array): Promise<ImppError> {
    const response = await this.ask(method, headers, body);
    if (response.ok) throw new Error(`${method} was expected to fail`);
    return errorOf(response);
  }

  /** Sends a request; gives its ID. A header given as undefined is left out, From and Connection-ID too. */
  send(method: string, headers: HeaderPairs = {}, body?: string | Uint8Array): string {
    const id = `t${this.#next++}`;
    const own =
      method === 'PING' || method === 'BYE' ? {} : { From: this.from, 'Connection-ID': this.connectionId };
    const list = Headers.from(pairsOf({ ...own, ...headers }));
    this.write(serialize(request(method, id, list, body === undefined ? undefined : toBytes(body))));
    return id;
  }

  /** The response to the request with this ID. */
  async response(id: string): Promise<Response> {
    const message = await this.#take(
      (candidate) => candidate.kind === 'response' && candidate.id === id,
      `no response to ${id}`,
    );
    return message as Response;
  }

  /** The next request of the server, of this method if one is given. */
  async next(method?: string): Promise<Request> {
    const message = await this.#take(
      (candidate) => candidate.kind === 'request' && (method === undefined || candidate.method === method),
      `no ${method ?? 'request'} came`,
    );
    return message as Request;
  }

  /** Answers a request of the server. */
  ok(asked: Request, headers: HeaderPairs = {}): void {
    this.write(serialize(ok(asked, Headers.from(pairsOf(headers)))));
  }

  error(asked: Request, what: ImppError): void {
    this.write(serialize(error(asked, what)));
  }

  /** Takes the next request of this method and answers OK. */
  async accept(method: string): Promise<Request> {
    const asked = await this.next(method);
    this.ok(asked);
    return asked;
  }

  #bind(): void {
    this.#stream.on('data', (chunk: Uint8Array) => this.#read(chunk));
    this.#stream.on('error', () => {});
    this.#stream.on('end', () => this.#close());
    this.#stream.on('close', () => this.#close());
  }

  #read(chunk: Uint8Array): void {
    this.received += Buffer.from(chunk).toString('utf8');
    for (const message of this.#parser.push(chunk)) this.#arrived(message);
    if (this.#parser.fault !== undefined) throw this.#parser.fault;
  }

  #arrived(message: Message): void {
    const isServers = message.kind === 'request' && this.isPolite;
    if (isServers && message.method === 'BYE') this.ok(message);
    const index = this.#takers.findIndex(({ wanted }) => wanted(message));
    const [taker] = index < 0 ? [] : this.#takers.splice(index, 1);
    if (taker !== undefined) taker.take(message);
    else if (isServers && message.method === 'PING') this.ok(message);
    else this.#messages.push(message);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closed.resolve();
    this.#stream.end();
  }

  async #take(wanted: (message: Message) => boolean, otherwise: string): Promise<Message> {
    const index = this.#messages.findIndex(wanted);
    const [there] = index < 0 ? [] : this.#messages.splice(index, 1);
    if (there !== undefined) return there;
    const coming = Promise.withResolvers<Message>();
    this.#takers.push({ wanted, take: coming.resolve });
    return await within(coming.promise, () => `${otherwise}; so far:\n${this.received.slice(-2_000)}`);
  }
}

const within = async <T>(promise: Promise<T>, otherwise: string | (() => string)): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(typeof otherwise === 'string' ? otherwise : otherwise())),
      PATIENCE,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
