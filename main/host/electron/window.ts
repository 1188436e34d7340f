import { app, BrowserWindow, nativeTheme } from 'electron';
import { systemClock } from '../../clock.ts';
import { isWithin, keepBounds, type Screens, usableBounds } from './bounds.ts';
import { zoomOf } from './menu.ts';
import { ORIGIN } from './pages.ts';
import { afterHiding, isHeld } from './rest.ts';

const CANVAS = { light: '#fdfcfa', dark: '#1b1c1e' } as const;

export interface WindowParts {
  readonly preload: string;
  /** A picture of the program, for Linux: its panels know it by the desktop file, which a single file has not. */
  readonly icon: string;
  /** Where its place is kept. */
  readonly boundsFile: string;
  readonly screens: Screens;
  /** Whether the window is to stay, hidden, when the person closes it. */
  readonly staysWhenClosed: () => Promise<boolean>;
  /** Text is to become larger by so many steps, or of its usual size. */
  readonly zoom: (steps: number | 'usual') => void;
  /** It has come into sight or gone out of it. */
  readonly changed: () => void;
  /** The person has closed the window for good. */
  readonly gone: () => void;
}

export interface AppWindow {
  /** Brings it to the front; opens it where there is none. */
  present(): void;
  /** Puts it among the windows of the desktop without taking the person's eyes; opens it where there is none. */
  openMinimized(): void;
  hide(): void;
  isVisible(): boolean;
  /** Neither on the screen nor among the windows of the desktop. */
  isHidden(): boolean;
  /** It was dropped because nobody looked at it, and opens anew where it was. */
  isResting(): boolean;
  /** From now on closing is closing. */
  letGo(): void;
}

/** The window of the app, which is there or not. It can go nowhere and open nothing. */
export function createAppWindow(parts: WindowParts): AppWindow {
  let window: BrowserWindow | undefined;
  let isLetGo = false;
  /** The address of the page that was dropped: what it showed is in it. */
  let resting: string | undefined;

  const open = (show: (window: BrowserWindow) => void): void => {
    const { isMaximized = false, ...bounds } = usableBounds(parts.boundsFile, parts.screens);
    const opened = new BrowserWindow({
      width: 1280,
      height: 800,
      ...bounds,
      minWidth: 360,
      minHeight: 480,
      show: false,
      // Until Alt is pressed; on macOS the menu is the app's, and stands elsewhere.
      autoHideMenuBar: true,
      // Until the page is drawn: tokens.css, --canvas.
      backgroundColor: nativeTheme.shouldUseDarkColors ? CANVAS.dark : CANVAS.light,
      title: 'Parley',
      ...(process.platform === 'linux' ? { icon: parts.icon } : {}),
      webPreferences: {
        preload: parts.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        devTools: !app.isPackaged,
        navigateOnDragDrop: false,
        spellcheck: true,
      },
    });
    window = opened;
    if (isMaximized) opened.maximize();
    opened.once('ready-to-show', () => show(opened));
    opened.on('show', parts.changed);
    opened.on('hide', parts.changed);
    const off = afterHiding(opened, systemClock, () => {
      const url = opened.webContents.getURL();
      // One that became a minimized one is how the person comes back.
      if (isHeld(url) || opened.isMinimized()) return;
      resting = url;
      keepBounds(parts.boundsFile, opened);
      opened.destroy();
    });
    opened.on('close', (event) => {
      keepBounds(parts.boundsFile, opened);
      if (isLetGo) return;
      event.preventDefault();
      void parts.staysWhenClosed().then((stays) => {
        if (stays) opened.hide();
        else opened.destroy();
      });
    });
    opened.on('closed', () => {
      off();
      window = undefined;
      parts.gone();
    });
    const { webContents } = opened;
    webContents.on('before-input-event', (event, input) => {
      const steps = zoomOf(input);
      if (steps === undefined) return;
      event.preventDefault();
      parts.zoom(steps);
    });
    void opened.loadURL(resting ?? `${ORIGIN}/index.html`);
    resting = undefined;
  };

  return {
    present() {
      if (window === undefined) return open((opened) => opened.show());
      if (window.isMinimized()) window.restore();
      // Its screen may have been taken away while it was hidden.
      if (!window.isMaximized() && !isWithin(window.getNormalBounds(), parts.screens)) window.center();
      window.show();
      window.focus();
    },
    openMinimized() {
      if (window === undefined) open((opened) => opened.minimize());
      else window.minimize();
    },
    hide: () => window?.hide(),
    isVisible: () => window?.isVisible() === true,
    isHidden: () => window === undefined || !(window.isVisible() || window.isMinimized()),
    isResting: () => resting !== undefined,
    letGo() {
      isLetGo = true;
    },
  };
}
