import { describe, expect, test } from 'vitest';
import { parseDate } from '../../../shared/mime/date.ts';
import { parseParameterized } from '../../../shared/mime/parameters.ts';
import { readFile, readMessage } from '../../../shared/mime/read.ts';

const octets = (text: string) => Uint8Array.from(Buffer.from(text, 'utf8'));
const read = (text: string) => readMessage(octets(text.replace(/\r?\n/g, '\r\n')));
const shown = (text: string) => {
  const message = read(text);
  return { text: message.text, files: message.files.map(({ name }) => name) };
};

describe('text', () => {
  test.each([
    ['nothing said of it', 'From: a@b.example\n\nhello\n', 'hello\n'],
    ['UTF-8', 'Content-Type: text/plain; charset=utf-8\n\nGrüße', 'Grüße'],
    [
      'quoted-printable',
      'Content-Type: text/plain; charset="UTF-8"\nContent-Transfer-Encoding: Quoted-Printable\n\nGr=C3=BC=\n=c3=9Fe =3D =x',
      'Grüße = =x',
    ],
    [
      'base64',
      'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nR3LD\nvMOfZQ==\n',
      'Grüße',
    ],
    [
      'Latin-1',
      'Content-Type: text/plain; charset=ISO-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe =80',
      'Grüße €',
    ],
    ['an unknown charset', 'Content-Type: text/plain; charset=x\n\nhello', 'hello'],
    ['an unknown encoding', 'Content-Transfer-Encoding: x\n\nhello', 'hello'],
    [
      'flowed',
      'Content-Type: text/plain; format=flowed\n\nto be or \nnot to be\n\n From \n> quoted \n> text\n>> deeper\n-- \nme',
      'to be or not to be\n\nFrom \n> quoted text\n>> deeper\n-- \nme',
    ],
    ['flowed with DelSp', 'Content-Type: text/plain; format=flowed; delsp=yes\n\nsuper \nb', 'superb'],
    ['an empty text', 'Supersedes: <x@y>\n\n', ''],
    ['a reaction', 'Content-Type: text/plain; charset=utf-8\nContent-Disposition: reaction\n\n👍', '👍'],
  ])('%s', (_, source, text) => {
    expect(shown(source)).toEqual({ text, files: [] });
  });
});

describe('multiparts', () => {
  const multi = (type: string, ...parts: string[]) =>
    `Content-Type: multipart/${type}; boundary="=b"\n\npreamble\n${parts.map((part) => `--=b\n${part}\n`).join('')}--=b--\nepilogue`;
  test('the plain one of alternatives, wherever it stands', () => {
    expect(
      shown(multi('alternative', 'Content-Type: text/html\n\n<b>hi</b>', 'Content-Type: text/plain\n\nhi')),
    ).toEqual({ text: 'hi', files: [] });
  });
  test('alternatives without a plain one are an attachment', () => {
    expect(shown(multi('alternative', 'Content-Type: text/html\n\n<b>hi</b>'))).toEqual({
      text: '',
      files: ['message.html'],
    });
  });
  test('a plain one that says nothing is not the one', () => {
    expect(
      shown(multi('alternative', 'Content-Type: text/plain\n\n \n', 'Content-Type: text/html\n\n<b>hi</b>')),
    ).toEqual({ text: '', files: ['message.html'] });
    expect(shown(multi('alternative', 'Content-Type: text/plain\n\n \n'))).toEqual({
      text: ' \n',
      files: [],
    });
  });
  test('alternatives within a mixture', () => {
    const inner =
      'Content-Type: multipart/alternative; boundary=in\n\n--in\n\nhi\n--in\nContent-Type: text/html\n\n<b>hi</b>\n--in--';
    expect(shown(multi('mixed', inner, 'Content-Type: image/png; name="a.png"\n\nxx'))).toEqual({
      text: 'hi',
      files: ['a.png'],
    });
  });
  test('texts follow each other, attached texts do not', () => {
    expect(
      shown(
        multi(
          'mixed',
          '\none',
          'Content-Type: text/plain\n\ntwo',
          'Content-Type: text/plain\nContent-Disposition: attachment; filename=notes.txt\n\nthree',
        ),
      ),
    ).toEqual({
      text: 'one\ntwo',
      files: ['notes.txt'],
    });
  });
  test('line ends before a delimiter belong to it, but only one', () => {
    expect(shown(multi('mixed', '\none\n')).text).toBe('one\n');
    expect(shown(multi('mixed', '\n')).text).toBe('');
  });
  test('lines that only look like delimiters', () => {
    expect(shown(multi('mixed', '\n--=bb\n --=b\n--=b--x\nx --=b')).text).toBe(
      '--=bb\n --=b\n--=b--x\nx --=b',
    );
  });
  test('a part that is cut off', () => {
    expect(shown('Content-Type: multipart/mixed; boundary=x\n\n--x\n\nhello wor')).toEqual({
      text: 'hello wor',
      files: [],
    });
  });
  test('a multipart without parts, or without a boundary', () => {
    expect(shown('Content-Type: multipart/mixed; boundary=x\n\nhello').files).toEqual(['message.eml']);
    expect(shown('Content-Type: multipart/mixed\n\nhello').files).toEqual(['message.eml']);
  });
  test('the 256th part and the 257th', () => {
    const part = 'Content-Type: image/png\n\nx';
    expect(shown(multi('mixed', ...Array.from({ length: 256 }, () => part))).files.length).toBe(256);
    expect(shown(multi('mixed', ...Array.from({ length: 257 }, () => part))).files).toEqual(['message.eml']);
  });
  test('multiparts within each other, eight deep and nine', () => {
    const nest = (depth: number): string =>
      depth === 0
        ? '\nhi'
        : `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n${nest(depth - 1)}\n--b${depth}--`;
    expect(shown(nest(8))).toEqual({ text: 'hi', files: [] });
    expect(shown(nest(9))).toEqual({ text: '', files: ['message.eml'] });
  });
});

describe('files', () => {
  const boundary = (type: string) => `Content-Type: multipart/${type}; boundary=b\n\n`;
  const fileAt = (source: string, index: number) => {
    const { bytes, ...rest } = readFile(octets(source.replace(/\n/g, '\r\n')), undefined, index);
    return { ...rest, text: Buffer.from(bytes).toString() };
  };

  test('are decoded, and count from 0 without the texts', () => {
    const source = `${boundary('mixed')}--b\nContent-Type: IMAGE/PNG\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=a.png\n\nR3LD\nvMOfZQ==\n--b\n\nhi\n--b\nContent-Type: a/b\nContent-Transfer-Encoding: quoted-printable\n\n=41\n--b--`;
    expect(read(source)).toMatchObject({
      text: 'hi',
      files: [
        { index: 0, name: 'a.png', type: 'image/png', size: 7 },
        { index: 1, name: 'file.bin', type: 'a/b', size: 1 },
      ],
    });
    expect(fileAt(source, 0)).toEqual({ name: 'a.png', type: 'image/png', text: 'Grüße' });
    expect(fileAt(source, 1)).toEqual({ name: 'file.bin', type: 'a/b', text: 'A' });
    for (const index of [2, -1, 0.5, Number.NaN])
      expect(() => fileAt(source, index)).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  test('octets that are no message are one', () => {
    expect(fileAt('hello there', 0)).toEqual({
      name: 'message.eml',
      type: 'message/rfc822',
      text: 'hello there',
    });
  });

  test('names in encoded words, in pieces, in Content-Type', () => {
    const names = [
      '; filename="=?utf-8?q?Gr=C3=BC=C3=9Fe?=.txt"',
      "; filename*0*=utf-8''Gr%C3; filename*1*=%BC%C3%9Fe; filename*2=.txt",
    ];
    for (const name of names)
      expect(shown(`Content-Type: a/b; name=no\nContent-Disposition: attachment${name}\n\n`).files).toEqual([
        'Grüße.txt',
      ]);
    expect(shown('Content-Type: a/b; name="x y.z"\nContent-Disposition: inline\n\n').files).toEqual([
      'x y.z',
    ]);
  });

  test('a text with a file name is a file', () => {
    expect(shown('Content-Type: text/plain\nContent-Disposition: inline; filename=a.log\n\nx')).toEqual({
      text: '',
      files: ['a.log'],
    });
  });

  test('a text of a megabyte is shown, a longer one is a file', () => {
    expect(shown(`From: x\n\n${'x'.repeat(1_048_576)}`).text).toHaveLength(1_048_576);
    expect(shown(`From: x\n\n${'x'.repeat(1_048_577)}`)).toEqual({ text: '', files: ['message.txt'] });
  });

  test('those that only an alternative has are not lost', () => {
    const html =
      'Content-Type: multipart/mixed; boundary=in\n\n--in\nContent-Type: text/html\n\n<b>\n--in\nContent-Type: a/b\nContent-Disposition: attachment; filename=c.d\n\n\n--in\nContent-Type: image/png\n\n\n--in--';
    expect(shown(`${boundary('alternative')}--b\n\nhi\n--b\n${html}\n--b--`)).toEqual({
      text: 'hi',
      files: ['c.d'],
    });
  });

  test('messages of a digest', () => {
    expect(shown(`${boundary('digest')}--b\n\nSubject: one\n\nx\n--b\n\nSubject: two\n\ny\n--b--`)).toEqual({
      text: '',
      files: ['one.eml', 'two.eml'],
    });
  });

  test('unknown multiparts are like mixed ones', () => {
    expect(shown(`${boundary('x-strange')}--b\n\nhi\n--b\nContent-Type: a/b\n\n\n--b--`)).toEqual({
      text: 'hi',
      files: ['file.bin'],
    });
  });

  test('what is signed is shown, its signature is a file', () => {
    const signature = '--b\nContent-Type: application/pgp-signature\n\n-----BEGIN\n--b--';
    expect(shown(`${boundary('signed')}--b\n\nhi\n${signature}`)).toEqual({
      text: 'hi',
      files: ['signature.asc'],
    });
    const whole =
      'Content-Type: message/rfc822\n\nFrom: <a@b.example>\nContent-Type: text/plain; charset=utf-8\n\nhi';
    expect(shown(`${boundary('signed')}--b\n${whole}\n${signature}`)).toEqual({
      text: 'hi',
      files: ['signature.asc'],
    });
    // Only there: elsewhere it is somebody else's message.
    expect(shown(`${boundary('mixed')}--b\n${whole}\n${signature}`)).toEqual({
      text: '',
      files: ['message.eml', 'signature.asc'],
    });
    const reaction = 'Content-Type: text/plain; charset=utf-8\nContent-Disposition: reaction\n\n👍';
    expect(read(`In-Reply-To: <1@a>\n${boundary('signed')}--b\n${reaction}\n${signature}`).kind).toEqual({
      type: 'reaction',
      emoji: '👍',
      to: '<1@a>',
    });
  });

  test('what is encrypted is one file, with the fields that say how to open it', () => {
    const source = `From: <a@b.example>\n${boundary('encrypted; protocol="application/pgp-encrypted"')}--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\nx\n--b--\n`;
    expect(read(source).files).toEqual([
      {
        index: 0,
        name: 'encrypted-message.eml',
        type: 'multipart/encrypted',
        size: source.replace(/\n/g, '\r\n').length,
      },
    ]);
    expect(fileAt(source, 0).text).toBe(source.replace(/\n/g, '\r\n'));
  });
});

describe('what a message is for', () => {
  test.each([
    ['a text', '', 'x', { type: 'text' }],
    [
      'a reaction',
      'In-Reply-To: <1@a>\nContent-Disposition: Reaction',
      '👍',
      { type: 'reaction', emoji: '👍', to: '<1@a>' },
    ],
    [
      'a reaction in base64',
      'In-Reply-To: <1@a>\nContent-Disposition: reaction\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64',
      '8J+RjQ==',
      { type: 'reaction', emoji: '👍', to: '<1@a>' },
    ],
    ['a reaction to nothing', 'Content-Disposition: reaction', '👍', { type: 'text' }],
    ['an emoji that answers', 'In-Reply-To: <1@a>', '👍', { type: 'text' }],
  ])('%s', (_, fields, content, kind) => {
    expect(read(`From: <a@b.example>\n${fields}${fields === '' ? '' : '\n'}\n${content}`).kind).toEqual(kind);
  });

  test.each([
    ['display', true],
    ['positive-delivery, display', true],
    ['Display;x=y, processing', true],
    ['positive-delivery', false],
    ['no-display', false],
    ['', false],
  ])('a receipt for %j', (value, wants) => {
    expect(read(`Disposition-Notification: ${value}\n\nx`).wantsReceipt).toBe(wants);
  });

  test('references, and what is forwarded', () => {
    expect(
      read('References: <1@a>\n <2@a> (a comment) <\u202e3@a> <4@a>\nX-Forwarded: Yes\n\nx'),
    ).toMatchObject({
      references: ['<1@a>', '<2@a>', '<4@a>'],
      isForwarded: true,
    });
  });
});

describe('never nothing', () => {
  test.each([
    ['no octets', '', 'message.eml', 'message/rfc822'],
    ['no fields', 'hello there', 'message.eml', 'message/rfc822'],
    ['another type', 'Content-Type: application/x-thing\n\n<x/>', 'file.bin', 'application/x-thing'],
    ['markup', 'Content-Type: Application/Atom+XML\n\n<x/>', 'file.xml', 'application/atom+xml'],
    ['HTML', 'Content-Type: text/html\n\n<b>x', 'message.html', 'text/html'],
    ['a receipt of nothing', 'Content-Type: message/imdn+xml\n\n<imdn/>', 'receipt.xml', 'message/imdn+xml'],
    [
      'typing that is none',
      'Content-Type: application/im-iscomposing+xml\n\n<x/>',
      'composing.xml',
      'application/im-iscomposing+xml',
    ],
    [
      'a message within',
      'Content-Type: message/rfc822\n\nFrom: x@y.example\n\nhi',
      'message.eml',
      'message/rfc822',
    ],
    [
      'one with a subject',
      'Content-Type: message/rfc822\n\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= / 2\n\nhi',
      'Grüße _ 2.eml',
      'message/rfc822',
    ],
    [
      'sealed',
      'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nx',
      'encrypted-message.p7m',
      'application/pkcs7-mime',
    ],
    [
      'signed, and sealed by it',
      'Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n\nx',
      'signed-message.p7m',
      'application/pkcs7-mime',
    ],
    [
      'a name that is a path',
      'Content-Type: x/y\nContent-Disposition: attachment; filename="../../etc/pass\u0000wd\u202Etxt"\n\n',
      'pass_wd_txt',
      'x/y',
    ],
    ['a name that is only white space', 'Content-Type: x/y; name=" "\n\n', 'file.bin', 'x/y'],
    ['a type that is none', 'Content-Type: ;\n\nx', 'file.bin', 'application/octet-stream'],
  ])('%s', (_, source, name, type) => {
    const { text, files } = read(source);
    expect({ text, files: files.map((file) => [file.index, file.name, file.type]) }).toEqual({
      text: '',
      files: [[0, name, type]],
    });
  });
  test('octets that are no text', () => {
    expect(
      readMessage(Uint8Array.from({ length: 1_000 }, (_, at) => (at * 7) % 256)).files.length,
    ).toBeGreaterThan(0);
  });
});

const nothingElse = {
  kind: { type: 'text' },
  references: [],
  files: [],
  wantsReceipt: false,
  isForwarded: false,
};

test('the fields', () => {
  expect(
    read(
      'From: Alice <Alice@A.example>\nTo: bob@b.example, nobody@-x-, C <c@c.example>\nDate: Sat, 21 Nov 2026 06:03:09 +0100 (CET)\nMessage-ID:\n <1@a.example>\nIn-Reply-To: your <0@b> of today\nSupersedes: <s@a>\n\nx',
    ),
  ).toEqual({
    from: 'impp://a.example/alice',
    to: ['impp://b.example/bob', 'impp://c.example/c'],
    date: Date.parse('2026-11-21T05:03:09Z'),
    messageId: '<1@a.example>',
    inReplyTo: '<0@b>',
    supersedes: '<s@a>',
    text: 'x',
    ...nothingElse,
  });
  expect(read('From: who?\nTo: <\nDate: later\nMessage-ID: none\n\nx')).toEqual({
    to: [],
    text: 'x',
    ...nothingElse,
  });
});

test('CPIM', () => {
  const source =
    'From: A <im:alice@a.example>\r\nTo: <im:bob@b.example>\r\nTo: <im:c@c.example>\r\nDateTime: 2026-11-21T05:03:09.000Z\r\n\r\nContent-Type: text/plain; charset=utf-8\r\nContent-ID: <x@y>\r\n\r\nhi';
  expect(readMessage(octets(source), 'Message/CPIM; x=y')).toEqual({
    from: 'impp://a.example/alice',
    to: ['impp://b.example/bob', 'impp://c.example/c'],
    date: Date.parse('2026-11-21T05:03:09Z'),
    text: 'hi',
    ...nothingElse,
  });
});

test.each([
  ['Sat, 21 Nov 2026 05:03:09 +0000', '2026-11-21T05:03:09Z'],
  ['21 Nov 2026 05:03 -0330', '2026-11-21T08:33:00Z'],
  ['Sat,  1 nov 26 5:03:09 GMT', '2026-11-01T05:03:09Z'],
  ['1 Jan 98 00:00:00 EST', '1998-01-01T05:00:00Z'],
  ['Sat, 21 Nov 2026 05:03:09 (a comment) Z', '2026-11-21T05:03:09Z'],
])('the date %s', (text, iso) => {
  expect(parseDate(text)).toBe(Date.parse(iso));
});

test.each([
  '',
  'today',
  '32 Nov 2026 05:03:09 +0000',
  '21 Foo 2026 05:03:09 +0000',
  '21 Nov 2026 25:03:09 +0000',
  '21 Nov 2026',
  '2026-11-21T05:03:09Z',
])('no date: %j', (text) => {
  expect(parseDate(text)).toBeUndefined();
});

test.each([
  ['Text/Plain', 'text/plain', {}],
  ['a/b; x=1; X=2; y="a;\\"b"; z', 'a/b', { x: '1', y: 'a;"b' }],
  ["a/b; filename*=utf-8''caf%C3%A9.txt; filename=cafe.txt", 'a/b', { filename: 'café.txt' }],
  ["a/b; n*0*=utf-8'en'a%C3; n*1*=%A9b; n*2=c", 'a/b', { n: 'aébc' }],
  ['a/b; n*1="b"; n*0="a"', 'a/b', { n: 'ab' }],
  ["a/b; n*=iso-2022-jp''%1B$B%46%7CK%5C%1B(B", 'a/b', { n: '日本' }],
  ["a/b; n*=x-nobody''%C3%BC", 'a/b', { n: 'ü' }],
  ["a/b; n*0*=utf-8''a%; n*1=%41; n*2*=%4", 'a/b', { n: 'a%%41%4' }],
  ['a/b; x="open', 'a/b', { x: '' }],
])('parameters: %s', (text, value, parameters) => {
  const read = parseParameterized(text);
  expect(read.value).toBe(value);
  expect(Object.fromEntries(read.parameters)).toEqual(parameters);
});
