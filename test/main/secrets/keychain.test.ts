// A whole program and a real keyring: locked when it starts, then unlocked, then another one.

import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Domain } from '../harness.ts';
import { canHaveKeyring, inSession } from './keyring.ts';

const PROGRAM = join(import.meta.dirname, 'keychain-program.ts');

describe.skipIf(!canHaveKeyring)(
  'with gnome-keyring and D-Bus (skipped where they are not installed)',
  () => {
    test('an account waits for its keyring, signs in when it is open, and knows another for what it is', async () => {
      const home = mkdtempSync(join(tmpdir(), 'parley-keychain-'));
      const domain = await Domain.start();
      const start = (keyring: string, ...more: string[]) =>
        inSession(home, keyring, PROGRAM, join(home, 'profile'), domain.server, ...more);
      try {
        expect(await start('pw', 'create')).toEqual([['online', null, 'kept']]);
        expect(await start('another', 'start', 'pw')).toEqual([
          ['signed-out', 'secret-store-locked', 'kept'],
          'secret-store-locked',
          null,
          ['online', null, 'kept'],
        ]);
        renameSync(join(home, 'data'), join(home, 'data of before'));
        expect(await start('fresh', 'start', 'fresh')).toEqual([
          ['signed-out', 'secret-store-changed', 'kept'],
          'secret-store-changed',
          'secret-store-changed',
          ['signed-out', 'secret-store-changed', 'kept'],
        ]);
      } finally {
        await domain.down();
        rmSync(home, { recursive: true, force: true });
      }
    });
  },
);
