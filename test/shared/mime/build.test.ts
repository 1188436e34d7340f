import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  buildMessage,
  buildReaction,
  buildReceipt,
  type NewFile,
  type NewMessage,
} from '../../../shared/mime/build.ts';
import { checkEnvelope } from '../../../shared/mime/envelope.ts';
import { readFile, readMessage } from '../../../shared/mime/read.ts';
import { encodedSize, maxFileSize } from '../../../shared/mime/size.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const ALICE = 'impp://a.example/alice';
const BOB = 'impp://b.example/bob';
const invalid: unknown = expect.objectContaining({ code: 'invalid-argument' });
const plain: NewMessage = {
  from: ALICE,
  to: BOB,
  date: Date.parse('2026-11-21T05:03:09.999Z'),
  messageId: '<1@a.example>',
  text: 'Grüße\nund Küsse',
};

test('a message, to the octet', () => {
  expect(
    text(
      buildMessage({
        ...plain,
        inReplyTo: '<0@b.example>',
        references: ['<r@x>', '<0@b.example>'],
        supersedes: '<s@a.example>',
      }),
    ),
  ).toBe(
    [
      'From: <alice@a.example>',
      'To: <bob@b.example>',
      'Date: Sat, 21 Nov 2026 05:03:09 +0000',
      'Message-ID: <1@a.example>',
      'In-Reply-To: <0@b.example>',
      'References: <r@x>',
      ' <0@b.example>',
      'Supersedes: <s@a.example>',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      'Grüße',
      'und Küsse',
    ].join('\r\n'),
  );
});

test('line ends of all kinds become CRLF', () => {
  expect(text(buildMessage({ ...plain, text: 'a\rb\nc\r\nd\n\re\n' }))).toMatch(
    /\r\n\r\na\r\nb\r\nc\r\nd\r\n\r\ne\r\n$/,
  );
});

describe('names that e-mail wants in quotes', () => {
  test.each([
    ['impp://a.example/a.b', 'a.b@a.example'],
    ['impp://a.example/.b', '".b"@a.example'],
    ['impp://a.example/a..b', '"a..b"@a.example'],
    ['impp://a.example/a,b(c)', '"a,b(c)"@a.example'],
    ['impp://a.example/a%5Cb', '"a\\\\b"@a.example'],
    ['impp://a.example/a%25b', 'a%b@a.example'],
    ['impp://a.example/jos%C3%A9', 'josé@a.example'],
    ['impp://127.0.0.1/alice', 'alice@127.0.0.1'],
    ['impp://[::1]/alice', 'alice@[::1]'],
  ])('%s', (from, mailbox) => {
    const message = buildMessage({ ...plain, from });
    expect(text(message).split('\r\n')[0]).toBe(`From: <${mailbox}>`);
    expect(() => checkEnvelope(message, from, BOB, 'message/rfc822')).not.toThrow();
    expect(readMessage(message).from).toBe(from);
  });
});

describe('the encoding says what the octets are', () => {
  const encodingOf = (content: string) =>
    /Content-Transfer-Encoding: (\w+)/.exec(text(buildMessage({ ...plain, text: content })))?.[1];
  test.each([
    ['998 octets', 'x'.repeat(998), '8bit'],
    ['999 octets', 'x'.repeat(999), 'binary'],
    ['998 octets of two each', 'é'.repeat(499), '8bit'],
    ['1,000 octets of two each', 'é'.repeat(500), 'binary'],
    ['many short lines', 'x\n'.repeat(2_000), '8bit'],
    ['NUL', 'a\0b', 'binary'],
  ])('%s', (_, content, encoding) => {
    expect(encodingOf(content)).toBe(encoding);
    expect(readMessage(buildMessage({ ...plain, text: content })).text).toBe(content);
  });
});

test.each([
  '1@a',
  '<1@a>\r\nBcc: x',
  '<1 2@a>',
  '<1@a><2@a>',
  '<\u00001@a>',
  '<\u202e1@a>',
  `<${'1'.repeat(249)}@a>`,
  '<>',
])('no Message-ID: %j', (messageId) => {
  expect(() => buildMessage({ ...plain, messageId })).toThrow(invalid);
  expect(() => buildMessage({ ...plain, inReplyTo: messageId })).toThrow(invalid);
  expect(() => buildMessage({ ...plain, supersedes: messageId })).toThrow(invalid);
  expect(() => buildMessage({ ...plain, references: [messageId] })).toThrow(invalid);
});

test.each(['<1>', '<a@b@c>', '<@a>'])('%s is none of ours, but others may be called so', (id) => {
  expect(() => buildMessage({ ...plain, messageId: id })).toThrow(invalid);
  expect(
    readMessage(buildMessage({ ...plain, inReplyTo: id, references: [id], supersedes: id })),
  ).toMatchObject({
    inReplyTo: id,
    references: [id],
    supersedes: id,
  });
});

test('what was built is read as it was, and names its sender and receiver', () => {
  const user = fc.constantFrom(
    'alice',
    'a.b',
    '.',
    "o'hara",
    'a,b',
    'jos%C3%A9',
    '%5C',
    '%25',
    '(',
    'a;b',
    '%E4%BD%A0',
  );
  fc.assert(
    fc.property(
      user,
      user,
      fc.string({ unit: 'binary', maxLength: 200 }).map((value) =>
        value
          .toWellFormed()
          .replace(/\r/g, '')
          .replace(/^\ufeff/, ''),
      ),
      fc.integer({ min: 0, max: 4_102_444_800 }),
      (from, to, content, seconds) => {
        const message = {
          from: `impp://a.example/${from}`,
          to: `impp://b.example/${to}`,
          date: seconds * 1_000,
          messageId: '<1@a.example>',
          text: content,
        };
        const octets = buildMessage({ ...message, inReplyTo: '<0@b>' });
        checkEnvelope(octets, message.from, message.to, 'message/rfc822');
        expect(readMessage(octets)).toEqual({
          ...message,
          to: [message.to],
          inReplyTo: '<0@b>',
          references: [],
          kind: { type: 'text' },
          files: [],
          wantsReceipt: false,
          isForwarded: false,
        });
      },
    ),
    { numRuns: 300 },
  );
});

test('files, to the octet', () => {
  const files = [
    { name: '/home/alice/a b.png', type: 'image/png', bytes: Uint8Array.from({ length: 58 }, () => 0) },
    { name: 'Grüße.txt', type: 'Text/Plain; charset=utf-8', bytes: new Uint8Array() },
  ];
  const fields = [
    'From: <alice@a.example>',
    'To: <bob@b.example>',
    'Date: Sat, 21 Nov 2026 05:03:09 +0000',
    'Message-ID: <1@a.example>',
  ];
  expect(
    text(
      buildMessage({ ...plain, text: 'x\n--=_1aexample\n', files, wantsReceipt: true, isForwarded: true }),
    ),
  ).toBe(
    [
      ...fields,
      'Disposition-Notification: display',
      'X-Forwarded: yes',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="=_1aexample.1"',
      'Content-Transfer-Encoding: 8bit',
      '',
      '--=_1aexample.1',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      'x',
      '--=_1aexample',
      '',
      '--=_1aexample.1',
      'Content-Type: image/png',
      'Content-Transfer-Encoding: base64',
      'Content-Disposition: attachment;',
      ' filename="a b.png"',
      '',
      'A'.repeat(76),
      'AA==',
      '--=_1aexample.1',
      'Content-Type: text/plain',
      'Content-Transfer-Encoding: base64',
      'Content-Disposition: attachment;',
      " filename*=utf-8''Gr%C3%BC%C3%9Fe.txt",
      '',
      '--=_1aexample.1--',
      '',
    ].join('\r\n'),
  );
});

test('references: the first, and the last twenty', () => {
  const ids = Array.from({ length: 50 }, (_, at) => `<${at}@x>`);
  expect(readMessage(buildMessage({ ...plain, references: ids })).references).toEqual([
    ids[0],
    ...ids.slice(30),
  ]);
});

test('a reaction is read as one', () => {
  for (const emoji of ['👍', '❤', '❤️', '👩🏽‍🚒', '🇩🇪', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '1️⃣', '👍 👎']) {
    const octets = buildReaction({ ...plain, inReplyTo: '<0@b.example>', emoji });
    expect(() => checkEnvelope(octets, ALICE, BOB, 'message/rfc822')).not.toThrow();
    expect(readMessage(octets)).toMatchObject({
      kind: { type: 'reaction', emoji, to: '<0@b.example>' },
      files: [],
    });
  }
});

test.each(['ok', '', '1', 'a👍', '👍'.repeat(40), '<b>'])('%j is no reaction but a text', (emoji) => {
  expect(readMessage(buildReaction({ ...plain, inReplyTo: '<0@b.example>', emoji }))).toMatchObject({
    kind: { type: 'text' },
    text: `${emoji}\n`,
  });
});

test('a receipt names its sender and receiver too', () => {
  const original = { messageId: '<0@b.example>', date: 0 };
  expect(() =>
    checkEnvelope(buildReceipt({ ...plain, original, kind: 'display' }), ALICE, BOB, 'message/rfc822'),
  ).not.toThrow();
  expect(() =>
    buildReceipt({ ...plain, original: { ...original, messageId: 'x' }, kind: 'display' }),
  ).toThrow(invalid);
});

const file = fc.record({
  name: fc.string({ unit: 'binary', maxLength: 300 }),
  type: fc.oneof(fc.constantFrom('image/png', 'text/plain', 'multipart/mixed', ''), fc.string()),
  bytes: fc.uint8Array({ maxLength: 300 }),
});

test('files are read as they were, and the size was known before', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.array(file, { maxLength: 5 }),
      (content, files: NewFile[]) => {
        const octets = buildMessage({ ...plain, text: content, files });
        expect(octets.length).toBeLessThanOrEqual(encodedSize(files, content));
        const read = readMessage(octets);
        expect(read.text).toBe(
          content
            .toWellFormed()
            .replace(/\r\n?/g, '\n')
            .replace(/^\ufeff/, ''),
        );
        expect(read.files.map(({ size }) => size)).toEqual(files.map(({ bytes }) => bytes.length));
        for (const { index, name } of read.files) {
          const { bytes, name: again } = readFile(octets, undefined, index);
          expect(Buffer.from(bytes).equals(files[index]?.bytes ?? Buffer.from('none'))).toBe(true);
          expect(again).toBe(name);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('the largest message there can be is no larger than was said', () => {
  const user = '%F0%90%8C%80'.repeat(64);
  const host = `${'a.'.repeat(120)}example`;
  const id = `<${'1'.repeat(120)}@${'a'.repeat(127)}>`;
  const files = [
    {
      name: '\u{10300}'.repeat(63),
      type: `${'a'.repeat(127)}/${'b'.repeat(127)}`,
      bytes: new Uint8Array(100),
    },
  ];
  const octets = buildMessage({
    from: `impp://${host}/${user}`,
    to: `impp://${host}/${user}`,
    date: 0,
    messageId: id,
    text: '\n'.repeat(100),
    inReplyTo: id,
    references: Array.from({ length: 50 }, () => id),
    supersedes: id,
    wantsReceipt: true,
    isForwarded: true,
    files,
  });
  expect(octets.length).toBeLessThanOrEqual(encodedSize(files, '\n'.repeat(100)));
  const less = encodedSize(files, '') - octets.length;
  expect(less).toBeLessThan(6000);
});

test.each([20_000, 1_048_576, 10_485_760])(
  'a file of the size that a message of %i octets may have fits',
  (most) => {
    const size = maxFileSize(most);
    expect(size).toBeGreaterThan((most - 11_000) * 0.7);
    expect(encodedSize([{ bytes: { length: size } }], '')).toBeLessThanOrEqual(most);
    expect(encodedSize([{ bytes: { length: size + 57 } }], '')).toBeGreaterThan(most);
  },
);

test('where not even the fields fit, no file does', () => {
  expect(maxFileSize(1000)).toBe(0);
});
