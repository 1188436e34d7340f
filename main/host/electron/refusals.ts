// What no page may do, whoever made it and however it got there: Electron's checklist of security, as far as it is
// about running windows. How a window of ours is made is in window.ts, what it may load in ../policy.ts.

import { app, session } from 'electron';
import { ORIGIN } from './pages.ts';
import { isDictionary } from './spelling.ts';

/** What a person who presses Copy expects; it writes text, and reads nothing. */
const COPY = 'clipboard-sanitized-write';

/** Ours, and what our own pages make themselves. `devtools:` is there in a program that is not packaged only. */
const isOurs = (url: string): boolean =>
  url.startsWith(`${ORIGIN}/`) ||
  url.startsWith(`blob:${ORIGIN}/`) ||
  url.startsWith('data:') ||
  isDictionary(url) ||
  (!app.isPackaged && url.startsWith('devtools:'));

/** Before the first window. */
export function refuse(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === COPY));
  defaultSession.setPermissionCheckHandler((_contents, permission) => permission === COPY);
  defaultSession.setDevicePermissionHandler(() => false);
  // The policy of the pages says so already; this holds where the policy has a gap, and for what Chromium would ask.
  defaultSession.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isOurs(url) }));

  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    // Frames as well: the pages have none.
    contents.on('will-frame-navigate', (event) => event.preventDefault());
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
}
