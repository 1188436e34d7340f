// A stand-in for the `electron` module on machines that cannot have Electron's binary. BrowserWindow is a page
// of a real Chromium; the preload runs in it before the page's own scripts; IPC crosses as structured clones
// of plain data. It refuses what Electron would refuse. It has no isolated world: that contextIsolation
// holds, only the real binary can show.

import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findBrowser } from '../../../build/browser.mjs';
import { freePort } from '../../fixtures/free-port.ts';
import { listen, say, whenAsked } from './desktop.ts';
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

/** Called by run.ts when the entry module has been evaluated. */
export async function appCodeLoaded(): Promise<void> {
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
  say({ began: app.began, schemes: privileged });
  ready.resolve();
  process.stdout.write(`stand-in ready http://127.0.0.1:${port}\n`);
}

class App extends EventEmitter {
  #isQuitting = false;
  #isExiting = false;
  /** What the program did before it was ready. */
  readonly began = { sandbox: false, lock: false };

  enableSandbox(): void {
    if (stage.isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
    this.began.sandbox = true;
  }

  /** STAND_IN_SECOND: the program of this profile runs already. */
  requestSingleInstanceLock(): boolean {
    this.began.lock = true;
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
  getPath(name: string): string {
    const folder = process.argv.find((argument) => argument.startsWith('--user-data-dir='))?.split('=')[1];
    if (folder === undefined) throw new Error('the stand-in has no --user-data-dir');
    if (name === 'userData') return folder;
    if (name === 'downloads') return join(folder, 'downloads');
    throw new Error(`the stand-in has no path "${name}"`);
  }

  getVersion(): string {
    return process.env['STAND_IN_VERSION'] ?? '0.0.0-stand-in';
  }

  getName(): string {
    return 'parley';
  }

  /** The archive: a folder here. */
  getAppPath(): string {
    return process.env['STAND_IN_APP'] ?? join(import.meta.dirname, '../../..');
  }

  releaseSingleInstanceLock(): void {}

  readonly commandLine = {
    hasSwitch: (name: string): boolean => process.argv.includes(`--${name}`),
  };

  relaunch(options: { readonly args?: readonly string[] } = {}): void {
    say({ relaunch: options });
  }

  readonly name = 'Parley';

  setAppUserModelId(id: string): void {
    say({ appUserModelId: id });
  }

  readonly isPackaged = true;
  #opensAtLogin = false;

  getLoginItemSettings(): { openAtLogin: boolean; wasOpenedAtLogin: boolean } {
    return { openAtLogin: this.#opensAtLogin, wasOpenedAtLogin: false };
  }

  setLoginItemSettings(settings: { readonly openAtLogin: boolean }): void {
    this.#opensAtLogin = settings.openAtLogin;
    say({ login: settings });
  }

  setBadgeCount(count: number): boolean {
    argument(0, count, 'number');
    say({ badge: count });
    return true;
  }

  /** Somebody has `pres:` already. */
  getApplicationNameForProtocol(url: string): string {
    return url === 'pres:' ? 'Another program' : '';
  }

  setAsDefaultProtocolClient(scheme: string): boolean {
    say({ opens: scheme });
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
announced.created = (contents) => app.emit('web-contents-created', {}, contents);
announced.allClosed = () => app.emit('window-all-closed');

process.on('SIGTERM', () => app.quit());
whenAsked('second-instance', ({ argv }) => app.emit('second-instance', {}, argv));
whenAsked('open-url', ({ url }) => app.emit('open-url', { preventDefault: () => {} }, url));
whenAsked('activate', () => app.emit('activate'));

const privileged: unknown[] = [];
export const protocol = {
  registerSchemesAsPrivileged(schemes: readonly unknown[]): void {
    if (stage.isReady)
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    privileged.push(...schemes);
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

/** Links opened outside, for a test to look at: printed, not opened. */
export const shell = {
  openExternal: (url: string): Promise<void> => {
    if (!URL.canParse(url)) return Promise.reject(new Error('Invalid URL'));
    process.stdout.write(`stand-in opens ${url}\n`);
    return Promise.resolve();
  },
};

export const net = { request };

/** The person takes the place that is proposed: printed. */
export const dialog = {
  showErrorBox: (title: string, content: string): void => say({ error: { title, content } }),
  showSaveDialog: (
    ...args: readonly unknown[]
  ): Promise<{ readonly canceled: boolean; readonly filePath: string }> => {
    onlyWhenReady('dialog module can only be used after app is ready');
    const { defaultPath } = args.at(-1) as { readonly defaultPath: string };
    process.stdout.write(`stand-in saves to ${defaultPath}\n`);
    return Promise.resolve({ canceled: false, filePath: defaultPath });
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
whenAsked('power', ({ event }) => powerMonitor.emit(String(event)));
