import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HOSTILE } from './hostile-messages.ts';

/** MiB: twice the message as a string, which the program itself makes, and little more. */
const HEAP = 48;
const MESSAGE = 10 * 1_048_576;

test('a hostile message of 10 MiB is read in a small heap', () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [`--max-old-space-size=${HEAP}`, join(import.meta.dirname, 'reading-program.ts'), String(MESSAGE)],
    { encoding: 'utf8', timeout: 100_000 },
  );
  expect(stdout.trim().split('\n'), stderr.slice(0, 1000)).toEqual(
    Object.keys(HOSTILE).map((what) => `${what}: read`),
  );
});
