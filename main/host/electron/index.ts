// The product: the core in Electron's main process, a window that sees nothing but the bridge, and the tray.
// Nothing here may be awaited at the top level: Electron is ready only once this module has been evaluated. The window
// comes first: the core is loaded while Chromium makes it, so nothing that this file imports may import the core.

import { join } from 'node:path';
import { app, dialog, screen } from 'electron';
import { ImppError } from '../../../shared/errors.ts';
import { onSpoken, t } from '../../../shared/i18n/t.ts';
import { textSizeAfter } from '../../../shared/text-size.ts';
import { systemClock } from '../../clock.ts';
import type { Core, Host, Status } from '../host.ts';
import { signInFromEnvironment } from '../sign-in.ts';
import { startsHidden } from './autostart.ts';
import { showBadge } from './badge.ts';
import { languagesOf, offerContextMenus } from './context-menu.ts';
import { askWhereToSave } from './downloads.ts';
import { createElectronHost } from './host.ts';
import { carryCore } from './ipc.ts';
import { claimLinks, linkAmong } from './links.ts';
import { setApplicationMenu } from './menu.ts';
import { servePages } from './pages.ts';
import { refuse } from './refusals.ts';
import { createTray } from './tray.ts';
import { hasTrayHost } from './tray-host.ts';
import { watchTrayLoss } from './tray-loss.ts';
import { createAppWindow } from './window.ts';

const PICTURES = join(import.meta.dirname, '../../resources/tray');

app.enableSandbox();

/** A link that was opened before there was anything to open it. */
let early = linkAmong(process.argv);
let openLink = (link: string | undefined): void => {
  early = link ?? early;
};

// A second start of the same profile shows the window of the first, and brings its link.
if (app.requestSingleInstanceLock()) {
  app.on('second-instance', (_event, argv) => openLink(linkAmong(argv)));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    openLink(url);
  });
  void app.whenReady().then(start).catch(fail);
} else app.quit();

async function start(): Promise<void> {
  refuse();
  servePages(join(import.meta.dirname, '../renderer'));
  askWhereToSave();
  claimLinks();
  // Absent while it begins.
  let core = undefined as Core | undefined;
  offerContextMenus(() => languagesOf(core));
  let status: Status = { presence: 'offline', unread: 0 };
  const invoke = (command: string, request: unknown): void => void core?.invoke(command, request);

  /** Asked for and not kept yet: a key that is held down asks faster than the disk answers. */
  let zooming: number | undefined;
  const zoom = (steps: number | 'usual'): void => {
    if (core === undefined) return;
    const textSize = textSizeAfter(zooming ?? core.settings().textSize, steps);
    zooming = textSize;
    void core.invoke('settings.change', { textSize }).then(() => {
      if (zooming === textSize) zooming = undefined;
    });
  };
  const setMenu = (): void => setApplicationMenu({ zoom, show: (what) => core?.show(what) });
  setMenu();
  // In the language that is chosen, once that is known, and whenever it is another.
  onSpoken(setMenu);
  const window = createAppWindow({
    preload: join(import.meta.dirname, '../preload/index.cjs'),
    icon: join(PICTURES, '../icon.png'),
    boundsFile: join(app.getPath('userData'), 'window.json'),
    screens: screen,
    // Asked each time: a panel may have ended since. What hides where there is no tray is gone.
    staysWhenClosed: async () => core?.settings().closesToTray === true && (await hasTrayHost()),
    zoom,
    changed: () => {
      tray.renew();
      showBadge(PICTURES, status.unread);
    },
    gone: () => {
      tray.renew();
      // Nobody looks at a window that is gone.
      invoke('window.attend', { conversation: null });
    },
  });
  const tray = createTray(PICTURES, {
    choose: (state, until) => invoke('presence.setAll', { state, ...(until === undefined ? {} : { until }) }),
    toggle: () => (window.isVisible() ? window.hide() : window.present()),
    isVisible: () => window.isVisible(),
  });
  const stopWatching = watchTrayLoss({
    clock: systemClock,
    isHidden: () => window.isHidden(),
    hasTray: () => hasTrayHost(),
    lost: () => window.openMinimized(),
  });
  // On macOS a program without windows goes on.
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin' && !window.isResting()) app.quit();
  });
  app.on('activate', () => window.present());
  app.on('before-quit', () => window.letGo());

  const starting = startCore(
    createElectronHost({
      present: () => window.present(),
      leave: (last) => {
        finish = last;
        app.quit();
      },
      showStatus: (next) => {
        status = next;
        tray.show(next);
        showBadge(PICTURES, next.unread);
      },
    }),
  );
  const off = carryCore(starting);
  if (!startsHidden()) window.present();

  let isClosed = false;
  let finish = (): void => app.quit();
  app.on('will-quit', (event) => {
    if (isClosed) return;
    // What is on its way to the disk gets there first.
    event.preventDefault();
    off();
    stopWatching();
    tray.close();
    void starting
      .then((started) => started.close())
      .catch(() => {})
      .finally(() => {
        isClosed = true;
        finish();
      });
  });

  const running = await starting;
  core = running;
  if (startsHidden() && !(await hasTrayHost())) window.openMinimized();
  openLink = (link) => {
    if (link === undefined) window.present();
    else running.openAddress(link);
  };
  if (early !== undefined) openLink(early);
  await signInFromEnvironment(running);
}

async function startCore(host: Host): Promise<Core> {
  const { createCore } = await import('../../app.ts');
  return createCore({
    host,
    dataDir: app.getPath('userData'),
    storeWorker: new URL('./store.worker.js', import.meta.url),
  });
}

function fail(error: Error): void {
  const isNewer = error instanceof ImppError && error.code === 'store-newer';
  const sentence = isNewer ? t('start.newer') : error.message;
  process.stderr.write(`Parley could not start: ${sentence}\n`);
  dialog.showErrorBox(t('start.failed'), sentence);
  app.exit(1);
}
