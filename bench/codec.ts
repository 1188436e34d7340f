// How fast messages are read and written, beside cutting the same octets at their newlines; and how often the
// octets of a large body are copied on their way in. `node bench/codec.ts` runs it alone.

import { Parser } from '../shared/impp/parser.ts';
import { serialize } from '../shared/impp/serializer.ts';
import { portableText, type Text, textOver } from '../shared/impp/text.ts';
import type { BenchResult } from './result.ts';

/** What a socket gives at a time. */
const CHUNK = 64 * 1024;
const MIB = 1024 * 1024;
const ROUNDS = 5;
const ROUND_MS = 300;

const SEND =
  'SEND a1 impp/1.0\r\nTarget: impp://b.example/bo\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello!';

/** The best of some rounds, in calls of `work` a second, times `each`: what disturbs only ever slows. */
const rate = (each: number, work: () => void): number => {
  let best = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    let calls = 0;
    while (performance.now() - start < ROUND_MS) {
      work();
      calls += 1;
    }
    best = Math.max(best, calls / (performance.now() - start));
  }
  return best * 1000 * each;
};

let sink = 0;

const messagesPerSecond = (text: Text): number => {
  const count = Math.floor(CHUNK / SEND.length);
  const chunk = Buffer.from(SEND.repeat(count));
  const parser = new Parser({ text });
  return rate(count, () => {
    for (const message of parser.push(chunk)) sink += serialize(message, text).length;
  });
};

/** The least that any reader of a text protocol does: find the lines, and make text of them. */
const splitAtNewlines = (): number => {
  const count = Math.floor(CHUNK / SEND.length);
  const chunk = Buffer.from(SEND.repeat(count));
  return rate(count, () => {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      sink += chunk.toString('latin1', start, end).length;
      start = end + 1;
    }
  });
};

const chunksOf = (whole: Uint8Array, size: number): Uint8Array[] => {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < whole.length; at += size) chunks.push(whole.slice(at, at + size));
  return chunks;
};

const BODY = 10 * MIB;

const bulkMessage = (): Uint8Array => {
  const head = Buffer.from(`SEND a1 impp/1.0\r\nContent-Type: a/b\r\nContent-Length: ${BODY}\r\n\r\n`);
  return Buffer.concat([head, Buffer.alloc(BODY, 'x')]);
};

/**
 * How many octets are moved per octet of the body: each way to move octets that JavaScript has is watched while
 * the message is read. (The few octets of small bodies that the parser copies in a loop are not seen, and are none here.)
 */
const copiesPerOctet = (chunks: readonly Uint8Array[]): number => {
  let moved = 0;
  const prototype = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
  // oxlint-disable-next-line typescript/unbound-method -- they are put back where they were
  const original = { set: prototype.set, slice: prototype.slice, copyWithin: prototype.copyWithin };
  prototype.set = function (this: Uint8Array, source: ArrayLike<number>, offset?: number): void {
    moved += source.length;
    original.set.call(this, source, offset);
  };
  prototype.slice = function (this: Uint8Array, start?: number, end?: number): Uint8Array<ArrayBuffer> {
    const part = original.slice.call(this, start, end);
    moved += part.length;
    return part;
  };
  prototype.copyWithin = function (this: Uint8Array, target: number, start: number, end?: number) {
    moved += (end ?? this.length) - start;
    return original.copyWithin.call(this, target, start, end);
  };
  try {
    const parser = new Parser({ maxBody: BODY, text: textOver(Buffer) });
    const messages = chunks.flatMap((chunk) => parser.push(chunk));
    if (messages[0]?.body?.length !== BODY) throw new Error('the body did not arrive');
  } finally {
    Object.assign(prototype, original);
  }
  return moved / BODY;
};

const bulkRate = (chunks: readonly Uint8Array[]): number =>
  rate(BODY / MIB, () => {
    const parser = new Parser({ maxBody: BODY, text: textOver(Buffer) });
    for (const chunk of chunks) sink += parser.push(chunk).length;
  });

/** One copy into an array of the right size, which is the least where the octets come in chunks. */
const concatRate = (chunks: readonly Uint8Array[]): number =>
  rate(BODY / MIB, () => {
    sink += Buffer.concat(chunks).length;
  });

const beside = (
  name: string,
  value: number,
  unit: string,
  reference: string,
  other: number,
): BenchResult => ({
  name,
  value,
  unit,
  reference: { name: reference, value: other },
  ratio: value / other,
});

export const run = (): BenchResult[] => {
  const lines = splitAtNewlines();
  const chunks = chunksOf(bulkMessage(), CHUNK);
  return [
    beside(
      `codec: SEND of ${SEND.length} octets read and written, text over Buffer`,
      messagesPerSecond(textOver(Buffer)),
      'messages/s',
      'the same octets cut at newlines',
      lines,
    ),
    beside(
      `codec: SEND of ${SEND.length} octets read and written, portable text`,
      messagesPerSecond(portableText),
      'messages/s',
      'the same octets cut at newlines',
      lines,
    ),
    beside(
      'codec: body of 10 MiB read in chunks of 64 KiB',
      bulkRate(chunks),
      'MiB/s',
      'Buffer.concat',
      concatRate(chunks),
    ),
    { name: 'codec: copies of a body of 10 MiB in chunks', value: copiesPerOctet(chunks), unit: 'copies' },
    {
      name: 'codec: copies of a body of 10 MiB in one chunk',
      value: copiesPerOctet([bulkMessage()]),
      unit: 'copies',
    },
  ];
};

if (import.meta.main) {
  for (const { name, value, unit, reference, ratio } of run()) {
    const other =
      reference === undefined
        ? ''
        : `; ${reference.name}: ${reference.value.toFixed(0)}; ratio ${ratio?.toFixed(2)}`;
    process.stdout.write(`${name}: ${value.toFixed(value < 10 ? 3 : 0)} ${unit}${other}\n`);
  }
  if (sink === 0) process.exitCode = 1;
}
