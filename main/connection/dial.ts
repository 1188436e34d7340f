import type { Clock, RandomBytes } from '../../shared/clock.ts';
import { ImppError } from '../../shared/errors.ts';
import type { Proxy, ServerChoice } from '../../shared/model.ts';
import type { Log } from '../log.ts';
import { VERSION } from '../version.ts';
import { Connection, MAX_BODY, MAX_PENDING } from './connection.ts';
import { Deadline } from './deadline.ts';
import { type Hello, readHello } from './hello.ts';
import {
  DEFAULT_PORT,
  type Dns,
  isOnion,
  parseTarget,
  resolveDomain,
  type Target,
} from '../../network/resolver.ts';
import { type Hop, hopsTo, placeOf, type SystemProxy } from './proxies.ts';
import { openProxied, openTransport, type Transport } from './transport.ts';

/** What all connections of the program share. */
export interface Network {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly dns: Dns;
  readonly log: Log;
  /** Absent: the system has no word on proxies. */
  readonly systemProxy?: SystemProxy | undefined;
}

/** The whole attempt, whichever phase stalls, in milliseconds. */
export const ATTEMPT_WITHIN = 30_000;
/** Tor may take this long for its first way to a place. */
const PROXIED_WITHIN = 60_000;
/** The part of that after which it is the proxy that is too slow, not the server behind it. */
const TUNNEL_SHARE = 2 / 3;
/** One target of several: a silent one must not use up the time of those behind it. */
const TARGET_WITHIN = 8000;
const MOST_REDIRECTS = 5;

/** How long an attempt may take, in milliseconds. */
export const attemptTime = (proxy: Proxy | undefined): number =>
  proxy?.kind === 'socks5' ? PROXIED_WITHIN : ATTEMPT_WITHIN;

export type Progress = (event: 'resolved' | 'connected' | 'secured' | 'again') => void;

/** A connection that has said HELLO. */
export interface Dialled {
  readonly connection: Connection;
  readonly hello: Hello;
  /** HOST:PORT of the server that answered, and of the proxy in between. */
  readonly server: string;
  readonly proxy: string | undefined;
}

export interface Wanted extends ServerChoice {
  /** The HOST of the domain. */
  readonly domain: string;
  readonly deadline: Deadline;
  readonly progress: Progress;
}

const AGENT = `Parley/${VERSION}`;

const sayHello = async (connection: Connection, domain: string): Promise<Hello> => {
  try {
    const { headers } = await connection.request('HELLO', [
      ['Domain', domain],
      ['Role', 'client'],
      ['Agent', AGENT],
      ['Max-Message-Size', String(MAX_BODY)],
      ['Max-Pending', String(MAX_PENDING)],
    ]);
    return readHello(headers);
  } catch (error) {
    if (!(error instanceof ImppError) || error.code !== 'target-unknown') throw error;
    // The server is another domain's; of the person's address this says nothing.
    throw new ImppError('domain-unknown', `this server does not serve ${domain}`, {
      cause: error,
      data: { domain },
    });
  }
};

/** The octets' way to the target. A proxy that is slow is told from a server that is. */
const open = async (
  hop: Hop,
  target: Target,
  { domain, proxy }: Wanted,
  { dns, clock }: Network,
  { signal }: Deadline,
): Promise<Transport> => {
  if (hop.kind === 'direct') return openTransport(target, domain, dns, signal);
  const late = new ImppError('proxy-timeout', 'the proxy does not answer', {
    data: { domain, other: placeOf(hop) },
  });
  const own = new Deadline(clock, attemptTime(proxy) * TUNNEL_SHARE, late);
  // The share of one of several ways has ended, and this one did not get farther than its proxy.
  const onAbort = (): void => {
    const reason = signal.reason as ImppError;
    own.abort(reason.code === 'unreachable' ? late : reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await openProxied(hop, target, domain, dns, own.signal);
  } finally {
    own.close();
    signal.removeEventListener('abort', onAbort);
  }
};

/**
 * To a server at a loopback address HELLO goes in clear and says whether there is TLS; to all others TLS comes
 * before the first octet, so that nobody between can strike it out of HELLO.
 */
const reach = async (
  hop: Hop,
  target: Target,
  network: Network,
  wanted: Wanted,
  deadline: Deadline,
): Promise<Dialled> => {
  const { domain, ca, progress } = wanted;
  const trust = { domain, ca };
  const transport = await open(hop, target, wanted, network, deadline);
  progress('connected');
  let connection: Connection | undefined;
  try {
    if (!transport.isLoopback) {
      await transport.secure(trust, deadline.signal);
      progress('secured');
    }
    connection = new Connection(transport, network);
    let hello = await deadline.race(sayHello(connection, domain));
    if (hello.tls === 'offered' || hello.tls === 'required') {
      await deadline.race(connection.secure(trust, deadline.signal));
      hello = await deadline.race(sayHello(connection, domain));
    }
    if (transport.isLoopback) progress('secured');
    connection.window = hello.maxPending;
    return {
      connection,
      hello,
      server: placeOf(target),
      proxy: hop.kind === 'direct' ? undefined : placeOf(hop),
    };
  } catch (error) {
    if (connection === undefined) transport.destroy();
    else
      connection.close(
        error instanceof ImppError ? error : new ImppError('protocol-violation', String(error)),
      );
    throw error;
  }
};

/** Of several failures the one that says most: a refused certificate before silence. */
const gravest = (errors: readonly ImppError[]): ImppError =>
  errors.find((error) => error.code === 'certificate-refused') ??
  errors.find((error) => error.code !== 'unreachable' && error.code !== 'timeout') ??
  errors[0] ??
  new ImppError('unreachable', 'there is no server to try');

/** Where a server may be that way: through a proxy nothing is asked of DNS, and its name goes to the proxy. */
const targetsOf = async (
  hop: Hop,
  domain: string,
  server: string | undefined,
  network: Network,
): Promise<Target[]> => {
  const given = server === undefined ? undefined : parseTarget(server);
  if (hop.kind !== 'direct')
    return [given ?? { host: domain.replace(/^\[(.*)\]$/, '$1'), port: DEFAULT_PORT }];
  if (isOnion(given?.host ?? domain)) {
    throw new ImppError('proxy-needed', 'names under .onion are reached through Tor only', {
      data: { domain },
    });
  }
  return given === undefined
    ? resolveDomain(domain, '_impp-client._tcp', network.dns, network.random)
    : [given];
};

/** Finds and reaches a server of the domain, trying every way and every target before giving up [IMPP 3]. */
const dial = async (network: Network, wanted: Wanted, server: string | undefined): Promise<Dialled> => {
  const { domain, deadline, progress } = wanted;
  const errors: ImppError[] = [];
  const fail = (error: unknown): void => {
    if (!(error instanceof ImppError) || deadline.signal.aborted || error.code === 'redirect') throw error;
    errors.push(error);
  };
  const host = server === undefined ? domain : parseTarget(server).host;
  const hops = await deadline.race(hopsTo(host, wanted, network.systemProxy));
  let hasBegun = false;
  for (const [number, hop] of hops.entries()) {
    let targets: Target[];
    try {
      targets = await deadline.race(targetsOf(hop, domain, server, network));
    } catch (error) {
      fail(error);
      continue;
    }
    for (const [index, target] of targets.entries()) {
      if (hasBegun) progress('again');
      hasBegun = true;
      progress('resolved');
      const isLast = number === hops.length - 1 && index === targets.length - 1;
      const share = new Deadline(
        network.clock,
        isLast ? attemptTime(wanted.proxy) : TARGET_WITHIN,
        new ImppError('unreachable', `${target.host} does not answer`, { data: { domain } }),
      );
      const onAbort = (): void => share.abort(deadline.signal.reason as ImppError);
      deadline.signal.addEventListener('abort', onAbort, { once: true });
      try {
        return await reach(hop, target, network, wanted, share);
      } catch (error) {
        const code = error instanceof ImppError ? error.code : String(error);
        network.log('a target failed', { way: hop.kind, host: target.host, port: target.port, code });
        fail(error);
      } finally {
        share.close();
        deadline.signal.removeEventListener('abort', onAbort);
      }
    }
  }
  throw gravest(errors);
};

/**
 * Reaches the domain and does `step` on the connection; where that, or HELLO, is sent to another server, does
 * both there. The connection is `step`'s on success and closed on failure. Errors: `domain-unknown`,
 * `unreachable`, `certificate-refused`, those of proxies, and what `step` throws.
 */
export const connect = async <T>(
  network: Network,
  wanted: Wanted,
  step: (dialled: Dialled) => Promise<T>,
): Promise<T> => {
  let { server } = wanted;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    if (hops > 0) wanted.progress('again');
    try {
      const dialled = await dial(network, wanted, server);
      try {
        return await wanted.deadline.race(step(dialled));
      } catch (error) {
        dialled.connection.close(error instanceof ImppError ? error : undefined);
        throw error;
      }
    } catch (error) {
      if (!(error instanceof ImppError) || error.code !== 'redirect' || error.data.server === undefined)
        throw error;
      network.log('redirected', { server: error.data.server });
      ({ server } = error.data);
    }
  }
  throw new ImppError('unreachable', 'sent from server to server too often', {
    data: { domain: wanted.domain },
  });
};
