import { hash, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Crypto } from '../../shared/impp/sasl/crypto.ts';

/** Octets that SHA-256 works on at a time. */
const BLOCK = 64;

const sha256 = (data: Uint8Array): Buffer => hash('sha256', data, 'buffer');

/**
 * HMAC-SHA-256 [RFC 2104] out of two one-shot hashes: Node's own makes a key object for each call, which takes
 * seven times as long, and a login needs half a dozen.
 */
export const hmacSha256 = (key: Uint8Array, data: Uint8Array): Buffer => {
  const short = key.length > BLOCK ? sha256(key) : key;
  const inner = Buffer.alloc(BLOCK + data.length, 0x36);
  const outer = Buffer.alloc(BLOCK + 32, 0x5c);
  for (let index = 0; index < short.length; index++) {
    const octet = short[index] ?? 0;
    inner[index] = octet ^ 0x36;
    outer[index] = octet ^ 0x5c;
  }
  inner.set(data, BLOCK);
  outer.set(sha256(inner), BLOCK);
  return sha256(outer);
};

/** Node's cryptography for SASL; PBKDF2 runs in the thread pool. */
export const nodeCrypto: Crypto = {
  hmac: hmacSha256,
  hash: sha256,
  pbkdf2: (password, salt, iterations) =>
    new Promise((resolve, reject) => {
      pbkdf2(password, salt, iterations, 32, 'sha256', (error, key) =>
        error === null ? resolve(key) : reject(error),
      );
    }),
  random: (length) => randomBytes(length),
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};
