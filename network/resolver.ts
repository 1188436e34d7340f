import { lookup } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import type { RandomBytes } from '../shared/clock.ts';
import { ImppError } from '../shared/errors.ts';
import { fraction } from '../shared/fraction.ts';
import type { SrvRecord } from './dns-message.ts';

/** Where clients and domains listen unless SRV says otherwise [IMPP 3]. */
export const DEFAULT_PORT = 2779;

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** The two questions asked of DNS. Errors are those of node:dns, with their `code`. */
export interface Dns {
  srv(name: string): Promise<SrvRecord[]>;
  /** As node:net wants it. */
  readonly lookup: LookupFunction;
}

/** The system's DNS, or `servers` (HOST:PORT each) instead of it; `timeout`: milliseconds for each try. */
export const systemDns = (servers: readonly string[] = [], timeout = 4000): Dns => {
  const resolver = new Resolver({ timeout, tries: 2 });
  if (servers.length === 0) return { srv: (name) => resolver.resolveSrv(name), lookup };
  resolver.setServers(servers);
  return {
    srv: (name) => resolver.resolveSrv(name),
    lookup(host, options, answer) {
      const both = [resolver.resolve4(host), resolver.resolve6(host)];
      void Promise.allSettled(both).then(([four, six]) => {
        const found = [
          ...(four?.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
          ...(six?.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
        ];
        const first = found[0];
        if (first === undefined) {
          const reason: unknown = four?.status === 'rejected' ? four.reason : undefined;
          answer(reason instanceof Error ? reason : new Error('no address'), []);
        } else if (options.all === true) answer(null, found);
        else answer(null, first.address, first.family);
      });
    },
  };
};

/** `localhost` and what is under it is this machine, whatever DNS says [RFC 6761 6.3]. */
export const isLocalName = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

/** Names of Tor's own, which no DNS server may be asked for [RFC 7686 2]. */
export const isOnion = (host: string): boolean => host.endsWith('.onion');

const localLookup: LookupFunction = (_host, options, answer) => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  if (options.all === true) answer(null, addresses);
  else answer(null, '127.0.0.1', 4);
};

const noLookup: LookupFunction = (host, _options, answer) => {
  answer(Object.assign(new Error(`${host} is not in DNS`), { code: 'ENOTFOUND' }), []);
};

/** How the addresses of `host` are found. */
export const lookupOf = (host: string, dns: Dns): LookupFunction =>
  isLocalName(host) ? localLookup : isOnion(host) ? noLookup : dns.lookup;

/** Codes that say "there is nothing of the kind", as against "I could not find out". */
export const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA');

/** HOST:PORT as people type it under "Advanced"; the port may be left out. Throws `invalid-argument`. */
export const parseTarget = (text: string, otherwise = DEFAULT_PORT): Target => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? otherwise : Number(match[3]);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new ImppError('invalid-argument', 'a server is given as host:port');
  }
  return { host: host.toLowerCase(), port };
};

/** RFC 2782: by priority, and within one priority at random by weight, the weightless last. */
export const orderTargets = (records: readonly SrvRecord[], random: RandomBytes): Target[] => {
  const ordered: Target[] = [];
  for (const priority of [...new Set(records.map((record) => record.priority))].sort((a, b) => a - b)) {
    const rest = records.filter((record) => record.priority === priority).sort((a, b) => a.weight - b.weight);
    while (rest.length > 0) {
      const total = rest.reduce((sum, record) => sum + record.weight, 0);
      let pick = Math.floor(fraction(random) * (total + 1));
      const index = rest.findIndex((record) => (pick -= record.weight) <= 0);
      const [chosen] = rest.splice(Math.max(index, 0), 1);
      if (chosen !== undefined) ordered.push({ host: chosen.name, port: chosen.port });
    }
  }
  return ordered;
};

/** What is asked for: servers for clients, for messages, for everything else between domains [IMPP 3]. */
export type ServiceLabel = '_impp-client._tcp' | '_im._impp' | '_pres._impp';

/**
 * Finds the servers of `domain` for a service [IMPP 3], in the order to try them. DNS is asked each time: whoever
 * answers keeps what he knows for as long as its TTL allows. Throws `domain-unknown` where the domain declares that it
 * has none, `unreachable` where DNS did not say.
 */
export const resolveDomain = async (
  domain: string,
  service: ServiceLabel,
  dns: Dns,
  random: RandomBytes,
): Promise<Target[]> => {
  const host = domain.replace(/^\[(.*)\]$/, '$1');
  const itself = [{ host, port: DEFAULT_PORT }];
  if (isIP(host) !== 0 || isLocalName(domain)) return itself;
  const data = { domain };
  // Names under .invalid exist nowhere, those under .onion not here; asking would only tell others what was
  // typed [RFC 6761 6.4, RFC 7686 2].
  if (domain === 'invalid' || domain.endsWith('.invalid') || isOnion(domain)) {
    throw new ImppError('domain-unknown', `there is no ${domain}`, { data });
  }
  let records: SrvRecord[];
  try {
    records = await dns.srv(`${service}.${domain}`);
  } catch (cause) {
    if (isAbsent(cause)) return itself;
    throw new ImppError('unreachable', `DNS gave no answer about ${domain}`, { cause, data });
  }
  const present = records.filter((record) => record.name !== '' && record.name !== '.');
  if (records.length > 0 && present.length === 0) {
    throw new ImppError('domain-unknown', `${domain} declares that it has no such service`, { data });
  }
  return records.length === 0 ? itself : orderTargets(present, random);
};
