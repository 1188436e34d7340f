import type { ImppError } from '../../shared/errors.ts';
import type { Domain } from '../domain.ts';
import type { Tally } from '../metrics/tally.ts';
import type { Attempts, Strangers } from '../net/throttle.ts';
import type { Callbacks } from './callbacks.ts';
import type { Far } from './far.ts';
import type { SecureDomains } from './secure-domains.ts';

/** What the links of a domain have in common. */
export interface Parts {
  readonly domain: Domain;
  readonly tally: Tally;
  /** `impp://HOST/` of the domain itself. */
  readonly self: string;
  /** Whether there is a certificate. */
  readonly hasTls: boolean;
  readonly failures: Attempts;
  /** Of CALLBACK, where the domain that a peer claims to be could not be asked. */
  readonly unreached: Attempts;
  readonly strangers: Strangers;
  readonly callbacks: Callbacks;
  readonly secureDomains: SecureDomains;
  /** Why nothing goes to or comes from `host`, by the operator's policy. */
  refusal(host: string): ImppError | undefined;
  /** Whether `host` has to use TLS: as the operator says, and as it was seen before. */
  needsTls(host: string): Promise<boolean>;
  /** Asks `host` itself whether `token` is its own; `peer`: the address that has shown it. @throws authentication-failed, too-many-requests */
  verify(host: string, token: string, peer: string): Promise<void>;
  farOf(host: string): Far;
}
