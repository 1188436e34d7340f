// A domain server: storage, bus, clock and listeners in; listen and close out. No process globals.

import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Clock, RandomBytes } from '../shared/clock.ts';
import { ImppError } from '../shared/errors.ts';
import { AccountCache } from './accounts/accounts.ts';
import { Credentials } from './accounts/credentials.ts';
import { nodeCrypto } from './accounts/crypto.ts';
import { keptKey } from './accounts/kept-key.ts';
import type { Bus } from './bus/bus.ts';
import { createLocalBus } from './bus/local.ts';
import type { Config } from './config.ts';
import type { Domain, Inboxes, Links, Log, Presentities } from './domain.ts';
import { Tally } from './metrics/tally.ts';
import { createInboxes } from './inbox/inboxes.ts';
import { createDialer, type Dialer } from './links/dialer.ts';
import { Blocklist } from './links/blocklist.ts';
import { createLinks } from './links/links.ts';
import { Connection } from './net/connection.ts';
import { type Census, Connections } from './net/connections.ts';
import { Delegates } from './net/delegates.ts';
import { EndpointIndex } from './net/endpoints.ts';
import { FirstMessages } from './net/first-messages.ts';
import { isLoopback, Listener } from './net/listener.ts';
import { Notices } from './net/notices.ts';
import type { Service } from './net/service.ts';
import { Session } from './net/session.ts';
import { SignedIn } from './net/signed-in.ts';
import { Attempts, Strangers } from './net/throttle.ts';
import { loadTls, type Validations } from './net/tls.ts';
import { createPresentities } from './presence/presentities.ts';
import type { Storage } from './storage/storage.ts';

export interface ServerOptions {
  readonly config: Config;
  readonly clock?: Clock;
  readonly random?: RandomBytes;
  /** Closed with the server. Absent: as the configuration says. */
  readonly storage?: Storage;
  /** Closed with the server. */
  readonly bus?: Bus;
  readonly log?: Log;
  /** How other domains are reached. Absent: over the network, as the configuration says. */
  readonly dialer?: Dialer;
  /** Who answers authorities that check names, on the listeners for clients. */
  readonly validations?: Validations;
}

export interface Server {
  readonly domain: Domain;
  readonly tally: Tally;
  readonly isClosing: boolean;
  /** When the certificate that is served ends, milliseconds since 1970; undefined: there is none. */
  readonly certificateEnd: number | undefined;
  /** How many connections there are now. */
  census(): Census[];
  /**
   * Reads certificate and key from their files again, for connections from now on; those that are there stay.
   * @throws invalid-argument if they cannot be used: then what was there still is
   */
  readCertificate(): Promise<void>;
  /**
   * Reads the files of refused domains again, and ends the links to those that are new there; gives how many lines there
   * are. @throws invalid-argument: nothing has changed then
   */
  readBlocklist(): Promise<number>;
  /**
   * Takes what the operator says of other domains now, and ends the links to those who are refused. Files of refused domains
   * are those from the next `readBlocklist` on.
   */
  setPolicy(federation: Config['federation']): void;
  /** Starts to listen where the configuration says; gives the real port. */
  listen(): Promise<{ host: string; port: number }>;
  /** Serves one connection that has come some other way; `address` is the peer's. */
  accept(stream: Duplex, address: string): void;
  /** Takes no more connections, sends BYE to all, finishes what is pending, closes storage and bus. */
  close(): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delay, run) {
    const timer = setTimeout(run, delay);
    return () => clearTimeout(timer);
  },
};

const MINUTE = 60_000;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** How often deadlines of connections are looked at, milliseconds. */
const sweepInterval = (config: Config): number => Math.min(1000, Math.max(50, config.idleTimeout * 50));

/**
 * Opens a domain; nothing listens yet.
 * @throws invalid-argument if the certificate cannot be used, or TLS is required and there is none
 */
export const createServer = async (options: ServerOptions): Promise<Server> => {
  const { config, clock = systemClock, random = randomBytes } = options;
  const tally = new Tally();
  const log = counted(options.log ?? silent, tally);
  const tls = await loadTls(config, options.validations);
  const requiresTls = config.tls.require ?? !isLoopback(config.listen.host);
  if (requiresTls && tls === undefined) {
    const why = config.tls.require ? 'tls.require is set' : `${config.listen.host} is not a loopback address`;
    throw new ImppError(
      'invalid-argument',
      `${why}: give a certificate (tls.cert, tls.key) or set tls.require=false`,
    );
  }

  // The drivers are loaded where they are used only.
  const storage = options.storage ?? (await (await import('./storage/open.ts')).openStorage(config));
  const bus = options.bus ?? createLocalBus(log);
  const endpoints = new EndpointIndex();
  const signedIn = new SignedIn(clock, config.limits);
  const accounts = new AccountCache({
    host: config.domain,
    storage,
    clock,
    policy: config.policy,
    forgotten: (user) => {
      notices.changed(user);
      delegates.rulesChanged(user);
    },
  });

  // The services know the domain, and the domain them: they are put in place before anything can use them.
  const services: { presentities?: Presentities; inboxes?: Inboxes; links?: Links } = {};
  const domain: Domain = {
    name: config.domain,
    config,
    clock,
    random,
    log,
    storage,
    bus,
    accounts,
    endpoints,
    get presentities() {
      return present(services.presentities);
    },
    get inboxes() {
      return present(services.inboxes);
    },
    get links() {
      return present(services.links);
    },
    firstMessages: new FirstMessages({
      clock,
      ofDomain: config.limits.strangersOfDomain,
      toInbox: config.limits.strangersToInbox,
      watches: ({ user }, url) => domain.presentities.elsewhere.watches(user, url),
    }),
  };
  const credentials = await Credentials.open(storage, nodeCrypto, config.auth.iterations);
  const delegates = new Delegates(domain);
  const notices = new Notices({
    bus,
    self: Buffer.from(random(12)).toString('base64url'),
    signedIn,
    changed: (user) => {
      accounts.drop(user);
      delegates.rulesChanged(user);
    },
    dismissed: (user) => credentials.changed(user),
  });
  const presentities = createPresentities(domain);
  const inboxes = createInboxes(domain);
  services.presentities = presentities;
  services.inboxes = inboxes;

  const connections = new Connections({ clock, log, tls, tally, interval: sweepInterval(config) });
  const failures = new Attempts(clock, config.limits.failedAuth, 10 * MINUTE);
  const strangers = new Strangers(config.limits.unauthenticated);
  const dialer = options.dialer ?? (await createDialer({ config, clock, random, log }));
  const blocklist = new Blocklist(config.federation.blocklist);
  await blocklist.read();
  const { links, parts, refuseAnew, setPolicy } = createLinks({
    domain,
    tally,
    connections,
    dialer,
    hasTls: tls !== undefined,
    failures,
    strangers,
    blocklist,
  });
  services.links = links;
  const service: Service = {
    domain,
    tally,
    accounts,
    credentials,
    endpoints,
    signedIn,
    delegates,
    notices,
    links: parts,
    isForElsewhere: (headers) => headers.get('Target')?.startsWith(parts.self) === false,
    failures,
    registrations: new Attempts(clock, config.limits.registrations, 60 * MINUTE),
    strangers,
    crypto: { ...nodeCrypto, random },
    hasTls: tls !== undefined,
    requiresTls,
    connectionKey: await keptKey(storage, 'connection-key', nodeCrypto),
  };
  await Promise.all([presentities.start(), inboxes.start()]);

  let isClosing = false;
  const accept = (stream: Duplex, address: string): void => {
    // Before TLS, which is what such a connection would cost most.
    if (isClosing || service.strangers.isFull(address)) {
      if (!isClosing) tally.cut('too-many-strangers');
      stream.destroy();
      return;
    }
    tally.connections += 1;
    const connection = new Connection(connections, stream, address);
    connections.add(connection);
    connection.listen(new Session(service, connection));
  };
  const listener = new Listener(accept, log);

  return {
    domain,
    tally,
    get isClosing() {
      return isClosing;
    },
    get certificateEnd() {
      return tls?.end;
    },
    census: () => connections.census(),
    async readCertificate() {
      await tls?.read();
      await dialer.readCertificate();
    },
    async readBlocklist() {
      await blocklist.read();
      refuseAnew();
      return blocklist.size;
    },
    setPolicy(federation) {
      blocklist.paths = federation.blocklist;
      setPolicy(federation);
    },
    accept,
    listen: () => listener.listen(config.listen),
    async close() {
      if (isClosing) return;
      isClosing = true;
      await listener.close();
      connections.dismissAll(new ImppError('connection-failure', 'the server is going down'));
      await links.close();
      await connections.empty();
      notices.close();
      delegates.close();
      // One that fails does not keep the others open; what it was is said afterwards.
      const faults: unknown[] = [];
      for (const part of [presentities, inboxes, bus, storage]) {
        try {
          await part.close();
        } catch (error) {
          faults.push(error);
        }
      }
      if (faults.length > 0) throw faults[0];
    },
  };
};

/** Warnings and errors count: what nobody reads may still be seen. */
const counted = (log: Log, tally: Tally): Log => ({
  debug: (event, data) => log.debug(event, data),
  info: (event, data) => log.info(event, data),
  warn(event, data) {
    tally.logged('warn');
    log.warn(event, data);
  },
  error(event, data) {
    tally.logged('error');
    log.error(event, data);
  },
});

const present = <T>(service: T | undefined): T => {
  if (service === undefined) throw new ImppError('internal-error', 'the domain is not put together yet');
  return service;
};
