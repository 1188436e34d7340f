import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ImppError,
  isProtocolError,
  PROTOCOL_ERRORS,
  type ProtocolErrorCode,
} from '../../../shared/errors.ts';
import { Headers, KNOWN_HEADERS } from '../../../shared/impp/headers.ts';
import type { Message, Response } from '../../../shared/impp/message.ts';
import { Parser } from '../../../shared/impp/parser.ts';
import {
  error,
  errorHeaders,
  errorOf,
  formatHead,
  ok,
  request,
  serialize,
  serializeHead,
} from '../../../shared/impp/serializer.ts';
import { portableText, textOver } from '../../../shared/impp/text.ts';
import { bytes, textOf } from './octets.ts';

const asked = request(
  'SEND',
  'a1',
  Headers.from([
    ['From', 'impp://a.example/alice'],
    ['Connection-ID', 'c1'],
    ['Target', 'impp://b.example/bob'],
  ]),
);

test('Content-Length is made to fit the body', () => {
  const type: [string, string] = ['Content-Type', 'text/plain'];
  const head = (headers: [string, string][], body?: Uint8Array): string =>
    formatHead(request('SEND', 'a', Headers.from(headers), body));
  expect(head([type], bytes('hé'))).toBe(
    'SEND a impp/1.0\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n',
  );
  expect(head([['Content-Length', '99'], type], bytes('hi'))).toBe(
    'SEND a impp/1.0\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\n',
  );
  expect(head([['Content-Length', '99']])).toBe('SEND a impp/1.0\r\n\r\n');
  expect(head([], new Uint8Array(0))).toBe('SEND a impp/1.0\r\nContent-Length: 0\r\n\r\n');
});

test.each([
  ['no method', request('', 'a')],
  ['a method of two lines', request('PING a impp/1.0\r\n\r\nBYE', 'a')],
  ['OK as a method', request('OK', 'a')],
  ['a request to nobody', request('-', '-')],
  ['an OK to nobody', { ...ok(asked), method: '-', id: '-' }],
  ['a long method', request('M'.repeat(33), 'a')],
  ['an ID with a space', request('PING', 'a b')],
  ['an ID of signs', request('PING', '-')],
  ['a body without type', request('SEND', 'a', Headers.from(), bytes('x'))],
])('is not written: %s', (_, message: Message) => {
  expect(() => serialize(message)).toThrow(expect.objectContaining({ code: 'invalid-argument' }) as Error);
  expect(() => serializeHead(message)).toThrow(
    expect.objectContaining({ code: 'invalid-argument' }) as Error,
  );
});

test('a head is not written that no reader takes: at the limits, and one over', () => {
  const tooLarge = expect.objectContaining({ code: 'message-too-large' }) as Error;
  const many = (count: number): Headers =>
    Headers.from(Array.from({ length: count }, (_, n) => [`X-${n}`, 'y']));
  expect(new Parser().push(serialize(request('PING', 'a', many(64))))).toHaveLength(1);
  expect(() => serialize(request('PING', 'a', many(65)))).toThrow(tooLarge);
  expect(() => serialize(request('PING', 'a', many(64), new Uint8Array(0)))).toThrow(tooLarge);
  for (const [letter, octets] of [
    ['y', 1],
    ['é', 2],
    ['€', 3],
    ['\u{1F600}', 4],
  ] as const) {
    const long = (count: number): Headers =>
      Headers.from([
        ['X', letter.repeat(count)],
        ['Y', 'y'.repeat((16_384 - 12) % octets)],
      ]);
    const most = Math.floor((16_384 - 12) / octets);
    expect(new Parser().push(serialize(request('PING', 'a', long(most))))).toHaveLength(1);
    expect(() => serialize(request('PING', 'a', long(most + 1)))).toThrow(tooLarge);
  }
});

describe('answers', () => {
  test('carry To and Connection-ID, when the request had From and Connection-ID', () => {
    const answer = ok(
      asked,
      Headers.from([
        ['Outcome', 'stored'],
        ['X', '1'],
        ['X', '2'],
      ]),
    );
    expect(textOf(serialize(answer))).toBe(
      'OK (SEND) a1 impp/1.0\r\nTo: impp://a.example/alice\r\nConnection-ID: c1\r\nOutcome: stored\r\nX: 1\r\nX: 2\r\n\r\n',
    );
    expect(textOf(serialize(ok(request('PING', 'p'))))).toBe('OK (PING) p impp/1.0\r\n\r\n');
  });

  test('leave the headers they are given as they were, and let nobody change To', () => {
    const shared = Headers.from([
      ['To', 'impp://c.example/carol'],
      ['Outcome', 'stored'],
    ]);
    expect(ok(asked, shared).headers.get('To')).toBe('impp://a.example/alice');
    expect(shared.get('To')).toBe('impp://c.example/carol');
    expect(shared.has('Connection-ID')).toBe(false);
  });

  test('an error carries what belongs to it', () => {
    const what = new ImppError('too-many-requests', 'slow\r\ndown\u0085', {
      data: { retryAfter: 1.2, location: 'impp://c.example/c', server: 'c.example:2779', maxMessageSize: 10 },
    });
    expect([...error(asked, what).headers.entries()]).toEqual([
      ['To', 'impp://a.example/alice'],
      ['Connection-ID', 'c1'],
      ['Error', 'too-many-requests'],
      ['Reason', 'slow  down'],
      ['Location', 'impp://c.example/c'],
      ['Server', 'c.example:2779'],
      ['Retry-After', '2'],
      ['Max-Message-Size', '10'],
    ]);
  });

  test('what is no protocol error says nothing of itself', () => {
    const headers = errorHeaders(
      new ImppError('secret-store-unavailable', 'the key is under the mat', { data: { server: 'inside' } }),
    );
    expect([...headers.entries()]).toEqual([
      ['Error', 'internal-error'],
      ['Reason', 'internal error'],
    ]);
  });

  test('every error of the page comes back as it went', () => {
    for (const code of Object.keys(PROTOCOL_ERRORS) as ProtocolErrorCode[]) {
      const data = {
        location: 'impp://c.example/c',
        server: 'c.example:2779',
        retryAfter: 3,
        maxMessageSize: 10,
      };
      const back = errorOf(error(asked, new ImppError(code, 'because', { data })));
      expect(back).toMatchObject({ code, message: 'because', data, retry: PROTOCOL_ERRORS[code] });
    }
  });

  test('an unknown error is internal, and its token stands in the reason', () => {
    const of = (...headers: [string, string][]): ImppError =>
      errorOf({ ...error(asked, new ImppError('timeout')), headers: Headers.from(headers) });
    expect(of(['Error', 'x-too-odd'], ['Reason', 'so odd'])).toMatchObject({
      code: 'internal-error',
      message: 'x-too-odd: so odd',
    });
    expect(of(['Error', 'closed'])).toMatchObject({ code: 'internal-error', message: 'closed' });
    expect(of(['Error', 'toString'])).toMatchObject({ code: 'internal-error', message: 'toString' });
    expect(of()).toMatchObject({ code: 'internal-error' });
    expect(of(['Error', 'timeout'], ['Retry-After', 'soon'], ['Max-Message-Size', '-1'])).toMatchObject({
      code: 'timeout',
      data: {},
    });
  });

  test('the answer to what cannot be read is read back', () => {
    const nameless: Response = error(
      { method: '-', id: '-', headers: Headers.from() },
      new ImppError('bad-request'),
    );
    expect(textOf(serialize(nameless))).toBe(
      'ERROR (-) - impp/1.0\r\nError: bad-request\r\nReason: bad-request\r\n\r\n',
    );
    expect(new Parser().push(serialize(nameless))).toMatchObject([{ ok: false, method: '-', id: '-' }]);
  });
});

describe('any message comes back as it went', () => {
  const chars = (allowed: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...allowed.split('')), minLength, maxLength });
  const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const TOKEN = `${UPPER}${UPPER.toLowerCase()}0123456789-._`;
  const method = fc
    .tuple(chars(UPPER, 1, 1), chars(`${UPPER}0123456789-`, 0, 31))
    .map((parts) => parts.join(''))
    .filter((text) => text !== 'OK' && text !== 'ERROR');
  const id = chars(TOKEN, 1, 32).filter((text) => /[A-Za-z0-9]/.test(text));
  const known = new Set(KNOWN_HEADERS.map((name) => name.toLowerCase()));
  const value = fc
    .oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ unit: 'grapheme', maxLength: 30 }))
    .map((text) => text.replace(/[\p{Cc}]/gu, '\t').replace(/^[ \t]+|[ \t]+$/g, ''));
  const headers = fc
    .tuple(
      fc.uniqueArray(fc.constantFrom(...KNOWN_HEADERS.filter((name) => !name.startsWith('Content-'))), {
        maxLength: 8,
      }),
      fc.array(
        chars(TOKEN, 1, 64).filter((name) => !known.has(name.toLowerCase())),
        { maxLength: 8 },
      ),
      fc.array(value, { minLength: 16, maxLength: 16 }),
    )
    .map(([names, others, values]) =>
      [...names, ...others].map((name, index): [string, string] => [name, values[index] ?? '']),
    );
  const body = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined });

  test.each([
    ['portable text', portableText],
    ['text over Buffer', textOver(Buffer)],
  ])('with %s', (_, text) => {
    fc.assert(
      fc.property(
        fc.constantFrom('request', 'OK', 'ERROR'),
        method,
        id,
        headers,
        body,
        fc.integer({ min: 1, max: 99 }),
        (kind, name, number, list, octets, size) => {
          const common = {
            method: name,
            id: number,
            body: octets,
            headers: Headers.from(octets === undefined ? list : [...list, ['Content-Type', 'a/b']]),
          };
          const message: Message =
            kind === 'request' ? { kind, ...common } : { kind: 'response', ok: kind === 'OK', ...common };
          const wire = serialize(message, text);
          const parser = new Parser({ text });
          const messages: Message[] = [];
          for (let at = 0; at < wire.length; at += size)
            messages.push(...parser.push(wire.subarray(at, at + size)));
          expect(parser.fault).toBeUndefined();
          const [back] = messages;
          expect(messages).toHaveLength(1);
          expect({
            ...back,
            headers: [...(back?.headers.entries() ?? [])],
            body: back?.body && [...back.body],
          }).toEqual({
            ...message,
            fault: undefined,
            headers: [
              ...message.headers.entries(),
              ...(octets === undefined ? [] : [['Content-Length', String(octets.length)]]),
            ],
            body: octets && [...octets],
          });
          expect(Buffer.from(serialize(back as Message, text)).equals(wire)).toBe(true);
        },
      ),
    );
  });
});

test('the tokens that stay on this side are no protocol errors', () => {
  expect(isProtocolError('closed')).toBe(false);
  expect(isProtocolError('constructor')).toBe(false);
});
