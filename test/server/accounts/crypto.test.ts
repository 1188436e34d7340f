import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hmacSha256 } from '../../../server/accounts/crypto.ts';

test('HMAC-SHA-256 is that of Node, for keys below, at and above a block', () => {
  const octets = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(octets, octets, (key, data) => {
      expect(hmacSha256(key, data)).toEqual(createHmac('sha256', key).update(data).digest());
    }),
  );
});

test('RFC 4231, test case 2', () => {
  expect(hmacSha256(Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?')).toString('hex')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});
