// Bodies that come in pieces, and how they are written.

import { describe, expect, test } from 'vitest';
import { ImppError } from '../../../shared/errors.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import { wholeOf } from '../../../shared/impp/incoming.ts';
import { PIECE, WHOLE_BODY } from '../../../shared/impp/limits.ts';
import type { BodyStream, Message } from '../../../shared/impp/message.ts';
import { Parser } from '../../../shared/impp/parser.ts';
import { formatHead, request } from '../../../shared/impp/serializer.ts';
import { bytes } from './octets.ts';
import { cpuTimeOf } from '../../cpu-time.ts';

const head = (length: number, more = ''): Uint8Array =>
  bytes(`SEND a impp/1.0\r\nContent-Type: a/b\r\n${more}Content-Length: ${length}\r\n\r\n`);

const PING = bytes('PING next impp/1.0\r\n\r\n');

const pattern = (octets: number): Uint8Array =>
  Uint8Array.from({ length: octets }, (_, at) => (at * 31) % 251);

const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** A reader that counts what is held. */
class Reader {
  held = 0;
  most = 0;
  readonly parser: Parser;
  readonly messages: Message[] = [];

  constructor(maxBody = 64 * 1024 * 1024) {
    this.parser = new Parser({ maxBody, gauge: this.gauge });
  }

  readonly gauge = {
    held: (octets: number): void => {
      this.held += octets;
      this.most = Math.max(this.most, this.held);
    },
  };

  push(...chunks: Uint8Array[]): void {
    for (const chunk of chunks) this.messages.push(...this.parser.push(chunk));
  }

  get stream(): BodyStream {
    const stream = this.messages.at(-1)?.stream;
    if (stream === undefined) throw new Error('no stream');
    return stream;
  }
}

const chunksOf = (whole: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(whole.length / size) }, (_, n) => whole.slice(n * size, (n + 1) * size));

describe('a body over 64 KiB', () => {
  test('at the limit it is gathered; one octet more, it comes in pieces', () => {
    const reader = new Reader();
    reader.push(joined(head(WHOLE_BODY), pattern(WHOLE_BODY)));
    expect(reader.messages[0]?.body).toHaveLength(WHOLE_BODY);
    reader.push(joined(head(WHOLE_BODY + 1), pattern(WHOLE_BODY + 1)));
    expect(reader.messages[1]?.body).toBeUndefined();
    expect(reader.stream.length).toBe(WHOLE_BODY + 1);
  });

  test('without who takes pieces, it is gathered as ever', () => {
    const parser = new Parser({ maxBody: 1e7 });
    const [message] = parser.push(joined(head(100_000), pattern(100_000)));
    expect(message?.body).toHaveLength(100_000);
    expect(message?.stream).toBeUndefined();
  });

  test('the request is there as soon as its head is', () => {
    const reader = new Reader();
    reader.push(head(1_000_000));
    expect(reader.messages).toMatchObject([{ kind: 'request', method: 'SEND', id: 'a' }]);
    reader.push(pattern(10));
    expect(reader.messages).toHaveLength(1);
  });

  test.each([1000, 1460, 65_536, 131_072, 131_073, 400_000, 1_000_000])(
    'all of it comes, in chunks of %i, and what follows it is read',
    async (size) => {
      const body = pattern(300_001);
      const reader = new Reader();
      for (const chunk of chunksOf(joined(head(body.length), body, PING), size)) reader.push(chunk);
      expect(reader.messages.map((message) => message.id)).toEqual(['a', 'next']);
      const [message] = reader.messages;
      const pieces: Uint8Array[] = [];
      for (let piece = await message?.stream?.next(); piece; piece = await message?.stream?.next())
        pieces.push(piece);
      expect(pieces.map((piece) => piece.length)).toEqual([PIECE, PIECE, 300_001 - 2 * PIECE]);
      // Each can be given away with its buffer.
      expect(pieces.every((piece) => piece.buffer.byteLength === piece.length)).toBe(true);
      expect(Buffer.concat(pieces).equals(body)).toBe(true);
      expect(reader.held).toBe(0);
      expect(reader.parser.incoming).toBeUndefined();
    },
  );

  test('who waits for a piece has it when it is full, and the end when it is there', async () => {
    const reader = new Reader();
    reader.push(head(PIECE + 5));
    const first = reader.stream.next();
    reader.push(pattern(PIECE - 1));
    expect(reader.held).toBe(PIECE - 1);
    reader.push(pattern(3));
    expect(await first).toHaveLength(PIECE);
    expect(reader.held).toBe(2);
    const second = reader.stream.next();
    reader.push(pattern(3));
    expect(await second).toHaveLength(5);
    expect(await reader.stream.next()).toBeUndefined();
  });

  test('can be gathered by who needs it whole', async () => {
    const reader = new Reader();
    const body = pattern(200_000);
    reader.push(head(body.length));
    const whole = wholeOf(reader.stream);
    reader.push(...chunksOf(body, 9_999));
    expect(Buffer.compare(await whole, body)).toBe(0);
  });

  test('that nobody wants is read away, and who waits for that is told once', () => {
    const reader = new Reader();
    reader.push(joined(head(300_000), pattern(200_000)));
    let told = 0;
    reader.stream.discard(() => (told += 1));
    expect(reader.held).toBe(0);
    reader.push(pattern(99_999));
    expect([reader.held, told]).toEqual([0, 0]);
    reader.push(joined(pattern(1), PING));
    expect([reader.held, told]).toEqual([0, 1]);
    expect(reader.messages.map((message) => message.id)).toEqual(['a', 'next']);
  });

  test('that is there already is let go at once', () => {
    const reader = new Reader();
    reader.push(joined(head(100_000), pattern(100_000)));
    let told = 0;
    reader.messages[0]?.stream?.discard(() => (told += 1));
    expect([reader.held, told]).toEqual([0, 1]);
  });

  test('that nobody wants and that is cut off is waited for no longer', () => {
    const reader = new Reader();
    reader.push(head(300_000));
    let told = 0;
    reader.stream.discard(() => (told += 1));
    reader.parser.incoming?.cut(new ImppError('closed', 'gone'));
    reader.stream.discard(() => (told += 1));
    expect(told).toBe(2);
  });

  test('that is cut off fails for who waits, and for who comes later', async () => {
    const reader = new Reader();
    reader.push(joined(head(300_000), pattern(1000)));
    const waiting = reader.stream.next();
    reader.parser.incoming?.cut(new ImppError('closed', 'gone'));
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    await expect(reader.stream.next()).rejects.toMatchObject({ code: 'closed' });
    expect(reader.held).toBe(0);
  });
});

describe('what is refused by its head is read away and answered afterwards', () => {
  test.each([
    ['another version', `SEND a impp/2.0\r\nContent-Type: a/b\r\nContent-Length: 100000\r\n\r\n`],
    ['no Content-Type', `SEND a impp/1.0\r\nContent-Length: 100000\r\n\r\n`],
  ])('%s', (_, text) => {
    const reader = new Reader();
    reader.push(bytes(text), pattern(99_999));
    expect(reader.messages).toHaveLength(0);
    reader.push(pattern(1));
    expect(reader.messages[0]).toMatchObject({ id: 'a', body: undefined });
    expect(reader.messages[0]?.fault).toBeInstanceOf(ImppError);
    expect(reader.most).toBe(0);
  });

  test('too large', () => {
    const reader = new Reader(80_000);
    reader.push(joined(head(100_000), pattern(100_000), PING));
    expect(reader.messages.map(({ id, fault }) => [id, fault?.code])).toEqual([
      ['a', 'message-too-large'],
      ['next', undefined],
    ]);
    expect(reader.most).toBe(0);
  });

  test('the large body of a response is dropped', () => {
    const reader = new Reader();
    const text = 'OK (SEND) a impp/1.0\r\nContent-Type: a/b\r\nContent-Length: 100000\r\n\r\n';
    reader.push(joined(bytes(text), pattern(100_000), PING));
    expect(reader.messages.map(({ kind, id, body }) => [kind, id, body])).toEqual([
      ['response', 'a', undefined],
      ['request', 'next', undefined],
    ]);
  });
});

describe('memory', () => {
  test('is for what has come, not for what Content-Length promises', () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 500 }, () => {
      const reader = new Reader();
      reader.push(joined(head(10_000_000), pattern(10)));
      return reader;
    });
    // 500 times 4 KiB, and not 500 times 128 KiB or 10 MB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(500 * 16 * 1024);
    expect(readers.every((reader) => reader.held === 10)).toBe(true);
  });

  test('octet by octet it takes the work of its octets', () => {
    const reader = new Reader();
    const octet = pattern(1);
    reader.push(head(200_000));
    const time = cpuTimeOf(() => {
      for (let count = 0; count < 200_000; count += 1) reader.push(octet);
    });
    expect(time).toBeLessThan(2_000);
    expect(reader.held).toBe(200_000);
  });
});

test('a stream is written by its length', () => {
  const stream: BodyStream = { length: 123, next: () => Promise.resolve(undefined), discard() {} };
  const made = request('SEND', 'a', Headers.from([['Content-Type', 'a/b']]), stream);
  expect(made).toMatchObject({ stream });
  expect(formatHead(made)).toBe('SEND a impp/1.0\r\nContent-Type: a/b\r\nContent-Length: 123\r\n\r\n');
  expect(() => formatHead(request('SEND', 'a', Headers.from(), stream))).toThrow('without Content-Type');
});
