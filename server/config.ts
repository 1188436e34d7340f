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
    /** Undefined: required unless the listener is bound to a loopback address. */
    readonly require: boolean | undefined;
    readonly minimum: '1.2' | '1.3';
  };
  readonly dns: { readonly servers: readonly string[] };
  readonly federation: {
    readonly default: 'allow' | 'refuse';
    readonly tls: 'required' | 'off';
    /** Domain to HOST:PORT, instead of SRV. */
    readonly routes: Readonly<Record<string, string>>;
    readonly policy: Readonly<Record<string, 'allow' | 'refuse'>>;
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
