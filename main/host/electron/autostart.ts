import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import type { AtLogin } from '../../../shared/model.ts';
import type { Autostart } from '../host.ts';

/** With this the program starts without its window. */
export const HIDDEN = '--hidden';

const argsOf = (atLogin: AtLogin): string[] => (atLogin === 'hidden' ? [HIDDEN] : []);

/** The login item of Windows, which the person may change in the system's settings as well. It is found by its words. */
const runKey: Autostart = {
  now() {
    const found = (['hidden', 'shown'] as const).find(
      (atLogin) => app.getLoginItemSettings({ args: argsOf(atLogin) }).openAtLogin,
    );
    return Promise.resolve(found ?? 'off');
  },
  set(atLogin) {
    app.setLoginItemSettings({ openAtLogin: atLogin !== 'off', args: argsOf(atLogin) });
    return Promise.resolve();
  },
};

/** A login item of macOS has no words of its own: that the window is wanted is kept here, to be known at the start. */
const shownAtLogin = (): string => join(app.getPath('userData'), 'shown-at-login');

/** The login item of macOS, which the person may change in the system's settings as well. */
const loginItem: Autostart = {
  now() {
    if (!app.getLoginItemSettings().openAtLogin) return Promise.resolve('off');
    return Promise.resolve(existsSync(shownAtLogin()) ? 'shown' : 'hidden');
  },
  async set(atLogin) {
    if (atLogin === 'shown') await writeFile(shownAtLogin(), '');
    else await rm(shownAtLogin(), { force: true });
    app.setLoginItemSettings({ openAtLogin: atLogin !== 'off' });
  },
};

/** Within double quotes these four are escaped [Desktop Entry Specification, The Exec key], and % is doubled. */
const quoted = (path: string): string => `"${path.replaceAll(/["`$\\]/g, '\\\\$&').replaceAll('%', '%%')}"`;

/** A file in the folder of the desktop's own autostart [XDG Desktop Application Autostart]. */
const desktopFile = (): Autostart => {
  const folder = join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'autostart');
  const file = join(folder, 'parley.desktop');
  return {
    now: () =>
      readFile(file, 'utf8').then(
        (text) => (text.includes(` ${HIDDEN}\n`) ? 'hidden' : 'shown'),
        () => 'off',
      ),
    async set(atLogin) {
      if (atLogin === 'off') return rm(file, { force: true });
      // An AppImage runs from a place that is another one at each start.
      const program = process.env['APPIMAGE'] ?? process.execPath;
      await mkdir(folder, { recursive: true });
      await writeFile(
        file,
        `[Desktop Entry]\nType=Application\nName=Parley\nExec=${[quoted(program), ...argsOf(atLogin)].join(' ')}\nIcon=parley\nX-GNOME-Autostart-enabled=true\n`,
      );
    },
  };
};

/** The start at login; undefined where what runs is not an installed program. */
export function autostart(): Autostart | undefined {
  if (!app.isPackaged) return undefined;
  if (process.platform === 'linux') return desktopFile();
  return process.platform === 'win32' ? runKey : loginItem;
}

/** Whether the system started the program, and the person does not want its window then. */
export const startsHidden = (): boolean =>
  process.argv.includes(HIDDEN) ||
  (process.platform === 'darwin' &&
    app.getLoginItemSettings().wasOpenedAtLogin &&
    !existsSync(shownAtLogin()));
