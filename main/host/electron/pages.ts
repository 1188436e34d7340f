import { protocol } from 'electron';
import { readFile } from 'node:fs/promises';
import { fileOf, typeOf } from '../files.ts';
import { PAGE_HEADERS } from '../policy.ts';

/** Where the window's own pages live: an origin of their own, which no page of the web can have. */
export const ORIGIN = 'app://parley';

protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);

const notFound = (): Response => new Response(null, { status: 404, headers: PAGE_HEADERS });

/** Serves the built pages in `folder` under ORIGIN, and nothing else. */
export function servePages(folder: string): void {
  protocol.handle('app', async ({ url: address, method }) => {
    const url = new URL(address);
    const file = url.host === 'parley' && method === 'GET' ? fileOf(folder, url.pathname) : undefined;
    const type = file && typeOf(file);
    if (!file || !type) return notFound();
    // Not fetched as `file:`, which nothing here may load.
    const octets = await readFile(file).catch(() => undefined);
    if (octets === undefined) return notFound();
    return new Response(octets, { headers: { ...PAGE_HEADERS, 'Content-Type': type } });
  });
}
