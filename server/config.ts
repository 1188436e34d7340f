import {
  BULK_THRESHOLD,
  FAILED_AUTH_PER_ADDRESS,
  IDLE_TIMEOUT_SECONDS,
  MAX_BULK_MESSAGE_SIZE,
  MAX_CONNECTIONS_PER_ACCOUNT,
  MAX_MESSAGE_SIZE,
  MAX_PENDING,
  PRESENCE_LEASE,
  REGISTERED_PER_ADDRESS,
  REQUEST_BURST,
  REQUESTS_PER_SECOND,
  STRANGERS_OF_DOMAIN,
  STRANGERS_TO_INBOX,
  SUBSCRIPTION_LEASE,
  UNAUTHENTICATED_PER_ADDRESS,
} from '../shared/impp/limits.ts';

/** What the operator may set, with the defaults of [IMPP 13]. Durations in seconds, sizes in octets. */
export interface Config {
  /** The domain served: lower case, A-labels. */
  readonly domain: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Folder of the domain's files; needed unless storage is `memory:`. */
  readonly data: string;
  readonly registration: 'open' | 'invite' | 'closed';
  readonly limits: {
    /** Largest body on an interactive connection. */
    readonly maxMessageSize: number;
    /** Largest body on a bulk connection or a link. */
    readonly maxBulkSize: number;
    /** Unanswered requests taken from one connection. */
    readonly maxPending: number;
    readonly requestsPerSecond: number;
    readonly requestBurst: number;
    /** Failed AUTH from one IP address in 10 minutes. */
    readonly failedAuth: number;
    /** REGISTER from one IP address in an hour; loopback is not counted. */
    readonly registrations: number;
    /** Connections from one IP address that have not authenticated; likewise. */
    readonly unauthenticated: number;
    /** First messages of strangers of one other domain in an hour. */
    readonly strangersOfDomain: number;
    /** First messages of strangers to one account in an hour. */
    readonly strangersToInbox: number;
    /** Connections of one account. */
    readonly connections: number;
    readonly inboxQuota: number;
    readonly bulkThreshold: number;
  };
  readonly idleTimeout: number;
  readonly leases: {
    readonly presenceMin: number;
    readonly presenceMax: number;
    readonly presenceDefault: number;
    readonly subscriptionMin: number;
    readonly subscriptionMax: number;
    readonly subscriptionDefault: number;
    readonly subscriptionInterdomain: number;
  };
  readonly inbox: {
    readonly retentionDays: number;
    /** How long OK (SEND) waits for a device, in milliseconds. */
    readonly deliveryWaitMs: number;
  };
  readonly auth: {
    /** Allowed mechanisms, strongest first. */
    readonly mechanisms: readonly string[];
    readonly iterations: number;
  };
  readonly tls: {
    readonly cert: string | undefined;
    readonly key: string | undefined;
    readonly ca: string | undefined;
    /** Lists of certificates that were revoked. */
    readonly crl: string | undefined;
    /** Undefined: required unless the listener is bound to a loopback address. */
    readonly require: boolean | undefined;
    readonly minimum: '1.2' | '1.3';
  };
  /** Certificates by ACME instead of `tls.cert` and `tls.key`, which are then the file it keeps. */
  readonly acme: {
    /** Whether the operator accepts the terms of the authority: only then it is asked. */
    readonly terms: boolean;
    readonly directory: string;
    readonly email: string | undefined;
    readonly challenge: 'http-01' | 'tls-alpn-01';
    /** HOST:PORT where challenges are answered. Undefined: port 80, or where clients are served. */
    readonly listen: string | undefined;
  };
  readonly dns: { readonly servers: readonly string[] };
  readonly federation: {
    readonly default: 'allow' | 'refuse';
    readonly tls: 'required' | 'off';
    /** Domain to HOST:PORT, instead of SRV. */
    readonly routes: Readonly<Record<string, string>>;
    readonly policy: Readonly<Record<string, 'allow' | 'refuse'>>;
    /** Files of domains that are refused, unless `policy` names them. */
    readonly blocklist: readonly string[];
  };
  readonly policy: readonly ('no-pretend' | 'no-invisible')[];
  /** `memory:`, `sqlite:` (in the data folder) or `sqlite:PATH`. */
  readonly storage: { readonly url: string };
  /** `local:`. */
  readonly bus: { readonly url: string };
  /** HOST:PORT, or nowhere. */
  readonly metrics: { readonly listen: string | undefined };
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent' };
}

/** A Config of which anything may be left out; records and lists are given whole. */
export type ConfigOverrides = {
  readonly [K in keyof Config]?: Config[K] extends string | readonly unknown[]
    ? Config[K]
    : Partial<Config[K]>;
};

const DEFAULTS: Config = {
  domain: 'localhost',
  listen: { host: '127.0.0.1', port: 2779 },
  data: '',
  registration: 'closed',
  limits: {
    maxMessageSize: MAX_MESSAGE_SIZE,
    maxBulkSize: MAX_BULK_MESSAGE_SIZE,
    maxPending: MAX_PENDING,
    requestsPerSecond: REQUESTS_PER_SECOND,
    requestBurst: REQUEST_BURST,
    failedAuth: FAILED_AUTH_PER_ADDRESS,
    registrations: REGISTERED_PER_ADDRESS,
    unauthenticated: UNAUTHENTICATED_PER_ADDRESS,
    strangersOfDomain: STRANGERS_OF_DOMAIN,
    strangersToInbox: STRANGERS_TO_INBOX,
    connections: MAX_CONNECTIONS_PER_ACCOUNT,
    inboxQuota: 100 * 1024 * 1024,
    bulkThreshold: BULK_THRESHOLD,
  },
  idleTimeout: IDLE_TIMEOUT_SECONDS,
  leases: {
    presenceMin: PRESENCE_LEASE.least,
    presenceMax: PRESENCE_LEASE.most,
    presenceDefault: PRESENCE_LEASE.usual,
    subscriptionMin: SUBSCRIPTION_LEASE.least,
    subscriptionMax: SUBSCRIPTION_LEASE.most,
    subscriptionDefault: SUBSCRIPTION_LEASE.usual,
    subscriptionInterdomain: SUBSCRIPTION_LEASE.interdomain,
  },
  inbox: { retentionDays: 30, deliveryWaitMs: 2000 },
  auth: { mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'PLAIN'], iterations: 100_000 },
  tls: { cert: undefined, key: undefined, ca: undefined, crl: undefined, require: undefined, minimum: '1.2' },
  acme: {
    terms: false,
    directory: 'https://acme-v02.api.letsencrypt.org/directory',
    email: undefined,
    challenge: 'http-01',
    listen: undefined,
  },
  dns: { servers: [] },
  federation: { default: 'allow', tls: 'required', routes: {}, policy: {}, blocklist: [] },
  policy: [],
  storage: { url: 'sqlite:' },
  bus: { url: 'local:' },
  metrics: { listen: undefined },
  log: { level: 'info' },
};

/**
 * The defaults of [IMPP 13] with `overrides` laid over them, group by group. What the operator gives goes
 * through `config-load.ts`, which also checks it; this one trusts its caller.
 */
export function defaultConfig(overrides: ConfigOverrides = {}): Config {
  const given = overrides as Record<string, unknown>;
  const config: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(DEFAULTS)) {
    const over = given[key];
    const isGroup = typeof value === 'object' && !Array.isArray(value);
    config[key] = isGroup ? { ...(value as object), ...(over as object | undefined) } : (over ?? value);
  }
  return config as unknown as Config;
}
