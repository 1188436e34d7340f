// Domains that find each other: real parleyd processes on addresses of their own, real DNS packets, one authority,
// and domains that a test plays octet by octet.

import { connect as connectTcp, createServer, isIPv6, type Server, type Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { connect as connectTls, createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { randomBytes } from 'node:crypto';
import { afterAll } from 'vitest';
import { Authority, type Issue } from '../fixtures/authority.ts';
import type { Certificate } from '../fixtures/certificates.ts';
import { DnsServer, type Zone } from '../fixtures/dns.ts';
import { Client, type Domain, type DomainOptions, startDomain, type Wire } from './wire.ts';

export const LINK_DEADLINE = 20_000;

const SASL = { 'Content-Type': 'application/sasl' };

export interface WorldDomainOptions extends Omit<DomainOptions, 'certificate' | 'ca'> {
  readonly issue?: Issue;
  /** Federates without TLS. */
  readonly isInClear?: boolean;
  /** Its certificate, made beforehand. */
  readonly issued?: Certificate;
  /** Whether it has SRV records; true unless said otherwise. */
  readonly isAnnounced?: boolean;
}

export class World {
  readonly zone: Zone = {};
  readonly authority: Authority;
  readonly #dns: DnsServer;
  readonly #servers: Server[] = [];
  readonly #keys = new Map<string, string>();
  #addresses = 1;

  private constructor(authority: Authority, zone: Zone, dns: DnsServer) {
    this.authority = authority;
    this.zone = zone;
    this.#dns = dns;
  }

  static async start(): Promise<World> {
    const zone: Zone = {};
    const [authority, dns] = await Promise.all([Authority.make(), DnsServer.start(zone)]);
    const world = new World(authority, zone, dns);
    afterAll(() => world.close());
    return world;
  }

  /** What was looked up so far, in order. */
  get asked(): readonly string[] {
    return this.#dns.asked;
  }

  /** A parleyd that the others find. */
  async domain(name: string, options: WorldDomainOptions = {}): Promise<Domain> {
    const { issue, issued, isInClear = false, isAnnounced = true, settings = [], ...rest } = options;
    const certificate = isInClear ? undefined : (issued ?? (await this.authority.issue(name, issue)));
    if (certificate !== undefined) this.#keys.set(name, certificate.key);
    const listen = options.listen ?? `127.0.0.${(this.#addresses += 1)}:0`;
    const domain = await startDomain({
      ...rest,
      name,
      listen,
      ...(certificate === undefined ? {} : { certificate, ca: this.authority.pem }),
      settings: [
        `dns.servers=${this.#dns.address}`,
        `tls.ca=${this.authority.path}`,
        ...(isInClear ? ['federation.tls=off'] : []),
        ...settings,
      ],
    });
    if (isAnnounced) this.announce(name, domain);
    return domain;
  }

  /** Path of the private key of a domain. */
  keyOf(name: string): string {
    return this.#keys.get(name) ?? '';
  }

  /** SRV records for both services. */
  announce(name: string, { host, port }: { readonly host: string; readonly port: number }): void {
    const target = `server.${name}`;
    this.zone[target] = [{ type: isIPv6(host) ? 'AAAA' : 'A', address: host }];
    for (const service of ['_im', '_pres'])
      this.zone[`${service}._impp.${name}`] = [{ type: 'SRV', priority: 0, weight: 0, port, target }];
  }

  /** A domain that the test plays: it takes links, and opens some. */
  async play(name: string, options: PlayOptions = {}): Promise<Played> {
    const certificate = await this.authority.issue(options.certifiedFor ?? name, options.issue);
    const played = new Played(name, certificate, options.authority ?? this.authority);
    const taken = (socket: Socket): void => played.take(socket);
    const tls: TlsOptions = {
      cert: readFileSync(certificate.cert),
      key: readFileSync(certificate.key),
      ca: this.authority.pem,
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['impp'],
    };
    const server = options.isInClear === true ? createServer(taken) : createTlsServer(tls, taken);
    server.on('tlsClientError', () => {});
    this.#servers.push(server);
    const host = `127.0.0.${(this.#addresses += 1)}`;
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const address = server.address();
    played.place = { host, port: typeof address === 'object' && address !== null ? address.port : 0 };
    this.announce(name, played.place);
    return played;
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.close();
    await this.#dns.close();
  }
}

export interface PlayOptions {
  readonly isInClear?: boolean;
  /** Whom its certificate is for, if it lies. */
  readonly certifiedFor?: string;
  readonly issue?: Issue;
  readonly authority?: Authority;
}

/** Headers of OK (HELLO) of a played domain. */
const WELCOME = {
  Agent: 'played/1',
  Services: 'im presence',
  'Max-Message-Size': '10485760',
  'Max-Pending': '128',
  'Idle-Timeout': '300',
  TLS: 'active',
  'Auth-Mechanisms': 'EXTERNAL CALLBACK',
};

export class Played {
  readonly name: string;
  readonly certificate: Certificate;
  readonly #authority: Authority;
  place = { host: '', port: 0 };
  /** Connections that have come and that nobody has taken. */
  readonly #came: Client[] = [];
  readonly #waiting: ((client: Client) => void)[] = [];
  /** Tokens that it owns. */
  readonly tokens = new Set<string>();
  /** What it has been asked with VERIFY. */
  readonly verified: Wire[] = [];
  /** Whether it takes care of VERIFY, as an honest domain does. */
  isHonest = true;
  /** HOST:PORT of another server, where everyone who says HELLO is sent. */
  sendsTo: string | undefined;
  /** Whether it takes connections and says nothing. */
  isSilent = false;

  constructor(name: string, certificate: Certificate, authority: Authority) {
    this.name = name;
    this.certificate = certificate;
    this.#authority = authority;
  }

  /** The same domain as somebody would play it who has another certificate. */
  as(certificate: Certificate): Played {
    return new Played(this.name, certificate, this.#authority);
  }

  take(socket: Socket): void {
    const client = new Client(socket);
    client.isAnswering = false;
    if (!this.isSilent) void this.#serve(client);
  }

  /** HELLO is answered here; a connection for VERIFY alone is served to its end, any other is the test's. */
  async #serve(client: Client): Promise<void> {
    try {
      const hello = await client.incoming('HELLO');
      if (this.sendsTo !== undefined)
        return client.answer(hello, { Error: 'redirect', Server: this.sendsTo }, 'ERROR');
      client.answer(hello, { Domain: this.name, ...WELCOME });
      const next = await client.take(
        (it) => it.kind === 'request' && it.method !== 'PING',
        'what follows HELLO',
      );
      if (next.method !== 'VERIFY') {
        client.arrived.unshift(next);
        const waiting = this.#waiting.shift();
        if (waiting === undefined) this.#came.push(client);
        else waiting(client);
        return;
      }
      this.verified.push(next);
      const token = next.get('Token') ?? '';
      if (this.isHonest && this.tokens.delete(token)) client.answer(next);
      else client.answer(next, { Error: 'permission-denied' }, 'ERROR');
      client.isAnswering = true;
    } catch {
      // The other side has gone.
    }
  }

  /** The next link that is opened to it, before AUTH is answered. */
  async incoming(): Promise<Client> {
    const there = this.#came.shift();
    if (there !== undefined) return there;
    return await new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The next link that is opened to it, with AUTH taken, whatever it proves. */
  async link(): Promise<{ readonly client: Client; readonly auth: Wire }> {
    const client = await this.incoming();
    const auth = await client.incoming('AUTH');
    client.answer(auth, { 'Auth-State': 'done', Address: `impp://${this.name}/` });
    return { client, auth };
  }

  /** A connection to a domain, under TLS unless `isInClear`, with its certificate if `isShown`. */
  async connect(domain: Domain, { isInClear = false, isShown = false } = {}): Promise<Client> {
    const { host, port } = domain;
    const socket = isInClear
      ? connectTcp({ host, port, noDelay: true })
      : connectTls({
          host,
          port,
          ca: this.#authority.pem,
          servername: domain.name,
          ALPNProtocols: ['impp'],
          ...(isShown
            ? { cert: readFileSync(this.certificate.cert), key: readFileSync(this.certificate.key) }
            : {}),
        });
    await new Promise<void>((resolve, reject) => {
      socket.once(isInClear ? 'connect' : 'secureConnect', resolve);
      socket.once('error', reject);
    });
    return new Client(socket);
  }

  hello(client: Client, domain: Domain, more: Record<string, string> = {}): Promise<Wire> {
    return client.request('HELLO', {
      Domain: domain.name,
      Role: 'domain',
      From: `impp://${this.name}/`,
      Agent: 'played/1',
      'Max-Message-Size': '10485760',
      'Max-Pending': '128',
      ...more,
    });
  }

  /** A token of its own, as CALLBACK wants it. */
  token(): string {
    const token = randomBytes(24).toString('base64url');
    this.tokens.add(token);
    return token;
  }

  callback(client: Client, token: string): Promise<Wire> {
    return client.request('AUTH', { Mechanism: 'CALLBACK', ...SASL }, token);
  }

  /** An authenticated link to a domain. */
  async open(
    domain: Domain,
    options: { isInClear?: boolean; isShown?: boolean; mechanism?: 'EXTERNAL' | 'CALLBACK' } = {},
  ): Promise<Client> {
    const client = await this.connect(domain, options);
    await this.hello(client, domain);
    const done =
      options.mechanism === 'EXTERNAL'
        ? await client.request('AUTH', { Mechanism: 'EXTERNAL', ...SASL }, '')
        : await this.callback(client, this.token());
    if (done.kind !== 'OK') throw new Error(`no link: ${done.get('Error')} ${done.get('Reason')}`);
    return client;
  }
}
