import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type Dns, lookupOf, type Target } from '../../network/resolver.ts';
import { ImppError, type LocalErrorCode } from '../../shared/errors.ts';
import { placeOf, type ProxyServer } from './proxies.ts';

/** What the library says when the proxy has nothing against us and does not get there. */
const NOT_THERE =
  /rejected connection - (Failure|NetworkUnreachable|HostUnreachable|ConnectionRefused|TTLExpired|undefined)/;
/** Version 4 has one word for all refusals. */
const REFUSED = /rejected connection/;
const WRONG_PASSWORD = /Authentication failed|no accepted authentication type/;

/** Speaks with a proxy over `socket` until it has opened the way to `target`; throws the library's or node's errors. */
type Negotiation = (socket: Socket, proxy: ProxyServer, target: Target) => Promise<void>;

const speakSocks: Negotiation = async (socket, { kind, host, port, user, password }, target) => {
  // Most people go without: what they do not need does not delay their start.
  const { SocksClient } = await import('socks');
  // The library waits for an event that has been.
  if (socket.destroyed) throw new Error('Socket closed');
  await SocksClient.createConnection({
    proxy: {
      host,
      port,
      type: kind === 'socks5' ? 5 : 4,
      ...(user === undefined ? {} : { userId: user }),
      ...(password === undefined ? {} : { password }),
    },
    command: 'connect',
    // A name goes as a name: the proxy looks it up.
    destination: target,
    existing_socket: socket,
    // Longer than the deadline of whoever asked, which destroys the socket.
    timeout: 120_000,
  });
  // The library lets the socket flow in the next turn; what comes then is for whoever reads, and nobody does yet.
  await new Promise((resolve) => setImmediate(resolve));
  socket.pause();
};

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, words: string) {
    super(`${status} ${words}`);
    this.status = status;
  }
}

const speakHttp: Negotiation = (socket, { user, password = '' }, target) =>
  new Promise((resolve, reject) => {
    const credentials = Buffer.from(`${user}:${password}`).toString('base64');
    const asked = request({
      method: 'CONNECT',
      path: placeOf(target),
      headers: {
        Host: placeOf(target),
        ...(user === undefined ? {} : { 'Proxy-Authorization': `Basic ${credentials}` }),
      },
      createConnection: () => socket,
    });
    asked.on('error', reject);
    asked.on('connect', ({ statusCode = 0, statusMessage = '' }) => {
      if (statusCode >= 200 && statusCode < 300) resolve();
      else reject(new Refusal(statusCode, statusMessage));
    });
    asked.end();
  });

/** The code for what went wrong while the proxy was spoken to. */
const codeOf = (error: unknown): LocalErrorCode => {
  if (error instanceof Refusal) {
    if (error.status === 407) return 'proxy-authentication';
    // The proxy's own word for a server that it does not reach [RFC 9110 15.6].
    return error.status === 502 || error.status === 503 || error.status === 504
      ? 'unreachable'
      : 'proxy-refused';
  }
  const words = error instanceof Error ? error.message : '';
  if (WRONG_PASSWORD.test(words)) return 'proxy-authentication';
  if (NOT_THERE.test(words)) return 'unreachable';
  return REFUSED.test(words) ? 'proxy-refused' : 'proxy-invalid';
};

const connected = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });

/**
 * A socket that leads to `target` through the proxy, nothing read from it yet. Only the proxy's own name is looked up
 * here. Throws `proxy-unreachable`, `proxy-authentication`, `proxy-refused`, `proxy-invalid`; `unreachable` where it is
 * the proxy that does not get there; the reason of `signal` when that aborts.
 */
export const openTunnel = async (
  proxy: ProxyServer,
  target: Target,
  domain: string,
  dns: Dns,
  signal: AbortSignal,
): Promise<Socket> => {
  signal.throwIfAborted();
  const data = { domain, other: placeOf(proxy) };
  const socket = connect({ host: proxy.host, port: proxy.port, lookup: lookupOf(proxy.host, dns) });
  socket.setNoDelay(true);
  // What fails is told by the steps; unheard, an error would end the program.
  socket.on('error', () => {});
  const onAbort = (): void => {
    socket.destroy();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const fail = (code: LocalErrorCode, cause: unknown): ImppError => {
    socket.destroy();
    if (signal.aborted) return signal.reason as ImppError;
    return new ImppError(code, cause instanceof Error ? cause.message : code, { cause, data });
  };
  try {
    await connected(socket).catch((error: unknown) => {
      throw fail('proxy-unreachable', error);
    });
    const speak = proxy.kind === 'http' ? speakHttp : speakSocks;
    await speak(socket, proxy, target).catch((error: unknown) => {
      throw fail(codeOf(error), error);
    });
    return socket;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};
