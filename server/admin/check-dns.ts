// SRV records as the world sees them: the resolver of this machine may remember what has been changed, or know names
// that nobody else does, so the name servers of the domain are asked themselves.

import type { SrvRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

import { isAbsent } from '../../network/resolver.ts';
import type { Config } from '../config.ts';
import { readHostAndPort } from '../config-settings.ts';
import { isLoopback } from '../net/listener.ts';
import type { Finding } from './finding.ts';

/** [IMPP 3]: for clients, for messages and for presence from other domains. */
export const SERVICES = ['_impp-client._tcp', '_im._impp', '_pres._impp'] as const;
const DEFAULT_PORT = 2779;
const TRY_MS = 3000;
/** Of a domain; the largest have thirteen. */
const MOST_SERVERS = 8;

/** Whether the domain is for people elsewhere: DNS and the way back matter only then. */
export const isPublic = ({ domain, listen }: Config): boolean =>
  isIP(domain) === 0 && !isLoopback(listen.host) && domain.includes('.');

export const resolverOf = (servers: readonly string[]): Resolver => {
  const resolver = new Resolver({ timeout: TRY_MS, tries: 1 });
  if (servers.length > 0) resolver.setServers(servers);
  return resolver;
};

interface NameServer {
  readonly name: string;
  readonly resolver: Resolver;
}

/** Whether others will find the domain where it listens. Without DNS nothing is said to be wrong. */
export async function checkDns(config: Config): Promise<Finding[]> {
  if (!isPublic(config)) {
    return [
      { what: 'note', text: 'SRV records: not checked, the domain is for this machine or network only.' },
    ];
  }
  const { domain, dns } = config;
  const own = resolverOf(dns.servers);
  const servers = await nameServersOf(domain, own, dns.servers);
  const findings = (
    await Promise.all(SERVICES.map((service) => checkName(service, config, own, servers)))
  ).flat();
  if (servers.length === 0)
    findings.push({
      what: 'note',
      text: `The name servers of ${domain} were not asked themselves: DNS does not say which they are.`,
    });
  return [...findings, ...(await checkAddresses(config, own))];
}

/** Those of the nearest zone. Where `servers` of one's own are given, they are asked on the port of the first of those. */
async function nameServersOf(
  domain: string,
  own: Resolver,
  servers: readonly string[],
): Promise<NameServer[]> {
  const port = readHostAndPort(servers[0] ?? '')?.port ?? 53;
  for (let zone = domain; zone.includes('.'); zone = zone.slice(zone.indexOf('.') + 1)) {
    const names = await own.resolveNs(zone).catch(() => []);
    if (names.length === 0) continue;
    const found = await Promise.all(
      names.slice(0, MOST_SERVERS).map(async (name) => {
        const [address] = await addressesOf(name, own);
        if (address === undefined) return [];
        const place = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
        return [{ name, resolver: resolverOf([place]) }];
      }),
    );
    return found.flat();
  }
  return [];
}

async function addressesOf(host: string, resolver: Resolver): Promise<string[]> {
  const both = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return both.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
}

/** What a server says, in one comparable text; '' for nothing of the kind. @throws if it does not answer */
async function ask(resolver: Resolver, name: string): Promise<string> {
  try {
    return (await resolver.resolveSrv(name)).map(textOf).sort().join(', ');
  } catch (error) {
    if (isAbsent(error)) return '';
    throw error;
  }
}

const textOf = ({ name, port }: SrvRecord): string => (name === '' ? '.' : `${name.toLowerCase()}:${port}`);

type Service = (typeof SERVICES)[number];

async function checkName(
  service: Service,
  config: Config,
  own: Resolver,
  servers: readonly NameServer[],
): Promise<Finding[]> {
  const { domain } = config;
  const name = `${service}.${domain}`;
  const here = await ask(own, name).catch((error: unknown) => error as NodeJS.ErrnoException);
  const answers = await Promise.all(
    servers.map(async ({ name: server, resolver }) => ({
      server,
      said: await ask(resolver, name).catch((error: unknown) => error as NodeJS.ErrnoException),
    })),
  );
  const notes = answers.flatMap(({ server, said }): Finding[] =>
    typeof said === 'string'
      ? []
      : [
          {
            what: 'note',
            text: `${name}: the name server ${server} does not answer (${said.code ?? said.message}).`,
          },
        ],
  );
  const heard = answers.filter(
    (each): each is { server: string; said: string } => typeof each.said === 'string',
  );
  const [first] = heard;
  if (first === undefined) {
    if (typeof here === 'string') return [...notes, judge(service, config, here, 'DNS says')];
    return [
      { what: 'note', text: `${name}: not checked, DNS does not answer (${here.code ?? here.message}).` },
    ];
  }
  if (heard.some(({ said }) => said !== first.said)) {
    const each = heard.map(({ server, said }) => `${server}: ${said || 'nothing'}`).join('; ');
    const text = `${name}: the name servers of ${domain} do not agree (${each}): give all of them the same records.`;
    return [...notes, { what: 'wrong', text }];
  }
  const findings = [...notes, judge(service, config, first.said, `${heard.length} of its name servers say`)];
  if (here === first.said) return findings;
  const other = typeof here === 'string' ? here || 'nothing' : (here.code ?? 'nothing');
  const text = `${name}: the resolver of this machine says something else (${other}); what is remembered ends by itself.`;
  return [...findings, { what: 'note', text }];
}

function judge(service: Service, config: Config, said: string, who: string): Finding {
  const { domain, listen, federation } = config;
  const { port } = listen;
  const name = `${service}.${domain}`;
  if (said.split(', ').includes('.')) {
    const isForOthers = service === '_impp-client._tcp' || federation.default === 'allow';
    if (!isForOthers)
      return {
        what: 'ok',
        text: `${name} says that the domain is for its own people, as federation.default does.`,
      };
    const text = `${name} says that the domain has no such service: take away the record with the target ".".`;
    return { what: 'wrong', text };
  }
  if (said !== '') return { what: 'ok', text: `${name} points to ${said}, ${who}.` };
  if (port === DEFAULT_PORT)
    return { what: 'note', text: `${name} does not exist: others will try ${domain}, port ${DEFAULT_PORT}.` };
  const text = `${name} does not exist, and others then try port ${DEFAULT_PORT}, not ${port}: add the record.`;
  return { what: 'wrong', text };
}

/** Whether the hosts have addresses, of both kinds, at which parleyd can be. */
async function checkAddresses(config: Config, own: Resolver): Promise<Finding[]> {
  const { domain, listen } = config;
  const records = await Promise.all(
    SERVICES.map((service) => own.resolveSrv(`${service}.${domain}`).catch(() => [])),
  );
  const found = records.flat().map(({ name }) => name.toLowerCase());
  const hosts = new Set(found.length === 0 ? [domain] : found.filter((name) => name !== '' && name !== '.'));
  const findings = [...hosts].map(async (host): Promise<Finding> => {
    const [four, six] = await Promise.allSettled([own.resolve4(host), own.resolve6(host)]);
    const hasFour = four.status === 'fulfilled' && four.value.length > 0;
    const hasSix = six.status === 'fulfilled' && six.value.length > 0;
    if (!hasFour && !hasSix) {
      const isSure = [four, six].every((each) => each.status === 'rejected' && isAbsent(each.reason));
      return isSure
        ? { what: 'wrong', text: `${host} has no address: add an A record, and AAAA where there is IPv6.` }
        : { what: 'note', text: `${host}: addresses not checked, DNS does not answer.` };
    }
    if (hasSix && isIP(listen.host) === 4) {
      const text = `${host} has an IPv6 address, and parleyd listens on ${listen.host} only: listen = "[::]:${listen.port}", or take the AAAA record away.`;
      return { what: 'wrong', text };
    }
    if (!hasSix)
      return {
        what: 'note',
        text: `${host} has no IPv6 address (AAAA): who has only IPv6 does not reach it.`,
      };
    if (!hasFour)
      return { what: 'note', text: `${host} has no IPv4 address (A): most people do not reach it.` };
    return { what: 'ok', text: `${host} has addresses of both kinds.` };
  });
  return Promise.all(findings);
}
