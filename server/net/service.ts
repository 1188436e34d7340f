import type { Headers } from '../../shared/impp/headers.ts';
import type { Crypto } from '../../shared/impp/sasl/crypto.ts';
import type { AccountCache } from '../accounts/accounts.ts';
import type { Credentials } from '../accounts/credentials.ts';
import type { Domain } from '../domain.ts';
import type { Parts } from '../links/parts.ts';
import type { Tally } from '../metrics/tally.ts';
import type { Delegates } from './delegates.ts';
import type { EndpointIndex } from './endpoints.ts';
import type { Notices } from './notices.ts';
import type { SignedIn } from './signed-in.ts';
import type { Attempts, Strangers } from './throttle.ts';

/** What sessions and their methods need beside the domain. */
export interface Service {
  readonly domain: Domain;
  readonly tally: Tally;
  readonly accounts: AccountCache;
  readonly credentials: Credentials;
  readonly endpoints: EndpointIndex;
  readonly signedIn: SignedIn;
  readonly delegates: Delegates;
  readonly links: Parts;
  /** Whether a request with these headers is for another domain. */
  readonly isForElsewhere: (headers: Headers) => boolean;
  readonly notices: Notices;
  /** Failed AUTH. */
  readonly failures: Attempts;
  readonly registrations: Attempts;
  readonly strangers: Strangers;
  readonly crypto: Crypto;
  /** Whether there is a certificate. */
  readonly hasTls: boolean;
  /** Whether nothing secret is taken in clear. */
  readonly requiresTls: boolean;
  /** The keyed function that makes Connection-IDs: those of one device stay the same over restarts. */
  readonly connectionKey: Uint8Array;
}
