// No words beside the catalogue: what stands in a component as it is would be English in every language.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAst } from 'vite';

const renderer = join(import.meta.dirname, '../../../renderer');

/** Names, examples of addresses, keys as they stand on keyboards, and the signs around the name of an emoji. */
const NO_WORDS = new Set([
  'Parley',
  'Esc',
  'Tab',
  'Ctrl',
  'A',
  'B',
  'kB',
  '×',
  ':',
  'b.example',
  '127.0.0.1:9050',
  ':2779',
]);
/** Attributes and properties that people read or hear. */
const SPOKEN =
  /^(?:aria-(?:label|description|roledescription|valuetext|placeholder)|title|alt|placeholder|label|hint|lede|text|textValue)$/;

interface Node {
  readonly type: string;
  readonly [name: string]: unknown;
}
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** Letters, or a sign that each script writes in its own way. */
const isWords = (text: string): boolean => /\p{L}|[,;:?]/u.test(text) && !NO_WORDS.has(text.trim());

/** The strings that an expression may give as they are: not arguments of calls, not what is compared. */
function stringsOf(node: unknown): string[] {
  if (!isNode(node)) return [];
  switch (node.type) {
    case 'Literal':
      return typeof node['value'] === 'string' ? [node['value']] : [];
    case 'TemplateLiteral':
      return (node['quasis'] as Node[]).map(({ value }) => (value as { cooked: string }).cooked);
    case 'ConditionalExpression':
      return [...stringsOf(node['consequent']), ...stringsOf(node['alternate'])];
    case 'LogicalExpression':
    case 'BinaryExpression':
      return node['operator'] === '+' || node.type === 'LogicalExpression'
        ? [...(node['operator'] === '+' ? stringsOf(node['left']) : []), ...stringsOf(node['right'])]
        : [];
    case 'JSXExpressionContainer':
      return stringsOf(node['expression']);
    default:
      return [];
  }
}

function wordsIn(node: unknown, found: string[] = []): string[] {
  if (Array.isArray(node)) for (const each of node) wordsIn(each, found);
  if (!isNode(node)) return found;
  if (node.type === 'JSXText') found.push(node['value'] as string);
  if (node.type === 'JSXElement' || node.type === 'JSXFragment') {
    for (const child of node['children'] as Node[])
      if (child.type === 'JSXExpressionContainer') found.push(...stringsOf(child));
  }
  if (node.type === 'JSXAttribute' && SPOKEN.test(String((node['name'] as Node)['name'])))
    found.push(...stringsOf(node['value']));
  for (const value of Object.values(node)) if (typeof value === 'object') wordsIn(value, found);
  return found;
}

const faultsOf = (source: string): string[] =>
  wordsIn(parseAst(source, { lang: 'tsx' })).filter((text) => text.trim() !== '' && isWords(text));

test('components say nothing by themselves', () => {
  const files = globSync('**/*.tsx', { cwd: renderer });
  expect(files.length).toBeGreaterThan(80);
  const faults = files.flatMap((file) =>
    faultsOf(readFileSync(join(renderer, file), 'utf8')).map((text) => `${file}: “${text.trim()}”`),
  );
  expect(faults).toEqual([]);
});

test.each([
  '<b>Save</b>',
  '<b>{name}, {note}</b>',
  '<b aria-label="Close" />',
  '<Field label={isOn ? "On" : t("off")} />',
  '<b>{note !== "" && `, ${note}`}</b>',
  '<b title={`About ${name}`} />',
  '<b>{"Save " + name}</b>',
])('%s is found', (source) => {
  expect(faultsOf(`const a = ${source};`)).toHaveLength(1);
});

test.each([
  '<b>{t("save")}</b>',
  '<b className="Save" aria-label={t(`state.${name}`)} />',
  '<b>{kind === "Save" ? <i /> : null}</b>',
  '<kbd>Esc</kbd>',
  '<b> · </b>',
])('%s says nothing', (source) => {
  expect(faultsOf(`const a = ${source};`)).toEqual([]);
});
