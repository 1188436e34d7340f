// Sessions with a real Secret Service: gnome-keyring on a D-Bus of its own.

import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../../main/clock.ts';
import type { Clock } from '../../../shared/clock.ts';

const run = promisify(execFile);

/** On a busy machine a keychain has ten times its time to answer: who is late is taken for one that asks the person. */
export const patientClock: Clock = {
  now: () => systemClock.now(),
  after: (delay, run) => systemClock.after(10 * delay, run),
};

const has = (program: string): boolean => {
  try {
    execFileSync('which', [program]);
    return true;
  } catch {
    return false;
  }
};

export const canHaveKeyring =
  process.platform === 'linux' && has('dbus-run-session') && has('gnome-keyring-daemon');

/** The environment of a person whose files are in `home`, in no session. */
export const environmentIn = (home: string): NodeJS.ProcessEnv => {
  const { DISPLAY: _display, DBUS_SESSION_BUS_ADDRESS: _bus, ...rest } = process.env;
  return { ...rest, HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_RUNTIME_DIR: home };
};

/** The lines of JSON that a program said. */
export const linesOf = (stdout: string): unknown[] =>
  stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

/** Runs a program in a session whose keyring is opened with `password` at its start; undefined: by nobody. */
export const inSession = async (
  home: string,
  password: string | undefined,
  ...program: string[]
): Promise<unknown[]> => {
  const unlock =
    password === undefined
      ? ''
      : `printf ${password} | gnome-keyring-daemon --unlock --components=secrets >/dev/null; `;
  const words = ['--', 'sh', '-c', `${unlock}exec "$0" "$@"`, process.execPath, ...program];
  return linesOf((await run('dbus-run-session', words, { env: environmentIn(home) })).stdout);
};
