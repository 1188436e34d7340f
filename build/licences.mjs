// Collects the licences of what the bundles really contain, from the bundler's own list of modules, into
// out/licences.txt. electron.vite.config.ts uses it for each of the three programs; the last one writes. What has no
// licence, or none that goes with ours, breaks the build.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The innermost package of a module. */
const PACKAGE = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const TEXTS = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/** Licences of parts that may be passed on with a program under Apache-2.0, when their text comes along. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unicode-3.0',
];

/** For packages that name their licence and leave its text out. */
const STANDARD = {
  MIT: `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`,
  ISC: `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`,
};

/** The folders of packages in the bundles so far: one process builds them all. */
const folders = new Set();

/** A plugin for one bundle of the checkout at `root`; that of the last one writes. */
export function licences(root, { isLast = false } = {}) {
  return {
    name: 'parley-licences',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter(({ type }) => type === 'chunk');
      for (const module of chunks.flatMap(({ moduleIds }) => moduleIds)) {
        const [, folder] = PACKAGE.exec(module.replaceAll('\\', '/')) ?? [];
        if (folder) folders.add(folder);
      }
      // What stays outside of the bundles is packed beside them.
      const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      const named = chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
      for (const name of named) if (name in dependencies) folders.add(join(root, 'node_modules', name));
    },
    closeBundle() {
      if (!isLast) return;
      mkdirSync(join(root, 'out'), { recursive: true });
      writeFileSync(join(root, 'out/licences.txt'), licenceText([...folders].map(readPackage)));
    },
  };
}

/** Name, version, licence and its text of the package in `folder`. Throws where one is missing, or not allowed. */
export function readPackage(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!license) throw new Error(`${name} has no licence`);
  if (!ALLOWED.includes(license))
    throw new Error(`${name} has the licence ${license}, which is not among those allowed`);
  const files = readdirSync(folder).filter((file) => TEXTS.test(file));
  const texts = files
    .toSorted()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r', '').trim());
  if (texts.length === 0) {
    const owner = typeof author === 'string' ? author : author?.name;
    if (!owner || !STANDARD[license]) throw new Error(`${name} has no text of its licence`);
    texts.push(`Copyright (c) ${owner}\n\n${STANDARD[license]}`);
  }
  return { name, version, license, text: texts.join('\n\n') };
}

/** All in one text. Packages with one and the same text stand over it together. */
export function licenceText(packages) {
  const byText = Map.groupBy(
    packages.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    ({ text }) => text,
  );
  const line = '-'.repeat(72);
  return [...byText]
    .map(([text, all]) => {
      const names = [...new Set(all.map(({ name, version, license }) => `${name} ${version} (${license})`))];
      return `${names.join('\n')}\n\n${text}\n`;
    })
    .join(`\n${line}\n\n`);
}
