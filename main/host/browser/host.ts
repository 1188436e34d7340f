import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../clock.ts';
import type { Core, Host } from '../host.ts';
import { isSystemQuiet } from '../system-quiet.ts';
import { watchWake } from '../wake.ts';
import type { Carrier } from './carrier.ts';
import { freeDownload } from './downloads.ts';
import { openOutside } from './open.ts';
import { createPageServer } from './server.ts';
import { proxyOfEnvironment } from './system-proxy.ts';

export const browserHost: Host = {
  kind: 'browser',
  openLink: (url) => {
    openOutside(url);
    return Promise.resolve();
  },
  systemProxy: (host) => Promise.resolve(proxyOfEnvironment(host)),
  // A page may not open the system's dialog for a path of this program: a free name where downloads go.
  saveAs: freeDownload,
  onWake: (listener) => watchWake(listener, systemClock),
  // A browser's page does not know about the machine, and this program sees no screen.
  onIdle: () => () => {},
  // The page comes to the front when its own notification is chosen, and its title says what is unread.
  present: () => {},
  showStatus: () => {},
  hasTray: () => Promise.resolve(false),
  isSystemQuiet: () => isSystemQuiet(),
};

export interface BrowserWindows {
  /** Opens the app when given to a browser on this machine. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the built page in `folder` and the core behind it, on a loopback port of the system's choice. The core may
 * still be starting: a page that is there first waits for it.
 */
export async function serveCore(starting: Core | Promise<Core>, folder: string): Promise<BrowserWindows> {
  const random = (): string => randomBytes(24).toString('base64url');
  const token = random();
  const ready = Promise.resolve(starting).then(async (core) => {
    const { createCarrier } = await import('./carrier.ts');
    return createCarrier(core, token, random);
  });
  let carrier: Carrier | undefined;
  ready.then(
    (made) => {
      carrier = made;
    },
    // Who starts the core says why it does not.
    () => {},
  );
  let origin = '';
  const isOurs = (request: IncomingMessage): boolean => `http://${request.headers.host}` === origin;
  const server = createPageServer(folder, isOurs);
  server.on('upgrade', (request, socket, head: Buffer) => {
    // Any page of any site may try to open a WebSocket to loopback: only our own origin may.
    const isBridge = request.url === '/bridge' && isOurs(request) && request.headers.origin === origin;
    if (!isBridge) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    ready.then(
      (made) => made.upgrade(request, socket, head),
      () => socket.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/#token=${token}`,
    close: async () => {
      carrier?.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
