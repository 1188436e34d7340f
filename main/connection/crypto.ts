import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Crypto } from '../../shared/impp/sasl/crypto.ts';

/** Node's cryptography for SASL; PBKDF2 runs in the thread pool. */
export const nodeCrypto: Crypto = {
  hmac: (key, data) => createHmac('sha256', key).update(data).digest(),
  hash: (data) => createHash('sha256').update(data).digest(),
  pbkdf2: (password, salt, iterations) =>
    new Promise((resolve, reject) => {
      pbkdf2(password, salt, iterations, 32, 'sha256', (error, key) =>
        error === null ? resolve(key) : reject(error),
      );
    }),
  random: (length) => randomBytes(length),
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};
