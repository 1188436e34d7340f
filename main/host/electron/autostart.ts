import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import type { Autostart } from '../host.ts';

/** With this the program starts without its window. */
export const HIDDEN = '--hidden';

/** The login items of Windows and macOS, which the person may change in the system's settings as well. */
const loginItem: Autostart = {
  isOn: () => Promise.resolve(app.getLoginItemSettings({ args: [HIDDEN] }).openAtLogin),
  set(isOn) {
    app.setLoginItemSettings({ openAtLogin: isOn, args: [HIDDEN] });
    return Promise.resolve();
  },
};

/** Within double quotes these four are escaped [Desktop Entry Specification, The Exec key], and % is doubled. */
const quoted = (path: string): string => `"${path.replaceAll(/["`$\\]/g, '\\\\$&').replaceAll('%', '%%')}"`;

/** A file in the folder of the desktop's own autostart [XDG Desktop Application Autostart]. */
const desktopFile = (): Autostart => {
  const folder = join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'autostart');
  const file = join(folder, 'parley.desktop');
  return {
    isOn: () =>
      access(file).then(
        () => true,
        () => false,
      ),
    async set(isOn) {
      if (!isOn) return rm(file, { force: true });
      // An AppImage runs from a place that is another one at each start.
      const program = process.env['APPIMAGE'] ?? process.execPath;
      await mkdir(folder, { recursive: true });
      await writeFile(
        file,
        `[Desktop Entry]\nType=Application\nName=Parley\nExec=${quoted(program)} ${HIDDEN}\nIcon=parley\nX-GNOME-Autostart-enabled=true\n`,
      );
    },
  };
};

/** The start at login; undefined where what runs is not an installed program. */
export function autostart(): Autostart | undefined {
  if (!app.isPackaged) return undefined;
  return process.platform === 'linux' ? desktopFile() : loginItem;
}

/** Whether the system started the program, and the person did not ask for its window. */
export const startsHidden = (): boolean =>
  process.argv.includes(HIDDEN) ||
  (process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin);
