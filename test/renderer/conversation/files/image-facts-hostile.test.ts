// What is decoded is chosen by octets that strangers send.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imageFacts } from '../../../../renderer/conversation/files/image-facts.ts';
import { cpuTimeOf } from '../../../cpu-time.ts';

const ascii = (text: string): number[] => Array.from(text, (sign) => sign.charCodeAt(0));
const be32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
const be16 = (value: number): number[] => [value >> 8, value & 255];
const le16 = (value: number): number[] => [value & 255, value >> 8];
const le24 = (value: number): number[] => [value & 255, (value >> 8) & 255, value >> 16];

const png = (width: number, height: number): number[] => [
  0x89,
  ...ascii('PNG\r\n\x1a\n'),
  ...be32(13),
  ...ascii('IHDR'),
  ...be32(width),
  ...be32(height),
  8,
  2,
  0,
  0,
  0,
];
const gif = (width: number, height: number): number[] => [
  ...ascii('GIF89a'),
  ...le16(width),
  ...le16(height),
  0,
];
const webp = (kind: string, rest: number[]): number[] => [
  ...ascii('RIFF'),
  ...be32(0),
  ...ascii('WEBP'),
  ...ascii(kind),
  ...be32(0),
  ...rest,
  ...Array.from({ length: 16 }, () => 0),
];
const jpeg = (...segments: number[][]): number[] => [0xff, 0xd8, ...segments.flat()];
const segment = (marker: number, content: number[]): number[] => [
  0xff,
  marker,
  ...be16(content.length + 2),
  ...content,
];
const frame = (width: number, height: number): number[] =>
  segment(0xc2, [8, ...be16(height), ...be16(width), 3, 0, 0, 0]);
const avif = (...sizes: [number, number][]): number[] => [
  ...be32(20),
  ...ascii('ftypavif'),
  ...be32(0),
  ...ascii('mif1'),
  ...sizes.flatMap(([width, height]) => [
    ...be32(20),
    ...ascii('ispe'),
    ...be32(0),
    ...be32(width),
    ...be32(height),
  ]),
  ...Array.from({ length: 16 }, () => 0),
];
const factsOf = (octets: number[]) => imageFacts(new Uint8Array(octets));

describe('every kind says its size', () => {
  test.each([
    ['png', png(640, 480), 'image/png'],
    ['gif', gif(640, 480), 'image/gif'],
    ['webp, lossy', webp('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, ...le16(640), ...le16(480)]), 'image/webp'],
    ['webp, extended', webp('VP8X', [0, 0, 0, 0, ...le24(639), ...le24(479)]), 'image/webp'],
    [
      'webp, lossless',
      webp('VP8L', [0x2f, 639 & 255, (639 >> 8) | ((479 & 3) << 6), (479 >> 2) & 255, 479 >> 10]),
      'image/webp',
    ],
    ['jpeg', jpeg(segment(0xe1, [1, 2, 3]), frame(640, 480)), 'image/jpeg'],
    ['avif', avif([640, 480]), 'image/avif'],
  ])('%s', (_, octets, type) => {
    expect(factsOf(octets)).toEqual({ type, width: 640, height: 480 });
  });
});

describe('nothing else is decoded', () => {
  test('what is called a picture and is none', () => {
    for (const text of ['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', '%PDF-1.7', 'MZ', ''])
      expect(factsOf([...ascii(text), ...Array.from({ length: 64 }, () => 0)])).toBeUndefined();
  });
  test('what would take gigabytes', () => {
    expect(factsOf(png(60_000, 60_000))).toBeUndefined();
    expect(factsOf(png(0xffffffff, 1))).toBeUndefined();
    expect(factsOf(png(7071, 7071))).toBeDefined();
    expect(factsOf(png(7072, 7072))).toBeUndefined();
  });
  test('a large picture that hides behind a small size in the same file', () => {
    expect(factsOf(avif([10, 10], [60_000, 60_000]))).toBeUndefined();
  });
  test('nothing of nothing', () => {
    expect(factsOf(png(0, 10))).toBeUndefined();
    expect(factsOf(gif(10, 0))).toBeUndefined();
  });
  test('a JPEG whose segments lead nowhere', () => {
    expect(
      factsOf(
        jpeg(
          segment(
            0xe0,
            Array.from({ length: 40 }, () => 0),
          ),
        ),
      ),
    ).toBeUndefined();
    expect(factsOf([0xff, 0xd8, ...Array.from({ length: 5000 }, () => 0xff)])).toBeUndefined();
    expect(factsOf(jpeg([0xff, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0]))).toBeUndefined();
  });
});

test('whatever the octets are, there is an answer', () => {
  const heads = [png(1, 1), gif(1, 1), webp('VP8X', []), jpeg(), avif()];
  fc.assert(
    fc.property(
      fc.constantFrom(...heads),
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(40),
      (head, rest, cut) => {
        const facts = factsOf([...head.slice(0, cut), ...rest]);
        if (facts !== undefined) expect(facts.width * facts.height).toBeLessThanOrEqual(50_000_000);
      },
    ),
    { numRuns: 500 },
  );
});

test('a long file of false beginnings takes one look at its head', () => {
  const size = 4_000_000;
  const octets = new Uint8Array(size).fill(0x69);
  octets.set(avif(), 0);
  // Far below what looking at four million octets one by one would take, on any machine.
  expect(cpuTimeOf(() => imageFacts(octets))).toBeLessThan(200);
});
