import type { Headers } from '../../shared/impp/headers.ts';
import { readDecimal } from '../../shared/impp/headers.ts';

/** What a server says of itself in OK (HELLO) [IMPP 6], with the defaults of section 13 for what it leaves out. */
export interface Hello {
  readonly tls: 'offered' | 'required' | 'active' | 'unavailable';
  readonly mechanisms: readonly string[];
  readonly iterations: number;
  readonly registration: 'open' | 'invite' | 'closed';
  readonly policy: readonly string[];
  readonly maxMessageSize: number;
  readonly maxPending: number;
  /** Seconds. */
  readonly idleTimeout: number;
  readonly bulkThreshold: number;
}

const list = (headers: Headers, name: string): string[] =>
  (headers.get(name) ?? '').split(' ').filter((token) => token !== '');

const oneOf = <T extends string>(value: string | undefined, known: readonly T[], otherwise: T): T =>
  known.find((token) => token === value) ?? otherwise;

/** Throws `bad-request` for a number that is none. */
export const readHello = (headers: Headers): Hello => ({
  tls: oneOf(headers.get('TLS'), ['offered', 'required', 'active', 'unavailable'], 'unavailable'),
  mechanisms: list(headers, 'Auth-Mechanisms'),
  iterations: readDecimal(headers, 'Iterations') ?? 100_000,
  registration: oneOf(headers.get('Registration'), ['open', 'invite', 'closed'], 'closed'),
  policy: list(headers, 'Policy'),
  maxMessageSize: readDecimal(headers, 'Max-Message-Size') ?? 1_048_576,
  maxPending: Math.max(1, readDecimal(headers, 'Max-Pending') ?? 128),
  idleTimeout: Math.max(2, readDecimal(headers, 'Idle-Timeout') ?? 300),
  bulkThreshold: readDecimal(headers, 'Bulk-Threshold') ?? 65_536,
});
