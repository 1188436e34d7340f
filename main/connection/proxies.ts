// Which way leads to a server: by the account's choice, or by what the system says of it.

import { isIP } from 'node:net';
import { isLocalName, parseTarget, type Target } from '../../network/resolver.ts';
import { ImppError } from '../../shared/errors.ts';
import type { Proxy } from '../../shared/model.ts';

/** A proxy and how it is spoken to. */
export interface ProxyServer extends Target {
  readonly kind: 'socks5' | 'socks4' | 'http';
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** A way to servers: through a proxy, which then looks up all names, or without one. */
export type Hop = ProxyServer | { readonly kind: 'direct' };

/**
 * What the system says of the way to a host, in the words of proxy auto-configuration: `DIRECT`, `PROXY host:port`,
 * `SOCKS5 host:port`, in the order to try them, with `;` between. A name and a password may stand before the host,
 * percent-encoded, as in a URL.
 */
export type SystemProxy = (host: string) => Promise<string>;

const KINDS: Readonly<Record<string, ProxyServer['kind']>> = {
  SOCKS5: 'socks5',
  // What systems mean by it; version 4 is asked in its form 4a, which leaves names to the proxy, too.
  SOCKS: 'socks4',
  SOCKS4: 'socks4',
  PROXY: 'http',
  HTTP: 'http',
};
const PORTS: Readonly<Record<ProxyServer['kind'], number>> = { socks5: 1080, socks4: 1080, http: 80 };

const isThisMachine = (host: string): boolean =>
  isLocalName(host) || /^\[?::1\]?$/.test(host) || (isIP(host) === 4 && host.startsWith('127.'));

const hopIn = (entry: string): Hop | undefined => {
  const [word = '', place = ''] = entry.trim().split(/\s+/);
  if (word.toUpperCase() === 'DIRECT') return { kind: 'direct' };
  const kind = KINDS[word.toUpperCase()];
  const text = `proxy://${place}`;
  if (kind === undefined || !URL.canParse(text)) return undefined;
  const { hostname, port, username, password } = new URL(text);
  if (hostname === '') return undefined;
  return {
    kind,
    host: hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase(),
    port: port === '' ? PORTS[kind] : Number(port),
    user: username === '' ? undefined : decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
  };
};

/**
 * Reads what a system says. Throws `proxy-invalid` where it names nothing that can be used: going without what was
 * set would tell DNS what was to be hidden.
 */
export const readSystemProxy = (answer: string): Hop[] => {
  const hops = answer.split(';').flatMap((entry) => hopIn(entry) ?? []);
  if (hops.length === 0) {
    throw new ImppError('proxy-invalid', `the system names no proxy that can be used: ${answer}`, {
      data: { other: answer },
    });
  }
  return hops;
};

export interface ProxyUse {
  readonly proxy?: Proxy;
  readonly proxyPassword?: string;
}

/**
 * The ways to `host`, in the order to try them. Throws `proxy-invalid`; `proxy-authentication` where the proxy's
 * password is not at hand.
 */
export const hopsTo = async (
  host: string,
  { proxy = { kind: 'system' }, proxyPassword }: ProxyUse,
  system: SystemProxy | undefined,
): Promise<Hop[]> => {
  if (proxy.kind === 'socks5') {
    const { user } = proxy;
    if (user !== undefined && proxyPassword === undefined) {
      throw new ImppError('proxy-authentication', 'the password of the proxy has to be given', {
        data: { other: proxy.server },
      });
    }
    return [{ kind: 'socks5', ...parseTarget(proxy.server, PORTS.socks5), user, password: proxyPassword }];
  }
  // What is said of others does not hold for this machine, to browsers neither.
  if (proxy.kind === 'none' || system === undefined || isThisMachine(host)) return [{ kind: 'direct' }];
  return readSystemProxy(
    await system(host).catch((cause: unknown) => {
      throw new ImppError('proxy-invalid', `the system does not say which way: ${String(cause)}`, { cause });
    }),
  );
};

/** HOST:PORT as people know it. */
export const placeOf = ({ host, port }: Target): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;
