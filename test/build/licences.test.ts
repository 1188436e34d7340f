// Whose work is in the program, and on what terms: nothing without a licence gets in.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { licenceText, readPackage } from '../../build/licences.mjs';

const root = join(import.meta.dirname, '../..');
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function packageOf(facts: object, files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-licence-'));
  folders.push(folder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'one', version: '1.0.0', ...facts }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test.each([
  ['no licence', {}, { LICENSE: 'text' }, 'one has no licence'],
  ['one that does not go with ours', { license: 'GPL-3.0-only' }, { LICENSE: 'text' }, 'GPL-3.0-only'],
  ['a choice that nobody has made', { license: '(MIT OR GPL-2.0)' }, { LICENSE: 'text' }, 'not among those'],
  ['no text, and nobody to name', { license: 'MIT' }, {}, 'no text'],
  [
    'no text, of a licence that has its own for each',
    { license: 'BSD-3-Clause', author: 'A' },
    {},
    'no text',
  ],
])('a package with %s is refused', (_what, facts, files, words) => {
  expect(() => readPackage(packageOf(facts, files as Record<string, string>))).toThrow(words);
});

test('a package that leaves a usual text out gets it, with its author', () => {
  const { text } = readPackage(packageOf({ license: 'ISC', author: { name: 'Ana' } }));
  expect(text).toMatch(/^Copyright \(c\) Ana\n\nPermission to use/);
});

test('packages with the same text stand together', () => {
  const part = { version: '1', license: 'MIT', text: 'the text' };
  expect(
    licenceText([
      { ...part, name: 'b' },
      { ...part, name: 'a' },
    ]),
  ).toBe('a 1 (MIT)\nb 1 (MIT)\n\nthe text\n');
});

test('what was built names those in each of its programs, and what is packed beside them', () => {
  const text = readFileSync(join(root, 'out/licences.txt'), 'utf8');
  // Of the window, of the program, of its updater alone, and the library of the system's keychain.
  for (const name of ['react', 'zod', 'electron-updater', '@github/keytar'])
    expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
  // What only builds and tests is in none of them.
  for (const name of ['vite', 'vitest', 'electron-builder', 'playwright-core'])
    expect(text).not.toMatch(new RegExp(`^${name} \\d`, 'm'));
});
