import * as net from 'node:net';
import type { Duplex } from 'node:stream';
import { ImppError } from '../../shared/errors.ts';
import type { Log } from '../domain.ts';

/** Connections that the operating system holds for us until we take them. */
const BACKLOG = 1024;

/** Takes TCP connections on one port, for plain and TLS alike: the first octet tells (connection.ts). */
export class Listener {
  readonly #server: net.Server;

  constructor(accept: (stream: Duplex, address: string) => void, log: Log) {
    // Half-open, so that a peer which sends its requests and closes its side still has its answers.
    this.#server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      accept(socket, socket.remoteAddress ?? ''),
    );
    this.#server.on('error', (error) => log.error('listener failed', { error }));
  }

  /** Gives the real port if 0 was asked. @throws unreachable */
  listen({ host, port }: { host: string; port: number }): Promise<{ host: string; port: number }> {
    return new Promise((resolve, reject) => {
      const failed = (cause: Error): void => {
        reject(
          new ImppError('unreachable', `cannot listen on ${host} port ${port}: ${cause.message}`, { cause }),
        );
      };
      this.#server.once('error', failed);
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.#server.off('error', failed);
        const address = this.#server.address();
        resolve({ host, port: typeof address === 'object' && address !== null ? address.port : port });
      });
    });
  }

  /** Takes no more connections; those that are there stay. */
  close(): Promise<void> {
    if (!this.#server.listening) return Promise.resolve();
    // Its callback waits for the connections, which are still to have their BYE.
    this.#server.close();
    return Promise.resolve();
  }
}

/** Whether a listener on `host` can be reached from this machine only. */
export const isLoopback = (host: string): boolean => {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return (
    bare === 'localhost' ||
    bare === '::1' ||
    /^127\.\d+\.\d+\.\d+$/.test(bare) ||
    bare.startsWith('::ffff:127.')
  );
};
