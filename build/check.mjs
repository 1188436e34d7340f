// `npm run check`: types, lint, format, dead code, and whether the paths and tests that the documents name exist.

import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingPaths } from './doc-paths.mjs';
import { faultsOfRequirements } from './requirements.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const run =
  (command, ...args) =>
  () =>
    spawnSync(command, args, {
      cwd: root,
      stdio: 'inherit',
      shell: process.platform === 'win32',
      env: { ...process.env, PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH },
    }).status === 0;

const CHECKS = {
  types: run('tsc', '-b'),
  lint: run('oxlint', '--quiet'),
  format: run('biome', 'format', '.'),
  'dead code': run('knip'),
  'paths in documents': () => {
    const missing = missingPaths(root);
    for (const { document, path } of missing)
      console.error(`${document} names ${path}, which does not exist`);
    return missing.length === 0;
  },
  'requirements and their tests': () => {
    const faults = faultsOfRequirements(root);
    for (const fault of faults) console.error(`docs/requirements.md: ${fault}`);
    return faults.length === 0;
  },
};

/** Runs every check; gives the names of those that failed. */
export function check() {
  const failed = [];
  for (const [name, passes] of Object.entries(CHECKS)) {
    const isGood = passes();
    console.log(`${isGood ? 'ok  ' : 'FAIL'} ${name}`);
    if (!isGood) failed.push(name);
  }
  return { failed, count: Object.keys(CHECKS).length };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = check().failed.length === 0 ? 0 : 1;
