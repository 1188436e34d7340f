// One peer's octets: parser in, gathered writes out, back-pressure, TLS. What the messages mean is session.ts.

import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ImppError } from '../../shared/errors.ts';
import type { Gauge } from '../../shared/impp/incoming.ts';
import { MAX_BODY_UNATTACHED, PIECE } from '../../shared/impp/limits.ts';
import type { BodyStream, Message } from '../../shared/impp/message.ts';
import type { Headers } from '../../shared/impp/headers.ts';
import { Parser } from '../../shared/impp/parser.ts';
import { formatHead, serialize } from '../../shared/impp/serializer.ts';
import { type BufferLike, textOver } from '../../shared/impp/text.ts';
import { letGo } from '../let-go.ts';
import type { CutReason } from '../metrics/tally.ts';
import type { Listener } from './connection-listener.ts';
import type { Connections } from './connections.ts';
import { Output } from './output.ts';
import { certificateOf, exporterOf } from './tls.ts';

/** `utf8Write` is not among the declared methods of Buffers, but they have it. */
export const text = textOver(Buffer as unknown as BufferLike);

/** With so much unsent, nothing more is read and no further request is started for this peer. */
const CONGESTED = 512 * 1024;

/** A peer that takes none of a slice in this time is cut off. */
const STALLED = 30_000;

/** How long a connection that is being closed may take to send the rest and to see the other side close. */
const LINGER = 5_000;

/** The others are what strangers and bad lines cause all day. */
const WORTH_A_WARNING: ReadonlySet<CutReason> = new Set([
  'octets-before-tls',
  'slow-reader',
  'stalled-reader',
]);

const owner = Symbol('connection');

type Owned = Duplex & { [owner]?: Connection | undefined };

// Shared by all sockets: a set of closures for each would be most of what an idle connection costs.
function onData(this: Owned, chunk: Uint8Array): void {
  const connection = this[owner];
  connection?.guarded(() => connection.read(chunk));
}
function onEnd(this: Owned): void {
  const connection = this[owner];
  connection?.guarded(() => connection.peerEnded());
}
function onDrain(this: Owned): void {
  const connection = this[owner];
  connection?.guarded(() => connection.drain());
}
function onClose(this: Owned): void {
  const connection = this[owner];
  connection?.guarded(() => connection.socketClosed(this));
}
/** `close` follows, and says it all. */
function onError(): void {}
function onSecure(this: Owned): void {
  this[owner]?.handshakeDone();
}

export class Connection implements Gauge {
  /** In the log: the only one of this run with that number. */
  readonly id: number;
  /** The peer's address; '' where there is none. */
  readonly address: string;
  /** When the last octet came. */
  heardAt: number;
  readonly #connections: Connections;
  #listener: Listener | undefined;
  #socket: Owned;
  #parser = new Parser({ maxBody: MAX_BODY_UNATTACHED, text, gauge: this });
  #out: Output | undefined;
  #awaitingSent: (() => void)[] | undefined;
  /** A body of `#out` is being read. */
  #isFilling = false;
  /** Octets of bodies that have come in and wait for who wants them. */
  #held = 0;
  /** When the socket was last given a slice that it could not take at once; 0: it is free. */
  #stalledSince = 0;
  /** When to give up a connection that is being closed; 0: it is not. */
  #closeBy = 0;
  /** Largest backlog before the peer is cut off. */
  #limit = 16 * 1024 * 1024;
  #phase: 'fresh' | 'plain' | 'starting-tls' | 'handshake' | 'tls';
  /** What still comes is read and dropped. */
  #isDeaf = false;
  #isPaused = false;
  #isFinishing = false;
  #isClosed = false;

  /** `phase`: `fresh` for a peer that has connected to us; one that we have reached is in clear or under TLS. */
  constructor(
    connections: Connections,
    socket: Duplex,
    address: string,
    phase: 'fresh' | 'plain' | 'tls' = 'fresh',
  ) {
    this.#connections = connections;
    this.id = connections.nextId();
    this.#phase = phase;
    this.#socket = socket;
    this.address = address;
    this.heardAt = connections.clock.now();
    this.#bind(socket);
  }

  /** Whether the peer has a certificate that it may use as a client, and whether that is good for `host`. */
  certificateFor(host: string): 'none' | 'refused' | 'valid' {
    return this.isSecure ? certificateOf(this.#socket, host) : 'none';
  }

  /** Before the first octet can come: in the turn in which the connection was made; again when another takes over. */
  listen(listener: Listener): void {
    this.#listener = listener;
  }

  get listener(): Listener | undefined {
    return this.#listener;
  }

  get isSecure(): boolean {
    return this.#phase === 'tls';
  }

  /** The channel binding, where there is a safe one. */
  get binding(): Uint8Array | undefined {
    return this.isSecure ? exporterOf(this.#socket) : undefined;
  }

  get isCongested(): boolean {
    return this.#unsent + (this.#out?.toRead ?? 0) > CONGESTED;
  }

  /** Octets in memory. */
  get #unsent(): number {
    return (this.#out?.octets ?? 0) + this.#socket.writableLength;
  }

  /** Sets the largest body that is read from here on, and with it the backlog that is borne. */
  set maxBody(octets: number) {
    this.#parser.maxBody = octets;
    this.#limit = 16 * 1024 * 1024 + 2 * octets;
  }

  /** Sets the largest body of a response that is not dropped. */
  set maxAnswer(octets: number) {
    this.#parser.maxAnswer = octets;
  }

  /** Sets which requests keep their head as it came. */
  set keepsHead(keeps: (headers: Headers) => boolean) {
    this.#parser.keepsHead = keeps;
  }

  /** Takes octets to send at the end of this turn of the event loop, with whatever else there is by then. */
  write(octets: Uint8Array): void {
    if (this.#isClosed || this.#isFinishing) return;
    this.#output().add(octets);
  }

  /**
   * As `write`; a body in pieces is read as the peer takes it, and what is written afterwards waits for its end. A
   * request that has kept its head goes out with it, octet for octet.
   */
  send(message: Message): void {
    const { body, stream } = message;
    const head = message.kind === 'request' ? message.head : undefined;
    if (stream === undefined && head === undefined) return this.write(serialize(message, text));
    this.write(head ?? text.encode(formatHead(message)));
    if (stream === undefined) {
      if (body !== undefined && body.length > 0) this.write(body);
      return;
    }
    if (!this.#isClosed && !this.#isFinishing) this.#output().addStream(stream);
  }

  #output(): Output {
    if (this.#out === undefined) {
      this.#out = new Output();
      this.#connections.flushLater(this);
    }
    return this.#out;
  }

  /** Calls `sent` when all that was written before is with the operating system; never, if it does not get there. */
  afterSent(sent: () => void): void {
    if (this.#isClosed) return;
    if (this.#awaitingSent === undefined) this.#awaitingSent = [sent];
    else this.#awaitingSent.push(sent);
    if (this.#out === undefined) this.#connections.flushLater(this);
  }

  flush(): void {
    while (this.#out !== undefined && this.#stalledSince === 0 && !this.#isFilling && !this.#isClosed) {
      const { stream } = this.#out;
      if (stream === undefined) this.#writeSome(this.#out);
      else this.#fill(this.#out, stream);
    }
    if (this.#isClosed) return;
    if (this.#awaitingSent !== undefined && this.#out === undefined) {
      const awaiting = this.#awaitingSent;
      this.#awaitingSent = undefined;
      // An empty write: its callback comes after those of all writes before it.
      this.#socket.write(EMPTY, (error) => {
        if (!error && !this.#isClosed) for (const sent of awaiting) sent();
      });
    }
    if (this.#unsent > this.#limit) {
      this.cutFor('slow-reader');
      this.destroy();
    } else if (this.#isFinishing && this.#out === undefined) this.#socket.end();
    else this.regulate();
  }

  /** Stops or resumes reading, by what is open and what is unsent. */
  regulate(): void {
    if (this.#isDeaf || this.#isClosed || this.#phase === 'starting-tls' || this.#phase === 'handshake')
      return;
    const shouldPause = this.isCongested || this.#held >= PIECE || (this.#listener?.isFull ?? false);
    if (shouldPause === this.#isPaused) return;
    this.#isPaused = shouldPause;
    if (shouldPause) this.#socket.pause();
    else {
      // Its silence was ours.
      this.heardAt = this.#connections.clock.now();
      this.#socket.resume();
    }
  }

  held(octets: number): void {
    this.#held += octets;
    if (octets < 0) this.regulate();
  }

  /** Reads nothing more: octets that still come are dropped, so that the close is not a reset. */
  deafen(): void {
    if (this.#isDeaf) return;
    this.#isDeaf = true;
    if (this.#isPaused) this.#socket.resume();
    this.#isPaused = false;
    this.#cutOff();
  }

  /** Closes after at most `LINGER`, whatever happens. */
  closeSoon(): void {
    if (this.#closeBy === 0) this.#closeBy = this.#connections.clock.now() + LINGER;
  }

  /** Sends what there is, then closes. */
  finish(): void {
    if (this.#isClosed || this.#isFinishing) return;
    this.deafen();
    this.closeSoon();
    if (this.#out === undefined) this.#connections.flushLater(this);
    this.#isFinishing = true;
  }

  dismiss(error: ImppError | undefined): void {
    this.#listener?.dismiss(error);
  }

  /** Counts and logs that it is about to be cut off without an answer. */
  cutFor(reason: CutReason): void {
    const { tally, log } = this.#connections;
    tally.cut(reason);
    const of = { connection: this.id, address: this.address, reason };
    if (WORTH_A_WARNING.has(reason)) log.warn('cut off', of);
    else log.debug('cut off', of);
  }

  /** Closes at once; what is unsent is lost. */
  destroy(): void {
    this.#socket.destroy();
    this.socketClosed(this.#socket);
  }

  /**
   * STARTTLS has been answered: sends the answer, then waits for the handshake. What else came with the request
   * was sent by someone who could not know whether there would be TLS, or by an attacker: `read` destroys then.
   */
  startTls(): void {
    this.#phase = 'starting-tls';
  }

  /** A fault of ours while serving one peer ends that connection, and no other. */
  guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#connections.log.error('connection failed', { connection: this.id, address: this.address, error });
      if (!this.#isClosed) this.#socket.destroy();
    }
  }

  sweep(now: number): void {
    if (this.#closeBy !== 0 && now >= this.#closeBy) this.destroy();
    else if (this.#stalledSince !== 0 && now - this.#stalledSince >= STALLED) {
      this.cutFor('stalled-reader');
      this.destroy();
    } else {
      // While it is we who do not read, its silence says nothing.
      if (this.#isPaused) this.heardAt = now;
      if (this.#isPaused || this.#isFilling || this.#out?.stream !== undefined) this.#listener?.heldUp();
      this.#listener?.sweep(now);
    }
  }

  read(chunk: Uint8Array): void {
    if (this.#isDeaf || this.#isClosed) return;
    this.heardAt = this.#connections.clock.now();
    if (this.#parser.incoming !== undefined) this.#listener?.heldUp();
    if (this.#phase === 'fresh') {
      if (chunk[0] === 0x16 && this.#connections.tls !== undefined) return this.#secure(chunk);
      this.#phase = 'plain';
    }
    const { incoming } = this.#parser;
    const messages = this.#parser.push(chunk);
    // From the middle of a body, which has been copied.
    const isDone = incoming !== undefined && incoming === this.#parser.incoming;
    if (isDone && this.#socket instanceof Socket) letGo(chunk);
    for (const message of messages) {
      if (this.#phase === 'starting-tls') return this.#injected();
      this.#listener?.received(message);
      if (this.#isDeaf || this.#isClosed) return;
    }
    if (this.#phase === 'starting-tls') {
      if (this.#parser.buffered > 0 || this.#parser.fault !== undefined) this.#injected();
      else this.#upgrade();
      return;
    }
    if (this.#parser.fault !== undefined) {
      this.deafen();
      this.#listener?.broken(this.#parser.fault);
    } else this.regulate();
  }

  peerEnded(): void {
    if (this.#isClosed) return;
    this.#cutOff();
    if (this.#phase === 'fresh' || this.#phase === 'handshake') this.finish();
    else if (!this.#isDeaf) this.#listener?.ended();
  }

  drain(): void {
    if (this.#stalledSince === 0) return;
    this.#stalledSince = 0;
    this.#goOn();
  }

  handshakeDone(): void {
    this.#phase = 'tls';
    this.#listener?.secured();
  }

  socketClosed(socket: Duplex): void {
    if (this.#isClosed || socket !== this.#socket) return;
    this.#isClosed = true;
    if (this.#phase === 'handshake') this.cutFor('no-handshake');
    this.#isDeaf = true;
    this.#out = undefined;
    this.#cutOff();
    this.#connections.remove(this);
    this.#listener?.closed();
  }

  #bind(socket: Owned): void {
    socket[owner] = this;
    socket.on('data', onData).on('end', onEnd).on('drain', onDrain).on('close', onClose).on('error', onError);
  }

  #release(socket: Owned): void {
    socket.off('data', onData).off('end', onEnd).off('drain', onDrain).off('close', onClose);
    socket[owner] = undefined;
  }

  /** Reads the next piece of the body whose turn it is, then goes on. */
  #fill(out: Output, stream: BodyStream): void {
    this.#isFilling = true;
    const filled = (take: () => void): void =>
      this.guarded(() => {
        this.#isFilling = false;
        if (this.#isClosed) return;
        take();
        this.#goOn();
      });
    stream.next().then(
      (piece) => filled(() => out.fill(piece)),
      (error: unknown) =>
        filled(() => {
          // Its length has been said: there is no other way to take it back.
          throw error;
        }),
    );
  }

  #goOn(): void {
    this.flush();
    if (!this.isCongested) this.#listener?.drained();
  }

  #cutOff(): void {
    this.#parser.incoming?.cut(new ImppError('closed', 'the connection has ended'));
  }

  #writeSome(out: Output): void {
    const isFree = out.writeTo(this.#socket);
    if (out.isEmpty) this.#out = undefined;
    if (!isFree) this.#stalledSince = this.#connections.clock.now();
  }

  #injected(): void {
    this.cutFor('octets-before-tls');
    this.destroy();
  }

  #upgrade(): void {
    const raw = this.#socket;
    const out = this.#out?.take(Number.POSITIVE_INFINITY) ?? [];
    this.#out = undefined;
    // Nothing is read in clear from here on: what comes next can only be a handshake, or fail as one.
    raw.pause();
    raw.write(Buffer.concat(out), () => {
      if (!this.#isClosed) this.#secure(undefined);
    });
  }

  #secure(first: Uint8Array | undefined): void {
    const offer = this.#connections.tls;
    if (offer === undefined) throw new ImppError('internal-error', 'there is no certificate');
    const raw = this.#socket;
    this.#release(raw);
    raw.pause();
    if (first !== undefined) raw.unshift(first);
    const secure: Owned = offer.wrap(raw, first);
    this.#phase = 'handshake';
    this.#socket = secure;
    this.#stalledSince = 0;
    this.#parser = new Parser({ maxBody: MAX_BODY_UNATTACHED, text, gauge: this });
    this.#bind(secure);
    secure.once('secure', onSecure);
    raw.once('close', () => secure.destroy());
    secure.once('close', () => raw.destroy());
  }
}

const EMPTY = new Uint8Array(0);
