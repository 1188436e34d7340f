import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, 'keytar-program.ts');

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
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'parley-keyring-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const environment = () => {
  const { DISPLAY: _display, DBUS_SESSION_BUS_ADDRESS: _bus, ...rest } = process.env;
  return { ...rest, HOME: home, XDG_DATA_HOME: join(home, '.local/share'), XDG_RUNTIME_DIR: home };
};

describe.skipIf(!canHaveKeyring)(
  'with gnome-keyring and D-Bus (skipped where they are not installed)',
  () => {
    test('a password is kept in the keychain, octet for octet, and removed from it', async () => {
      const script = `printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec "$0" "$1"`;
      const { stdout } = await run(
        'dbus-run-session',
        ['--', 'sh', '-c', script, process.execPath, PROGRAM],
        {
          env: environment(),
        },
      );
      expect(JSON.parse(stdout)).toEqual({
        isAvailable: true,
        before: null,
        failure: null,
        kept: 'pässword ✓',
        after: null,
      });
    });

    test('a keychain that nobody has unlocked is not available, though it answers', async () => {
      const { stdout } = await run('dbus-run-session', ['--', process.execPath, PROGRAM], {
        env: environment(),
      });
      expect(JSON.parse(stdout)).toMatchObject({ isAvailable: false, failure: 'secret-store-unavailable' });
    });
  },
);

describe.skipIf(process.platform !== 'linux')('on Linux without a session bus', () => {
  test('there is no keychain, and that is said at once', async () => {
    const { stdout } = await run(process.execPath, [PROGRAM], {
      env: { ...environment(), DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(home, 'nothing')}` },
    });
    expect(JSON.parse(stdout)).toMatchObject({ isAvailable: false, failure: 'secret-store-unavailable' });
  });
});
