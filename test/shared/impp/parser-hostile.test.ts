// What a stranger may send [IMPP 4]: every limit at it and one over, the faults seen in good code elsewhere, and
// anything at all.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/impp/message.ts';
import { Parser, type ParserOptions } from '../../../shared/impp/parser.ts';
import { bytes, textOf } from './octets.ts';
import { meanCpuTimeOf } from '../../cpu-time.ts';

const NEXT = 'PING next impp/1.0\r\n\r\n';

interface Reading {
  readonly ids: string[];
  readonly faults: (string | undefined)[];
  readonly parser: Parser;
  readonly messages: Message[];
}

const read = (
  octets: string | Uint8Array,
  options: ParserOptions = {},
  size = Number.POSITIVE_INFINITY,
): Reading => {
  const whole = typeof octets === 'string' ? bytes(octets) : octets;
  const parser = new Parser(options);
  const messages: Message[] = [];
  for (let at = 0; at < whole.length; at += size)
    messages.push(...parser.push(whole.subarray(at, at + size)));
  return {
    ids: messages.map(({ id }) => id),
    faults: messages.map(({ fault }) => fault?.code),
    parser,
    messages,
  };
};

/** In one chunk and octet by octet, which have to come to the same. */
const readBothWays = (octets: string | Uint8Array, options: ParserOptions = {}): Reading => {
  const reading = read(octets, options);
  const other = read(octets, options, 1);
  expect(other.ids).toEqual(reading.ids);
  expect(other.faults).toEqual(reading.faults);
  expect(other.parser.fault).toEqual(reading.parser.fault);
  return reading;
};

const expectFatal = (
  octets: string | Uint8Array,
  code = 'bad-request',
  options: ParserOptions = {},
): Reading => {
  const reading = readBothWays(octets, options);
  expect(reading.parser.fault?.code).toBe(code);
  expect(reading.parser.push(bytes(NEXT))).toEqual([]);
  expect(reading.parser.buffered).toBe(0);
  return reading;
};

const expectFine = (octets: string | Uint8Array, options: ParserOptions = {}): Reading => {
  const reading = readBothWays(octets, options);
  expect(reading.parser.fault).toBeUndefined();
  expect(reading.parser.buffered).toBe(0);
  expect(reading.ids.at(-1)).toBe('next');
  return reading;
};

const withHeaders = (...lines: string[]): string =>
  `SEND a impp/1.0\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const withBody = (length: number, rest = 'Content-Type: a/b'): string =>
  withHeaders(rest, `Content-Length: ${length}`) + 'x'.repeat(length);

describe('limits, at and one over', () => {
  test('the start line: 1,024 octets', () => {
    const line = (length: number): string => `PING a impp/${'1'.repeat(length - 16)}.0\r\n`;
    expect(line(1024)).toHaveLength(1024);
    expect(expectFine(`${line(1024)}\r\n${NEXT}`).faults).toEqual(['version-not-supported', undefined]);
    expectFatal(`${line(1025)}\r\n${NEXT}`, 'message-too-large');
  });

  test('a start line without end is given up at its limit', () => {
    const parser = new Parser();
    parser.push(bytes('A'.repeat(1023)));
    expect(parser.fault).toBeUndefined();
    parser.push(bytes('A'));
    expect(parser.fault).toMatchObject({ code: 'message-too-large', method: '-', id: '-' });
  });

  test('the header section: 16 KiB with the empty line', () => {
    const section = (length: number): string => `PING a impp/1.0\r\nX: ${'y'.repeat(length - 7)}\r\n\r\n`;
    expectFine(section(16_384) + NEXT);
    const { parser } = expectFatal(section(16_385) + NEXT, 'message-too-large');
    expect(parser.fault).toMatchObject({ method: 'PING', id: 'a' });
    const many = (last: number): string =>
      withHeaders(...Array.from({ length: 15 }, () => `X: ${'y'.repeat(1019)}`), `X: ${'y'.repeat(last)}`);
    expectFine(many(1017) + NEXT);
    expectFatal(many(1018) + NEXT, 'message-too-large');
  });

  test('a header section without end is given up at its limit', () => {
    const parser = new Parser();
    parser.push(bytes(`PING a impp/1.0\r\nX: ${'y'.repeat(16_384 - 4)}`));
    expect(parser.fault).toBeUndefined();
    parser.push(bytes('y'));
    expect(parser.fault?.code).toBe('message-too-large');
  });

  test('64 headers', () => {
    const headers = (count: number): string =>
      withHeaders(...Array.from({ length: count }, (_, n) => `X-${n}: y`));
    expect(expectFine(headers(64) + NEXT).messages[0]?.headers.size).toBe(64);
    expectFatal(headers(65) + NEXT, 'message-too-large');
  });

  test('METHOD: 32 characters, a letter first', () => {
    const line = (method: string): string => `${method} a impp/1.0\r\n\r\n${NEXT}`;
    expectFine(line('M'.repeat(32)));
    expectFine(line('X-1'));
    for (const method of ['M'.repeat(33), '1A', '-A', 'send', 'A_B', 'A.B', 'É', '', 'OK', 'ERROR'])
      expectFatal(line(method));
  });

  test('REQUEST-ID: 32 characters, a letter or digit among them', () => {
    const line = (id: string): string => `PING ${id} impp/1.0\r\n\r\n${NEXT}`;
    for (const id of ['i'.repeat(32), '-._1', '0', 'A.b_C-9']) expectFine(line(id));
    for (const id of ['i'.repeat(33), '-._', '-', '', 'a/b', 'a b', 'a\tb']) expectFatal(line(id));
  });

  test('the name of a header: 64 characters', () => {
    expectFine(withHeaders(`${'n'.repeat(64)}: v`) + NEXT);
    expectFatal(withHeaders(`${'n'.repeat(65)}: v`) + NEXT);
  });

  test('Content-Length: 10 digits', () => {
    expectFine(`${withHeaders('Content-Type: a/b', 'Content-Length: 0000000002')}hi${NEXT}`);
    expectFatal(`${withHeaders('Content-Type: a/b', 'Content-Length: 00000000002')}hi${NEXT}`);
  });

  test('the body: the limit, then read away, then from twice the limit on fatal', () => {
    const options = { maxBody: 100 };
    expect(expectFine(withBody(100) + NEXT, options).faults).toEqual([undefined, undefined]);
    for (const length of [101, 199]) {
      const { faults, messages } = expectFine(withBody(length) + NEXT, options);
      expect(faults).toEqual(['message-too-large', undefined]);
      expect(messages[0]?.body).toBeUndefined();
      expect(messages[0]?.fault?.data.maxMessageSize).toBe(100);
    }
    const { parser } = expectFatal(withBody(200) + NEXT, 'message-too-large', options);
    expect(parser.fault).toMatchObject({
      method: 'SEND',
      id: 'a',
      inResponse: false,
      data: { maxMessageSize: 100 },
    });
  });

  test('a limit that is raised holds for the next message', () => {
    const parser = new Parser({ maxBody: 10 });
    expect(parser.push(bytes(withBody(11)))[0]?.fault?.code).toBe('message-too-large');
    parser.maxBody = 11;
    expect(parser.push(bytes(withBody(11)))[0]?.fault).toBeUndefined();
  });
});

describe('framing faults seen in good code', () => {
  test('1: a character that straddles two chunks is one character', () => {
    const whole = bytes(
      withHeaders('X: \u{1F600}é', 'Content-Type: text/plain', 'Content-Length: 4') + '\u{1F601}',
    );
    for (let split = 1; split < whole.length; split += 1) {
      const parser = new Parser();
      const messages = [...parser.push(whole.subarray(0, split)), ...parser.push(whole.subarray(split))];
      expect(messages[0]?.headers.get('X')).toBe('\u{1F600}é');
      expect(textOf(messages[0]?.body)).toBe('\u{1F601}');
    }
  });

  test('2: a line too long is refused though all of it came in one chunk', () => {
    expectFatal(`PING a impp/${'1'.repeat(2000)}.0\r\n\r\n${NEXT}`, 'message-too-large');
    expectFatal(`PING a impp/1.0\r\nX: ${'y'.repeat(20_000)}\r\n\r\n${NEXT}`, 'message-too-large');
  });

  test('3: a limit error ends the parser', () => {
    const { parser, ids } = expectFatal(withHeaders(`X: ${'y'.repeat(16_384)}`) + NEXT, 'message-too-large');
    expect(ids).toEqual([]);
    const { fault } = parser;
    parser.push(bytes('garbage\r\n\r\n'));
    expect(parser.fault).toBe(fault);
  });

  test.each([
    ['doubled', ['Content-Length: 4', 'Content-Length: 4']],
    ['doubled in another case', ['Content-Length: 4', 'content-length: 5']],
    ['signed', ['Content-Length: +4']],
    ['negative', ['Content-Length: -4']],
    ['hexadecimal', ['Content-Length: 0x4']],
    ['a list', ['Content-Length: 4, 4']],
    ['with a space in it', ['Content-Length: 4 4']],
    ['fractional', ['Content-Length: 4.0']],
    ['empty', ['Content-Length:']],
    ['in other digits', ['Content-Length: ٤']],
    ['with an exponent', ['Content-Length: 4e0']],
  ])('4: a Content-Length that is %s does not make the body a request', (_, lines) => {
    const { ids } = expectFatal(`${withHeaders('Content-Type: a/b', ...lines)}${NEXT}`);
    expect(ids).toEqual([]);
  });

  test('5: a declared length is compared before anything is kept for it', () => {
    const parser = new Parser({ maxBody: 1024 });
    parser.push(bytes(withHeaders('Content-Type: a/b', 'Content-Length: 9999999999')));
    expect(parser.fault?.code).toBe('message-too-large');
    const away = new Parser({ maxBody: 1024 });
    away.push(bytes(withHeaders('Content-Type: a/b', 'Content-Length: 2000')));
    expect(away.push(new Uint8Array(1999))).toEqual([]);
    expect(away.push(new Uint8Array(1))[0]).toMatchObject({
      body: undefined,
      fault: { code: 'message-too-large' },
    });
  });

  test('6: what came behind a request is there to be seen before TLS starts', () => {
    const parser = new Parser();
    expect(parser.push(bytes('STARTTLS 2 impp/1.0\r\n\r\nAUTH')).map(({ method }) => method)).toEqual([
      'STARTTLS',
    ]);
    expect(parser.buffered).toBe(4);
    const other = new Parser();
    expect(other.push(bytes('STARTTLS 2 impp/1.0\r\n\r\nPING 3 impp/1.0\r\n\r\n'))).toHaveLength(2);
    const third = new Parser();
    third.push(bytes('STARTTLS 2 impp/1.0\r\n\r\nX impp/1.0 3\r\n\r\n'));
    expect(third.fault).toBeDefined();
  });

  test('7: control characters are refused after decoding', () => {
    for (const point of [...Array(0x20).keys(), 0x7f, ...Array.from({ length: 0x20 }, (_, n) => 0x80 + n)]) {
      const octets = bytes(`${withHeaders(`X: a${String.fromCodePoint(point)}b`)}${NEXT}`);
      if (point === 0x09) expectFine(octets);
      else expectFatal(octets);
    }
    expectFine(withHeaders('X: a\u00A0b\u2028c\uFEFF') + NEXT);
  });

  test('8: what one push gives is bounded by what was pushed, so that a writer can bound its queue', () => {
    const chunk = bytes(NEXT.repeat(1000));
    const parser = new Parser();
    expect(parser.push(chunk)).toHaveLength(1000);
    expect(parser.buffered).toBe(0);
  });
});

describe('malformed, each fatal', () => {
  test.each([
    ['an empty line first', `\r\n${NEXT}`],
    ['another protocol', 'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n'],
    ['TLS', Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3)],
    ['two spaces', `PING  a impp/1.0\r\n\r\n`],
    ['a space behind', 'PING a impp/1.0 \r\n\r\n'],
    ['a space in front', ' PING a impp/1.0\r\n\r\n'],
    ['no version', 'PING a\r\n\r\n'],
    ['a version in capitals', 'PING a IMPP/1.0\r\n\r\n'],
    ['a version without a dot', 'PING a impp/1\r\n\r\n'],
    ['bare LF', 'PING a impp/1.0\n\n'],
    ['bare CR', 'PING a impp/1.0\r\r\n'],
    ['a header that ends in a bare LF', `PING a impp/1.0\r\nX: y\n\r\n`],
    ['a header with a bare CR', `PING a impp/1.0\r\nX: y\rZ: 1\r\n\r\n`],
    ['an empty line with a bare CR', `PING a impp/1.0\r\n\rX`],
    ['folding', `PING a impp/1.0\r\nX: y\r\n z\r\n\r\n`],
    ['no colon', `PING a impp/1.0\r\nX\r\n\r\n`],
    ['no name', `PING a impp/1.0\r\n: y\r\n\r\n`],
    ['a space before the colon', `PING a impp/1.0\r\nX : y\r\n\r\n`],
    ['a name beyond ASCII', `PING a impp/1.0\r\nÜ: y\r\n\r\n`],
    ['a start line beyond ASCII', `PING ü impp/1.0\r\n\r\n`],
    ['overlong UTF-8', Uint8Array.of(...bytes('PING a impp/1.0\r\nX: '), 0xc0, 0x8d, 0x0d, 0x0a, 0x0d, 0x0a)],
    [
      'a surrogate in UTF-8',
      Uint8Array.of(...bytes('PING a impp/1.0\r\nX: '), 0xed, 0xa0, 0x80, 0x0d, 0x0a, 0x0d, 0x0a),
    ],
    [
      'UTF-8 that ends early',
      Uint8Array.of(...bytes('PING a impp/1.0\r\nX: '), 0xc3, 0x0d, 0x0a, 0x0d, 0x0a),
    ],
    ['a header of the page twice', `PING a impp/1.0\r\nTarget: a\r\nX: 1\r\nTARGET: a\r\n\r\n`],
    ['a response without parentheses', 'OK SEND a impp/1.0\r\n\r\n'],
    ['a response without method', 'OK a impp/1.0\r\n\r\n'],
    ['a response to nobody that is OK', 'OK (-) - impp/1.0\r\n\r\n'],
    ['half of a response to nobody', 'ERROR (-) a impp/1.0\r\n\r\n'],
    ['a response to a response', 'OK (OK) a impp/1.0\r\n\r\n'],
  ])('%s', (_, octets) => {
    expectFatal(octets);
  });

  test('every header of the page counts as one that may stand once', async () => {
    const { KNOWN_HEADERS } = await import('../../../shared/impp/headers.ts');
    for (const name of KNOWN_HEADERS.filter((known) => known !== 'Content-Length')) {
      expectFatal(withHeaders(`${name}: 1`, `${name.toLowerCase()}: 2`));
    }
    expectFine(
      withHeaders(
        ...KNOWN_HEADERS.filter((known) => known !== 'Content-Length').map((name) => `${name}: 1`),
      ) + NEXT,
    );
    expectFine(withHeaders('X-Other: 1', 'x-other: 1', 'Targets: 1', 'targets: 2') + NEXT);
  });

  test('is answered as far as it can be named, and in a response not at all', () => {
    const faultOf = (octets: string) => read(octets).parser.fault;
    expect(faultOf('SEND a impp/1.0\r\nX\r\n')).toMatchObject({ method: 'SEND', id: 'a', inResponse: false });
    expect(faultOf('SEND a HTTP/1.0\r\n')).toMatchObject({ method: 'SEND', id: 'a', inResponse: false });
    expect(faultOf('send a impp/1.0\r\n')).toMatchObject({ method: '-', id: '-', inResponse: false });
    expect(faultOf('OK (SEND) a impp/1.0\r\nX\r\n')).toMatchObject({
      method: 'SEND',
      id: 'a',
      inResponse: true,
    });
    for (const start of [
      'OK',
      'ERROR',
      'OK x',
      'ERROR (SEND',
      'OK(SEND) a impp/1.0',
      'OK (SEND) a impp/1.0 x',
    ]) {
      expect([start, faultOf(`${start}\r\n`)?.inResponse]).toEqual([start, true]);
    }
    expect(faultOf(`OK ${'x'.repeat(1100)}`)?.inResponse).toBe(true);
    expect(faultOf('OK-GO a impp/9\r\n')).toMatchObject({ method: 'OK-GO', inResponse: false });
    expect(faultOf('OKAY a impp/9\r\n')).toMatchObject({ method: 'OKAY', inResponse: false });
  });

  test('a fault is told at the octet that shows it, not at the end of the head', () => {
    const parser = new Parser();
    parser.push(bytes('PING a impp/1.0\r\nBad Name'));
    expect(parser.fault?.id).toBe('a');
  });
});

describe('bodies', () => {
  test('are eight bits wide, whatever they look like', () => {
    const body = Uint8Array.from({ length: 256 }, (_, octet) => octet);
    const octets = Buffer.concat([
      bytes(withHeaders('Content-Type: a/b', `Content-Length: ${256 + NEXT.length}`)),
      body,
      bytes(NEXT),
      bytes(NEXT),
    ]);
    const { messages } = expectFine(octets);
    expect(messages).toHaveLength(2);
    expect(Buffer.from(messages[0]?.body ?? []).equals(Buffer.concat([body, bytes(NEXT)]))).toBe(true);
  });

  test('do not keep a large chunk alive for a few octets', () => {
    const small = withBody(10);
    const { messages } = read(small.repeat(Math.floor(65_536 / small.length)));
    for (const { body } of messages) expect(body?.buffer.byteLength).toBeLessThanOrEqual(4096);
    expect(new Set(messages.map(({ body }) => body?.buffer)).size).toBeLessThan(messages.length / 10);
  });

  test('that fill their chunk are not copied, and others stay what they were when the chunk is gone', () => {
    const chunk = bytes(withBody(60_000));
    const [message] = new Parser().push(chunk);
    expect(message?.body?.buffer).toBe(chunk.buffer);
    const small = bytes(withBody(10).repeat(600));
    const messages = new Parser().push(small);
    small.fill(0);
    for (const { body } of messages) expect(textOf(body)).toBe('x'.repeat(10));
  });

  test.each([9, 64, 65, 1023, 1024, 2000, 20_000, 40_000])(
    'of %i octets arrive whole from a chunk of 64 KiB',
    (length) => {
      const body = Uint8Array.from({ length }, (_, at) => (at * 31) & 0xff);
      const head = bytes(withHeaders('Content-Type: a/b', `Content-Length: ${length}`));
      const count = Math.floor(65_536 / (head.length + length));
      const { messages } = read(Buffer.concat(Array.from({ length: count }, () => [head, body]).flat()));
      expect(messages).toHaveLength(count);
      for (const message of messages) expect(Buffer.from(message.body ?? []).equals(body)).toBe(true);
    },
  );
});

describe('anything at all', () => {
  /** Octets that get far: pieces of messages, with others strewn in. */
  const piece = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        'PING a impp/1.0\r\n\r\n',
        'SEND b impp/1.0\r\n',
        'OK (SEND) b impp/1.0\r\n',
        'Content-Length: 3\r\n',
        'Content-Type: a/b\r\n',
        'X: ü\r\n',
        '\r\n',
        'abc',
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '\r',
        '\n',
        ':',
        ' ',
        'Content-Length: 99\r\n',
        'ERROR (-) - impp/1.0\r\n',
        'X',
      ),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  );
  const octets = fc.oneof(
    fc.array(piece, { maxLength: 24 }).map((pieces) => bytes(pieces.join(''))),
    fc.uint8Array({ maxLength: 200 }),
  );

  const result = ({ messages, parser }: Reading): object => ({
    messages: messages.map(({ headers, fault, body, ...rest }) => ({
      ...rest,
      headers: [...headers.entries()],
      fault: fault?.code,
      body: body === undefined ? undefined : [...body],
    })),
    fault: parser.fault?.code,
    method: parser.fault?.method,
    id: parser.fault?.id,
    inResponse: parser.fault?.inResponse,
    buffered: parser.buffered,
  });

  test('throws nothing, and comes to the same wherever it is split', () => {
    fc.assert(
      fc.property(
        octets,
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 10 }),
        (whole, sizes) => {
          const options = { maxBody: 50 };
          const parser = new Parser(options);
          const messages: Message[] = [];
          for (let at = 0, turn = 0; at < whole.length; turn += 1) {
            const size = sizes[turn % sizes.length] as number;
            messages.push(...parser.push(whole.subarray(at, at + size)));
            at += size;
          }
          const split: Reading = { messages, parser, ids: [], faults: [] };
          expect(result(split)).toEqual(result(read(whole, options)));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('time is linear in the octets', () => {
  /** Work of eight times the size may take eight times as long; the square would be 64. */
  const expectLinear = (work: (size: number) => () => void, size: number): void => {
    const small = meanCpuTimeOf(work(size));
    const large = meanCpuTimeOf(work(8 * size));
    expect(large / Math.max(small, 0.02)).toBeLessThan(30);
  };

  const inChunks =
    (make: (size: number) => string, chunk: number, options?: ParserOptions) => (size: number) => {
      const whole = bytes(make(size));
      return () => {
        const { parser } = read(whole, options, chunk);
        expect(parser.fault).toBeUndefined();
      };
    };

  test('for one long value, octet by octet', () => {
    expectLinear(
      inChunks((size) => withHeaders(`X: ${'y'.repeat(size)}`), 1),
      2000,
    );
  });

  test('for many lines, octet by octet', () => {
    expectLinear(
      inChunks(
        (size) => withHeaders(...Array.from({ length: size / 32 }, (_, n) => `X${n}: ${'y'.repeat(200)}`)),
        1,
      ),
      256,
    );
  });

  test('for a value of white space, octet by octet', () => {
    expectLinear(
      inChunks((size) => withHeaders(`X: ${' '.repeat(size)}y`), 1),
      2000,
    );
  });

  test('for a body, octet by octet', () => {
    expectLinear(
      inChunks((size) => withBody(size), 1, { maxBody: 1e6 }),
      10_000,
    );
  });

  test('for many messages in one chunk', () => {
    expectLinear(
      inChunks((size) => NEXT.repeat(size), Number.POSITIVE_INFINITY),
      500,
    );
  });

  test('for chunks that end in the middle of messages', () => {
    expectLinear(
      inChunks((size) => withBody(20).repeat(size), 65_536),
      1000,
    );
  });
});
