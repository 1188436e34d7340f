import type { Download } from 'playwright-core';
import { say, whenAsked } from './desktop.ts';
import { SpellingStandIn } from './spelling.ts';
import { onlyWhenReady, unstaged } from './stage.ts';

type AskedFor = (contents: null, permission: string, answer: (isGranted: boolean) => void) => void;
type CheckedFor = (contents: null, permission: string) => boolean;
type Before = (details: { readonly url: string }, answer: (answer: { cancel?: boolean }) => void) => void;

/** As Electron: whatever nobody refuses is granted. */
class Session extends SpellingStandIn {
  #asked: AskedFor = (_contents, _permission, answer) => answer(true);
  #checked: CheckedFor = () => true;
  #device: (details: unknown) => boolean = () => true;
  #before: Before = (_details, answer) => answer({});

  /** As the test has set the system up. */
  resolveProxy(url: string): Promise<string> {
    if (!URL.canParse(url)) throw new TypeError('Invalid URL');
    return Promise.resolve(process.env['STAND_IN_PROXY'] ?? 'DIRECT');
  }

  setPermissionRequestHandler(handler: AskedFor): void {
    this.#asked = handler;
  }
  setPermissionCheckHandler(handler: CheckedFor): void {
    this.#checked = handler;
  }
  setDevicePermissionHandler(handler: (details: unknown) => boolean): void {
    this.#device = handler;
  }
  readonly webRequest = {
    onBeforeRequest: (handler: Before): void => {
      this.#before = handler;
    },
  };

  /** What a page that wants a permission is answered; and one that wants a device. */
  tellPermission(permission: string): void {
    this.#asked(null, permission, (isAsked) =>
      say({
        permission,
        isGranted: isAsked || this.#checked(null, permission) || this.#device({ deviceType: permission }),
      }),
    );
  }

  /** Whether a request may go out. */
  async mayGo(url: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.#before({ url: unstaged(url) }, ({ cancel }) => resolve(cancel !== true));
    });
  }

  /**
   * As Electron: without a path of the app's the person is asked where; here they take the place that is proposed.
   * Prints where it was saved, or that it was not.
   */
  async download(download: Download): Promise<void> {
    let isPrevented = false;
    let path: string | undefined;
    const item = {
      getURL: () => unstaged(download.url()),
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

const defaultSession = new Session();
export const session = {
  get defaultSession(): Session {
    onlyWhenReady('Session can only be received when app is ready');
    return defaultSession;
  },
  fromPartition: () => new Session(),
};
whenAsked(
  'request',
  ({ url }) => void session.defaultSession.mayGo(String(url)).then((mayGo) => say({ request: url, mayGo })),
);
whenAsked('permission', ({ permission }) => session.defaultSession.tellPermission(String(permission)));
