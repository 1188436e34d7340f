// The other side of what is written and read here: the `email` and `mailbox` packages of Python.

import { describe, expect, test } from 'vitest';
import { appendMbox } from '../../../shared/mime/mbox.ts';
import {
  buildComposing,
  buildMessage,
  buildReaction,
  buildReceipt,
  type NewMessage,
} from '../../../shared/mime/build.ts';
import { readFile, readMessage } from '../../../shared/mime/read.ts';
import {
  makeInPython,
  type PythonMessage,
  readInPython,
  readMboxInPython,
} from '../../fixtures/python-mail.ts';

const envelope = {
  from: 'impp://a.example/alice',
  to: 'impp://b.example/bob',
  date: Date.parse('2026-11-21T05:03:09Z'),
  messageId: '<1@a.example>',
};
const octets = (length: number, step = 7) => Uint8Array.from({ length }, (_, at) => (at * step) % 256);
const read = (messages: readonly NewMessage[]): PythonMessage[] => {
  const seen = readInPython(messages.map(buildMessage));
  for (const { defects } of seen) expect(defects).toEqual([]);
  return seen;
};

test('fields', () => {
  const [seen] = read([
    {
      ...envelope,
      text: 'x',
      inReplyTo: '<0@b.example>',
      references: ['<r@x>', '<0@b.example>'],
      supersedes: '<s@a.example>',
      wantsReceipt: true,
      isForwarded: true,
    },
  ]);
  expect(seen?.fields).toEqual({
    from: 'alice@a.example',
    to: 'bob@b.example',
    date: 'Sat, 21 Nov 2026 05:03:09 +0000',
    'message-id': '<1@a.example>',
    'in-reply-to': '<0@b.example>',
    references: '<r@x> <0@b.example>',
    supersedes: '<s@a.example>',
    'disposition-notification': 'display',
    'x-forwarded': 'yes',
    'mime-version': '1.0',
    'content-type': 'text/plain; charset="utf-8"',
    'content-transfer-encoding': '8bit',
  });
  expect(seen?.date).toBe(envelope.date / 1000);
  // Names beyond ASCII are those of RFC 6532, which this reader does not know.
  const senders = ["o'hara", '.a', 'a(b'].map((user) => `impp://a.example/${user}`);
  expect(read(senders.map((from) => ({ ...envelope, from, text: 'x' }))).map(({ from }) => from)).toEqual([
    ["o'hara@a.example"],
    ['.a@a.example'],
    ['"a(b"@a.example'],
  ]);
});

test('text: all of Unicode, long lines, line ends of all kinds', () => {
  const all: string[] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    if (code === 13 || (code >= 0xd800 && code < 0xe000)) continue;
    all.push(String.fromCodePoint(code) + (code % 64 === 63 ? '\n' : ''));
  }
  const texts = [
    '',
    ' ',
    '\n\n',
    'a\rb\nc\r\nd\n\re\n',
    `${'ü'.repeat(5000)}\n${'x'.repeat(5000)}`,
    '--\n.\nFrom me\n',
    '\ufeffmark',
    all.join(''),
  ];
  const files = [{ name: 'a', type: 'a/b', bytes: octets(1) }];
  const expected = texts.map((text) => text.replace(/\r\n?|\n/g, '\r\n'));
  expect(read(texts.map((text) => ({ ...envelope, text }))).map(({ text }) => text)).toEqual(expected);
  // Beside a file the text is a part of its own, which an empty one is not.
  expect(read(texts.map((text) => ({ ...envelope, text, files }))).map(({ text }) => text)).toEqual([
    null,
    ...expected.slice(1),
  ]);
});

test('files: names in every script, and octets', () => {
  const names = [
    'plain.txt',
    'with spaces.txt',
    "it's 100% (sure); a=b, c.txt",
    'Grüße.pdf',
    'résumé.doc',
    'Ελληνικά.txt',
    'русский язык.txt',
    'հայերեն.txt',
    'עברית.txt',
    'العربية.txt',
    'हिन्दी.txt',
    'বাংলা.txt',
    'ไทย.txt',
    'ქართული.txt',
    '한국어.txt',
    '日本語のとても長い名前のファイル.txt',
    '中文.txt',
    'አማርኛ.txt',
    '😀👩\u200d💻.gif',
    'x'.repeat(255),
    `${'é'.repeat(125)}.txt`,
  ];
  const files = names.map((name, index) => ({
    name,
    type: index % 2 === 0 ? 'image/png' : 'text/plain',
    bytes: octets(index * 29),
  }));
  const [seen] = read([{ ...envelope, text: 'see', files }]);
  expect(seen?.text).toBe('see');
  expect(seen?.parts.slice(1).map(({ name, type, disposition }) => ({ name, type, disposition }))).toEqual(
    files.map(({ name, type }) => ({ name, type, disposition: 'attachment' })),
  );
  for (const [index, { bytes }] of files.entries())
    expect(seen?.parts[index + 1]?.octets.equals(bytes)).toBe(true);
});

test('a large file', () => {
  const bytes = octets(3_000_001, 13);
  const [seen] = read([
    { ...envelope, text: '', files: [{ name: 'a.bin', type: 'application/zip', bytes }] },
  ]);
  expect(seen?.parts).toHaveLength(1);
  expect(seen?.parts[0]?.octets.equals(bytes)).toBe(true);
});

test('a message as a file stays octets, and a type that is none is not sent', () => {
  const files = ['message/rfc822', 'multipart/mixed', 'a/b\r\nX: y', 'nothing', ''].map((type) => ({
    name: 'a.eml',
    type,
    bytes: octets(10),
  }));
  const [seen] = read([{ ...envelope, text: 'x', files }]);
  expect(seen?.parts.slice(1).map(({ type }) => type)).toEqual(files.map(() => 'application/octet-stream'));
});

test('reactions, receipts and typing', () => {
  const original = { messageId: '<0&0@b.example>', date: Date.parse('2026-11-20T01:02:03Z') };
  const imdn = 'urn:ietf:params:xml:ns:imdn';
  const composing = 'urn:ietf:params:xml:ns:im-iscomposing';
  const seen = readInPython([
    buildReaction({ ...envelope, inReplyTo: '<0@b.example>', emoji: '👩🏽‍🚒' }),
    buildReceipt({ ...envelope, original, kind: 'display' }),
    buildReceipt({ ...envelope, original, kind: 'delivery' }),
    buildComposing({ ...envelope, isActive: true, refresh: 90 }),
    buildComposing({ ...envelope, isActive: false }),
  ]);
  for (const { defects } of seen) expect(defects).toEqual([]);
  const [reaction, ...documents] = seen;
  expect(reaction?.fields).toMatchObject({
    'content-disposition': 'reaction',
    'in-reply-to': '<0@b.example>',
  });
  expect(reaction?.text).toBe('👩🏽‍🚒\r\n');
  const receipt = (kind: string, status: string) => [
    `{${imdn}}imdn`,
    '',
    [
      [`{${imdn}}message-id`, '<0&0@b.example>', []],
      [`{${imdn}}datetime`, '2026-11-20T01:02:03.000Z', []],
      [`{${imdn}}${kind}-notification`, '', [[`{${imdn}}status`, '', [[`{${imdn}}${status}`, '', []]]]]],
    ],
  ];
  const state = (name: string, ...more: unknown[]) => [
    `{${composing}}isComposing`,
    '',
    [[`{${composing}}state`, name, []], [`{${composing}}contenttype`, 'text/plain', []], ...more],
  ];
  expect(documents.map(({ parts }) => [parts[0]?.type, parts[0]?.xml])).toEqual([
    ['message/imdn+xml', receipt('display', 'displayed')],
    ['message/imdn+xml', receipt('delivery', 'delivered')],
    ['application/im-iscomposing+xml', state('active', [`{${composing}}refresh`, '90', []])],
    ['application/im-iscomposing+xml', state('idle')],
  ]);
});

describe('what Python makes is read here', () => {
  const corpus = makeInPython();
  test.each(corpus)('$what', ({ message, text, files }) => {
    const seen = readMessage(message);
    expect(seen.text).toBe(text);
    expect(seen.files.map(({ name, type, size }) => ({ name, type, size }))).toEqual(
      files.map(({ name, type, octets: { length } }) => ({
        name: name.replaceAll('"', '_'),
        type,
        size: length,
      })),
    );
    for (const [index, file] of files.entries()) {
      expect(Buffer.from(readFile(message, undefined, index).bytes).equals(file.octets)).toBe(true);
    }
  });
});

test('an mbox', () => {
  const bodies = [
    'From me\n>From you\r\n>>From all\nFrom\n From x\n>\n',
    'no line end at the end',
    'From ',
    '\n',
    '\n\n\n',
    'From a@b Sat Nov 21 05:03:09 2026\n\nFrom c\n',
    '',
    '\r\n\r\nFrom \r\n',
    'ü\0\ud7ff\n',
  ];
  const messages = bodies.map((body) => Buffer.from(`Subject: x\n\n${body}`));
  const date = Date.parse('2026-11-01T05:03:09Z');
  const seen = readMboxInPython(
    Buffer.concat(messages.flatMap((message) => appendMbox('impp://a.example/jos%C3%A9', date, message))),
  );
  expect(seen.map(({ from }) => from)).toEqual(
    messages.map(() => 'jos%C3%A9@a.example Sun Nov  1 05:03:09 2026'),
  );
  const plain = seen.map(({ octets: quoted }) =>
    // Python takes off the empty line; the rest is what the format says.
    quoted
      .toString('latin1')
      .replace(/^>(>*From )/gm, '$1')
      .slice(0, -1),
  );
  expect(plain).toEqual(messages.map((message) => message.toString('latin1')));
});
