// The only file that knows electron-updater; with all that it needs it is loaded when it is first needed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, renameSync } from 'node:fs';
import { app, autoUpdater } from 'electron';
import {
  AppImageUpdater,
  type AppUpdater,
  CancellationToken,
  MacUpdater,
  NsisUpdater,
} from 'electron-updater';
import { ImppError } from '../../../shared/errors.ts';
import type { Updater } from '../updater.ts';
import { HIDDEN } from './autostart.ts';
import { type FeedPlace, SignedFeed } from './signed-feed.ts';

type InstallOptions = Parameters<AppImageUpdater['doInstall']>[0];

/**
 * An AppImage replaces its own file, and keeps its name, so that whatever starts it goes on doing that. What is new is
 * beside it before the old one goes: a full disk takes the program from nobody.
 */
class OwnFileUpdater extends AppImageUpdater {
  protected override doInstall({ isForceRunAfter }: InstallOptions): boolean {
    const file = process.env['APPIMAGE'];
    if (file === undefined || this.installerPath === null) throw new Error('there is nothing to install');
    copyFileSync(this.installerPath, `${file}.new`);
    chmodSync(`${file}.new`, 0o755);
    renameSync(`${file}.new`, file);
    if (isForceRunAfter) spawn(file, given(), { detached: true, stdio: 'ignore' }).unref();
    return true;
  }
}

/** electron-updater makes it by itself, and has words of its own for what it gives. */
const feedOf = (place: FeedPlace) =>
  class extends SignedFeed {
    constructor(_options: unknown, _updater: unknown, runtime: ConstructorParameters<typeof SignedFeed>[1]) {
      super(place, runtime);
    }
  };

/** What this program was started with: the next one is the same, and shows itself. */
const given = (): string[] => process.argv.slice(1).filter((argument) => argument !== HIDDEN);

const UPDATERS: Partial<Record<NodeJS.Platform, new () => AppUpdater>> = {
  win32: NsisUpdater,
  darwin: MacUpdater,
  linux: OwnFileUpdater,
};

/** What the words of electron-updater and Squirrel mean for who reads them. */
const REFUSED =
  /ERR_CHECKSUM_MISMATCH|ERR_UPDATER_INVALID_SIGNATURE|ERR_UPDATER_NO_CHECKSUM|code (?:signature|object)/i;
const UNREACHABLE =
  /net::ERR_|ENOTFOUND|ECONN|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|HTTP_ERROR|socket hang up|aborted|status [45]\d\d|timed out/i;

function meaning(error: unknown): ImppError {
  if (error instanceof ImppError) return error;
  const reason = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
  const words = `${error instanceof Error && 'code' in error ? String(error.code) : ''} ${reason}`;
  const code = REFUSED.test(words)
    ? 'update-refused'
    : UNREACHABLE.test(words)
      ? 'unreachable'
      : 'internal-error';
  return new ImppError(code, reason, { cause: error });
}

/** `leave` ends the program in order, and then installs; where that fails it starts the old one again. */
export function createUpdater(place: FeedPlace, leave: (install: () => void) => void): Updater {
  const Kind = UPDATERS[process.platform];
  if (Kind === undefined) throw new Error(`no updates for ${process.platform}`);
  const updater = new Kind();
  updater.logger = null;
  updater.autoDownload = false;
  // Whoever closes the program has the new one when it is opened next.
  updater.autoInstallOnAppQuit = true;
  updater.disableWebInstaller = true;
  // It says by rejecting, too, and nothing may throw for want of a listener.
  updater.on('error', () => {});
  updater.setFeedURL({ provider: 'custom', updateProvider: feedOf(place) });

  return {
    async look() {
      try {
        const found = await updater.checkForUpdates();
        return found?.isUpdateAvailable === true ? { version: found.updateInfo.version } : undefined;
      } catch (error) {
        throw meaning(error);
      }
    },
    async download(tell, signal) {
      const token = new CancellationToken();
      const cancel = (): void => token.cancel();
      const progress = ({ transferred, total }: { transferred: number; total: number }): void =>
        tell(transferred, total);
      signal.addEventListener('abort', cancel);
      updater.on('download-progress', progress);
      // On macOS the system's own part takes the download over, and looks at its signature.
      const over = new AbortController();
      const ends = AbortSignal.any([signal, over.signal]);
      const taken =
        process.platform === 'darwin' ? once(autoUpdater, 'update-downloaded', { signal: ends }) : undefined;
      taken?.catch(() => {});
      try {
        await updater.downloadUpdate(token);
        await taken;
      } catch (error) {
        throw signal.aborted ? new ImppError('cancelled', 'the download was stopped') : meaning(error);
      } finally {
        over.abort();
        signal.removeEventListener('abort', cancel);
        updater.off('download-progress', progress);
      }
    },
    restart() {
      leave(() => {
        // The one that comes is not to meet this one.
        app.releaseSingleInstanceLock();
        updater.once('error', () => {
          const execPath = process.env['APPIMAGE'];
          app.relaunch({ args: given(), ...(execPath === undefined ? {} : { execPath }) });
          app.quit();
        });
        updater.quitAndInstall(true, true);
      });
    },
  };
}
