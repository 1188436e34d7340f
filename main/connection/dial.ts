import type { Clock, RandomBytes } from '../../shared/clock.ts';
import { ImppError } from '../../shared/errors.ts';
import type { ServerChoice } from '../../shared/model.ts';
import type { Log } from '../log.ts';
import { VERSION } from '../version.ts';
import { Connection, MAX_BODY, MAX_PENDING } from './connection.ts';
import { Deadline } from './deadline.ts';
import { type Hello, readHello } from './hello.ts';
import { type Dns, parseTarget, resolveDomain, type Target } from '../../network/resolver.ts';
import { openTransport } from './transport.ts';

/** What all connections of the program share. */
export interface Network {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly dns: Dns;
  readonly log: Log;
}

/** The whole attempt, whichever phase stalls, in milliseconds. */
export const ATTEMPT_WITHIN = 30_000;
/** One target of several: a silent one must not use up the time of those behind it. */
const TARGET_WITHIN = 8000;
const MOST_REDIRECTS = 5;

export type Progress = (event: 'resolved' | 'connected' | 'secured' | 'again') => void;

/** A connection that has said HELLO. */
export interface Dialled {
  readonly connection: Connection;
  readonly hello: Hello;
  /** HOST:PORT of the server that answered. */
  readonly server: string;
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

/**
 * To a server at a loopback address HELLO goes in clear and says whether there is TLS; to all others TLS comes
 * before the first octet, so that nobody between can strike it out of HELLO.
 */
const reach = async (
  target: Target,
  network: Network,
  wanted: Wanted,
  deadline: Deadline,
): Promise<Dialled> => {
  const { domain, ca, progress } = wanted;
  const trust = { domain, ca };
  const transport = await openTransport(target, domain, network.dns, deadline.signal);
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
      server: `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`,
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

/** Finds and reaches a server of the domain, trying every target before giving up [IMPP 3]. */
const dial = async (network: Network, wanted: Wanted, server: string | undefined): Promise<Dialled> => {
  const { domain, deadline, progress } = wanted;
  const targets =
    server === undefined
      ? await deadline.race(resolveDomain(domain, '_impp-client._tcp', network.dns, network.random))
      : [parseTarget(server)];
  const errors: ImppError[] = [];
  for (const [index, target] of targets.entries()) {
    if (index > 0) progress('again');
    progress('resolved');
    const isLast = index === targets.length - 1;
    const share = new Deadline(
      network.clock,
      isLast ? ATTEMPT_WITHIN : TARGET_WITHIN,
      new ImppError('unreachable', `${target.host} does not answer`, { data: { domain } }),
    );
    const onAbort = (): void => share.abort(deadline.signal.reason as ImppError);
    deadline.signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await reach(target, network, wanted, share);
    } catch (error) {
      if (!(error instanceof ImppError) || deadline.signal.aborted || error.code === 'redirect') throw error;
      network.log('a target failed', { host: target.host, port: target.port, code: error.code });
      errors.push(error);
    } finally {
      share.close();
      deadline.signal.removeEventListener('abort', onAbort);
    }
  }
  throw gravest(errors);
};

/**
 * Reaches the domain and does `step` on the connection; where that, or HELLO, is sent to another server, does
 * both there. The connection is `step`'s on success and closed on failure. Errors: `domain-unknown`,
 * `unreachable`, `certificate-refused`, and what `step` throws.
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
