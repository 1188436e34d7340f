// A network of three domains that a test disturbs: namespaces with addresses of their own, a bridge and a name server
// between them, where the machine allows it; else addresses of loopback with proxies in front of the domains.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DnsServer, type Zone } from '../fixtures/dns.ts';
import { temporaryFolder } from '../stories/programs.ts';

const run = promisify(execFile);

/** What is done to what one domain says and hears: nothing passes; nothing that it says; slowly; cut off in mid-sentence. */
export const KINDS = ['cut', 'half', 'slow', 'torn'] as const;
export type Kind = (typeof KINDS)[number];

export interface Net {
  readonly what: string;
  /** Where the program of a domain runs, and listens. */
  readonly domains: readonly {
    /** Stands before its command. */
    readonly prefix: readonly string[];
    readonly listen: string;
  }[];
  /** For `dns.servers`. */
  readonly nameServer: string;
  /** After all programs listen, at these ports: now they can be found. Gives where the test reaches each of them. */
  announce(ports: readonly number[]): Promise<{ host: string; port: number }[]>;
  disturb(domain: number, kind: Kind): Promise<void>;
  heal(domain: number): Promise<void>;
  close(): Promise<void>;
}

const DNSMASQ = '/usr/sbin/dnsmasq';

export const openNet = async (names: readonly string[]): Promise<Net> => {
  const wanted = process.env['PARLEY_CHAOS_NET'];
  if (wanted === 'loopback') return openLoopback(names);
  const net = await openNamespaces(names).catch((error: unknown) => {
    if (wanted === 'namespaces') throw error;
    return undefined;
  });
  return net ?? openLoopback(names);
};

/** SRV, A and AAAA of all domains for dnsmasq, `target` being where each is found. */
const recordsOf = (
  names: readonly string[],
  addresses: (index: number) => string,
  ports: readonly number[],
) =>
  names.flatMap((name, index) => [
    `--host-record=server.${name},${addresses(index)}`,
    ...['_im', '_pres'].map(
      (service) => `--srv-host=${service}._impp.${name},server.${name},${ports[index]},0,0`,
    ),
  ]);

const startDnsmasq = async (prefix: readonly string[], place: string, port: number, records: string[]) => {
  const [command, ...args] = [...prefix, DNSMASQ];
  const folder = temporaryFolder();
  const options = [
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--no-resolv',
    '--no-hosts',
    '--user=root',
  ];
  const listening = [`--listen-address=${place}`, '--bind-interfaces', `--port=${port}`, '--local=/example/'];
  const files = [`--pid-file=${join(folder, 'pid')}`, '--log-facility=-', '--local-ttl=5'];
  const child = spawn(command, [...args, ...options, ...listening, ...files, ...records], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (data: Buffer) => {
      said += data.toString();
      if (said.includes('started')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`dnsmasq does not run: ${said}`)));
  });
  return child;
};

/** Names of interfaces have 15 letters at most. */
const MARK = String(process.pid % 100_000);
/** Where the domains are for their people, who are on this machine itself: another run may be there as well. */
const homeOf = (index: number): string =>
  `10.${80 + (Math.floor(process.pid / 64) % 128)}.${(process.pid % 64) * 4 + index}`;
const PORT = 2779;
const NOWHERE = '02:00:00:00:00:99';

const openNamespaces = async (names: readonly string[]): Promise<Net> => {
  if (process.getuid?.() !== 0 || !existsSync(DNSMASQ)) throw new Error('this takes root and dnsmasq');
  const undo: string[][] = [];
  const ip = async (...args: string[]): Promise<void> => void (await run('ip', args));
  const hub = `ph${MARK}`;
  const spaces = names.map((_, index) => `pn${MARK}${index}`);
  const within = (space: string, ...args: string[]): Promise<void> => ip('-n', space, ...args);
  let dnsmasq: ChildProcess | undefined;
  const close = async (): Promise<void> => {
    dnsmasq?.kill('SIGKILL');
    for (const args of undo.reverse()) await ip(...args).catch(() => {});
  };
  const addSpace = async (space: string): Promise<void> => {
    await ip('netns', 'add', space);
    undo.push(['netns', 'del', space]);
    await within(space, 'link', 'set', 'lo', 'up');
  };
  let isSlowable = true;
  try {
    await addSpace(hub);
    await within(hub, 'link', 'add', 'bridge0', 'type', 'bridge');
    await within(hub, 'addr', 'add', '10.78.0.53/24', 'dev', 'bridge0');
    await within(hub, 'link', 'set', 'bridge0', 'up');
    for (const [index, space] of spaces.entries()) {
      await addSpace(space);
      const [outer, home] = [`v${index}`, `pc${MARK}${index}`];
      await within(space, 'link', 'add', 'world', 'type', 'veth', 'peer', 'name', outer, 'netns', hub);
      await within(space, 'addr', 'add', `10.78.0.${index + 1}/24`, 'dev', 'world');
      await within(space, 'addr', 'add', `fd78::${index + 1}/64`, 'dev', 'world', 'nodad');
      await within(space, 'link', 'set', 'world', 'up');
      await within(hub, 'link', 'set', outer, 'master', 'bridge0', 'up');
      // For the people of the domain, who are the test: nobody disturbs it.
      await ip('link', 'add', home, 'type', 'veth', 'peer', 'name', 'home', 'netns', space);
      undo.push(['link', 'del', home]);
      await ip('addr', 'add', `${homeOf(index)}.254/24`, 'dev', home);
      await ip('link', 'set', home, 'up');
      await within(space, 'addr', 'add', `${homeOf(index)}.1/24`, 'dev', 'home');
      await within(space, 'link', 'set', 'home', 'up');
    }
    const addresses = (index: number): string => `10.78.0.${index + 1},fd78::${index + 1}`;
    const records = recordsOf(
      names,
      addresses,
      names.map(() => PORT),
    );
    dnsmasq = await startDnsmasq(['ip', 'netns', 'exec', hub], '10.78.0.53', 53, records);
  } catch (error) {
    await close();
    throw error;
  }
  const others = (domain: number): string[] =>
    names.flatMap((_, index) => (index === domain ? [] : [`10.78.0.${index + 1}`, `fd78::${index + 1}`]));
  const slow = [
    'qdisc',
    'add',
    'dev',
    'world',
    'root',
    'tbf',
    'rate',
    '24kbit',
    'burst',
    '2kb',
    'latency',
    '2s',
  ];
  const cut = (domain: number, state: 'up' | 'down'): Promise<void> =>
    within(hub, 'link', 'set', `v${domain}`, state);
  return {
    what: 'namespaces, IPv4 and IPv6, dnsmasq',
    domains: spaces.map((space) => ({ prefix: ['ip', 'netns', 'exec', space], listen: `[::]:${PORT}` })),
    nameServer: '10.78.0.53:53',
    announce: async () => names.map((_, index) => ({ host: `${homeOf(index)}.1`, port: PORT })),
    async disturb(domain, kind) {
      const space = spaces[domain] ?? '';
      if (kind === 'half')
        for (const address of others(domain))
          await within(
            space,
            'neigh',
            'replace',
            address,
            'lladdr',
            NOWHERE,
            'dev',
            'world',
            'nud',
            'permanent',
          );
      else if (kind === 'slow' && isSlowable)
        await run('tc', ['-n', space, ...slow]).catch(() => {
          isSlowable = false;
        });
      else await cut(domain, 'down');
    },
    async heal(domain) {
      const space = spaces[domain] ?? '';
      await cut(domain, 'up');
      if (isSlowable) await run('tc', ['-n', space, 'qdisc', 'del', 'dev', 'world', 'root']).catch(() => {});
      for (const address of others(domain))
        await within(space, 'neigh', 'del', address, 'dev', 'world').catch(() => {});
    },
    close,
  };
};

/** Stands in front of a domain, and does to what passes what it is told. */
class Proxy {
  kind: Kind | undefined;
  readonly #to: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly server: Server;

  constructor(to: { host: string; port: number }) {
    this.#to = to;
    this.server = createServer({ noDelay: true }, (from) => this.#take(from));
  }

  #take(from: Socket): void {
    const to = connect({ ...this.#to, noDelay: true });
    const pair = [from, to] as const;
    this.#pairs.add(pair);
    for (const [one, other] of [pair, [to, from]] as const) {
      one.on('error', () => {});
      one.on('data', (data: Buffer) => this.#pass(data, one === from, other));
      one.on('close', () => {
        this.#pairs.delete(pair);
        other.destroy();
      });
    }
    if (this.kind === 'cut') from.destroy();
  }

  #pass(data: Buffer, isHeard: boolean, other: Socket): void {
    if (this.kind === 'slow') setTimeout(() => other.writable && other.write(data), 800);
    else if (this.kind === 'torn') other.end(data.subarray(0, data.length / 2));
    else if (this.kind === undefined || (this.kind === 'half' && isHeard)) other.write(data);
  }

  disturb(kind: Kind): void {
    this.kind = kind;
    if (kind === 'cut') this.#end();
  }

  heal(): void {
    // What was lost is not made up for: TCP would not have gone on either.
    if (this.kind === 'half') this.#end();
    this.kind = undefined;
  }

  #end(): void {
    for (const [one] of this.#pairs) one.destroy();
  }

  close(): void {
    this.#end();
    this.server.close();
  }
}

const openLoopback = async (names: readonly string[]): Promise<Net> => {
  const zone: Zone = {};
  const dns = await DnsServer.start(zone);
  const proxies: Proxy[] = [];
  const hosts = names.map((_, index) => `127.78.0.${index + 1}`);
  return {
    what: 'loopback, with proxies',
    domains: hosts.map((host) => ({ prefix: [], listen: `${host}:0` })),
    nameServer: dns.address,
    async announce(ports) {
      const places = hosts.map((host, index) => ({ host, port: ports[index] ?? 0 }));
      for (const [index, place] of places.entries()) {
        const proxy = new Proxy(place);
        proxies.push(proxy);
        const host = `127.78.1.${index + 1}`;
        await new Promise<void>((resolve) => proxy.server.listen(0, host, resolve));
        const address = proxy.server.address();
        const port = typeof address === 'object' && address !== null ? address.port : 0;
        const target = `server.${names[index]}`;
        zone[target] = [{ type: 'A', address: host }];
        for (const service of ['_im', '_pres'])
          zone[`${service}._impp.${names[index]}`] = [{ type: 'SRV', priority: 0, weight: 0, port, target }];
      }
      return places;
    },
    disturb: async (domain, kind) => proxies[domain]?.disturb(kind),
    heal: async (domain) => proxies[domain]?.heal(),
    async close() {
      for (const proxy of proxies) proxy.close();
      await dns.close();
    },
  };
};
