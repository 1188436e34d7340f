import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ImppError } from '../../../../shared/errors.ts';
import { opaqueString } from '../../../../shared/impp/sasl/opaque-string.ts';

describe('the examples of RFC 8265 section 4.3', () => {
  test.each([
    ['correct horse battery staple', 'correct horse battery staple'],
    ['Correct Horse Battery Staple', 'Correct Horse Battery Staple'],
    ['πßå', 'πßå'],
    ['Jack of ♦s', 'Jack of ♦s'],
    ['foo\u1680bar', 'foo bar'],
  ])('%j', (password, prepared) => expect(opaqueString(password)).toBe(prepared));
  test.each(['', 'my cat is a \u0009by'])('%j is refused', (password) => {
    expect(() => opaqueString(password)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});

test.each([
  ['spaces at the ends and in rows stay', '  a  b ', '  a  b '],
  ['spaces of all kinds', 'a\u00a0b\u2003c\u3000d\u202fe', 'a b c d e'],
  ['composition', 'cafe\u0301', 'café'],
  ['width stays', 'ＡＢ', 'ＡＢ'],
  ['ligatures stay', 'ﬁ', 'ﬁ'],
  ['both cases', 'ÄäẞßΣς', 'ÄäẞßΣς'],
  ['an emoji', '🦊', '🦊'],
  ['Arabic digits', '١٢٣', '١٢٣'],
  ['a joiner behind a virama', 'क्\u200dष', 'क्\u200dष'],
  ['a non-joiner between Arabic letters', 'می\u200cخواهم', 'می\u200cخواهم'],
  ['a dot between two l', 'col·lecció', 'col·lecció'],
  ['a Katakana dot among Katakana', 'ア・イ', 'ア・イ'],
  ['Hebrew punctuation', 'צ׳ק', 'צ׳ק'],
])('%s', (_, password, prepared) => {
  expect(opaqueString(password)).toBe(prepared);
});

test.each([
  ['NUL', 'a\0b'],
  ['a line end', 'a\nb'],
  ['DEL', 'a\u007f'],
  ['C1', 'a\u0085'],
  ['what is not assigned', '\u0378'],
  ['a noncharacter', '\uffff'],
  ['half a surrogate pair', '\ud800'],
  ['private use', '\ue000'],
  ['old Hangul', '\u1100'],
  ['a soft hyphen', 'a\u00adb'],
  ['a byte order mark', '\ufeffa'],
  ['a mark of direction', 'a\u200eb'],
  ['a joiner between Latin letters', 'a\u200db'],
  ['a non-joiner between Latin letters', 'a\u200cb'],
  ['a dot between other letters', 'a·b'],
  ['a Katakana dot alone', 'a・b'],
  ['digits of two kinds', '\u0661\u06f1'],
  ['a tatweel', '\u0640'],
])('%s is refused', (_, password) => {
  expect(() => opaqueString(password)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
});

test('1,024 characters and one more', () => {
  expect(opaqueString('é'.repeat(1_024)).length).toBe(1_024);
  expect(() => opaqueString('é'.repeat(1_025))).toThrow(
    expect.objectContaining({ code: 'invalid-argument' }),
  );
});

test('what was prepared stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), (password) => {
      let prepared: string;
      try {
        prepared = opaqueString(password);
      } catch (error) {
        expect(error).toBeInstanceOf(ImppError);
        return;
      }
      expect(opaqueString(prepared)).toBe(prepared);
    }),
    { numRuns: 2_000 },
  );
});
