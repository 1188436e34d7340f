// A stand-in for the `electron` module on machines that cannot have Electron's binary. BrowserWindow is a page
// of a real Chromium; the preload runs in it before the page's own scripts; IPC crosses as structured clones
// of plain data. It refuses what Electron would refuse. It has no isolated world: that contextIsolation
// holds, only the real binary can show.

import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findBrowser } from '../../../build/browser.mjs';
import { freePort } from '../../fixtures/free-port.ts';
import { listen } from './desktop.ts';
import {
  argument,
  type Handler,
  invokeHandlers,
  onlyWhenReady,
  type PageHandler,
  pageHandlers,
  stage,
} from './stage.ts';
import { request } from './updating.ts';
import { announced, BrowserWindow } from './window.ts';

export { Menu, nativeImage, nativeTheme, Notification, screen, Tray } from './desktop.ts';
export { autoUpdater } from './updating.ts';
export { session } from './session.ts';
export { BrowserWindow } from './window.ts';

const ready = Promise.withResolvers<void>();

/** The platform that the program sees; Chromium is started as on the real one. */
const PLATFORM = process.env['STAND_IN_PLATFORM'] ?? process.platform;
const REAL = process.platform;
export function reportPlatform(platform = PLATFORM): void {
  Object.defineProperty(process, 'platform', { value: platform });
}

/** Called by run.ts when the entry module has been evaluated. Gives the place at which Chromium can be reached. */
export async function appCodeLoaded(): Promise<string> {
  const port = await freePort();
  reportPlatform(REAL);
  stage.browser = await chromium.launch({
    executablePath: findBrowser() ?? 'chromium',
    args: ['--no-sandbox', '--disable-quic', '--no-first-run', `--remote-debugging-port=${port}`],
  });
  reportPlatform();
  stage.context = await stage.browser.newContext({ viewport: null });
  await stage.context.route('**/*', (route) => BrowserWindow.serve(route));
  stage.context.on('page', (page) => void BrowserWindow.pageMade(page));
  stage.isReady = true;
  listen();
  ready.resolve();
  return `http://127.0.0.1:${port}`;
}

class App extends EventEmitter {
  #isQuitting = false;
  #isExiting = false;

  enableSandbox(): void {
    if (stage.isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
  }

  /** STAND_IN_SECOND: the program of this profile runs already. */
  requestSingleInstanceLock(): boolean {
    return process.env['STAND_IN_SECOND'] === undefined;
  }

  whenReady(): Promise<void> {
    return ready.promise;
  }

  isReady(): boolean {
    return stage.isReady;
  }

  getPreferredSystemLanguages(): string[] {
    return ['en-US'];
  }
  getSystemLocale(): string {
    onlyWhenReady('app.getSystemLocale() can only be called after app is ready');
    return 'en-US';
  }
  readonly #paths = new Map<string, string>();
  setPath(name: string, path: string): void {
    if (!existsSync(path)) throw new Error(`Failed to set path "${name}"`);
    this.#paths.set(name, path);
  }
  getPath(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new Error(`the stand-in has no path "${name}"`);
    return path;
  }

  getVersion(): string {
    return '0.0.0-stand-in';
  }

  getName(): string {
    return 'parley';
  }

  /** The archive: a folder here. */
  getAppPath(): string {
    return join(import.meta.dirname, '../../..');
  }

  releaseSingleInstanceLock(): void {}

  readonly commandLine = {
    hasSwitch: (name: string): boolean => process.argv.includes(`--${name}`),
  };

  relaunch(): void {}

  readonly name = 'Parley';

  setAppUserModelId(): void {}

  #opensAtLogin = false;

  getLoginItemSettings(): { openAtLogin: boolean; wasOpenedAtLogin: boolean } {
    return { openAtLogin: this.#opensAtLogin, wasOpenedAtLogin: false };
  }

  setLoginItemSettings(settings: { readonly openAtLogin: boolean }): void {
    this.#opensAtLogin = settings.openAtLogin;
  }

  setBadgeCount(count: number): boolean {
    argument(0, count, 'number');
    return true;
  }

  getApplicationNameForProtocol(): string {
    return '';
  }

  setAsDefaultProtocolClient(): boolean {
    return true;
  }

  quit(): void {
    if (this.#isQuitting) return;
    this.#isQuitting = true;
    this.emit('before-quit', { preventDefault: () => (this.#isQuitting = false) });
    void Promise.all(BrowserWindow.getAllWindows().map((window) => window.finish())).then(() => {
      let isPrevented = false;
      this.emit('will-quit', { preventDefault: () => (isPrevented = true) });
      this.#isQuitting = false;
      if (!isPrevented) this.exit(0);
    });
  }

  /** The first word holds: Electron has ended before the next could be said. */
  exit(code: number): void {
    if (this.#isExiting) return;
    this.#isExiting = true;
    this.emit('quit', {}, code);
    void (stage.browser?.close() ?? Promise.resolve()).finally(() => process.exit(code));
  }
}

export const app = new App();
// Where the package keeps what is not in its archive.
Object.assign(process, { resourcesPath: app.getAppPath() });
announced.window = (window) => {
  app.emit('web-contents-created', {}, window.webContents);
  app.emit('browser-window-created', {}, window);
};
announced.allClosed = () => app.emit('window-all-closed');

process.on('SIGTERM', () => app.quit());

export const protocol = {
  registerSchemesAsPrivileged(_schemes: readonly unknown[]): void {
    if (stage.isReady)
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
  },
  handle(scheme: string, handler: PageHandler): void {
    onlyWhenReady('protocol.handle can only be used when app is ready');
    if (pageHandlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    pageHandlers.set(scheme, handler);
  },
};

export const ipcMain = {
  handle(channel: string, handler: Handler): void {
    if (typeof handler !== 'function')
      throw new TypeError(`Expected handler to be a function, but found type \`${typeof handler}\``);
    if (invokeHandlers.has(channel))
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    invokeHandlers.set(channel, handler);
  },
  removeHandler: (channel: string): boolean => invokeHandlers.delete(channel),
};

export const shell = {
  openExternal: (url: string): Promise<void> =>
    URL.canParse(url) ? Promise.resolve() : Promise.reject(new Error('Invalid URL')),
};

export const net = { request };

/** Who watches it answers in the place of the person. */
export const dialog = {
  showErrorBox: (): void => {},
  showSaveDialog: (_options: unknown): Promise<never> => {
    onlyWhenReady('dialog module can only be used after app is ready');
    return Promise.reject(new Error('there is nobody to choose'));
  },
};

/** Someone is always at this machine; events are a test's to emit. */
export const powerMonitor = Object.assign(new EventEmitter(), {
  getSystemIdleTime: () => 0,
  getSystemIdleState(threshold: number) {
    if (!(threshold > 0)) throw new TypeError('Invalid idle threshold, must be greater than 0');
    return 'active';
  },
});
