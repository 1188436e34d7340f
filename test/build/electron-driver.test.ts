// The specs of the Electron host run on Electron itself where it is, which is seldom here: whatever they ask the desktop
// to do, and wait to hear of it, has to be known to what watches the real one.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Without the tests that only the stand-in can do. */
const specs = readdirSync(join(root, 'test/stories'))
  .filter((name) => /^electron.*\.test\.ts$/.test(name))
  .map((name) => read(`test/stories/${name}`).replace(/\ntest\.skipIf\(isReal\)\([^]*?\n\);/g, ''))
  .join('\n');
const observer = read('test/fake/electron/observe.cjs');

const found = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].toSorted();

test('all that a spec does to the desktop is done to the real one', () => {
  const asked = found(specs, /\.do\(\s*'([\w-]+)'/g);
  expect(asked.length).toBeGreaterThan(8);
  const done = found(observer, /doers(?:\.|\[')([\w-]+)(?:'\])? = /g);
  expect(asked.filter((name) => !done.includes(name))).toEqual([]);
});

test('all that a spec waits for is said of the real one', () => {
  const heard = found(specs, /\.(?:all|until(?:<[^(]*>)?)\(\s*'(\w+)'/g);
  expect(heard.length).toBeGreaterThan(6);
  const said = found(observer, /say\(\{\s*(\w+)/g);
  // Files have lines of their own.
  expect(heard.filter((name) => !['saved', 'refused', ...said].includes(name))).toEqual([]);
});
