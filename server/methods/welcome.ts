import type { Domain } from '../domain.ts';

export const AGENT = 'parleyd/0.1.0';

/** What OK (HELLO) says of this server, to clients and to other domains [IMPP 6]. */
export const welcome = (
  { config, name }: Pick<Domain, 'config' | 'name'>,
  now: {
    readonly tls: { readonly isActive: boolean; readonly isThere: boolean; readonly isRequired: boolean };
    /** Those that the peer may use now, strongest first. */
    readonly mechanisms: readonly string[];
  },
): (readonly [string, string])[] => {
  const { limits } = config;
  return [
    ['Domain', name],
    ['Agent', AGENT],
    ['Services', 'im presence'],
    ['Max-Message-Size', String(Math.max(limits.maxBulkSize, limits.maxMessageSize))],
    ['Max-Pending', String(limits.maxPending)],
    ['Idle-Timeout', String(config.idleTimeout)],
    ['Bulk-Threshold', String(limits.bulkThreshold)],
    ['TLS', tlsState(now.tls)],
    ['Auth-Mechanisms', now.mechanisms.join(' ')],
    ['Iterations', String(config.auth.iterations)],
    ['Registration', config.registration],
    ...(config.policy.length > 0 ? [['Policy', config.policy.join(' ')] as const] : []),
  ];
};

const tlsState = (tls: { isActive: boolean; isThere: boolean; isRequired: boolean }): string => {
  if (tls.isActive) return 'active';
  if (!tls.isThere) return 'unavailable';
  return tls.isRequired ? 'required' : 'offered';
};
