// The only file of the links that uses node:net, node:tls and DNS.

import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns';
import { readFile } from 'node:fs/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  checkServerIdentity,
  type ConnectionOptions,
  connect as connectTls,
  createSecureContext,
  rootCertificates,
} from 'node:tls';
import { cachingDns } from '../../network/dns-client.ts';
import { hostsFile } from '../../network/hosts-file.ts';
import { lookupOf, resolveDomain, type Target } from '../../network/resolver.ts';
import type { Clock, RandomBytes } from '../../shared/clock.ts';
import { ImppError } from '../../shared/errors.ts';
import { isIpLiteral } from '../../shared/impp/ip-literal.ts';
import { CONNECT_DEADLINE, TARGET_LEAST } from '../../shared/impp/limits.ts';
import type { Config } from '../config.ts';
import { readHostAndPort } from '../config-settings.ts';
import type { Log } from '../domain.ts';
import { ALPN } from '../net/tls.ts';

/** What a server of another domain is wanted for: each has SRV records of its own [IMPP 3]. */
export type Purpose = 'im' | 'pres';

/** A connection to a server of another domain, on which nothing has been said. */
export interface Reached {
  readonly stream: Duplex;
  /** Under TLS, with a certificate that is valid for the domain. */
  readonly isSecure: boolean;
  /** The peer's address. */
  readonly address: string;
  /** HOST:PORT as it was found. */
  readonly target: string;
}

export interface Wanted {
  readonly host: string;
  readonly purpose: Purpose;
  /** HOST:PORT, instead of where it is found. */
  readonly server: string | undefined;
  /** Under TLS from the first octet, or in clear. */
  readonly isSecure: boolean;
  readonly signal: AbortSignal;
}

export interface Dialer {
  /**
   * Finds the servers of a domain and reaches one of them: every target is tried, in its order.
   * @throws connection-failure, certificate-refused (nobody has a certificate for the domain)
   */
  reach(wanted: Wanted): Promise<Reached>;
  /** Where servers for that are; undefined: nobody can say just now. */
  targets(host: string, purpose: Purpose): Promise<readonly string[] | undefined>;
  /** Reads the files that say who we are, and whom we believe, again. @throws invalid-argument: nothing has changed then */
  readCertificate(): Promise<void>;
}

interface Options {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** Milliseconds for one question to one server: two rounds leave time for connecting. */
const DNS_TRY = 1_500;
/** An address of several that does not answer keeps the next one waiting for so long [RFC 8305 5]. */
const NEXT_ADDRESS = 250;

const textOf = ({ host, port }: Target): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** Over the network, as the configuration says. @throws invalid-argument (a certificate that cannot be used) */
export const createDialer = async ({ config, clock, random, log }: Options): Promise<Dialer> => {
  const { servers } = config.dns;
  const dns = cachingDns({
    servers,
    timeout: DNS_TRY,
    clock,
    random,
    // Unless the operator has said whom to ask, and nobody else.
    ...(servers.length === 0 ? { hosts: hostsFile() } : {}),
  });
  let secureContext = await contextOf(config);

  const routeTo = (host: string): Target | undefined => readHostAndPort(config.federation.routes[host] ?? '');

  const find = (host: string, purpose: Purpose): Promise<readonly Target[]> => {
    const route = routeTo(host);
    if (route !== undefined) return Promise.resolve([route]);
    // Names under which everyone is somebody else; and asking would reach whatever stands inside this network.
    if (isIpLiteral(host))
      return Promise.reject(new ImppError('connection-failure', `${host} is an address and not a domain`));
    return resolveDomain(host, `_${purpose}._impp`, dns, random);
  };

  const open = async (target: Target, wanted: Wanted, signal: AbortSignal): Promise<Reached> => {
    const isRoute = servers.length === 0 && wanted.server === undefined && routeTo(wanted.host) !== undefined;
    const raw = connectTcp({
      host: target.host,
      port: target.port,
      // The operator's own word may be any name that this machine knows; what strangers say is looked up in DNS.
      lookup: isRoute ? lookup : lookupOf(target.host, dns),
      noDelay: true,
      allowHalfOpen: true,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS,
    });
    await settled(raw, 'connect', signal);
    const address = raw.remoteAddress ?? '';
    if (!wanted.isSecure) return { stream: raw, isSecure: false, address, target: textOf(target) };
    const { host } = wanted;
    const options: ConnectionOptions & { allowHalfOpen: boolean } = {
      socket: raw,
      secureContext,
      ALPNProtocols: [ALPN],
      ...(isIP(host) === 0 ? { servername: host } : {}),
      allowHalfOpen: true,
      // The domain asked for, wherever it was found [IMPP 3].
      checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
    };
    const secure = connectTls(options);
    raw.on('error', () => {});
    raw.once('close', () => secure.destroy());
    await settled(secure, 'secureConnect', signal);
    return { stream: secure, isSecure: true, address, target: textOf(target) };
  };

  return {
    async readCertificate() {
      secureContext = await contextOf(config);
    },
    async reach(wanted) {
      const { host } = wanted;
      const server = readHostAndPort(wanted.server ?? '');
      const finding = server === undefined ? find(host, wanted.purpose) : Promise.resolve([server]);
      const targets = await finding.catch((cause: unknown) => {
        throw unreachable(host, cause);
      });
      const failures: unknown[] = [];
      for (const target of targets) {
        const share = new AbortController();
        const stop = (): void => share.abort(wanted.signal.reason);
        wanted.signal.addEventListener('abort', stop, { once: true });
        if (wanted.signal.aborted) stop();
        const time = Math.max(TARGET_LEAST, CONNECT_DEADLINE / targets.length);
        const cancel = clock.after(time, () => share.abort(new Error(`${textOf(target)} does not answer`)));
        try {
          return await open(target, wanted, share.signal);
        } catch (error) {
          if (wanted.signal.aborted) throw unreachable(host, wanted.signal.reason);
          log.debug('a server of a domain failed', { domain: host, target: textOf(target), error });
          failures.push(error);
        } finally {
          cancel();
          wanted.signal.removeEventListener('abort', stop);
        }
      }
      throw failures.find(isRefused) ?? unreachable(host, failures[0]);
    },
    async targets(host, purpose) {
      try {
        return (await find(host, purpose)).map(textOf);
      } catch {
        return undefined;
      }
    },
  };
};

const unreachable = (host: string, cause: unknown): ImppError =>
  new ImppError('connection-failure', `${host} cannot be reached: ${reasonOf(cause)}`, { cause });

/** Where all addresses of a server have failed, Node says nothing but their errors. */
const reasonOf = (cause: unknown): string => {
  if (cause instanceof AggregateError) return reasonOf(cause.errors.at(-1));
  return cause instanceof Error ? cause.message : 'no server answers';
};

const isRefused = (error: unknown): boolean =>
  error instanceof ImppError && error.code === 'certificate-refused';

/** Whom we believe, and who we are where that may be said with a certificate. */
const contextOf = async ({ tls }: Config) => {
  const [cert, key, ca, crl] = await Promise.all(
    [tls.cert, tls.key, tls.ca, tls.crl].map(async (path) => path && (await readFile(path, 'utf8'))),
  );
  const isForClients = cert !== undefined && cert !== '' && mayBeClient(cert);
  try {
    return createSecureContext({
      minVersion: tls.minimum === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
      ...(ca ? { ca: [...rootCertificates, ca] } : {}),
      // With it OpenSSL believes only authorities whose list is there and has not run out: what is missing is no licence.
      ...(crl ? { crl } : {}),
      ...(isForClients && key ? { cert, key } : {}),
    });
  } catch (cause) {
    throw new ImppError('invalid-argument', 'tls.cert, tls.key, tls.ca or tls.crl cannot be used', { cause });
  }
};

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_USE = '2.5.29.37.0';

/** Public authorities no longer let certificates be used by clients [IMPP 12]: then there is CALLBACK. */
const mayBeClient = (pem: string): boolean => {
  // The name is Node's: these are the extended uses. Absent: all.
  const uses = new X509Certificate(pem).keyUsage as readonly string[] | undefined;
  return uses === undefined || uses.includes(CLIENT_AUTH) || uses.includes(ANY_USE);
};

/** Settles on `event`; rejects when the socket fails or ends first, or the time is over. */
const settled = (socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const finish = (error?: unknown): void => {
      socket.off(event, done).off('error', finish).off('close', closed);
      signal.removeEventListener('abort', aborted);
      if (error === undefined) return resolve();
      // Errors that follow have nobody left to tell, and unheard they would end the program.
      socket.on('error', () => {});
      socket.destroy();
      reject(event === 'secureConnect' ? securityFault(error) : error);
    };
    const done = (): void => finish();
    const closed = (): void => finish(new Error('the server closed the connection'));
    const aborted = (): void => finish(signal.reason);
    socket.once(event, done).once('error', finish).once('close', closed);
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
  });

const CERTIFICATE_CODES =
  /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_TLS_CERT|CRL_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|ERROR_IN_CERT)/v;

const securityFault = (error: unknown): unknown => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!(error instanceof Error) || !CERTIFICATE_CODES.test(code)) return error;
  return new ImppError('certificate-refused', error.message, { cause: error });
};
