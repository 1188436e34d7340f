// A cable that is really pulled, between two network namespaces: measured, until the program is online again.

import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { certificateFor } from '../../fixtures/certificates.ts';

const run = promisify(execFile);

/** Only who may make networks can pull their cables. */
const canMakeNetworks = ((): boolean => {
  try {
    const steps = 'ip link add here type veth peer name there && ip link del here && nsenter --version';
    execFileSync('unshare', ['-n', 'sh', '-c', steps], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!canMakeNetworks)('a network that is back (skipped where none can be made)', () => {
  test('finds the program online again within five seconds', { timeout: 200_000 }, async () => {
    const { cert, key } = await certificateFor('a.example');
    const program = join(import.meta.dirname, 'link-program.ts');
    const words = ['-n', process.execPath, program, cert, key];
    const { stdout } = await run('unshare', words, { timeout: 190_000 });
    const measured = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { what: string; took: number });
    expect(measured.map(({ what }) => what)).toEqual([
      'another network',
      'the same network',
      'a way that is back',
    ]);
    for (const { what, took } of measured) expect(took, what).toBeLessThan(5000);
  });
});
