import { ImppError } from '../../shared/errors.ts';
import { readDecimal } from '../../shared/impp/headers.ts';
import type { Crypto } from '../../shared/impp/sasl/crypto.ts';
import { formatPlain } from '../../shared/impp/sasl/plain.ts';
import { type ScramMechanism } from '../../shared/impp/sasl/scram-messages.ts';
import { scramClient } from '../../shared/impp/sasl/scram.ts';
import {
  formatVerifier,
  makeVerifier,
  MAX_ITERATIONS,
  MIN_ITERATIONS,
  SALT_LENGTH,
} from '../../shared/impp/sasl/verifier.ts';
import type { Keeping } from '../../shared/model.ts';
import { keepingIn } from './keeping.ts';
import type { Connection } from './connection.ts';
import type { Dialled } from './dial.ts';

/** Weakest first. */
const STRENGTH = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'] as const;
type Mechanism = (typeof STRENGTH)[number];

export interface Credentials {
  /** HOST and USER, and the URL they make. */
  readonly host: string;
  readonly user: string;
  readonly url: string;
  readonly password: string;
  /** What last worked for this account: nothing weaker is tried again [IMPP 6]. */
  readonly lastMechanism: string | undefined;
}

const SASL = [['Content-Type', 'application/sasl']] as const;
const EMPTY = new Uint8Array();

const isMechanism = (name: string | undefined): name is Mechanism => STRENGTH.some((known) => known === name);

/** The strongest that both sides can do now. Throws `weaker-mechanism`, `operation-not-supported`. */
export const chooseMechanism = (
  offered: readonly string[],
  can: { readonly isPrivate: boolean; readonly isBound: boolean },
  last: string | undefined,
): Mechanism => {
  const usable = STRENGTH.filter(
    (name) =>
      offered.includes(name) &&
      (name !== 'SCRAM-SHA-256-PLUS' || can.isBound) &&
      (name !== 'PLAIN' || can.isPrivate),
  );
  const best = usable.at(-1);
  if (best === undefined)
    throw new ImppError('operation-not-supported', 'the server offers no way to sign in');
  if (isMechanism(last) && STRENGTH.indexOf(best) < STRENGTH.indexOf(last)) {
    throw new ImppError('weaker-mechanism', `the server offers ${best}, and ${last} worked before`);
  }
  return best;
};

const scram = async (
  { connection, hello }: Dialled,
  mechanism: ScramMechanism,
  credentials: Credentials,
  crypto: Crypto,
): Promise<void> => {
  const client = scramClient({
    mechanism,
    user: credentials.user,
    password: credentials.password,
    crypto,
    binding: connection.binding(),
    serverOffersPlus: hello.mechanisms.includes('SCRAM-SHA-256-PLUS'),
  });
  const first = await connection.request('AUTH', [['Mechanism', mechanism], ...SASL], await client.initial());
  if (first.headers.get('Auth-State') !== 'continue') {
    throw new ImppError('protocol-violation', 'the server ended the login before its proof');
  }
  const last = await connection.request('AUTH', SASL, await client.respond(first.body ?? EMPTY));
  // Without the server's own proof nothing is signed in, whatever it says.
  await client.finish(last.body ?? EMPTY);
  if (last.headers.get('Auth-State') !== 'done') {
    throw new ImppError('protocol-violation', 'the server did not end the login after its proof');
  }
};

/**
 * Signs in with the strongest mechanism and gives its name. Throws `authentication-failed`, `account-disabled`,
 * `weaker-mechanism`, `operation-not-supported`, `tls-required`, `too-many-requests`.
 */
export const authenticate = async (
  dialled: Dialled,
  credentials: Credentials,
  crypto: Crypto,
): Promise<string> => {
  const { connection, hello } = dialled;
  const { isPrivate } = connection;
  if (!isPrivate && !connection.isLoopback)
    throw new ImppError('tls-required', 'the connection is not private');
  const isBound = connection.binding() !== undefined;
  const mechanism = chooseMechanism(hello.mechanisms, { isPrivate, isBound }, credentials.lastMechanism);
  try {
    if (mechanism === 'PLAIN') {
      const { user, password } = credentials;
      await connection.request('AUTH', [['Mechanism', mechanism], ...SASL], formatPlain({ user, password }));
    } else await scram(dialled, mechanism, credentials, crypto);
  } catch (error) {
    // Of AUTH it can mean nothing else: the password has proved right.
    if (error instanceof ImppError && error.code === 'permission-denied')
      throw new ImppError('account-disabled', error.message, { cause: error });
    throw error;
  }
  return mechanism;
};

/**
 * Creates the account; the password itself does not leave this computer [IMPP 6]. Throws `conflict`,
 * `permission-denied`, `target-unknown`.
 */
export const register = async (
  { connection, hello }: Dialled,
  { url, password }: Credentials,
  invite: string | undefined,
  crypto: Crypto,
): Promise<void> => {
  if (!connection.isPrivate && !connection.isLoopback) {
    throw new ImppError('tls-required', 'the connection is not private');
  }
  if (hello.iterations < MIN_ITERATIONS || hello.iterations > MAX_ITERATIONS) {
    throw new ImppError('protocol-violation', `the server asks for ${hello.iterations} iterations`);
  }
  const verifier = await makeVerifier(password, crypto.random(SALT_LENGTH), hello.iterations, crypto);
  await connection.request(
    'REGISTER',
    [
      ['Target', url],
      ...(invite === undefined ? [] : [['Invite', invite] as const]),
      ['Content-Type', 'application/scram-verifier'],
    ],
    new TextEncoder().encode(formatVerifier(verifier)),
  );
};

/**
 * Creates the account and signs in. An earlier attempt may have been cut off when all but its answer was done: a name that
 * is taken, or an invitation that is used up, is one's own where the password is. Throws as `register` and `authenticate`.
 */
export const create = async (
  dialled: Dialled,
  credentials: Credentials,
  invite: string | undefined,
  crypto: Crypto,
): Promise<string> => {
  try {
    await register(dialled, credentials, invite, crypto);
  } catch (refusal) {
    const code = refusal instanceof ImppError ? refusal.code : undefined;
    const mayBeOwn = code === 'conflict' || (code === 'permission-denied' && invite !== undefined);
    if (!mayBeOwn) throw refusal;
    try {
      return await authenticate(dialled, credentials, crypto);
    } catch (error) {
      throw error instanceof ImppError && error.code === 'authentication-failed' ? refusal : error;
    }
  }
  return authenticate(dialled, credentials, crypto);
};

/** What this installation is to the account's servers. */
export interface Device {
  /** Random, and the same for ever. */
  readonly id: string;
  /** For people. */
  readonly name: string;
}

export interface Attached {
  readonly connectionId: string;
  /** Octets that a body may have from here on. */
  readonly maxMessageSize: number;
  readonly inboxFirst: number;
  readonly inboxLast: number;
  readonly keeping: Keeping | undefined;
}

/** Makes the connection an endpoint. Nothing is replayed: what was missed is asked for, newest first. */
export const attach = async (
  connection: Connection,
  device: Device,
  purpose: 'interactive' | 'bulk',
): Promise<Attached> => {
  const { headers } = await connection.request('ATTACH', [
    ['Device', device.id],
    ['Device-Name', device.name],
    ['Purpose', purpose],
  ]);
  const connectionId = headers.get('Connection-ID');
  if (connectionId === undefined) throw new ImppError('protocol-violation', 'ATTACH gave no Connection-ID');
  return {
    connectionId,
    maxMessageSize: readDecimal(headers, 'Max-Message-Size') ?? 1_048_576,
    inboxFirst: readDecimal(headers, 'Inbox-First') ?? 1,
    inboxLast: readDecimal(headers, 'Inbox-Last') ?? 0,
    keeping: keepingIn(headers),
  };
};
