// The real Secret Service (gnome-keyring in a D-Bus session of its own): open, locked, replaced, gone.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canHaveKeyring, environmentIn, inSession, linesOf } from './keyring.ts';

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, 'keytar-program.ts');
const PASSWORD = 'pässword✓';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'parley-keyring-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const inOwn = (password: string | undefined, ...steps: string[]): Promise<unknown[]> =>
  inSession(home, password, PROGRAM, ...steps);

describe.skipIf(!canHaveKeyring)(
  'with gnome-keyring and D-Bus (skipped where they are not installed)',
  () => {
    let check: string;
    beforeAll(async () => {
      check = join(home, 'check');
      expect(await inOwn('pw', 'state', `keep ${PASSWORD} ${check}`, `read ${check}`)).toEqual([
        'open',
        'kept',
        PASSWORD,
      ]);
    });

    test('a password is kept over sessions, and what the store has of it does not tell it', async () => {
      expect(await inOwn('pw', `read ${check}`)).toEqual([PASSWORD]);
      expect(readFileSync(check, 'utf8')).toMatch(/^\{"secret":"kept","secretCheck":"[0-9a-f]{64}"\}$/);
    });

    test('a keyring that stays locked is known for that, though it answers, and what is in it stays', async () => {
      const other = join(home, 'other');
      expect(await inOwn('another', `read ${check}`, 'state', `keep new ${other}`)).toEqual([
        'secret-store-locked',
        'locked',
        'unavailable',
      ]);
      expect(await inOwn(undefined, `read ${check}`)).toEqual(['secret-store-locked']);
      expect(await inOwn('pw', `read ${check}`)).toEqual([PASSWORD]);
    });

    test('a fresh keyring in its place is noticed, and so is the old one that comes back', async () => {
      const first = join(home, 'first');
      renameSync(join(home, 'data'), first);
      expect(await inOwn('pw', `read ${check}`, 'state', `keep new ${check}`, `read ${check}`)).toEqual([
        'secret-store-changed',
        'open',
        'kept',
        'new',
      ]);
      rmSync(join(home, 'data'), { recursive: true });
      renameSync(first, join(home, 'data'));
      expect(await inOwn('pw', `read ${check}`)).toEqual(['secret-store-changed']);
    });

    test('a password is removed', async () => {
      const own = join(home, 'own');
      expect(await inOwn('pw', `keep gone ${own}`, `forget ${own}`, `read ${own}`)).toEqual([
        'kept',
        null,
        'secret-store-changed',
      ]);
    });
  },
);

/** What the program says to a keychain that cannot be, of which the store believes that it has a password. */
const withoutAny = async (...flags: string[]): Promise<unknown[]> => {
  const env = { ...environmentIn(home), DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(home, 'nothing')}` };
  const kept = join(home, 'nowhere');
  const { stdout } = await run(process.execPath, [...flags, PROGRAM, 'state', `keep new ${kept}`], { env });
  return linesOf(stdout);
};

describe.skipIf(process.platform !== 'linux')('on Linux', () => {
  test('without a session bus there is no keychain, and that is said at once', async () => {
    expect(await withoutAny()).toEqual(['absent', 'unavailable']);
  });
});

test('without libsecret there is no keychain', async () => {
  // As the loader says it where the library is missing.
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name === 'keytar') throw new Error('libsecret-1.so.0: cannot open shared object file');
      return next(name, context);
    } });`;
  const url = `data:text/javascript,${encodeURIComponent(hook)}`;
  expect(await withoutAny('--import', url)).toEqual(['absent', 'unavailable']);
});
