import { BrowserWindow, session } from 'electron';
import { ORIGIN } from './pages.ts';

/** What a person who presses Copy expects; it writes text, and reads nothing. */
const COPY = 'clipboard-sanitized-write';

/** Opens the window of the app. It can go nowhere, open nothing, and has no permission but to copy. */
export function openWindow(preload: string): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(permission === COPY),
  );
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => permission === COPY);
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 360,
    minHeight: 480,
    show: false,
    title: 'Parley',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: true,
    },
  });
  window.removeMenu();
  window.once('ready-to-show', () => window.show());
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  window.webContents.on('will-navigate', (event) => event.preventDefault());
  window.webContents.on('will-attach-webview', (event) => event.preventDefault());
  void window.loadURL(`${ORIGIN}/index.html`);
}

/** Brings the window to the front. */
export function showWindow(): void {
  const [window] = BrowserWindow.getAllWindows();
  if (!window) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
