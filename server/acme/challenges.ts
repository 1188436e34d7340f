// How an authority is shown that a name is ours: over HTTP [RFC 8555 8.3], or in a TLS handshake [RFC 8737]. Places
// where nothing else is served are open only while there is something to show.

import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';

import { ImppError } from '../../shared/errors.ts';
import type { Log } from '../domain.ts';
import { ACME_ALPN, type Validations } from '../net/tls.ts';
import { readClientHello } from './client-hello.ts';

const PATH = '/.well-known/acme-challenge/';
/** An authority asks from a handful of places, at once. */
const MAX_CONNECTIONS = 64;
const DEADLINE_MS = 10_000;

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** What is to be shown now. */
export class Challenges implements Validations {
  readonly #answers = new Map<string, string>();
  readonly #contexts = new Map<string, SecureContext>();

  /** `answer`: the key authorization for a token. Gives the function that takes it back. */
  offerOverHttp(token: string, answer: string): () => void {
    this.#answers.set(token, answer);
    return () => void this.#answers.delete(token);
  }

  /** `certificate` and `key`, PEM: those of the challenge for `name`. Gives the function that takes it back. */
  offerInHandshake(name: string, certificate: string, key: string): () => void {
    this.#contexts.set(name, createSecureContext({ cert: certificate, key }));
    return () => void this.#contexts.delete(name);
  }

  contextFor(octets: Uint8Array): SecureContext | undefined {
    if (this.#contexts.size === 0) return undefined;
    const hello = readClientHello(octets);
    if (hello?.serverName === undefined || !hello.protocols.includes(ACME_ALPN)) return undefined;
    return this.#contexts.get(hello.serverName);
  }

  /** Listens for HTTP-01. @throws unreachable; gives the function that ends it */
  async serveHttp(place: Place, log: Log): Promise<() => void> {
    const http = createHttpServer(
      { headersTimeout: DEADLINE_MS, requestTimeout: DEADLINE_MS },
      (request, response) => {
        const path = request.url ?? '';
        const answer = path.startsWith(PATH) ? this.#answers.get(path.slice(PATH.length)) : undefined;
        if (answer === undefined) response.writeHead(404).end();
        else response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(answer);
      },
    );
    http.maxConnections = MAX_CONNECTIONS;
    await listen(http, place, log);
    return () => {
      http.close();
      http.closeAllConnections();
    };
  }

  /** Listens for TLS-ALPN-01 where nobody else does; likewise. */
  async serveTls(place: Place, log: Log): Promise<() => void> {
    const open = new Set<Socket>();
    const server = createServer((socket) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket)).on('error', () => {});
      socket.setTimeout(DEADLINE_MS, () => socket.destroy());
      socket.once('data', (hello) => {
        const secureContext = typeof hello === 'string' ? undefined : this.contextFor(hello);
        if (secureContext === undefined) return socket.destroy();
        socket.pause();
        socket.unshift(hello);
        const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: [ACME_ALPN] });
        secure.on('error', () => socket.destroy()).once('secure', () => secure.end());
      });
    });
    server.maxConnections = MAX_CONNECTIONS;
    await listen(server, place, log);
    return () => {
      server.close();
      for (const socket of open) socket.destroy();
    };
  }
}

async function listen(server: Server, { host, port }: Place, log: Log): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    const reason =
      {
        EADDRINUSE: 'another program listens there',
        EACCES: 'this user may not (CAP_NET_BIND_SERVICE lets it)',
        EADDRNOTAVAIL: 'this machine does not have that address',
      }[code] ?? code;
    throw new ImppError(
      'unreachable',
      `the challenge cannot be answered on ${host}, port ${port}: ${reason}`,
      {
        cause,
      },
    );
  }
  server.on('error', (error) => log.error('listener for challenges failed', { error }));
}
