// A real server, and peers of it over in-memory pairs, in a time that only the test moves.

import { duplexPair } from 'node:stream';
import { nodeCrypto } from '../../server/accounts/crypto.ts';
import { type ConfigOverrides, defaultConfig } from '../../server/config.ts';
import type { Log } from '../../server/domain.ts';
import type { Dialer } from '../../server/links/dialer.ts';
import { createServer, type Server } from '../../server/server.ts';
import { createMemoryStorage } from '../../server/storage/memory.ts';
import type { ServiceName, Storage } from '../../server/storage/storage.ts';
import { ImppError } from '../../shared/errors.ts';
import { addressOf } from '../../shared/impp/address.ts';
import { errorOf } from '../../shared/impp/serializer.ts';
import { scramClient } from '../../shared/impp/sasl/scram.ts';
import { formatVerifier, makeVerifier } from '../../shared/impp/sasl/verifier.ts';
import { FakeClock } from '../fake/clock.ts';
import { Peer } from './peer.ts';

export const HOST = 'a.example';

/** The fewest that clients take: tests do not wait for the key derivation. */
export const ITERATIONS = 4_096;

export const PASSWORD = 'correct horse';

export interface AttachOptions {
  readonly device?: string;
  readonly purpose?: 'interactive' | 'bulk';
  readonly after?: number;
  /** URL of another inbox. */
  readonly target?: string;
  readonly maxPending?: number;
  readonly maxMessageSize?: number;
  readonly password?: string;
}

export interface DomainOptions {
  readonly config?: ConfigOverrides;
  /** Of a former domain, to start again where that one ended. */
  readonly storage?: Storage;
  readonly clock?: FakeClock;
  /** How it reaches other domains; absent: over the network. */
  readonly dialer?: Dialer;
  /** What it logs beside errors. */
  readonly log?: Partial<Log>;
  /** Accounts to begin with; their password is PASSWORD. */
  readonly users?: readonly string[];
}

export const urlOf = (user: string, host = HOST): string => addressOf(host, user).url;

/** The line that is registered for a password; derived once for each. */
export const verifierLine = async (password: string = PASSWORD): Promise<string> => {
  let line = verifiers.get(password);
  if (line === undefined) {
    line = makeVerifier(password, nodeCrypto.random(16), ITERATIONS, nodeCrypto).then(formatVerifier);
    verifiers.set(password, line);
  }
  return await line;
};
const verifiers = new Map<string, Promise<string>>();

export class TestDomain {
  readonly server: Server;
  readonly clock: FakeClock;
  readonly storage: Storage;
  /** What the server logged as errors: a test that expects none may look. */
  readonly errors: readonly unknown[];
  readonly #peers: Peer[] = [];

  private constructor(server: Server, clock: FakeClock, storage: Storage, errors: readonly unknown[]) {
    this.server = server;
    this.clock = clock;
    this.storage = storage;
    this.errors = errors;
  }

  static async start(options: DomainOptions = {}): Promise<TestDomain> {
    const clock = options.clock ?? new FakeClock();
    const storage = options.storage ?? createMemoryStorage();
    const errors: unknown[] = [];
    const log: Log = {
      debug() {},
      info() {},
      warn() {},
      ...options.log,
      error: (event, data) => errors.push([event, data]),
    };
    const config = defaultConfig({
      domain: HOST,
      ...options.config,
      auth: { iterations: ITERATIONS, ...options.config?.auth },
    });
    const dialer = options.dialer === undefined ? {} : { dialer: options.dialer };
    const server = await createServer({ config, clock, storage, log, ...dialer });
    const domain = new TestDomain(server, clock, storage, errors);
    for (const user of options.users ?? []) await domain.addAccount(user);
    return domain;
  }

  async addAccount(
    user: string,
    services: readonly ServiceName[] = ['im', 'presence'],
    password = PASSWORD,
  ): Promise<void> {
    const verifier = await verifierLine(password);
    await this.storage.createAccount({ user, services, verifier, createdAt: this.clock.now() });
  }

  get host(): string {
    return this.server.domain.name;
  }

  /** A connection on which nothing has been said. */
  connect(address = '192.0.2.1'): Peer {
    const [near, far] = duplexPair();
    // Of a pair, the other side only sees the end; of a socket that breaks it sees the break.
    near.once('close', () => far.destroy());
    this.server.accept(far, address);
    const peer = new Peer(near);
    this.#peers.push(peer);
    return peer;
  }

  /** A connection that has said HELLO. */
  async hello(
    options: { address?: string; maxPending?: number; maxMessageSize?: number } = {},
  ): Promise<Peer> {
    const peer = this.connect(options.address);
    await greet(peer, { ...options, host: this.host });
    return peer;
  }

  /** A connection on which `user` has signed in by SCRAM-SHA-256. */
  async signIn(user: string, options: AttachOptions & { address?: string } = {}): Promise<Peer> {
    const peer = await this.hello(options);
    await scram(peer, user, options.password ?? PASSWORD);
    return peer;
  }

  /** An attached device of `user`. */
  async attach(user: string, options: AttachOptions = {}): Promise<Peer> {
    const peer = await this.signIn(user, options);
    await attach(peer, user, { ...options, host: this.host });
    return peer;
  }

  /** Lets everything happen that needs no passing of time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves the time on, in steps between which what follows from each can happen. */
  async advance(milliseconds: number): Promise<void> {
    await this.settle();
    for (let left = milliseconds; left > 0; left -= 5_000) {
      this.clock.advance(Math.min(left, 5_000));
      await this.settle();
    }
  }

  /** Ends the server as SIGTERM does. Peers that do not answer BYE have their time. */
  async close(): Promise<void> {
    let isClosed = false;
    const closing = this.server.close().finally(() => {
      isClosed = true;
    });
    while (!isClosed) {
      await this.settle();
      if (!isClosed) this.clock.advance(1_000);
    }
    await closing;
    for (const peer of this.#peers) peer.break();
  }
}

/** HELLO, whose OK is demanded. */
export const greet = async (
  peer: Peer,
  options: { maxPending?: number | undefined; maxMessageSize?: number | undefined; host?: string } = {},
) =>
  await peer.demand('HELLO', {
    Domain: options.host ?? HOST,
    Role: 'client',
    Agent: 'test/1',
    'Max-Pending': options.maxPending,
    'Max-Message-Size': options.maxMessageSize,
  });

/** Signs in by SCRAM, with channel binding if `binding` is given. @throws the error of an ERROR */
export const scram = async (
  peer: Peer,
  user: string,
  password: string,
  options: { binding?: Uint8Array; serverOffersPlus?: boolean; authzid?: string } = {},
) => {
  const mechanism = options.binding === undefined ? 'SCRAM-SHA-256' : 'SCRAM-SHA-256-PLUS';
  const { binding, serverOffersPlus = binding !== undefined, authzid } = options;
  const exchange = scramClient({
    mechanism,
    user,
    password,
    crypto: nodeCrypto,
    binding,
    serverOffersPlus,
    authzid,
  });
  const type = { 'Content-Type': 'application/sasl' };
  const challenge = await peer.demand('AUTH', { Mechanism: mechanism, ...type }, await exchange.initial());
  const proof = await exchange.respond(challenge.body ?? new Uint8Array(0));
  const done = await peer.demand('AUTH', type, proof);
  await exchange.finish(done.body ?? new Uint8Array(0));
  return done;
};

/** ATTACH; from then on the peer's requests carry From and Connection-ID. @throws the error of an ERROR */
export const attach = async (peer: Peer, user: string, options: AttachOptions & { host?: string } = {}) => {
  const response = await peer.ask('ATTACH', {
    Device: options.device ?? 'desk',
    Purpose: options.purpose,
    'Inbox-After': options.after,
    Target: options.target,
  });
  if (!response.ok) throw errorOf(response);
  const connectionId = response.headers.get('Connection-ID');
  if (connectionId === undefined)
    throw new ImppError('protocol-violation', 'OK (ATTACH) without Connection-ID');
  peer.from = urlOf(user, options.host);
  peer.connectionId = connectionId;
  return response;
};
