// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS [RFC 5802, RFC 7677], both sides, each a state machine over the octets
// of AUTH bodies [IMPP 6].

import { encodeBase64 } from '../../base64.ts';
import { ImppError } from '../../errors.ts';
import { Machine } from '../../fsm.ts';
import type { Crypto } from './crypto.ts';
import {
  BINDING_TYPE,
  type ClientFirst,
  concat,
  encodeName,
  malformed,
  NONCE_OCTETS,
  readClientFinal,
  readClientFirst,
  readServerFinal,
  readServerFirst,
  type ScramMechanism,
  utf8,
  xor,
} from './scram-messages.ts';
import { deriveKeys, MAX_ITERATIONS, MIN_ITERATIONS, type Verifier } from './verifier.ts';

const EMPTY = new Uint8Array(0);
const failed = (why: string) => new ImppError('authentication-failed', why);

type Event = 'first' | 'final' | 'done';
type Step = 'start' | 'challenged' | 'proved' | 'over';
/** The exchange goes forward only; whatever fails on the way leaves it over. */
const STEPS = {
  start: { first: 'challenged' },
  challenged: { final: 'proved' },
  proved: { done: 'over' },
  over: {},
} as const satisfies Record<Step, Partial<Record<Event, Step>>>;

class Exchange {
  readonly #machine = new Machine<Step, Event>(STEPS, 'start');
  #isBroken = false;

  /** Runs one step of the exchange. A step out of order is `bad-request`. */
  async step<T>(event: Event, run: () => Promise<T>): Promise<T> {
    if (this.#isBroken || !this.#machine.can(event)) throw malformed('out of order');
    this.#machine.move(event);
    try {
      return await run();
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }
}

export interface ScramClientOptions {
  readonly mechanism: ScramMechanism;
  /** USER: canonical, not encoded. */
  readonly user: string;
  /** The account's canonical URL. */
  readonly authzid?: string | undefined;
  /** As it was typed. */
  readonly password: string;
  readonly crypto: Crypto;
  /** The 32 octets of `tls-exporter`; absent: the connection has none. */
  readonly binding?: Uint8Array | undefined;
  readonly serverOffersPlus: boolean;
  /** Only for exchanges that are published with their nonces. */
  readonly nonce?: string;
}

export interface ScramClient {
  /** The initial response. */
  initial(): Promise<Uint8Array>;
  /** The answer to the challenge. Throws `authentication-failed`, `protocol-violation`. */
  respond(challenge: Uint8Array): Promise<Uint8Array>;
  /** Checks that the server knows the verifier; before it settles nothing is signed in. Throws likewise. */
  finish(data: Uint8Array): Promise<void>;
}

/** What a server sent that it must not: for a client that is not its own bad request. */
async function fromServer<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ImppError && error.code === 'bad-request') {
      throw new ImppError('protocol-violation', error.message, { cause: error });
    }
    throw error;
  }
}

/** Throws `invalid-argument` from `respond` for a password that cannot be one. */
export function scramClient(options: ScramClientOptions): ScramClient {
  const { mechanism, crypto, binding } = options;
  const isPlus = mechanism === 'SCRAM-SHA-256-PLUS';
  if (isPlus && binding === undefined) throw new ImppError('invalid-argument', `${mechanism} needs TLS`);
  // `y` tells the server that we could have bound and saw no offer: if it made one, somebody took it away.
  const flag = isPlus ? `p=${BINDING_TYPE}` : binding !== undefined && !options.serverOffersPlus ? 'y' : 'n';
  const header = `${flag},${options.authzid === undefined ? '' : `a=${encodeName(options.authzid)}`},`;
  const nonce = options.nonce ?? encodeBase64(crypto.random(NONCE_OCTETS));
  const bare = `n=${encodeName(options.user)},r=${nonce}`;
  const exchange = new Exchange();
  let signature: Uint8Array = EMPTY;

  return {
    initial: () => exchange.step('first', () => Promise.resolve(utf8(header + bare))),

    respond: (challenge) =>
      fromServer(() =>
        exchange.step('final', async () => {
          const first = readServerFirst(challenge);
          if (!first.nonce.startsWith(nonce) || first.nonce.length === nonce.length) {
            throw failed('the server did not answer this attempt');
          }
          if (first.iterations < MIN_ITERATIONS || first.iterations > MAX_ITERATIONS) {
            throw failed(`the server asks for ${first.iterations} iterations`);
          }
          const { clientKey, storedKey, serverKey } = await deriveKeys(
            options.password,
            first.salt,
            first.iterations,
            crypto,
          );
          const bound = concat(utf8(header), isPlus && binding !== undefined ? binding : EMPTY);
          const withoutProof = `c=${encodeBase64(bound)},r=${first.nonce}`;
          const exchanged = utf8(`${bare},${first.text},${withoutProof}`);
          signature = await crypto.hmac(serverKey, exchanged);
          const proof = xor(clientKey, await crypto.hmac(storedKey, exchanged));
          return utf8(`${withoutProof},p=${encodeBase64(proof)}`);
        }),
      ),

    finish: (data) =>
      fromServer(() =>
        exchange.step('done', async () => {
          if (!crypto.equal(readServerFinal(data), signature)) {
            throw failed('the server does not know the password');
          }
        }),
      ),
  };
}

/** `isReal` is false for the look-alike that stands in for a user who does not exist. */
export interface Credential {
  readonly verifier: Verifier;
  readonly isReal: boolean;
}

export interface ScramServerOptions {
  readonly mechanism: ScramMechanism;
  readonly crypto: Crypto;
  /** The 32 octets of `tls-exporter`; absent: the connection has none. */
  readonly binding?: Uint8Array | undefined;
  /** Whether HELLO offered SCRAM-SHA-256-PLUS on this connection. */
  readonly plusOffered: boolean;
  /** Always a verifier, for unknown users one that is a keyed function of the name, at the same cost. */
  lookup(user: string): Promise<Credential>;
  /** Only for exchanges that are published with their nonces. */
  readonly nonce?: string;
}

export interface ScramServer {
  /** From the initial response to the challenge. Throws `authentication-failed`, `bad-request`. */
  first(message: Uint8Array): Promise<Uint8Array>;
  /**
   * From the proof to the additional data of OK. `user` has proved the password; whether it may act as
   * `authzid` is for the caller to say. Throws `authentication-failed`, `bad-request`.
   */
  final(message: Uint8Array): Promise<{ data: Uint8Array; user: string; authzid?: string }>;
}

function checkFlag({ flag }: ClientFirst, options: ScramServerOptions): void {
  const isPlus = options.mechanism === 'SCRAM-SHA-256-PLUS';
  if (typeof flag === 'object') {
    if (!isPlus || flag.binding !== BINDING_TYPE) throw failed('channel binding of another kind');
    return;
  }
  if (isPlus) throw failed('no channel binding');
  // The client saw no offer although there was one: somebody stands between.
  if (flag === 'y' && options.plusOffered) throw failed('the offer of channel binding was lost on the way');
}

export function scramServer(options: ScramServerOptions): ScramServer {
  const { crypto } = options;
  const bindingData = options.mechanism === 'SCRAM-SHA-256-PLUS' ? options.binding : EMPTY;
  if (bindingData === undefined)
    throw new ImppError('operation-not-supported', `${options.mechanism} needs TLS`);
  const exchange = new Exchange();
  let began: {
    readonly first: ClientFirst;
    readonly credential: Credential;
    nonce: string;
    challenge: string;
  };

  return {
    first: (message) =>
      exchange.step('first', async () => {
        const first = readClientFirst(message);
        checkFlag(first, options);
        const credential = await options.lookup(first.user);
        const { salt, iterations } = credential.verifier;
        const nonce = first.nonce + (options.nonce ?? encodeBase64(crypto.random(NONCE_OCTETS)));
        const challenge = `r=${nonce},s=${encodeBase64(salt)},i=${iterations}`;
        began = { first, credential, nonce, challenge };
        return utf8(challenge);
      }),

    final: (message) =>
      exchange.step('final', async () => {
        const { first, credential, nonce, challenge } = began;
        const final = readClientFinal(message);
        const { storedKey, serverKey } = credential.verifier;
        const exchanged = utf8(`${first.bare},${challenge},${final.withoutProof}`);
        const signature = await crypto.hmac(storedKey, exchanged);
        const clientKey = await crypto.hash(xor(signature, final.proof));
        const data = utf8(`v=${encodeBase64(await crypto.hmac(serverKey, exchanged))}`);
        // All of it is worked out for everyone before the first refusal: unknown users take as long.
        const isProved = crypto.equal(clientKey, storedKey) && final.proof.length === signature.length;
        const isBound = crypto.equal(final.binding, concat(utf8(first.header), bindingData));
        if (!isProved || !isBound || final.nonce !== nonce || !credential.isReal)
          throw failed('authentication-failed');
        const { user, authzid } = first;
        return authzid === undefined ? { data, user } : { data, user, authzid };
      }),
  };
}
