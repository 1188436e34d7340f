// The only file that knows ipcMain.

import { BrowserWindow, type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import type { Events } from '../../../shared/ipc.ts';
import type { Core, Tell } from '../host.ts';
import { ORIGIN } from './pages.ts';

/** A command's name is no longer than this, in characters. */
const MAX_NAME = 100;

/**
 * Joins the windows to the core; the function returned parts them. The core may still be starting: what a window asks
 * until then waits for it, as does the answer that there is none.
 */
export function carryCore(starting: Promise<Core>): () => void {
  /** Windows that listen. */
  const listening = new WeakSet<WebContents>();
  /** Where the person wants to go, while the window that is to go there does not listen yet. */
  let held: Events['show'] | undefined;
  ipcMain.handle('parley:command', async (event, command: unknown, request: unknown) => {
    if (!isOurs(event)) throw new Error('not a window of Parley');
    if (typeof command !== 'string' || command.length > MAX_NAME) throw new Error('not a command');
    const core = await starting;
    const answer = await core.invoke(command, request);
    // Whoever asks for everything listens to all that comes after.
    if (command === 'snapshot') {
      listening.add(event.sender);
      if (held !== undefined) event.sender.send('parley:event', 'show', held);
      held = undefined;
    }
    return answer;
  });
  const tell: Tell = (event, payload) => {
    const windows = BrowserWindow.getAllWindows().map(({ webContents }) => webContents);
    if (event === 'show' && !windows.some((window) => listening.has(window))) {
      held = payload as Events['show'];
      return;
    }
    for (const window of windows) window.send('parley:event', event, payload);
  };
  let off = (): void => {};
  starting.then(
    (core) => {
      off = core.on(tell);
    },
    // Who starts it says why it does not.
    () => {},
  );
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
