// What electron-updater asks of Electron: requests of the network, and on macOS Squirrel.

import { EventEmitter } from 'node:events';
import { type ClientRequest, request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';

/** As net.request: its options are those of Node, with a session beside. */
export const request = ({
  session: _session,
  ...options
}: RequestOptions & { session?: unknown }): ClientRequest =>
  options.protocol === 'http:' ? requestHttp(options) : requestHttps(options);

/**
 * Squirrel fetches what electron-updater offers it on loopback. It takes what begins as a zip does, in the place of
 * looking at its signature.
 */
class AutoUpdater extends EventEmitter {
  #url = '';
  #headers: Readonly<Record<string, string>> = {};

  setFeedURL({
    url,
    headers = {},
  }: {
    readonly url: string;
    readonly headers?: Record<string, string>;
  }): void {
    this.#url = url;
    this.#headers = headers;
  }

  checkForUpdates(): void {
    void this.#fetch().then(
      () => this.emit('update-downloaded'),
      (error: unknown) => this.emit('error', error),
    );
  }

  async #fetch(): Promise<void> {
    const found = (await (await fetch(this.#url, { headers: this.#headers })).json()) as { url: string };
    const octets = Buffer.from(await (await fetch(found.url)).arrayBuffer());
    if (octets.toString('latin1', 0, 2) !== 'PK') {
      throw new Error('Code signature at URL file:///update/ did not pass validation');
    }
  }

  quitAndInstall(): void {
    this.emit('before-quit-for-update');
  }
}

export const autoUpdater = new AutoUpdater();
