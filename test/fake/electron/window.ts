// Windows of the stand-in: pages of a real Chromium.

import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Frame, Page, Request as PageRequest, Route } from 'playwright-core';
import { preloadScript } from './preload.ts';
import { session } from './session.ts';
import type { SpellingStandIn } from './spelling.ts';
import {
  argument,
  clone,
  invokeHandlers,
  onlyWhenReady,
  pageHandlers,
  stage,
  STAGE,
  staged,
  unstaged,
} from './stage.ts';

function pageOf(request: PageRequest): Page | undefined {
  try {
    return request.frame().page();
  } catch {
    // The first request of a page that is only just being made.
    return undefined;
  }
}

/** Of app: made known by electron.ts, which imports this file. */
export const announced: { window(window: BrowserWindow): void; allClosed(): void } = {
  window: () => {},
  allClosed: () => {},
};

type OpenHandler = (details: { readonly url: string }) => { readonly action: 'allow' | 'deny' };

export class WebContents extends EventEmitter {
  readonly mainFrame = { url: '' };
  /** Its window is closed. */
  isGone = false;
  readonly #page: () => Page | undefined;

  constructor(page: () => Page | undefined, preferences: object) {
    super();
    this.#page = page;
    this.#preferences = preferences;
  }

  readonly #preferences: object;
  getLastWebPreferences(): object {
    return this.#preferences;
  }

  send(channel: string, ...args: unknown[]): void {
    if (this.isGone) throw new TypeError('Object has been destroyed');
    const sent = [channel, ...(clone(args) as unknown[])];
    void this.#page()
      ?.evaluate((given) => (globalThis as unknown as Stage).__electron.receive(given), sent)
      .catch(() => {});
  }

  /** As Electron: whatever nobody refuses is allowed. */
  #mayOpen: OpenHandler = () => ({ action: 'allow' });
  setWindowOpenHandler(handler: OpenHandler): void {
    this.#mayOpen = handler;
  }
  mayOpen(url: string): boolean {
    return this.#mayOpen({ url }).action === 'allow';
  }

  get session(): Pick<SpellingStandIn, 'addWordToSpellCheckerDictionary'> {
    return session.defaultSession;
  }

  getURL(): string {
    return unstaged(this.#page()?.url() ?? '');
  }
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
    readonly [other: string]: unknown;
  };
}

export class BrowserWindow extends EventEmitter {
  static readonly #all = new Set<BrowserWindow>();
  readonly webContents: WebContents;
  readonly #options: WindowOptions;
  #page: Page | undefined;

  constructor(options: WindowOptions) {
    super();
    onlyWhenReady('Cannot create BrowserWindow before app is ready');
    const { sandbox, contextIsolation, nodeIntegration } = options.webPreferences ?? {};
    if (sandbox !== true || contextIsolation !== true || nodeIntegration === true) {
      throw new Error('a window of Parley has sandbox and contextIsolation, and no Node');
    }
    this.#options = options;
    this.webContents = new WebContents(() => this.#page, options.webPreferences ?? {});
    BrowserWindow.#all.add(this);
    announced.window(this);
  }

  /** What any page of the session asks for. A page that is no window of ours is about to be closed. */
  static async serve(route: Route): Promise<void> {
    const page = pageOf(route.request());
    const window = BrowserWindow.getAllWindows().find((one) => one.#page === page);
    if (page === undefined || window === undefined) {
      const url = unstaged(route.request().url());
      return BrowserWindow.#mayOpen(url) ? route.continue() : route.abort('blockedbyclient');
    }
    return window.#serve(route, page);
  }

  static getAllWindows(): BrowserWindow[] {
    return [...BrowserWindow.#all];
  }

  async loadURL(url: string): Promise<void> {
    const { context } = stage;
    if (!context) throw new Error('no browser');
    session.defaultSession.beginSpelling();
    const { width = 800, height = 600 } = this.#options;
    BrowserWindow.#making += 1;
    const page = await context.newPage();
    BrowserWindow.#making -= 1;
    this.#page = page;
    await page.setViewportSize({ width, height });
    page.on('close', () => this.#closed());
    page.on('download', (download) => void session.defaultSession.download(download));
    await page.exposeBinding('__electronInvoke', (source, channel: string, args: unknown[]) =>
      this.#invoked(source.frame, channel, args),
    );
    const preload = this.#options.webPreferences?.preload;
    if (preload) await page.addInitScript(preloadScript(readFileSync(preload, 'utf8')));
    this.webContents.mainFrame.url = url;
    await page.goto(staged(url));
    this.#isLoaded = true;
    this.emit('ready-to-show');
  }

  #isLoaded = false;

  static #making = 0;

  /** Chromium has made a page; one that is no window of ours was opened by a link or a script in one. */
  static async pageMade(page: Page): Promise<void> {
    if (BrowserWindow.#making === 0 && !BrowserWindow.#mayOpen(page.url())) await page.close();
  }

  static #mayOpen(url: string): boolean {
    return BrowserWindow.getAllWindows().every(({ webContents }) => webContents.mayOpen(url));
  }

  async #serve(route: Route, page: Page): Promise<void> {
    const request = route.request();
    const url = request.url();
    if (this.#isLoaded && request.isNavigationRequest() && !this.#mayNavigate(request, page)) {
      // As if it had never begun: with any other reason the page would become that of an error.
      return route.abort('aborted');
    }
    if (!(await session.defaultSession.mayGo(url))) return route.abort('blockedbyclient');
    const handler = pageHandlers.get('app');
    if (!url.startsWith(`${STAGE}/`) || !handler) return route.continue();
    const response = await handler(new Request(unstaged(url), { method: request.method() }));
    return route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  }

  /** As Electron tells of it: each frame's in the one event, the main frame's in the other as well. */
  #mayNavigate(request: PageRequest, page: Page): boolean {
    const isMainFrame = request.frame() === page.mainFrame();
    const event = {
      url: unstaged(request.url()),
      isMainFrame,
      defaultPrevented: false,
      preventDefault() {
        event.defaultPrevented = true;
      },
    };
    this.webContents.emit('will-frame-navigate', event);
    if (isMainFrame && !event.defaultPrevented) this.webContents.emit('will-navigate', event);
    return !event.defaultPrevented;
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
    this.webContents.isGone = true;
    this.emit('closed');
    if (BrowserWindow.#all.size === 0) announced.allClosed();
  }

  /** Closes the page and waits for it. */
  async finish(): Promise<void> {
    this.emit('close', { preventDefault: () => {} });
    BrowserWindow.#all.delete(this);
    await this.#page?.close();
    this.webContents.isGone = true;
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
  close(): void {
    let isPrevented = false;
    this.emit('close', { preventDefault: () => (isPrevented = true) });
    if (!isPrevented) this.destroy();
  }

  destroy(): void {
    void this.#page?.close();
  }

  /** A window that is closed is asked nothing more. */
  #mustBeThere(): void {
    if (this.webContents.isGone) throw new TypeError('Object has been destroyed');
  }

  show(): void {
    this.#mustBeThere();
    if (this.#isVisible) return;
    this.#isVisible = true;
    this.emit('show');
  }
  hide(): void {
    this.#mustBeThere();
    this.#isVisible = false;
    this.#turn(false);
    this.emit('hide');
  }
  focus(): void {
    this.#mustBeThere();
    this.#turn(true);
  }
  /** As Electron: one that was hidden is among the windows of the desktop again. */
  minimize(): void {
    this.#mustBeThere();
    this.#isMinimized = true;
    this.emit('minimize');
  }
  restore(): void {
    this.#isMinimized = false;
  }
  maximize(): void {
    this.#isMaximized = true;
  }
  isMinimized(): boolean {
    this.#mustBeThere();
    return this.#isMinimized;
  }
  isMaximized(): boolean {
    return this.#isMaximized;
  }
  isVisible(): boolean {
    this.#mustBeThere();
    return this.#isVisible;
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    const { x = 100, y = 50, width = 800, height = 600 } = this.#options;
    return { x, y, width, height };
  }
  center(): void {}
  setOverlayIcon(_image: unknown, description: string): void {
    this.#mustBeThere();
    argument(1, description, 'string');
  }
}
