// What a TLS client says first, as far as it has to be known before there is a certificate to answer with: OpenSSL
// chooses the certificate before it looks at ALPN, and a challenge has one of its own [RFC 8737].

const HANDSHAKE = 0x16;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const ALPN = 16;
const HEAD = 5;
const RANDOM_AND_VERSION = 34;

export interface ClientHello {
  readonly serverName: string | undefined;
  readonly protocols: readonly string[];
}

/** Reads within bounds: what lies beyond the end is a RangeError. */
class Reader {
  readonly #octets: Buffer;
  #at = 0;

  constructor(octets: Buffer) {
    this.#octets = octets;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#octets.length;
  }

  /** A number of 1 to 3 octets. */
  number(size: number): number {
    const value = this.#octets.readUIntBE(this.#at, size);
    this.#at += size;
    return value;
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#octets.length) throw new RangeError('too short');
    this.#at += length;
    return this.#octets.subarray(this.#at - length, this.#at);
  }

  /** Octets behind their number. */
  counted(size: number): Buffer {
    return this.take(this.number(size));
  }
}

/** Undefined: it is none, or not all of it is in these octets. Nothing in it is believed. */
export function readClientHello(octets: Uint8Array): ClientHello | undefined {
  if (octets[0] !== HANDSHAKE) return undefined;
  try {
    const record = new Reader(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength));
    record.take(HEAD - 2);
    const handshake = new Reader(record.counted(2));
    if (handshake.number(1) !== CLIENT_HELLO) return undefined;
    const hello = new Reader(handshake.counted(3));
    hello.take(RANDOM_AND_VERSION);
    // The session, the ciphers, the ways of compression.
    for (const size of [1, 2, 1]) hello.counted(size);
    let serverName: string | undefined;
    let protocols: string[] = [];
    const extensions = new Reader(hello.counted(2));
    while (!extensions.isAtEnd) {
      const type = extensions.number(2);
      const value = extensions.counted(2);
      if (type === SERVER_NAME) serverName = readServerName(value);
      else if (type === ALPN) protocols = readProtocols(value);
    }
    return { serverName, protocols };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readServerName(value: Buffer): string {
  const names = new Reader(new Reader(value).counted(2));
  names.number(1);
  return names.counted(2).toString('latin1').toLowerCase();
}

function readProtocols(value: Buffer): string[] {
  const list = new Reader(new Reader(value).counted(2));
  const protocols: string[] = [];
  while (!list.isAtEnd) protocols.push(list.counted(1).toString('latin1'));
  return protocols;
}
