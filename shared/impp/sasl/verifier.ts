import { decodeBase64, encodeBase64 } from '../../base64.ts';
import { ImppError } from '../../errors.ts';
import type { Crypto } from './crypto.ts';
import { opaqueString } from './opaque-string.ts';

/** What a domain keeps instead of a password [RFC 5803]. It cannot be used to sign in. */
export interface Verifier {
  readonly iterations: number;
  /** 16 octets. */
  readonly salt: Uint8Array;
  /** 32 octets each. */
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** What clients take [IMPP 6]: fewer is a server that makes guessing cheap, more one that burns their time. */
export const MIN_ITERATIONS = 4_096;
export const MAX_ITERATIONS = 1_000_000;
export const SALT_LENGTH = 16;
const KEY_LENGTH = 32;

const LINE =
  /^SCRAM-SHA-256\$([1-9][0-9]{0,9}):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)(?:\r?\n)?$/;
const encoder = new TextEncoder();

/**
 * Reads `SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY`, with or without an end of line. Whether the
 * iterations are the domain's is for the caller to say. Throws `bad-request`.
 */
export function parseVerifier(line: string): Verifier {
  const [, iterations = '', salt64 = '', stored64 = '', server64 = ''] = LINE.exec(line.slice(0, 257)) ?? [];
  const salt = decodeBase64(salt64);
  const storedKey = decodeBase64(stored64);
  const serverKey = decodeBase64(server64);
  if (salt.length !== SALT_LENGTH || storedKey.length !== KEY_LENGTH || serverKey.length !== KEY_LENGTH) {
    throw new ImppError('bad-request', 'not a SCRAM-SHA-256 verifier');
  }
  return { iterations: Number(iterations), salt, storedKey, serverKey };
}

/** One line, without its end. */
export function formatVerifier({ iterations, salt, storedKey, serverKey }: Verifier): string {
  return `SCRAM-SHA-256$${iterations}:${encodeBase64(salt)}$${encodeBase64(storedKey)}:${encodeBase64(serverKey)}`;
}

const CLIENT_KEY = encoder.encode('Client Key');
const SERVER_KEY = encoder.encode('Server Key');

/** The keys of RFC 5802 section 3 for a password as it was typed. Throws `invalid-argument` as {@link opaqueString}. */
export async function deriveKeys(
  password: string,
  salt: Uint8Array,
  iterations: number,
  crypto: Crypto,
): Promise<{ clientKey: Uint8Array; storedKey: Uint8Array; serverKey: Uint8Array }> {
  const salted = await crypto.pbkdf2(encoder.encode(opaqueString(password)), salt, iterations);
  const clientKey = await crypto.hmac(salted, CLIENT_KEY);
  const storedKey = await crypto.hash(clientKey);
  const serverKey = await crypto.hmac(salted, SERVER_KEY);
  return { clientKey, storedKey, serverKey };
}

/** Throws `invalid-argument` for a password that cannot be one. */
export async function makeVerifier(
  password: string,
  salt: Uint8Array,
  iterations: number,
  crypto: Crypto,
): Promise<Verifier> {
  const { storedKey, serverKey } = await deriveKeys(password, salt, iterations, crypto);
  return { iterations, salt, storedKey, serverKey };
}
