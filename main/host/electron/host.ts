import { app, BrowserWindow, dialog, powerMonitor, session, shell } from 'electron';
import { join } from 'node:path';
import { systemClock } from '../../clock.ts';
import type { Host, Status } from '../host.ts';
import { isSystemQuiet } from '../system-quiet.ts';
import { watchWake } from '../wake.ts';
import { type Power, watchAbsence } from './absence.ts';
import { autostart } from './autostart.ts';
import { createSpelling } from './spelling.ts';
import { systemNotices } from './notices.ts';
import { hasTrayHost } from './tray-host.ts';
import { programUpdater } from './updates.ts';

/** What is of this program's window and panels, once they are there. */
export interface Surface {
  present(): void;
  showStatus(status: Status): void;
  /** Ends the program in order, and calls `last` where it would end. */
  leave(last: () => void): void;
}

const urlHost = (host: string): string => (host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host);

export const createElectronHost = (surface: Surface): Host => {
  const atLogin = autostart();
  const updates = programUpdater((install) => surface.leave(install));
  return {
    kind: 'electron',
    notices: systemNotices(systemClock),
    ...(atLogin === undefined ? {} : { autostart: atLogin }),
    // macOS has dictionaries of its own.
    ...(process.platform === 'darwin'
      ? {}
      : { spelling: createSpelling(session.defaultSession, systemClock) }),
    ...(updates === undefined ? {} : { updates }),
    // What starts an AppImage does that where the system forbids it the namespaces that the sandbox is made of.
    ...(app.commandLine.hasSwitch('no-sandbox') ? { isUnsandboxed: true as const } : {}),
    licences: new URL('../licences.txt', import.meta.url),
    // The second says in which country its dates are written, where the first says no country.
    languages: () => [...app.getPreferredSystemLanguages(), app.getSystemLocale()],
    // Proxies are set for URLs: ours is asked for as the one that browsers tunnel.
    systemProxy: (host) => session.defaultSession.resolveProxy(`https://${urlHost(host)}/`),
    openLink: (url) => shell.openExternal(url),
    saveAs: async (name) => {
      const options = { defaultPath: join(app.getPath('downloads'), name) };
      const [window] = BrowserWindow.getAllWindows();
      const { canceled, filePath } = await (window === undefined
        ? dialog.showSaveDialog(options)
        : dialog.showSaveDialog(window, options));
      return canceled || filePath === '' ? undefined : filePath;
    },
    onWake: (listener) => {
      powerMonitor.on('resume', listener);
      powerMonitor.on('unlock-screen', listener);
      const off = watchWake(listener, systemClock);
      return () => {
        off();
        powerMonitor.off('resume', listener);
        powerMonitor.off('unlock-screen', listener);
      };
    },
    // On Linux no event tells of a lock, and the next look may be seconds away.
    isLocked: () => powerMonitor.getSystemIdleState(1) === 'locked',
    onIdle: (listener) => watchAbsence(listener, powerMonitor as Power, systemClock),
    present: () => surface.present(),
    showStatus: (status) => surface.showStatus(status),
    hasTray: () => hasTrayHost(),
    isSystemQuiet: () => isSystemQuiet(),
  };
};
