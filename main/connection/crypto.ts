import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { RandomBytes } from '../../shared/clock.ts';
import type { Crypto } from '../../shared/impp/sasl/crypto.ts';

const derive = promisify(pbkdf2);

/** What the SASL exchanges need, over node:crypto. */
export const nodeCrypto = (random: RandomBytes): Crypto => ({
  hmac: (key, data) => createHmac('sha256', key).update(data).digest(),
  hash: (data) => createHash('sha256').update(data).digest(),
  pbkdf2: (password, salt, iterations) => derive(password, salt, iterations, 32, 'sha256'),
  random,
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
});
