import { EventEmitter } from 'node:events';
import type { Download } from 'playwright-core';
import { SpellingStandIn } from './spelling.ts';
import { onlyWhenReady, unstaged } from './stage.ts';

type Before = (details: { readonly url: string }, answer: (answer: { cancel?: boolean }) => void) => void;

/** As Electron: whatever nobody refuses goes. */
class Session extends SpellingStandIn {
  #before: Before = (_details, answer) => answer({});

  resolveProxy(url: string): Promise<string> {
    if (!URL.canParse(url)) throw new TypeError('Invalid URL');
    return Promise.resolve('DIRECT');
  }

  // Chromium asks for no permission here; whoever watches asks what is set.
  setPermissionRequestHandler(_handler: unknown): void {}
  setPermissionCheckHandler(_handler: unknown): void {}
  setDevicePermissionHandler(_handler: unknown): void {}
  readonly webRequest = {
    onBeforeRequest: (handler: Before): void => {
      this.#before = handler;
    },
  };

  /** Whether a request may go out. */
  async mayGo(url: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.#before({ url: unstaged(url) }, ({ cancel }) => resolve(cancel !== true));
    });
  }

  /** As Electron: without a path of the app's the person is asked where, which nobody can answer here. */
  async download(download: Download): Promise<void> {
    let options = {};
    let path: string | undefined;
    const event = {
      defaultPrevented: false,
      preventDefault() {
        event.defaultPrevented = true;
      },
    };
    const item = Object.assign(new EventEmitter(), {
      getURL: () => unstaged(download.url()),
      getFilename: () => download.suggestedFilename(),
      setSaveDialogOptions(given: object) {
        options = given;
      },
      getSaveDialogOptions: () => options,
      setSavePath(given: string) {
        path = given;
      },
      getSavePath: () => path ?? '',
    });
    this.emit('will-download', event, item);
    if (event.defaultPrevented) return download.cancel();
    if (path === undefined) throw new Error('there is nobody to choose');
    await download.saveAs(path);
    item.emit('done', {}, 'completed');
  }
}

const defaultSession = new Session();
export const session = {
  get defaultSession(): Session {
    onlyWhenReady('Session can only be received when app is ready');
    return defaultSession;
  },
  fromPartition: () => new Session(),
};
