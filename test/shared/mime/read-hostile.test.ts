import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPresence } from '../../../shared/mime/presence-object.ts';
import { readMessage } from '../../../shared/mime/read.ts';

const octets = (text: string) => new TextEncoder().encode(text);

test('nothing is thrown, whatever has come', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'Content-Type: ',
      'multipart/mixed',
      'text/plain',
      '; boundary=x',
      '; charset=',
      'Content-Transfer-Encoding: ',
      'base64',
      'quoted-printable',
      'From: ',
      '<',
      '@',
      '"',
      '--x',
      '--x--',
      '\r\n',
      '\n',
      '\r',
      ' ',
      '=',
      '*=',
      "''",
      '%',
      '\\',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.uint8Array({ maxLength: 20 }), (parts, noise) => {
      const bytes = Uint8Array.from([...octets(parts.join('')), ...noise]);
      expect(readMessage(bytes).files).toBeInstanceOf(Array);
      expect(readMessage(bytes, 'message/cpim').text).toBeTypeOf('string');
      expect(readPresence(`multipart/mixed; boundary=x`, bytes)).toBeInstanceOf(Array);
    }),
    { numRuns: 1_500 },
  );
});

test.each([
  [
    'delimiters',
    (n: number) => `Content-Type: multipart/mixed; boundary=x\r\n\r\n${'--x\r\n'.repeat(n / 5)}`,
  ],
  [
    'near delimiters',
    (n: number) => `Content-Type: multipart/mixed; boundary=${'-'.repeat(60)}\r\n\r\n${'-'.repeat(n)}`,
  ],
  [
    'multiparts in each other',
    (n: number) => `${'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n'.repeat(n / 50)}`,
  ],
  ['parameters', (n: number) => `Content-Type: text/plain${';a="b'.repeat(n / 5)}`],
  ['open quotes', (n: number) => `Content-Type: text/plain${';a=\\"'.repeat(n / 6)}`],
  ['pieces', (n: number) => `Content-Type: text/plain${';a*1*=b'.repeat(n / 7)}`],
  [
    'soft line breaks',
    (n: number) => `Content-Type: text/plain; format=flowed\r\n\r\n${'a \r\n'.repeat(n / 4)}`,
  ],
  ['quotes of all depths', (n: number) => `Content-Type: text/plain; format=flowed\r\n\r\n${'>'.repeat(n)}`],
  ['equals signs', (n: number) => `Content-Transfer-Encoding: quoted-printable\r\n\r\n${'='.repeat(n)}`],
  ['fields', (n: number) => 'a:b\r\n'.repeat(n / 5)],
  ['folds', (n: number) => `From: ${'\r\n a'.repeat(n / 4)}`],
  ['dates', (n: number) => `Date: ${'('.repeat(n)}`],
  ['ids', (n: number) => `Message-ID: ${'<'.repeat(n)}`],
])('time grows no faster than the message: %s', (_, source) => {
  const time = (n: number): number => {
    const bytes = octets(source(n));
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3; round += 1) {
      const start = performance.now();
      readMessage(bytes);
      best = Math.min(best, performance.now() - start);
    }
    return best;
  };
  time(2_000);
  const small = time(30_000);
  const large = time(240_000);
  // Eight times the octets: quadratic would be 64 times. Below a millisecond the clock says nothing.
  expect(large).toBeLessThan(Math.max(small, 1) * 30);
});
