// PLAIN [RFC 4616], under TLS only [IMPP 6]. The password itself crosses the wire.

import { ImppError } from '../../errors.ts';
import type { Crypto } from './crypto.ts';
import type { Credential } from './scram.ts';
import { deriveKeys } from './verifier.ts';

const MAX_MESSAGE = 4_096;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export interface PlainResponse {
  /** USER: canonical, not encoded. */
  readonly user: string;
  /** The account's canonical URL. */
  readonly authzid?: string | undefined;
  /** As it was typed. */
  readonly password: string;
}

/** The initial response, which is the whole exchange. */
export function formatPlain({ user, authzid = '', password }: PlainResponse): Uint8Array<ArrayBuffer> {
  if ([user, authzid, password].some((part) => part.includes('\0'))) {
    throw new ImppError('invalid-argument', 'PLAIN cannot carry NUL');
  }
  return encoder.encode(`${authzid}\0${user}\0${password}`);
}

/** Throws `bad-request`. */
export function parsePlain(message: Uint8Array): PlainResponse {
  const malformed = (cause?: unknown) =>
    new ImppError('bad-request', 'PLAIN: not [authzid] NUL user NUL password', { cause });
  if (message.length > MAX_MESSAGE) throw malformed();
  let text: string;
  try {
    text = decoder.decode(message);
  } catch (cause) {
    throw malformed(cause);
  }
  const [authzid, user, password, ...more] = text.split('\0');
  if (authzid === undefined || !user || !password || more.length > 0) throw malformed();
  return authzid === '' ? { user, password } : { user, password, authzid };
}

/**
 * Judges an initial response against the verifier that `lookup` gives, at the same cost whether the user exists
 * or not. Whether `user` may act as `authzid` is for the caller to say. Throws `authentication-failed`,
 * `bad-request`.
 */
export async function checkPlain(
  message: Uint8Array,
  server: { readonly crypto: Crypto; lookup(user: string): Promise<Credential> },
): Promise<{ user: string; authzid?: string }> {
  const { user, authzid, password } = parsePlain(message);
  const { verifier, isReal } = await server.lookup(user);
  let storedKey: Uint8Array;
  try {
    ({ storedKey } = await deriveKeys(password, verifier.salt, verifier.iterations, server.crypto));
  } catch (cause) {
    // A password that cannot be one is a wrong one, and whether it was prepared says nothing of the user.
    throw new ImppError('authentication-failed', 'authentication-failed', { cause });
  }
  const isRight = server.crypto.equal(storedKey, verifier.storedKey);
  if (!isRight || !isReal) throw new ImppError('authentication-failed');
  return authzid === undefined ? { user } : { user, authzid };
}
