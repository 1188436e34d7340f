// High contrast, as the system wants it. Windows' contrast themes take away shadows and tints: what only they show has to
// be said once more, by an outline.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const renderer = join(import.meta.dirname, '../../../renderer');

/** Shadows that are edges: rings, and those of what floats over the rest. */
const EDGE = /box-shadow:[^;]*(?:\b0 0 0 [\d.]+(?:px|rem)|var\(--edge\)|var\(--shadow-2\))/;
/** Signs in a row of words, and parts of a picture that keeps its colours. */
const ORNAMENT = /\bkbd$|^\.swatch.* i$/;
/** Passing, or paler than usual: the edge itself is another rule's. */
const STATE = /:hover|\[data-disabled\]|\[data-hovered\]/;

interface Rule {
  readonly selectors: readonly string[];
  readonly body: string;
}

const rulesOf = (css: string): readonly Rule[] =>
  [...css.matchAll(/([^{};]+)\{([^{}]*)\}/g)].map(([, selectors = '', body = '']) => ({
    selectors: selectors.split(',').map((one) => one.trim()),
    body,
  }));

/** The part that is styled, without its states: `.field[data-invalid] .box:focus` is `.box`. */
const lastOf = (selector: string): string =>
  (selector.split(/[\s>]+/).at(-1) ?? '').replaceAll(/\[[^\]]*\]|:(?!:)[\w-]+(?:\([^)]*\))*/g, '');

/** What has an edge by a shadow, and none where there are no shadows. */
function faultsOf(css: string): string[] {
  const text = css.replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const block = /@media \(forced-colors: active\) \{((?:[^{}]*\{[^{}]*\})*)\s*\}/g;
  const forced = [...text.matchAll(block)].flatMap(([, inner = '']) => rulesOf(inner));
  const said = new Set(forced.flatMap(({ selectors }) => selectors.map(lastOf)));
  return rulesOf(text.replaceAll(block, ''))
    .filter(({ body }) => EDGE.test(body))
    .flatMap(({ selectors }) => selectors)
    .filter((one) => !ORNAMENT.test(one) && !STATE.test(one) && !said.has(lastOf(one)));
}

test('what has an edge by a shadow has one in the contrast themes of the system', () => {
  const files = globSync('**/*.module.css', { cwd: renderer });
  expect(files.length).toBeGreaterThan(40);
  const faults = files.flatMap((file) =>
    faultsOf(readFileSync(join(renderer, file), 'utf8')).map((fault) => `${file}: ${fault}`),
  );
  expect(faults).toEqual([]);
});

test('a forgotten one is found', () => {
  const css = '.a { box-shadow: inset 0 0 0 1px red; } .b:focus { box-shadow: var(--edge); }';
  expect(faultsOf(css)).toEqual(['.a', '.b:focus']);
  const forced =
    '@media (forced-colors: active) { .a { outline: 1px solid; } .x .b { outline: 1px solid; } }';
  expect(faultsOf(`${css}\n${forced}`)).toEqual([]);
});

test('who wants high contrast of the whole system has the same as who chooses it here', () => {
  const tokens = readFileSync(join(renderer, 'styles/tokens.css'), 'utf8');
  const of = (begin: string): string[] => {
    const [, body = ''] = tokens.split(begin);
    return body
      .slice(0, body.indexOf('}'))
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  };
  const system = of('@media (prefers-contrast: more) {\n  :root:not([data-theme]) {');
  expect(system.length).toBeGreaterThan(30);
  expect(system).toEqual(of(':root[data-theme^="contrast"] {'));
});
