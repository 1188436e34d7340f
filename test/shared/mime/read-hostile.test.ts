import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPresence } from '../../../shared/mime/presence-object.ts';
import { readFile, readMessage } from '../../../shared/mime/read.ts';
import { meanCpuTimeOf } from '../../cpu-time.ts';

const octets = (text: string) => new TextEncoder().encode(text);

const piece = fc.oneof(
  fc.constantFrom(
    'Content-Type: ',
    'Content-Disposition: attachment',
    'Content-Disposition: reaction\r\n',
    'In-Reply-To: <1@a>\r\n',
    'multipart/mixed',
    'multipart/alternative',
    'multipart/signed',
    'multipart/digest',
    'multipart/encrypted',
    'text/plain',
    'text/html',
    'message/rfc822',
    'message/imdn+xml',
    'application/im-iscomposing+xml',
    'application/pkcs7-mime',
    '; boundary=x',
    '; charset=',
    'utf-16',
    'iso-2022-jp',
    '; filename="../a\\b"',
    "; filename*0*=utf-8''%",
    '; filename*1*=%f',
    'Content-Transfer-Encoding: ',
    'base64',
    'quoted-printable',
    'From: ',
    'Subject: ',
    '=?utf-8?q?',
    '?=',
    '<',
    '@',
    '"',
    '--x',
    '--x--',
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\r',
    '\0',
    ' ',
    '=',
    '*=',
    "''",
    '%',
    '\\',
    '\ud800',
    '👍',
  ),
  fc.string(),
);

test('nothing is thrown, whatever has come, and every file can be had', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.uint8Array({ maxLength: 20 }), (parts, noise) => {
      const bytes = Uint8Array.from([...octets(parts.join('')), ...noise]);
      for (const contentType of ['message/rfc822', 'message/cpim', 'nonsense']) {
        const message = readMessage(bytes, contentType);
        expect(message.text).toBeTypeOf('string');
        for (const { index, name, type, size } of message.files) {
          const file = readFile(bytes, contentType, index);
          expect({ name: file.name, type: file.type, size: file.bytes.length }).toEqual({ name, type, size });
          expect(name).toMatch(/^[^./\\\p{Cc}\u202e][^/\\\p{Cc}\u202e]*$/u);
          expect(type).toMatch(/^[^\s/;]+\/[^\s/;]+$/);
        }
        // Never nothing: what was said is there, or was said to be empty.
        if (message.text === '' && message.files.length === 0 && message.kind.type === 'text') {
          expect(new TextDecoder().decode(bytes)).toMatch(/:/);
        }
      }
      expect(readPresence(`multipart/mixed; boundary=x`, bytes)).toBeInstanceOf(Array);
    }),
    { numRuns: 2000 },
  );
});

const multipart = (type: string, ...parts: string[]) =>
  `Content-Type: multipart/${type}; boundary=x\r\n\r\n${parts.map((part) => `--x\r\n${part}\r\n`).join('')}--x--`;

test('100,000 parts are one file, and so is what is a hundred deep', () => {
  const many = readMessage(
    octets(multipart('mixed', ...Array.from({ length: 100_000 }, () => 'a: b\r\n\r\nc'))),
  );
  expect(many).toMatchObject({ text: '', files: [{ name: 'message.eml', type: 'multipart/mixed' }] });
  const deep = readMessage(
    octets(
      Array.from(
        { length: 100 },
        (_, at) => `Content-Type: multipart/mixed; boundary=x${at}\r\n\r\n--x${at}\r\n`,
      ).join(''),
    ),
  );
  expect(deep).toMatchObject({ text: '', files: [{ name: 'message.eml', type: 'multipart/mixed' }] });
});

test('fields beyond all measure are passed over, and what is below them is shown', () => {
  const fields = `X-Pad: ${'a'.repeat(90)}\r\n`.repeat(3000);
  expect(readMessage(octets(`From: <a@b.example>\r\n${fields}To: <c@d.example>\r\n\r\nhi`))).toMatchObject({
    from: 'impp://b.example/a',
    to: [],
    text: 'hi',
  });
  const folded = `Content-Type: a/b${';\r\n a=b'.repeat(50_000)};\r\n name=c.d\r\n\r\nx`;
  expect(readMessage(octets(folded)).files).toMatchObject([{ name: 'file.bin', type: 'a/b', size: 1 }]);
});

test('multiparts of multiparts have no more files than one may have, twice over', () => {
  const inner = (depth: number): string => {
    const part = depth === 0 ? 'a: b\r\n\r\nc' : inner(depth - 1);
    return `Content-Type: multipart/mixed; boundary=x${depth}\r\n\r\n${`--x${depth}\r\n${part}\r\n`.repeat(9)}--x${depth}--`;
  };
  const { files, text } = readMessage(octets(inner(4)));
  expect(files.length).toBeLessThanOrEqual(512);
  expect(text.split('\n').length).toBeLessThanOrEqual(256);
});

test.each([
  [
    'a picture that is a program',
    'Content-Type: image/png; name=a.png\r\n\r\nMZ',
    { files: [{ name: 'a.png', type: 'image/png', size: 2 }] },
  ],
  ['a text of octets', 'Content-Type: text/plain\r\n\r\n\0\x01\ufffd', { text: '\0\x01\ufffd' }],
  ['base64 that is none', 'Content-Transfer-Encoding: base64\r\n\r\n?!*', { text: '' }],
  ['base64 that is cut off', 'Content-Transfer-Encoding: base64\r\n\r\nR3L', { text: 'Gr' }],
  [
    'quoted-printable that is cut off',
    'Content-Transfer-Encoding: quoted-printable\r\n\r\na=4',
    { text: 'a=4' },
  ],
  ['a charset that is none', 'Content-Type: text/plain; charset="\0; x"\r\n\r\nx', { text: 'x' }],
  [
    'UTF-7, in which markup would hide',
    'Content-Type: text/plain; charset=utf-7\r\n\r\n+ADw-b+AD4-',
    { text: '+ADw-b+AD4-' },
  ],
  [
    'a multipart in base64',
    'Content-Type: multipart/mixed; boundary=x\r\nContent-Transfer-Encoding: base64\r\n\r\nLS14',
    { files: [{ name: 'message.eml' }] },
  ],
  [
    'a boundary of nothing',
    'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\nx',
    { files: [{ name: 'message.eml' }] },
  ],
  [
    'HTML that says it is a file of text',
    'Content-Type: text/html; name="a.txt"\r\n\r\n<script>',
    { text: '', files: [{ name: 'a.txt', type: 'text/html' }] },
  ],
])('%s', (_, source, expected) => {
  expect(readMessage(octets(source))).toMatchObject(expected);
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
  ['references', (n: number) => `References: ${'<a@b> '.repeat(n / 6)}`],
  ['notifications', (n: number) => `Disposition-Notification: ${' '.repeat(n)}x`],
  ['encoded words', (n: number) => `Content-Type: a/b; name="${'=?utf-8?q?a?= '.repeat(n / 14)}"`],
  ['open encoded words', (n: number) => `Content-Type: a/b; name="${'=?a?q?'.repeat(n / 6)}"`],
  [
    'a subject of words',
    (n: number) => `Content-Type: message/rfc822\r\n\r\nSubject: ${'=?utf-8?b?YQ==?= '.repeat(n / 17)}`,
  ],
  ['a long name', (n: number) => `Content-Type: a/b; name="${'../'.repeat(n / 3)}"`],
  ['a name of dots', (n: number) => `Content-Type: a/b; name="a${'.'.repeat(n)}"`],
  ['percent signs', (n: number) => `Content-Type: a/b; name*=utf-8''${'%41'.repeat(n / 3)}`],
  ['extended pieces', (n: number) => `Content-Type: a/b${';name*1*=%'.repeat(n / 10)}`],
  [
    'alternatives',
    (n: number) =>
      `Content-Type: multipart/alternative; boundary=x\r\n\r\n${'--x\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n'.repeat(n / 60)}`,
  ],
  [
    'signed ones in each other',
    (n: number) => 'Content-Type: multipart/signed; boundary=x\r\n\r\n--x\r\n'.repeat(n / 50),
  ],
  ['messages in each other', (n: number) => 'Content-Type: message/rfc822\r\n\r\n'.repeat(n / 32)],
  [
    'large parts of large fields',
    (n: number) => multipart('mixed', ...Array.from({ length: 200 }, () => `a: ${'b'.repeat(n / 200)}`)),
  ],
  [
    'base64',
    (n: number) => `Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n${'QUJD'.repeat(n / 4)}`,
  ],
  [
    'many charsets',
    (n: number) =>
      multipart(
        'mixed',
        ...Array.from(
          { length: 200 },
          (_, at) =>
            `Content-Type: text/plain; charset=${['utf-16', 'iso-2022-jp', 'gb18030', 'koi8-r'][at % 4]}\r\n\r\n${'\x1b$B'.repeat(n / 600)}`,
        ),
      ),
  ],
  [
    'an emoji',
    (n: number) => `In-Reply-To: <1@a>\r\nContent-Disposition: reaction\r\n\r\n${'👍 '.repeat(n / 3)}`,
  ],
  [
    'a receipt',
    (n: number) =>
      `Content-Type: message/imdn+xml\r\n\r\n<imdn xmlns="urn:ietf:params:xml:ns:imdn">${'<a/>'.repeat(n / 4)}</imdn>`,
  ],
])('time grows no faster than the message: %s', (_, source) => {
  const time = (n: number): number => {
    const bytes = octets(source(n));
    return meanCpuTimeOf(() => readMessage(bytes));
  };
  time(2_000);
  const small = time(30_000);
  const large = time(240_000);
  // Eight times the octets: quadratic would be 64 times. Below a millisecond the clock says nothing.
  expect(large).toBeLessThan(Math.max(small, 1) * 24);
});
