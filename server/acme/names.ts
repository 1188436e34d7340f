import { systemDns } from '../../network/resolver.ts';
import type { Config } from '../config.ts';

const SERVICES = ['_impp-client._tcp', '_im._impp', '_pres._impp'] as const;
const TRY_MS = 3_000;
/** Of an order, by public authorities; nobody has nearly as many. */
const MOST = 20;

/**
 * What the certificate is to name: the domain, which everybody checks for [IMPP 3], and the hosts of its SRV records, by
 * which people know the machine. What DNS does not say is left out.
 */
export async function certificateNames({ domain, dns }: Config): Promise<string[]> {
  const resolver = systemDns(dns.servers, TRY_MS);
  const found = await Promise.all(
    SERVICES.map((service) => resolver.srv(`${service}.${domain}`).catch(() => [])),
  );
  const hosts = found.flat().map(({ name }) => name.toLowerCase().replace(/\.$/, ''));
  return [...new Set([domain, ...hosts.filter(Boolean)])].slice(0, MOST);
}
