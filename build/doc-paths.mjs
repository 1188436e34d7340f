// Documents rot first where they name files. This finds names of files, in backquotes or links, that are gone.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FOLDERS = [
  'shared',
  'network',
  'server',
  'main',
  'preload',
  'renderer',
  'build',
  'test',
  'bench',
  'docs',
];
const NAMED = new RegExp(`\`((?:${FOLDERS.join('|')})/[\\w./-]*)\``, 'g');
const LINKED = /\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g;

/** Pairs of a document and a path that it names and that does not exist. */
export function missingPaths(root) {
  const documents = [
    ...readdirSync(root).filter((name) => name.endsWith('.md')),
    ...readdirSync(join(root, 'docs'), { recursive: true })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name)),
  ];
  return documents.flatMap((document) => {
    const text = readFileSync(join(root, document), 'utf8');
    const named = [...text.matchAll(NAMED)].map(([, path]) => path);
    const linked = [...text.matchAll(LINKED)].map(([, path]) => join(dirname(document), path));
    return [...named, ...linked]
      .filter((path) => !existsSync(join(root, path)))
      .map((path) => ({ document, path }));
  });
}
