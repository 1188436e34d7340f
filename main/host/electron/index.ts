// The product: the core in Electron's main process, windows that see nothing but the bridge.
// Nothing here may be awaited at the top level: Electron is ready only once this module has been evaluated.

import { join } from 'node:path';
import { app } from 'electron';
import { createCore } from '../../app.ts';
import { signInFromEnvironment } from '../sign-in.ts';
import { askWhereToSave } from './downloads.ts';
import { electronHost } from './host.ts';
import { carryCore } from './ipc.ts';
import { servePages } from './pages.ts';
import { openWindow, showWindow } from './window.ts';

app.enableSandbox();

// A second start of the same profile shows the window of the first.
if (app.requestSingleInstanceLock()) {
  app.on('second-instance', showWindow);
  app.on('activate', showWindow);
  app.on('window-all-closed', () => app.quit());
  void app.whenReady().then(start).catch(fail);
} else app.quit();

async function start(): Promise<void> {
  servePages(join(import.meta.dirname, '../renderer'));
  askWhereToSave();
  const core = await createCore({
    host: electronHost,
    dataDir: app.getPath('userData'),
    storeWorker: new URL('./store.worker.js', import.meta.url),
  });
  const off = carryCore(core);
  openWindow(join(import.meta.dirname, '../preload/index.cjs'));

  let isClosed = false;
  app.on('will-quit', (event) => {
    if (isClosed) return;
    // What is on its way to the disk gets there first.
    event.preventDefault();
    off();
    void core.close().finally(() => {
      isClosed = true;
      app.quit();
    });
  });

  await signInFromEnvironment(core);
}

function fail(error: Error): void {
  process.stderr.write(`Parley could not start: ${error.message}\n`);
  app.exit(1);
}
