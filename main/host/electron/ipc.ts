// The only file that knows ipcMain.

import { BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron';
import type { Core } from '../host.ts';
import { ORIGIN } from './pages.ts';

/** Joins the windows to the core; the function returned parts them. */
export function carryCore(core: Core): () => void {
  ipcMain.handle('parley:command', (event, command: unknown, request: unknown) => {
    if (!isOurs(event)) throw new Error('not a window of Parley');
    return core.invoke(String(command), request);
  });
  const off = core.on((event, payload) => {
    for (const window of BrowserWindow.getAllWindows())
      window.webContents.send('parley:event', event, payload);
  });
  return () => {
    off();
    ipcMain.removeHandler('parley:command');
  };
}

/** Only the main frame of our own pages may ask: not a frame in it, not a page that got there by a link. */
function isOurs(event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame === event.sender.mainFrame && frame.url.startsWith(`${ORIGIN}/`);
}
