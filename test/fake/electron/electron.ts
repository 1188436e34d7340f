// A stand-in for the `electron` module on machines that cannot have Electron's binary. BrowserWindow is a page
// of a real Chromium; the preload runs in it before the page's own scripts; IPC crosses as structured clones
// of plain data. It refuses what Electron would refuse. It has no isolated world: that contextIsolation
// holds, only the real binary can show.

import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Download,
  type Frame,
  type Page,
  type Route,
} from 'playwright-core';
import { findBrowser } from '../../../build/browser.mjs';
import { listen, say, whenAsked } from './desktop.ts';

export { Menu, nativeImage, nativeTheme, Notification, screen, Tray } from './desktop.ts';

type Handler = (event: unknown, ...args: unknown[]) => unknown;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** Chromium cannot go to a scheme of our own: its pages live here instead, as a secure context. */
const STAGE = 'https://app.invalid';

const ready = Promise.withResolvers<void>();
const pageHandlers = new Map<string, (request: Request) => Promise<Response> | Response>();
const invokeHandlers = new Map<string, Handler>();
let browser: Browser | undefined;
let isReady = false;

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
  browser = await chromium.launch({
    executablePath: findBrowser() ?? 'chromium',
    args: ['--no-sandbox', '--disable-quic', '--no-first-run', `--remote-debugging-port=${port}`],
  });
  reportPlatform();
  isReady = true;
  listen();
  ready.resolve();
  process.stdout.write(`stand-in ready http://127.0.0.1:${port}\n`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** What IPC carries here: the contract promises no more. */
function clone(value: unknown): unknown {
  check(value);
  return structuredClone(value);
}

function check(value: unknown): void {
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new Error('An object could not be cloned.');
  if (
    value instanceof Map ||
    value instanceof Set ||
    value instanceof ArrayBuffer ||
    value instanceof Error
  ) {
    throw new TypeError('the IPC contract carries plain data only');
  }
  if (value !== null && typeof value === 'object') for (const part of Object.values(value)) check(part);
}

class App extends EventEmitter {
  #isQuitting = false;

  enableSandbox(): void {
    if (isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
  }

  requestSingleInstanceLock(): boolean {
    return true;
  }

  whenReady(): Promise<void> {
    return ready.promise;
  }

  isReady(): boolean {
    return isReady;
  }

  getPath(name: string): string {
    const folder = process.argv.find((argument) => argument.startsWith('--user-data-dir='))?.split('=')[1];
    if (folder === undefined) throw new Error('the stand-in has no --user-data-dir');
    if (name === 'userData') return folder;
    if (name === 'downloads') return join(folder, 'downloads');
    throw new Error(`the stand-in has no path "${name}"`);
  }

  getVersion(): string {
    return '0.0.0-stand-in';
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

  exit(code: number): void {
    void (browser?.close() ?? Promise.resolve()).finally(() => process.exit(code));
  }
}

export const app = new App();

process.on('SIGTERM', () => app.quit());
whenAsked('second-instance', ({ argv }) => app.emit('second-instance', {}, argv));
whenAsked('open-url', ({ url }) => app.emit('open-url', { preventDefault: () => {} }, url));
whenAsked('activate', () => app.emit('activate'));

export const protocol = {
  registerSchemesAsPrivileged(): void {
    if (isReady) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
  },
  handle(scheme: string, handler: (request: Request) => Promise<Response> | Response): void {
    if (!isReady) throw new Error('protocol.handle can only be used when app is ready');
    pageHandlers.set(scheme, handler);
  },
};

export const net = {
  fetch: async (url: string): Promise<Response> => {
    const path = fileURLToPath(url);
    return new Response(await readFile(path), {
      headers: { 'content-type': TYPES[extname(path)] ?? 'text/plain' },
    });
  },
};

export const ipcMain = {
  handle(channel: string, handler: Handler): void {
    if (invokeHandlers.has(channel))
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    invokeHandlers.set(channel, handler);
  },
  removeHandler: (channel: string): boolean => invokeHandlers.delete(channel),
};

/** Links opened outside, for a test to look at: printed, not opened. */
export const shell = {
  openExternal: (url: string): Promise<void> => {
    process.stdout.write(`stand-in opens ${url}\n`);
    return Promise.resolve();
  },
};

/** The person takes the place that is proposed: printed. */
export const dialog = {
  showSaveDialog: (
    ...args: readonly unknown[]
  ): Promise<{ readonly canceled: boolean; readonly filePath: string }> => {
    const { defaultPath } = args.at(-1) as { readonly defaultPath: string };
    process.stdout.write(`stand-in saves to ${defaultPath}\n`);
    return Promise.resolve({ canceled: false, filePath: defaultPath });
  },
};

/** Someone is always at this machine; events are a test's to emit. */
export const powerMonitor = Object.assign(new EventEmitter(), {
  getSystemIdleTime: () => 0,
  getSystemIdleState: () => 'active',
});
whenAsked('power', ({ event }) => powerMonitor.emit(String(event)));

class Session extends EventEmitter {
  setPermissionRequestHandler(): void {}
  setPermissionCheckHandler(): void {}

  /**
   * As Electron: without a path of the app's the person is asked where; here they take the place that is proposed.
   * Prints where it was saved, or that it was not.
   */
  async download(download: Download): Promise<void> {
    let isPrevented = false;
    let path: string | undefined;
    const item = {
      getURL: () => download.url().replace(STAGE, 'app://parley'),
      getFilename: () => download.suggestedFilename(),
      setSaveDialogOptions: ({ defaultPath }: { readonly defaultPath: string }) => {
        path = defaultPath;
      },
    };
    this.emit('will-download', { preventDefault: () => (isPrevented = true) }, item);
    if (isPrevented) {
      await download.cancel();
      process.stdout.write(`stand-in refused ${item.getURL()}\n`);
      return;
    }
    if (path === undefined) throw new Error('the save dialog has no place to begin with');
    await download.saveAs(path);
    process.stdout.write(`stand-in saved ${path}\n`);
  }
}

export const session = { defaultSession: new Session() };

class WebContents extends EventEmitter {
  readonly mainFrame = { url: '' };
  readonly #page: () => Page | undefined;

  constructor(page: () => Page | undefined) {
    super();
    this.#page = page;
  }

  send(channel: string, ...args: unknown[]): void {
    const sent = [channel, ...(clone(args) as unknown[])];
    void this.#page()
      ?.evaluate((given) => (globalThis as unknown as Stage).__electron.receive(given), sent)
      .catch(() => {});
  }

  setWindowOpenHandler(): void {}
}

interface Stage {
  __electron: { receive(args: unknown[]): void };
  __electronInvoke(channel: string, args: unknown[]): Promise<{ ok: boolean; value: unknown }>;
}

interface WindowOptions {
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly webPreferences?: {
    readonly preload?: string;
    readonly sandbox?: boolean;
    readonly contextIsolation?: boolean;
    readonly nodeIntegration?: boolean;
  };
}

export class BrowserWindow extends EventEmitter {
  static readonly #all = new Set<BrowserWindow>();
  readonly webContents: WebContents;
  readonly #options: WindowOptions;
  #context: BrowserContext | undefined;
  #page: Page | undefined;

  constructor(options: WindowOptions) {
    super();
    if (!isReady) throw new Error('Cannot create BrowserWindow before app is ready');
    const { sandbox, contextIsolation, nodeIntegration } = options.webPreferences ?? {};
    if (sandbox !== true || contextIsolation !== true || nodeIntegration === true) {
      throw new Error('a window of Parley has sandbox and contextIsolation, and no Node');
    }
    this.#options = options;
    this.webContents = new WebContents(() => this.#page);
    BrowserWindow.#all.add(this);
  }

  static getAllWindows(): BrowserWindow[] {
    return [...BrowserWindow.#all];
  }

  async loadURL(url: string): Promise<void> {
    if (!browser) throw new Error('no browser');
    const { width = 800, height = 600 } = this.#options;
    this.#context = await browser.newContext({ viewport: { width, height } });
    await this.#context.route('**/*', (route) => this.#serve(route));
    const page = await this.#context.newPage();
    this.#page = page;
    page.on('close', () => this.#closed());
    page.on('download', (download) => void session.defaultSession.download(download));
    await page.exposeBinding('__electronInvoke', (source, channel: string, args: unknown[]) =>
      this.#invoked(source.frame, channel, args),
    );
    const preload = this.#options.webPreferences?.preload;
    if (preload) await page.addInitScript(preloadScript(readFileSync(preload, 'utf8')));
    this.webContents.mainFrame.url = url;
    await page.goto(url.replace(/^app:\/\/parley/, STAGE));
    this.emit('ready-to-show');
  }

  async #serve(route: Route): Promise<void> {
    const url = route.request().url();
    const handler = pageHandlers.get('app');
    if (!url.startsWith(`${STAGE}/`) || !handler) return route.abort('blockedbyclient');
    const response = await handler(new Request(url.replace(STAGE, 'app://parley')));
    return route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  }

  /** As ipcRenderer.invoke: an error crosses as its message only. */
  async #invoked(frame: Frame, channel: string, args: unknown[]): Promise<{ ok: boolean; value: unknown }> {
    const handler = invokeHandlers.get(channel);
    const isMain = frame === this.#page?.mainFrame();
    const senderFrame = isMain ? this.webContents.mainFrame : { url: frame.url() };
    try {
      if (!handler) throw new Error(`No handler registered for '${channel}'`);
      const value = await handler({ sender: this.webContents, senderFrame }, ...(clone(args) as unknown[]));
      return { ok: true, value: clone(value) };
    } catch (error) {
      return { ok: false, value: `Error invoking remote method '${channel}': ${String(error)}` };
    }
  }

  #closed(): void {
    if (!BrowserWindow.#all.delete(this)) return;
    this.emit('closed');
    if (BrowserWindow.#all.size === 0) app.emit('window-all-closed');
  }

  /** Closes the page and waits for it. */
  async finish(): Promise<void> {
    this.emit('close', { preventDefault: () => {} });
    BrowserWindow.#all.delete(this);
    await this.#context?.close();
    this.emit('closed');
  }

  #isVisible = false;
  #isMinimized = false;
  #isMaximized = false;

  /** The page is told what the window manager would make of it. */
  #turn(isSeen: boolean): void {
    void this.#page
      ?.evaluate((seen) => {
        Object.defineProperty(document, 'visibilityState', {
          value: seen ? 'visible' : 'hidden',
          configurable: true,
        });
        document.hasFocus = () => seen;
        document.dispatchEvent(new Event('visibilitychange'));
        dispatchEvent(new Event(seen ? 'focus' : 'blur'));
      }, isSeen)
      .catch(() => {});
  }

  /** The person closes it. */
  askToClose(): void {
    let isPrevented = false;
    this.emit('close', { preventDefault: () => (isPrevented = true) });
    if (!isPrevented) this.destroy();
  }

  destroy(): void {
    void this.#context?.close();
  }

  removeMenu(): void {}
  show(): void {
    if (!this.#isVisible) say({ window: 'shown' });
    this.#isVisible = true;
    this.emit('show');
  }
  hide(): void {
    this.#isVisible = false;
    say({ window: 'hidden' });
    this.#turn(false);
    this.emit('hide');
  }
  focus(): void {
    this.#turn(true);
  }
  minimize(): void {
    this.#isMinimized = true;
    say({ window: 'minimized' });
  }
  restore(): void {
    this.#isMinimized = false;
  }
  maximize(): void {
    this.#isMaximized = true;
  }
  isMinimized(): boolean {
    return this.#isMinimized;
  }
  isMaximized(): boolean {
    return this.#isMaximized;
  }
  isVisible(): boolean {
    return this.#isVisible;
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    const { x = 100, y = 50, width = 800, height = 600 } = this.#options;
    return { x, y, width, height };
  }
  setOverlayIcon(image: { readonly path: string } | null, description: string): void {
    say({ overlay: image?.path ?? null, description });
  }
}
whenAsked('close-window', () => BrowserWindow.getAllWindows()[0]?.askToClose());
whenAsked('press', ({ input }) =>
  BrowserWindow.getAllWindows()[0]?.webContents.emit(
    'before-input-event',
    { preventDefault: () => {} },
    input,
  ),
);

/** The preload as a sandboxed window runs it: CommonJS that may require `electron` and nothing else. */
function preloadScript(code: string): string {
  return `(() => {
    const listeners = new Map();
    const wrap = (value) => typeof value === 'function' ? value
      : value && typeof value === 'object' ? Object.freeze(Object.fromEntries(Object.entries(value).map(([k, v]) => [k, wrap(v)]))) : value;
    Object.defineProperty(globalThis, '__electron', { value: {
      receive: ([channel, ...args]) => { for (const listener of [...(listeners.get(channel) ?? [])]) listener({}, ...args); },
    } });
    const invoke = globalThis.__electronInvoke;
    const electron = {
      contextBridge: { exposeInMainWorld: (name, api) => Object.defineProperty(globalThis, name, { value: wrap(api), configurable: true }) },
      ipcRenderer: {
        invoke: async (channel, ...args) => {
          const { ok, value } = await invoke(channel, args);
          if (!ok) throw new Error(value);
          return value;
        },
        on: (channel, listener) => { listeners.set(channel, [...(listeners.get(channel) ?? []), listener]); },
        off: (channel, listener) => { listeners.set(channel, (listeners.get(channel) ?? []).filter((other) => other !== listener)); },
      },
    };
    const require = (name) => {
      if (name === 'electron') return electron;
      throw new Error('module not found: ' + name);
    };
    const module = { exports: {} };
    (function (require, module, exports) {\n${code}\n})(require, module, module.exports);
  })();`;
}
