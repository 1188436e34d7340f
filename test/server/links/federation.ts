// Several domains in one process and one time, that reach each other over in-memory pairs instead of a network.

import { duplexPair } from 'node:stream';
import type { ConfigOverrides } from '../../../server/config.ts';
import type { Dialer, Purpose, Wanted } from '../../../server/links/dialer.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { parseUrl } from '../../../shared/impp/address.ts';
import { ImppError } from '../../../shared/errors.ts';
import { FakeClock } from '../../fake/clock.ts';
import { type DomainOptions, TestDomain } from '../harness.ts';
import { Peer, type HeaderPairs } from '../peer.ts';

/** Who takes connections for a domain that only a test plays. */
export type Answering = (peer: Peer, wanted: Wanted) => void;

export class Federation {
  readonly clock = new FakeClock();
  /** Connections that were asked for, in order: `HOST purpose`. */
  readonly reached: string[] = [];
  readonly #domains = new Map<string, TestDomain>();
  readonly #played = new Map<string, Answering>();
  readonly #cut: (() => void)[] = [];
  /** What nobody has a server for that answers. */
  readonly dead = new Set<Purpose>();
  /** Where servers are, if not in the same place for both purposes. */
  places: (host: string, purpose: Purpose) => string = (host) => `${host}:2779`;

  async domain(
    host: string,
    users: readonly string[],
    options: { config?: ConfigOverrides; storage?: Storage } & Partial<DomainOptions> = {},
  ): Promise<TestDomain> {
    const domain = await TestDomain.start({
      ...options,
      clock: this.clock,
      users,
      dialer: this.#dialer(host),
      config: { ...options.config, domain: host },
    });
    this.#domains.set(host, domain);
    return domain;
  }

  /** A domain that the test plays: `answering` has each connection that is opened to it. */
  play(host: string, answering: Answering): void {
    this.#played.set(host, answering);
  }

  /** It answers nothing any more, as if its machine were off. */
  remove(host: string): void {
    this.#domains.delete(host);
    this.#played.delete(host);
  }

  /** Breaks all links that are there. */
  cutAll(): void {
    for (const cut of this.#cut.splice(0)) cut();
  }

  /** A link of `from`, which the test plays, to `to`: a connection on which HELLO and nothing else has been said. */
  async open(from: string, to: TestDomain, headers: HeaderPairs = {}): Promise<Peer> {
    const peer = to.connect('192.0.2.66');
    await peer.demand('HELLO', { Domain: to.host, Role: 'domain', From: `impp://${from}/`, ...headers });
    return peer;
  }

  /** Lets everything happen that needs no passing of time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#domains.values()].map((domain) => domain.close()));
  }

  #dialer(self: string): Dialer {
    return {
      readCertificate: () => Promise.resolve(),
      reach: async (wanted) => {
        const { host, purpose } = wanted;
        this.reached.push(`${self} > ${host} ${purpose}`);
        const [near, far] = duplexPair();
        const domain = this.#domains.get(host);
        const answering = this.#played.get(host);
        if (this.dead.has(purpose)) throw new ImppError('connection-failure', 'no server answers');
        if (domain !== undefined) domain.server.accept(far, '192.0.2.1');
        else if (answering !== undefined) answering(new Peer(far), wanted);
        else throw new ImppError('connection-failure', `${host} is not there`);
        near.once('close', () => far.destroy());
        far.once('close', () => near.destroy());
        this.#cut.push(() => near.destroy());
        return { stream: near, isSecure: false, address: '192.0.2.1', target: this.places(host, purpose) };
      },
      targets: async (host, purpose) => [this.places(host, purpose)],
    };
  }
}

/** What a domain of tests is configured with: over in-memory pairs there is no TLS. */
export const IN_CLEAR: ConfigOverrides = { federation: { tls: 'off' } };

/** What a domain that only a test plays answers to HELLO. */
export const greetingOf = (host: string): Record<string, string> => ({
  Domain: host,
  TLS: 'unavailable',
  'Auth-Mechanisms': 'CALLBACK',
});

/** Takes a link as such a domain. */
export const takeLink = async (peer: Peer, host: string): Promise<void> => {
  peer.ok(await peer.next('HELLO'), greetingOf(host));
  peer.ok(await peer.next('AUTH'), { 'Auth-State': 'done', Address: `impp://${host}/` });
};

let messages = 0;

/** SEND of a message from a peer, attached or a domain that speaks for `from`, to the user at the URL `to`. */
export const messageTo = (
  peer: Peer,
  to: string,
  text: string,
  more: HeaderPairs = {},
): ['SEND', HeaderPairs, string] => {
  const from = String(more['From'] ?? peer.from);
  messages += 1;
  const id = String(more['Message-ID'] ?? `<${messages}@${hostOf(from)}>`);
  const body = [
    `From: <${mailboxOf(from)}>`,
    `To: <${mailboxOf(to)}>`,
    'Date: Mon, 05 Jan 2026 12:00:00 +0000',
    `Message-ID: ${id}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
  ].join('\r\n');
  return ['SEND', { Target: to, 'Message-ID': id, 'Content-Type': 'message/rfc822', ...more }, body];
};

const hostOf = (url: string): string => parseUrl(url).host;

const mailboxOf = (url: string): string => {
  const { user, host } = parseUrl(url);
  return `${user}@${host}`;
};
