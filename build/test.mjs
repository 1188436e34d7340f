// `npm test`: everything that has to hold before a change lands. Ends with one line, "N passed, N failed".
//   npm test -- FILTER...   only the test files whose path contains one of the words, without the checks

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check } from './check.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const filters = process.argv.slice(2);

const checks = filters.length === 0 ? check() : { failed: [], count: 0 };
if (filters.length === 0) build();
const tests = test();

const passed = checks.count - checks.failed.length + tests.passed;
const failed = checks.failed.length + tests.failed;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** The stories drive what users get: the built renderer, preload and main. */
function build() {
  const { status } = run('electron-vite', ['build', '--logLevel', 'warn']);
  if (status !== 0) {
    checks.failed.push('build');
    checks.count += 1;
  }
}

/** Runs vitest and counts; a run that broke before its end counts as a failure. */
function test() {
  const folder = mkdtempSync(join(tmpdir(), 'parley-test-'));
  const report = join(folder, 'report.json');
  try {
    const { status } = run('vitest', [
      'run',
      '--reporter=verbose',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...filters,
    ]);
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: status === 0 ? numFailedTests : Math.max(1, numFailedTests) };
  } catch (error) {
    console.error(`The tests did not come to an end: ${error.message}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(command, args) {
  return spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      NO_COLOR: '1',
      // Hundreds of programs are started, each from the same sources: compiled once, that takes half the time.
      NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compile'),
      PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH,
    },
  });
}
