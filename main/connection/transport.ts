// The only file of the app that uses node:tls; sockets through a proxy come from tunnel.ts.

import { X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { checkServerIdentity, connect as connectTls, rootCertificates, TLSSocket } from 'node:tls';
import { type Certificate, ImppError } from '../../shared/errors.ts';
import type { Way } from '../../shared/model.ts';
import { type Dns, isAbsent, lookupOf, type Target } from '../../network/resolver.ts';
import type { ProxyServer } from './proxies.ts';
import { openTunnel } from './tunnel.ts';

/** Whom to believe about which domain. */
export interface Trust {
  /** The certificate has to be valid for this name, wherever the server was found [IMPP 3]. */
  readonly domain: string;
  /** PEM text of a certificate authority to believe beside the usual ones. */
  readonly ca: string | undefined;
}

/** A stream of octets to a server, in clear or, once `secure` has resolved, private. */
export interface Transport {
  readonly isPrivate: boolean;
  /** Whether the other end is this machine: only there is a password given in clear. */
  readonly isLoopback: boolean;
  /** Starts handing over what arrives. `ended` is called once, with the reason if there is one. */
  read(received: (bytes: Uint8Array) => void, ended: (error: ImppError | undefined) => void): void;
  /** `written` is told how many of the octets the system has taken, again and again. */
  write(bytes: Uint8Array, written?: (octets: number) => void): void;
  /** The TLS handshake, over what was a stream in clear. Throws `certificate-refused`, `unreachable`. */
  secure(trust: Trust, signal: AbortSignal): Promise<void>;
  /** Whether this machine no longer has the address from which it goes: nothing will come any more. */
  isStranded(): boolean;
  /** What is known of the TLS session; undefined in clear. */
  tls(): Way['tls'];
  /** What binds a login to this TLS session [RFC 9266]; undefined in clear or where it would be unsafe. */
  binding(): Uint8Array | undefined;
  /** Sends what is written, then closes. */
  end(): void;
  destroy(): void;
}

/** Octets of what is written with an account of its progress. */
const PIECE = 64 * 1024;

const CERTIFICATE_CODES =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_TLS_CERT|CRL_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|ERROR_IN_CERT)/;

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : '';

/** The names a refused certificate does carry, for the sentence. */
const namesOf = (error: Error): string | undefined => {
  if (!('cert' in error) || typeof error.cert !== 'object' || error.cert === null) return undefined;
  const { subjectaltname, subject } = error.cert as { subjectaltname?: unknown; subject?: { CN?: unknown } };
  if (typeof subjectaltname === 'string') return subjectaltname.replaceAll(/(DNS|IP Address):/g, '');
  return typeof subject?.CN === 'string' ? subject.CN : undefined;
};

const factsOf = (certificate: X509Certificate): Certificate => ({
  names: (certificate.subjectAltName ?? certificate.subject).replaceAll(/(DNS|IP Address):/g, ''),
  issuer: certificate.issuer.replaceAll('\n', ', '),
  from: certificate.validFromDate.getTime(),
  until: certificate.validToDate.getTime(),
  fingerprint: certificate.fingerprint256,
});

/** What a private authority calls itself. Throws `invalid-argument` for what is no certificate. */
export const nameOfAuthority = (pem: string): string => {
  try {
    const { subject, fingerprint256 } = new X509Certificate(pem);
    return /^(?:CN|O)=(.+)$/m.exec(subject)?.[1] ?? fingerprint256;
  } catch (cause) {
    throw new ImppError('invalid-argument', 'this is not the certificate of an authority', { cause });
  }
};

/** The certificate that a refusal is about; of one from an unknown authority nothing is told. */
const refusedIn = (error: Error): Certificate | undefined => {
  if (!('cert' in error) || typeof error.cert !== 'object' || error.cert === null) return undefined;
  const { raw } = error.cert as { raw?: unknown };
  return raw instanceof Uint8Array ? factsOf(new X509Certificate(raw)) : undefined;
};

const faultOf = (error: Error, domain: string): ImppError => {
  const code = codeOf(error);
  if (CERTIFICATE_CODES.test(code)) {
    const other = namesOf(error);
    const certificate = refusedIn(error);
    return new ImppError('certificate-refused', error.message, {
      cause: error,
      data: {
        domain,
        ...(other === undefined ? {} : { other }),
        ...(certificate === undefined ? {} : { certificate }),
      },
    });
  }
  return new ImppError('unreachable', error.message || code || 'the connection failed', {
    cause: error,
    data: { domain },
  });
};

const isLoopbackAddress = (address: string | undefined): boolean =>
  address !== undefined && (/^(::ffff:)?127\./.test(address) || address === '::1');

/** Resolves on `event`; rejects when the socket fails or ends first, or the time is over. */
const settled = (
  socket: Socket,
  event: 'connect' | 'secureConnect',
  domain: string,
  signal: AbortSignal,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const finish = (error?: ImppError): void => {
      socket.off(event, onDone);
      socket.off('error', onError);
      socket.off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) return resolve();
      // Errors that follow have nobody left to tell, and unheard they would end the program.
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    const onDone = (): void => finish();
    const onError = (error: Error): void => finish(faultOf(error, domain));
    const onClose = (): void =>
      finish(new ImppError('unreachable', 'the server closed the connection', { data: { domain } }));
    const onAbort = (): void => finish(signal.reason as ImppError);
    socket.once(event, onDone);
    socket.once('error', onError);
    socket.once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });

class SocketTransport implements Transport {
  #socket: Socket;
  #received: ((bytes: Uint8Array) => void) | undefined;
  #ended: ((error: ImppError | undefined) => void) | undefined;
  readonly #domain: string;
  /** What is written piece by piece, and what waits behind it. */
  readonly #large: { readonly bytes: Uint8Array; readonly written: (octets: number) => void }[] = [];
  #isEnding = false;
  readonly isLoopback: boolean;

  constructor(socket: Socket, domain: string, isLoopback: boolean) {
    this.#socket = socket;
    this.#domain = domain;
    this.isLoopback = isLoopback;
    socket.setNoDelay(true);
  }

  get isPrivate(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  read(received: (bytes: Uint8Array) => void, ended: (error: ImppError | undefined) => void): void {
    this.#received = received;
    this.#ended = ended;
    this.#listen();
  }

  #listen(): void {
    const socket = this.#socket;
    let fault: ImppError | undefined;
    socket.on('data', (bytes: Uint8Array) => this.#received?.(bytes));
    socket.on('error', (error) => {
      fault = faultOf(error, this.#domain);
    });
    socket.on('close', () => this.#ended?.(fault));
  }

  write(bytes: Uint8Array, written?: (octets: number) => void): void {
    if (!this.#socket.writable) return;
    if (written === undefined && this.#large.length === 0) {
      this.#socket.write(bytes);
      return;
    }
    this.#large.push({ bytes, written: written ?? (() => {}) });
    if (this.#large.length === 1) this.#writePiece(0);
  }

  /** Piece by piece, and the next when the last is taken: given more, the socket would tell of all at the end. */
  #writePiece(at: number): void {
    const [first] = this.#large;
    if (first === undefined) return;
    const end = Math.min(at + PIECE, first.bytes.length);
    this.#socket.write(first.bytes.subarray(at, end), (error) => {
      if (error) return;
      first.written(end);
      if (end < first.bytes.length) return this.#writePiece(end);
      this.#large.shift();
      if (this.#large.length > 0) this.#writePiece(0);
      else if (this.#isEnding) this.#socket.destroySoon();
    });
  }

  async secure(trust: Trust, signal: AbortSignal): Promise<void> {
    const raw = this.#socket;
    raw.removeAllListeners('data');
    raw.removeAllListeners('error');
    raw.removeAllListeners('close');
    raw.pause();
    const { domain, ca } = trust;
    let socket: TLSSocket;
    try {
      socket = connectTls({
        socket: raw,
        ALPNProtocols: ['impp'],
        minVersion: 'TLSv1.2',
        ...(isIP(domain) === 0 ? { servername: domain } : {}),
        ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
        checkServerIdentity: (_host, certificate) => checkServerIdentity(domain, certificate),
      });
    } catch (cause) {
      raw.destroy();
      throw new ImppError('invalid-argument', 'this is not the certificate of an authority', { cause });
    }
    raw.on('error', () => {});
    await settled(socket, 'secureConnect', domain, signal);
    this.#socket = socket;
    if (this.#received !== undefined) this.#listen();
  }

  isStranded(): boolean {
    const own = this.#socket.localAddress?.replace(/^::ffff:/, '');
    const known = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    return own !== undefined && !known.some(({ address }) => address === own);
  }

  tls(): Way['tls'] {
    if (!(this.#socket instanceof TLSSocket)) return undefined;
    const certificate = this.#socket.getPeerX509Certificate();
    const version = this.#socket.getProtocol();
    if (certificate === undefined || version === null) return undefined;
    return { version: version.replace('TLSv', 'TLS '), certificate: factsOf(certificate) };
  }

  binding(): Uint8Array | undefined {
    // Before TLS 1.3 the exporter binds only with extended master secret, which cannot be asked for here.
    if (!(this.#socket instanceof TLSSocket) || this.#socket.getProtocol() !== 'TLSv1.3') return undefined;
    try {
      return new Uint8Array(
        this.#socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
      );
    } catch {
      // Electron's TLS is not Node's: without an exporter the login is as good as one without binding.
      return undefined;
    }
  }

  end(): void {
    this.#isEnding = true;
    // Not `end`: a peer that does not close its side would hold the socket for ever.
    if (this.#large.length === 0) this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/**
 * Opens a TCP connection to `target`, a server of `domain`. Throws `unreachable`; `domain-unknown` if the
 * target is the domain itself and does not exist.
 */
export const openTransport = async (
  target: Target,
  domain: string,
  dns: Dns,
  signal: AbortSignal,
): Promise<Transport> => {
  const socket = connectTcp({
    host: target.host,
    port: target.port,
    lookup: lookupOf(target.host, dns),
  });
  try {
    await settled(socket, 'connect', domain, signal);
  } catch (error) {
    if (error instanceof ImppError && isAbsent(error.cause) && target.host === domain) {
      throw new ImppError('domain-unknown', `there is no ${domain}`, {
        cause: error.cause,
        data: { domain },
      });
    }
    throw error;
  }
  return new SocketTransport(socket, domain, isLoopbackAddress(socket.remoteAddress));
};

/**
 * The same through a proxy, `signal` for all of it. The other end of the socket is the proxy, perhaps on this machine;
 * the server's is not: nothing goes there in clear. Throws what `openTunnel` throws.
 */
export const openProxied = async (
  proxy: ProxyServer,
  target: Target,
  domain: string,
  dns: Dns,
  signal: AbortSignal,
): Promise<Transport> =>
  new SocketTransport(await openTunnel(proxy, target, domain, dns, signal), domain, false);
