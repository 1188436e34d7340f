// The whole window turns round for languages that are written from right to left. It does so by itself as long as
// nothing says left or right.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const renderer = join(import.meta.dirname, '../../../renderer');

/** Each takes no part in turning round; the logical one beside it does. */
const PHYSICAL: readonly (readonly [RegExp, string])[] = [
  [/(?:^|[\s;{])(?:left|right)\s*:/, 'inset-inline-start or -end'],
  [/(?:margin|padding)-(?:left|right)\s*:/, 'margin-inline, padding-inline'],
  [/border-(?:left|right)(?:-\w+)?\s*:/, 'border-inline-start or -end'],
  [/border-(?:top|bottom)-(?:left|right)-radius/, 'border-start-start-radius and the like'],
  [/text-align\s*:\s*(?:left|right)/, 'text-align: start or end'],
  [/(?:float|clear)\s*:\s*(?:left|right)/, 'float: inline-start'],
  [/translateX\(|translate3d\(|translate\(\s*-?(?!0[\s,)])[\d.]/, 'nothing: say it for each direction'],
  // Four values are top, right, bottom, left; a second and a fourth that are equal do no harm.
  [
    /(?:margin|padding|inset|border-width|border-radius)\s*:\s*(\S+)\s+(\S+)\s+(\S+)\s+(?!\2[;\s]|!)\S+\s*[;!]/,
    'the logical properties',
  ],
];

/** What is the same on both sides: where the pointer is, and a rule that is for one direction. */
const withoutOneSided = (css: string): string => css.replaceAll(/\[dir="rtl"\][^{]*\{[^}]*\}/g, '');
const withoutComments = (css: string): string => css.replaceAll(/\/\*[\s\S]*?\*\//g, '');

const faultsOf = (css: string): string[] =>
  withoutOneSided(withoutComments(css))
    .split('\n')
    .flatMap((line) =>
      PHYSICAL.filter(([pattern]) => pattern.test(line)).map(
        ([, instead]) => `${line.trim()} (instead: ${instead})`,
      ),
    );

test('styles say start and end, never left and right', () => {
  const files = globSync('**/*.css', { cwd: renderer });
  expect(files.length).toBeGreaterThan(40);
  const faults = files.flatMap((file) =>
    faultsOf(readFileSync(join(renderer, file), 'utf8')).map((fault) => `${file}: ${fault}`),
  );
  expect(faults).toEqual([]);
});

test.each([
  '  left: 0;',
  '.a { margin-left: 1rem; }',
  '  border-right: 1px solid;',
  '  border-top-left-radius: 4px;',
  '  text-align: right;',
  '  float: left;',
  '  transform: translateX(4px);',
  '  padding: 0 1rem 0 2rem;',
])('%s is found', (css) => {
  expect(faultsOf(css)).toHaveLength(1);
});

test.each([
  '  inset-inline-start: 0;',
  '  padding: 0 1rem 0 1rem;',
  '  padding: 0 1rem;',
  '  transform: translate(0, 4px);',
  '[dir="rtl"] .a { transform: translateX(4px); }',
  '/* left: 0; */',
  '  text-align: start;',
])('%s does no harm', (css) => {
  expect(faultsOf(css)).toEqual([]);
});
