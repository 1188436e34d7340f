import { net, protocol } from 'electron';
import { pathToFileURL } from 'node:url';
import { fileOf } from '../files.ts';

/** Where the window's own pages live: an origin of their own, which no page of the web can have. */
export const ORIGIN = 'app://parley';

protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);

/** Serves the built pages in `folder` under ORIGIN, and nothing else. */
export function servePages(folder: string): void {
  protocol.handle('app', (request) => {
    const url = new URL(request.url);
    const file = url.host === 'parley' ? fileOf(folder, url.pathname) : undefined;
    if (file === undefined) return new Response(null, { status: 404 });
    return net.fetch(pathToFileURL(file).href);
  });
}
