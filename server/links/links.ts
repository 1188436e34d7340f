import { ImppError } from '../../shared/errors.ts';
import { Headers } from '../../shared/impp/headers.ts';
import { CALLBACKS_PER_ADDRESS, MAX_REACHING } from '../../shared/impp/limits.ts';
import { request as newRequest } from '../../shared/impp/serializer.ts';
import type { Config } from '../config.ts';
import type { Domain, Links } from '../domain.ts';
import type { Tally } from '../metrics/tally.ts';
import type { Connections } from '../net/connections.ts';
import { Attempts, originOf, type Strangers } from '../net/throttle.ts';
import type { Blocklist } from './blocklist.ts';
import { Callbacks } from './callbacks.ts';
import type { Dialer } from './dialer.ts';
import { Far } from './far.ts';
import { askBack, type Opening, openLink } from './open.ts';
import type { Parts } from './parts.ts';
import { SecureDomains } from './secure-domains.ts';
import { purposeOf } from './uses.ts';

interface Options {
  readonly domain: Domain;
  readonly tally: Tally;
  readonly connections: Connections;
  readonly dialer: Dialer;
  readonly hasTls: boolean;
  readonly failures: Attempts;
  readonly strangers: Strangers;
  readonly blocklist: Blocklist;
}

/** Callbacks of one address that reach nobody: so many times as those that prove a lie. Milliseconds. */
const UNREACHED_FACTOR = 10;
const UNREACHED_WINDOW = 600_000;

/** Domains without links that are remembered until they are looked through. */
const STEP = 1024;

/** What the operator says of other domains by name, and of all others. */
export type Policy = Pick<Config['federation'], 'default' | 'policy'>;

/** The links of a domain to all others [IMPP 12], and what those who open some to us need. */
export const createLinks = (
  options: Options,
): {
  readonly links: Links;
  readonly parts: Parts;
  /** Ends what there is with domains that are refused by now. */
  readonly refuseAnew: () => void;
  /** Who is allowed and refused by name, and all others, from now on; ends what there is with those who are refused. */
  readonly setPolicy: (policy: Policy) => void;
} => {
  const { domain, tally, connections, dialer, failures, strangers, blocklist, hasTls } = options;
  const { federation } = domain.config;
  const { clock, storage } = domain;
  const fars = new Map<string, Far>();
  let present: Policy = federation;
  const callbacks = new Callbacks(clock, domain.random);
  const secureDomains = new SecureDomains(storage, clock);
  const ending = new AbortController();
  const asking = new Map<string, number>();
  let reaching = 0;
  let lookedAt = 0;
  let lastId = 0;

  const parts: Parts = {
    domain,
    tally,
    self: `impp://${domain.name}/`,
    hasTls,
    failures,
    unreached: new Attempts(clock, UNREACHED_FACTOR * domain.config.limits.failedAuth, UNREACHED_WINDOW),
    strangers,
    callbacks,
    secureDomains,
    refusal(host) {
      // What is said of a domain by name counts for more than what lists say.
      const policy = present.policy[host] ?? (blocklist.has(host) ? 'refuse' : present.default);
      if (policy === 'allow') return undefined;
      return new ImppError('permission-denied', `${domain.name} has nothing to do with ${host}`);
    },
    needsTls: async (host) => federation.tls === 'required' || secureDomains.has(host),
    async verify(host, token, peer) {
      const origin = originOf(peer);
      const count = asking.get(origin) ?? 0;
      if (count >= CALLBACKS_PER_ADDRESS)
        throw new ImppError('too-many-requests', 'too many callbacks for this address are under way', {
          data: { retryAfter: 10 },
        });
      asking.set(origin, count + 1);
      try {
        await askBack(opening, host, token, peer);
      } finally {
        const left = (asking.get(origin) ?? 1) - 1;
        if (left === 0) asking.delete(origin);
        else asking.set(origin, left);
      }
    },
    farOf,
  };
  const opening: Opening = { parts, dialer, connections, signal: ending.signal };

  function farOf(host: string): Far {
    const known = fars.get(host);
    if (known !== undefined) return known;
    if (fars.size >= lookedAt + STEP) {
      for (const [name, far] of fars) if (far.isIdle) fars.delete(name);
      lookedAt = fars.size;
    }
    const far: Far = new Far(host, domain, {
      async open(use, server) {
        if (reaching >= MAX_REACHING)
          throw new ImppError('connection-failure', 'too many domains are being reached just now');
        reaching += 1;
        try {
          const link = await openLink(opening, { host, purpose: purposeOf(use), server });
          const refusal = parts.refusal(host);
          if (refusal !== undefined) {
            link.leave(refusal);
            throw refusal;
          }
          far.ready(link, [use]);
        } catch (error) {
          tally.unreachable += 1;
          throw error;
        } finally {
          reaching -= 1;
        }
      },
      leadsTo: async (link, use) =>
        link.side === 'opener' && ((await dialer.targets(host, purposeOf(use))) ?? []).includes(link.target),
    });
    fars.set(host, far);
    return far;
  }

  /** @throws permission-denied */
  const reachable = (host: string): Far => {
    const refusal = parts.refusal(host);
    if (refusal !== undefined) throw refusal;
    return farOf(host);
  };

  /** Not one of those that clients choose, as far as that can be said. */
  const newId = (): string => {
    lastId = (lastId + 1) % 0x4000_0000;
    return `.${lastId.toString(36)}`;
  };

  const refuseAnew = (): void => {
    for (const [host, far] of fars) {
      const refusal = parts.refusal(host);
      if (refusal !== undefined) far.refuse(refusal);
    }
  };

  return {
    parts,
    refuseAnew,
    setPolicy(policy) {
      present = policy;
      refuseAnew();
    },
    links: {
      forward: (request, host) =>
        new Promise((resolve, reject) => {
          reachable(host).ask(request, false, (outcome) => {
            if (outcome instanceof ImppError) reject(outcome);
            else resolve(outcome);
          });
        }),
      request(host, method, headers, body, settle) {
        try {
          reachable(host).ask(newRequest(method, newId(), Headers.from(headers), body), true, settle);
        } catch (error) {
          settle(error instanceof ImppError ? error : new ImppError('internal-error', String(error)));
        }
      },
      close() {
        const error = new ImppError('closed', 'the server is going down');
        ending.abort(error);
        for (const far of fars.values()) far.close(error);
        return Promise.resolve();
      },
    },
  };
};
