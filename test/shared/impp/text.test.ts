import { describe, expect, test } from 'vitest';
import { portableText, textOver } from '../../../shared/impp/text.ts';
import { bytes } from './octets.ts';

describe.each([
  ['portable', portableText],
  ['over Buffer', textOver(Buffer)],
])('%s', (_, text) => {
  test('text becomes octets, with others behind it', () => {
    expect([...text.encode('aé\u{1F600}')]).toEqual([...bytes('aé\u{1F600}')]);
    expect([...text.join('é\r\n', Uint8Array.of(0, 255))]).toEqual([0xc3, 0xa9, 13, 10, 0, 255]);
    expect([...text.join('', Uint8Array.of(1))]).toEqual([1]);
  });

  test('octets become text, from any part of any array', () => {
    const whole = bytes('xxaé\u{1F600}yy');
    const part = new Uint8Array(whole.buffer, 1, whole.length - 2);
    expect(text.decode(part, 1, part.length - 1)).toBe('aé\u{1F600}');
    expect(text.ascii(part, 0, 2)).toBe('xa');
    expect(text.decode(part, 3, 3)).toBe('');
  });

  test('a byte order mark is a character like any other', () => {
    expect(text.decode(bytes('\uFEFFa'), 0, 4)).toBe('\uFEFFa');
  });

  test.each([
    ['a lone continuation', [0x80]],
    ['an end in the middle', [0xe2, 0x82]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['beyond the last code point', [0xf4, 0x90, 0x80, 0x80]],
  ])('what is not UTF-8 is a bad request: %s', (__, octets) => {
    expect(() => text.decode(Uint8Array.from(octets), 0, octets.length)).toThrow(
      expect.objectContaining({ code: 'bad-request' }) as Error,
    );
  });
});
