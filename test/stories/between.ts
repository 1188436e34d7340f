// Stands between an app and its domain, and can put words into the mouth of the domain.

import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export class Between {
  readonly #server: Server;
  readonly #apps = new Set<Socket>();
  #listeners = new Set<() => void>();
  /** Connections that were made so far. */
  count = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `to`: HOST:PORT of the domain. */
  static async start(to: string): Promise<Between> {
    const [host = '', port = ''] = to.split(':');
    const server = createServer();
    const between = new Between(server);
    server.on('connection', (app) => between.#join(app, connect(Number(port), host)));
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return between;
  }

  /** HOST:PORT, for the app. */
  get server(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #join(app: Socket, domain: Socket): void {
    this.count += 1;
    this.#apps.add(app);
    app.pipe(domain);
    domain.pipe(app);
    const end = (): void => {
      this.#apps.delete(app);
      app.destroy();
      domain.destroy();
      for (const listener of this.#listeners) listener();
    };
    for (const socket of [app, domain]) socket.on('close', end).on('error', end);
  }

  /** Says these octets to the app as its domain; resolves when they are out, or when the app has had enough. */
  async say(octets: Buffer): Promise<void> {
    await Promise.all(
      [...this.#apps].map(
        (app) =>
          new Promise<void>((resolve) => {
            app.once('close', () => resolve());
            app.write(octets, () => resolve());
          }),
      ),
    );
  }

  /** Resolves when no connection of before is left. */
  async closed(): Promise<void> {
    const before = [...this.#apps];
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (before.some((app) => this.#apps.has(app))) return;
        this.#listeners.delete(look);
        resolve();
      };
      this.#listeners.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    for (const app of this.#apps) app.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
