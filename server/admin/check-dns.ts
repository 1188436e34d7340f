import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

import type { Config } from '../config.ts';
import { isLoopback } from '../net/listener.ts';
import type { Finding } from './finding.ts';

/** [IMPP 3]: for clients, for messages and for presence from other domains. */
const NAMES = ['_impp-client._tcp', '_im._impp', '_pres._impp'] as const;
const DEFAULT_PORT = 2779;

/** Whether others will find the domain where it listens. Without DNS nothing is said to be wrong. */
export async function checkDns({ domain, listen, dns }: Config): Promise<Finding[]> {
  if (isIP(domain) !== 0 || isLoopback(listen.host) || !domain.includes('.')) {
    return [
      { what: 'note', text: 'SRV records: not checked, the domain is for this machine or network only.' },
    ];
  }
  const resolver = new Resolver({ timeout: 3000, tries: 1 });
  if (dns.servers.length > 0) resolver.setServers(dns.servers);
  return Promise.all(NAMES.map((name) => checkName(resolver, `${name}.${domain}`, domain, listen.port)));
}

async function checkName(resolver: Resolver, name: string, domain: string, port: number): Promise<Finding> {
  try {
    const records = await resolver.resolveSrv(name);
    const targets = records.map((record) => (record.name === '' ? '.' : `${record.name}:${record.port}`));
    const isAbsent = records.some((record) => record.name === '' || record.name === '.');
    if (isAbsent) return { what: 'wrong', text: `${name} says that the domain has no such service.` };
    return { what: 'ok', text: `${name} points to ${targets.join(', ')}.` };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (code !== 'ENODATA' && code !== 'ENOTFOUND') {
      return { what: 'note', text: `${name}: not checked, DNS does not answer (${code}).` };
    }
    if (port === DEFAULT_PORT) {
      return {
        what: 'note',
        text: `${name} does not exist: others will try ${domain}, port ${DEFAULT_PORT}.`,
      };
    }
    return {
      what: 'wrong',
      text: `${name} does not exist, and others then try port ${DEFAULT_PORT}, not ${port}.`,
    };
  }
}
