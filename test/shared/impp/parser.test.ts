import { describe, expect, test } from 'vitest';
import { ImppError } from '../../../shared/errors.ts';
import type { Message } from '../../../shared/impp/message.ts';
import { Parser } from '../../../shared/impp/parser.ts';
import { portableText, textOver } from '../../../shared/impp/text.ts';
import { bytes, textOf } from './octets.ts';

const ONE =
  'SEND a1 impp/1.0\r\nTarget: impp://b.example/bob\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello';

const parse = (
  text: string,
  options?: ConstructorParameters<typeof Parser>[0],
): { messages: Message[]; parser: Parser } => {
  const parser = new Parser(options);
  return { messages: parser.push(bytes(text)), parser };
};

describe.each([
  ['portable', portableText],
  ['over Buffer', textOver(Buffer)],
])('with text %s', (_, text) => {
  test('a request is read whole', () => {
    const { messages, parser } = parse(ONE, { text });
    expect(parser.fault).toBeUndefined();
    expect(parser.buffered).toBe(0);
    const [message] = messages;
    expect(messages).toHaveLength(1);
    expect(message).toMatchObject({ kind: 'request', method: 'SEND', id: 'a1', fault: undefined });
    expect([...(message?.headers.entries() ?? [])]).toEqual([
      ['Target', 'impp://b.example/bob'],
      ['Content-Type', 'text/plain'],
      ['Content-Length', '5'],
    ]);
    expect(textOf(message?.body)).toBe('hello');
  });

  test('a value beyond ASCII is kept, wherever the chunks end', () => {
    const whole = bytes('PING a impp/1.0\r\nX-Name: Grüße \u{1F600}\r\nY: b\r\n\r\n');
    for (let split = 1; split < whole.length; split += 1) {
      const parser = new Parser({ text });
      const messages = [...parser.push(whole.subarray(0, split)), ...parser.push(whole.subarray(split))];
      expect(messages[0]?.headers.get('x-name')).toBe('Grüße \u{1F600}');
      expect(messages[0]?.headers.get('y')).toBe('b');
    }
  });
});

test('responses name their method in parentheses', () => {
  const { messages } = parse(
    'OK (SEND) a1 impp/1.0\r\nOutcome: stored\r\n\r\nERROR (PING) b impp/1.0\r\nError: timeout\r\n\r\n',
  );
  expect(messages).toMatchObject([
    { kind: 'response', ok: true, method: 'SEND', id: 'a1' },
    { kind: 'response', ok: false, method: 'PING', id: 'b' },
  ]);
});

test('the answer to what could not be read is a response', () => {
  const { messages, parser } = parse('ERROR (-) - impp/1.0\r\nError: bad-request\r\n\r\n');
  expect(messages).toMatchObject([{ kind: 'response', ok: false, method: '-', id: '-' }]);
  expect(parser.fault).toBeUndefined();
});

test('white space around a value is trimmed, and may be missing', () => {
  const { messages } = parse('PING a impp/1.0\r\nA:b\r\nC: \t d\te \t\r\nF:\r\nG:  \r\n\r\n');
  expect([...(messages[0]?.headers.entries() ?? [])]).toEqual([
    ['A', 'b'],
    ['C', 'd\te'],
    ['F', ''],
    ['G', ''],
  ]);
});

test('names of the page take its spelling, others keep theirs', () => {
  const { messages } = parse('PING a impp/1.0\r\nCONNECTION-id: c\r\nx-OWN: 1\r\nX-own: 2\r\n\r\n');
  expect([...(messages[0]?.headers.entries() ?? [])]).toEqual([
    ['Connection-ID', 'c'],
    ['x-OWN', '1'],
    ['X-own', '2'],
  ]);
});

test('an empty body differs from none', () => {
  const { messages } = parse('AUTH a impp/1.0\r\nContent-Length: 0\r\n\r\nAUTH b impp/1.0\r\n\r\n');
  expect(messages[0]?.body).toHaveLength(0);
  expect(messages[0]?.fault).toBeUndefined();
  expect(messages[1]?.body).toBeUndefined();
});

describe('faults in meaning, after which the connection goes on', () => {
  const after = 'PING next impp/1.0\r\n\r\n';

  test('another version', () => {
    const { messages, parser } = parse(`PING a impp/2.13\r\n\r\n${after}`);
    expect(messages.map((message) => [message.id, message.fault?.code])).toEqual([
      ['a', 'version-not-supported'],
      ['next', undefined],
    ]);
    expect(parser.fault).toBeUndefined();
  });

  test('a body without Content-Type', () => {
    const { messages } = parse(`SEND a impp/1.0\r\nContent-Length: 2\r\n\r\nhi${after}`);
    expect(messages.map((message) => message.fault?.code)).toEqual(['bad-request', undefined]);
  });

  test('a body over the limit is read away', () => {
    const { messages, parser } = parse(
      `SEND a impp/1.0\r\nContent-Type: a/b\r\nContent-Length: 19\r\n\r\n${'x'.repeat(19)}${after}`,
      { maxBody: 10 },
    );
    expect(messages.map((message) => [message.id, message.fault?.code, message.body])).toEqual([
      ['a', 'message-too-large', undefined],
      ['next', undefined, undefined],
    ]);
    expect(messages[0]?.fault?.data).toEqual({ maxMessageSize: 10 });
    expect(parser.fault).toBeUndefined();
  });
});

test('messages before a fault are given, and none after it', () => {
  const { messages, parser } = parse(
    'PING a impp/1.0\r\n\r\nPING b impp/1.0\r\nX: 1\rY: 2\r\n\r\nPING c impp/1.0\r\n\r\n',
  );
  expect(messages.map((message) => message.id)).toEqual(['a']);
  expect(parser.fault).toBeInstanceOf(ImppError);
  expect(parser.fault).toMatchObject({ code: 'bad-request', method: 'PING', id: 'b', inResponse: false });
  expect(parser.push(bytes('PING d impp/1.0\r\n\r\n'))).toEqual([]);
});

test('what is held of an unfinished message is counted', () => {
  const parser = new Parser();
  parser.push(bytes('PING a impp/1.0\r\n\r\nPING'));
  expect(parser.buffered).toBe(4);
  const whole = bytes(ONE);
  const other = new Parser();
  whole.forEach((octet, index) => {
    expect(other.buffered).toBe(index);
    other.push(Uint8Array.of(octet));
  });
  expect(other.buffered).toBe(0);
});
