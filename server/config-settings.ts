// Every setting of the operator: its key in TOML and in --set, what values it takes, and where it goes in
// Config. The key `a.b-c` is the field `a.bC`.

import { isIP } from 'node:net';
import { z } from 'zod';

import { ImppError } from '../shared/errors.ts';
import { canonicalHost } from '../shared/impp/address.ts';

const number = (least: number, most: number, what: string) =>
  z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^\d+(\.\d+)?$/)
          .transform(Number),
      ],
      { error: what },
    )
    .refine((value) => value >= least && value <= most, { error: `${what} from ${least} to ${most}` });

const whole = (least: number, most: number, what = 'a whole number') =>
  number(least, most, what).refine(Number.isInteger, { error: what });

const SQLITE_LARGEST = 900_000_000;
const octets = (least: number) => whole(least, SQLITE_LARGEST, 'a number of octets');
const seconds = (least: number, most: number) => whole(least, most, 'a number of seconds');

const one = <const T extends readonly [string, ...string[]]>(...names: T) =>
  z.enum(names, { error: `one of ${names.join(', ')}` });

const text = (what: string) => z.string({ error: what }).min(1, { error: what });

/** A TOML list, or in --set values between commas. */
const list = <T extends z.ZodType>(item: T, what: string) =>
  z
    .union([z.array(z.string()), z.string().transform((value) => value.split(','))], { error: what })
    .transform((values) => values.map((value) => value.trim()).filter(Boolean))
    .pipe(z.array(item as z.ZodType<z.output<T>, string>, { error: what }));

const hostAndPort = z
  .string({ error: 'HOST:PORT' })
  .transform(
    (value, context) =>
      readHostAndPort(value) ?? failed(context, 'HOST:PORT, like 127.0.0.1:2779 or [::1]:2779'),
  );

const host = z
  .string({ error: 'a domain, like example.org' })
  .transform((value, context) => tryHost(value) ?? failed(context, 'a domain, like example.org'));

const isNameServer = (value: string): boolean =>
  isIP(value) !== 0 || isIP(readHostAndPort(value)?.host ?? '') !== 0;

/** Strongest first, as HELLO lists them [IMPP 6]. */
const MECHANISMS = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'PLAIN', 'ANONYMOUS'] as const;

const trueOrFalse = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')], {
  error: 'true or false',
});

export const SETTINGS: Readonly<Record<string, z.ZodType>> = {
  domain: host,
  listen: hostAndPort,
  data: text('a folder'),
  registration: one('open', 'invite', 'closed'),
  'limits.max-message-size': octets(1),
  'limits.max-bulk-size': octets(1),
  'limits.max-pending': whole(1, 65_535),
  'limits.requests-per-second': number(0.001, 1e9, 'a number'),
  'limits.request-burst': whole(1, 1e9),
  'limits.failed-auth': whole(1, 1e9),
  'limits.registrations': whole(1, 1e9),
  'limits.unauthenticated': whole(1, 1e9),
  'limits.strangers-of-domain': whole(1, 1e9),
  'limits.strangers-to-inbox': whole(1, 1e9),
  'limits.connections': whole(1, 1e6),
  'limits.inbox-quota': whole(0, Number.MAX_SAFE_INTEGER, 'a number of octets'),
  'limits.bulk-threshold': octets(0),
  'idle-timeout': seconds(1, 86_400),
  'leases.presence-min': seconds(1, 0x7fffffff),
  'leases.presence-max': seconds(1, 0x7fffffff),
  'leases.presence-default': seconds(1, 0x7fffffff),
  'leases.subscription-min': seconds(1, 0x7fffffff),
  'leases.subscription-max': seconds(1, 0x7fffffff),
  'leases.subscription-default': seconds(1, 0x7fffffff),
  'leases.subscription-interdomain': seconds(1, 0x7fffffff),
  'inbox.retention-days': number(0, 36_500, 'a number of days'),
  // The sender waits for it [IMPP 8: at most 2 s].
  'inbox.delivery-wait-ms': whole(0, 2000, 'a number of milliseconds'),
  'auth.mechanisms': list(one(...MECHANISMS), `a list of ${MECHANISMS.join(', ')}`)
    .refine((given) => given.length > 0, { error: 'at least one mechanism' })
    .transform((given) => MECHANISMS.filter((name) => given.includes(name))),
  // Clients refuse fewer and more [IMPP 6].
  'auth.iterations': whole(4096, 1_000_000),
  'tls.cert': text('a file'),
  'tls.key': text('a file'),
  'tls.ca': text('a file'),
  'tls.crl': text('a file'),
  'tls.require': trueOrFalse,
  'tls.minimum': one('1.2', '1.3'),
  'acme.terms': trueOrFalse,
  'acme.directory': z.url({ protocol: /^https$/, error: 'the https URL of a directory' }),
  'acme.email': z.email({ error: 'an address for mail' }),
  'acme.challenge': one('http-01', 'tls-alpn-01'),
  'acme.listen': text('HOST:PORT').refine((value) => readHostAndPort(value) !== undefined, {
    error: 'HOST:PORT',
  }),
  'dns.servers': list(
    z.string().refine(isNameServer, { error: 'addresses of name servers' }),
    'a list of addresses',
  ),
  'federation.default': one('allow', 'refuse'),
  'federation.tls': one('required', 'off'),
  'federation.blocklist': list(text('files'), 'a list of files'),
  policy: list(one('no-pretend', 'no-invisible'), 'a list of no-pretend, no-invisible'),
  'storage.url': z.string().regex(/^(memory:$|sqlite:)/, { error: 'sqlite:, sqlite:PATH or memory:' }),
  'bus.url': one('local:'),
  'metrics.listen': text('HOST:PORT').refine((value) => readHostAndPort(value) !== undefined, {
    error: 'HOST:PORT',
  }),
  'log.level': one('debug', 'info', 'warn', 'error', 'silent'),
};

/** Tables of one value for each domain: `federation.routes."b.example"`. */
export const DOMAIN_SETTINGS: Readonly<Record<string, z.ZodType>> = {
  'federation.routes': text('HOST:PORT').refine((value) => readHostAndPort(value) !== undefined, {
    error: 'HOST:PORT',
  }),
  'federation.policy': one('allow', 'refuse'),
};

/** `HOST:PORT`, with brackets round an IPv6 address; undefined if it is anything else. */
export function readHostAndPort(value: string): { host: string; port: number } | undefined {
  const found = /^(?:\[([0-9a-f:.]+(?:%\w+)?)\]|([^\s:[\]/]+)):(\d{1,5})$/iu.exec(value.trim());
  if (!found) return undefined;
  const [, inBrackets, plain = '', digits] = found;
  const port = Number(digits);
  if (port > 65_535 || (inBrackets !== undefined && isIP(inBrackets) !== 6)) return undefined;
  return { host: inBrackets ?? plain, port };
}

/** The HOST in canonical form, or undefined if it cannot be one. */
export function tryHost(value: string): string | undefined {
  try {
    return canonicalHost(value.trim());
  } catch (error) {
    if (error instanceof ImppError) return undefined;
    throw error;
  }
}

function failed(context: z.RefinementCtx, expected: string): never {
  context.addIssue({ code: 'custom', message: expected });
  return z.NEVER;
}
