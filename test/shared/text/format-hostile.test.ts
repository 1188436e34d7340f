import { expect, test } from 'vitest';
import { parse } from '../../../shared/text/format.ts';
import { meanCpuTimeOf } from '../../cpu-time.ts';

// What parsers of markup are slow at: halves without the other, and everything nested.
test.each([
  ['stars', '*'],
  ['stars and letters', '*a'],
  ['openings', '*a '],
  ['openings of two kinds', '*a _b '],
  ['openings of all kinds', '**a *b _c '],
  ['closings', 'a* '],
  ['bold', '**a** '],
  ['CJK stars', '字*'],
  ['low lines', '_a'],
  ['backticks', '`'],
  ['open code', '`a '],
  ['code of all lengths', '` `` ``` ```` '],
  ['code', '`a` '],
  ['brackets', '['],
  ['open links', '[a]('],
  ['long open links', `[a](https://a.example/${'b'.repeat(500)} `],
  ['names in brackets', '[a] '],
  ['closing brackets', ')'],
  ['links', 'https://a.example '],
  ['people', 'im:a@b.example '],
  ['links with marks', '*https://a.example* '],
  ['quotes', '> '],
  ['quote lines', '> a\n'],
  ['empty quote lines', '>\n'],
  ['empty quote lines of two', '>>\n'],
  ['quotes of quotes', '>> a\n> b\n'],
  ['bullets', '- a\n'],
  ['numbers', '1. '],
  ['indents', '  '],
  ['fences', '```\n'],
  ['fences with words', '```js\n'],
  ['fences behind text', 'a```\n'],
  ['closed fences', '```\na\n```\n'],
  ['blank lines', '\n'],
  ['lists and blank lines', '- a\n\n\n'],
])('time grows no faster than the text: %s', (_, unit) => {
  const text = (length: number) => unit.repeat(Math.ceil(length / unit.length));
  const [small, large] = [text(12_000), text(96_000)];
  parse(small);
  // Eight times the text: quadratic work would take 64 times as long. Below a millisecond the clock says nothing.
  expect(meanCpuTimeOf(() => parse(large))).toBeLessThan(
    Math.max(
      meanCpuTimeOf(() => parse(small)),
      2,
    ) * 20,
  );
});

test('the tree is never deep', () => {
  const depth = (node: unknown): number =>
    typeof node === 'object' && node !== null ? 1 + Math.max(0, ...Object.values(node).map(depth)) : 0;
  for (const text of [
    '***_'.repeat(300) + 'a' + '_***'.repeat(300),
    '> '.repeat(500),
    `${'>'.repeat(500)} a`,
    '**a *b _c '.repeat(200),
  ])
    expect(depth(parse(text))).toBeLessThan(20);
});
