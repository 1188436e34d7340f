import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildMessage, type NewMessage } from '../../../shared/mime/build.ts';
import { checkEnvelope } from '../../../shared/mime/envelope.ts';
import { readMessage } from '../../../shared/mime/read.ts';

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
          attachments: [],
          wantsReceipt: false,
          isForwarded: false,
        });
      },
    ),
    { numRuns: 300 },
  );
});
