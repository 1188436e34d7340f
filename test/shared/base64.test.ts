import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../shared/base64.ts';

test('as Node does it, there and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = encodeBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(text)).toEqual(bytes);
    }),
  );
});

test.each([
  'A',
  'AA',
  'AAA',
  'AA=',
  'AAAAA===',
  '====',
  'A===',
  'AB==',
  'AAB=',
  'AA==AA==',
  'AA-_',
  'AAA\n',
  ' AAA',
  'AAÄA',
])('%j is not what we would write', (text) => {
  expect(() => decodeBase64(text)).toThrow(expect.objectContaining({ code: 'bad-request' }));
});
