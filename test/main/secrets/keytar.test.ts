// The real Secret Service (gnome-keyring in a D-Bus session of its own): open, locked, replaced, gone.

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, 'keytar-program.ts');
const PASSWORD = 'pässword✓';

const has = (program: string): boolean => {
  try {
    execFileSync('which', [program]);
    return true;
  } catch {
    return false;
  }
};
const canHaveKeyring = process.platform === 'linux' && has('dbus-run-session') && has('gnome-keyring-daemon');

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'parley-keyring-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const environment = () => {
  const { DISPLAY: _display, DBUS_SESSION_BUS_ADDRESS: _bus, ...rest } = process.env;
  return { ...rest, HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_RUNTIME_DIR: home };
};

const lines = (stdout: string): unknown[] =>
  stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

/** What the steps give in a session of their own whose keyring is opened with `password`; undefined: by nobody. */
const inSession = async (password: string | undefined, ...steps: string[]): Promise<unknown[]> => {
  const unlock =
    password === undefined
      ? ''
      : `printf ${password} | gnome-keyring-daemon --unlock --components=secrets >/dev/null; `;
  const words = ['--', 'sh', '-c', `${unlock}exec "$0" "$@"`, process.execPath, PROGRAM, ...steps];
  return lines((await run('dbus-run-session', words, { env: environment() })).stdout);
};

describe.skipIf(!canHaveKeyring)(
  'with gnome-keyring and D-Bus (skipped where they are not installed)',
  () => {
    let check: string;
    beforeAll(async () => {
      check = join(home, 'check');
      expect(await inSession('pw', 'state', `keep ${PASSWORD} ${check}`, `read ${check}`)).toEqual([
        'open',
        'kept',
        PASSWORD,
      ]);
    });

    test('a password is kept over sessions, and what the store has of it does not tell it', async () => {
      expect(await inSession('pw', `read ${check}`)).toEqual([PASSWORD]);
      expect(readFileSync(check, 'utf8')).toMatch(/^\{"secret":"kept","secretCheck":"[0-9a-f]{64}"\}$/);
    });

    test('a keyring that stays locked is known for that, though it answers, and what is in it stays', async () => {
      const other = join(home, 'other');
      expect(await inSession('another', `read ${check}`, 'state', `keep new ${other}`)).toEqual([
        'secret-store-locked',
        'locked',
        'unavailable',
      ]);
      expect(await inSession(undefined, `read ${check}`)).toEqual(['secret-store-locked']);
      expect(await inSession('pw', `read ${check}`)).toEqual([PASSWORD]);
    });

    test('a fresh keyring in its place is noticed, and so is the old one that comes back', async () => {
      const first = join(home, 'first');
      renameSync(join(home, 'data'), first);
      expect(await inSession('pw', `read ${check}`, 'state', `keep new ${check}`, `read ${check}`)).toEqual([
        'secret-store-changed',
        'open',
        'kept',
        'new',
      ]);
      rmSync(join(home, 'data'), { recursive: true });
      renameSync(first, join(home, 'data'));
      expect(await inSession('pw', `read ${check}`)).toEqual(['secret-store-changed']);
    });

    test('a password is removed', async () => {
      const own = join(home, 'own');
      expect(await inSession('pw', `keep gone ${own}`, `forget ${own}`, `read ${own}`)).toEqual([
        'kept',
        null,
        'secret-store-changed',
      ]);
    });
  },
);

/** What the program says to a keychain that cannot be, of which the store believes that it has a password. */
const withoutAny = async (...flags: string[]): Promise<unknown[]> => {
  const env = { ...environment(), DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(home, 'nothing')}` };
  const kept = join(home, 'nowhere');
  const { stdout } = await run(process.execPath, [...flags, PROGRAM, 'state', `keep new ${kept}`], { env });
  return lines(stdout);
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
