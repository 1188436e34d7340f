// @vitest-environment node
// The window's carrier against the program's own, over a real WebSocket on loopback.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { DEFAULTS } from '../../main/settings.ts';
import { createCarrier } from '../../main/host/browser/carrier.ts';
import type { Core } from '../../main/host/host.ts';
import {
  bridgeUrl,
  type Carrier,
  type Greeting,
  type Link,
  openCarrier,
  takeGreeting,
} from '../../renderer/carrier.ts';
import type { EventName, Events } from '../../shared/ipc.ts';
import { freePort } from '../fixtures/free-port.ts';

class MemoryStorage implements Storage {
  readonly #items = new Map<string, string>();
  get length(): number {
    return this.#items.size;
  }
  clear = (): void => this.#items.clear();
  getItem = (key: string): string | null => this.#items.get(key) ?? null;
  key = (index: number): string | null => [...this.#items.keys()][index] ?? null;
  removeItem = (key: string): void => void this.#items.delete(key);
  setItem = (key: string, value: string): void => void this.#items.set(key, value);
}

type Listener = <E extends EventName>(event: E, payload: Events[E]) => void;

class Host {
  readonly invoked: [string, unknown][] = [];
  readonly #listeners = new Set<Listener>();
  #answer: (command: string) => unknown = () => ({ ok: true, value: null });
  #server: Server | undefined;
  #carrier: ReturnType<typeof createCarrier> | undefined;
  port = 0;

  /** The same program that starts again keeps its sessions only if `session` is the same. */
  async start(session: string): Promise<void> {
    const core: Core = {
      invoke: async (command, request) => {
        this.invoked.push([command, request]);
        return (await this.#answer(command)) as never;
      },
      on: (listener) => {
        this.#listeners.add(listener);
        return () => {
          this.#listeners.delete(listener);
        };
      },
      settings: () => DEFAULTS,
      openAddress: () => {},
      show: () => {},
      close: async () => {},
    };
    const carrier = createCarrier(core, 'the-token', () => session);
    this.#carrier = carrier;
    this.#server = createServer().on('upgrade', (request, socket, head) =>
      carrier.upgrade(request, socket, head),
    );
    this.port ||= await freePort();
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  reply(answer: (command: string) => unknown): void {
    this.#answer = answer;
  }

  emit<E extends EventName>(event: E, payload: Events[E]): void {
    for (const listener of this.#listeners) listener(event, payload);
  }

  async stop(): Promise<void> {
    this.#carrier?.close();
    this.#server?.closeAllConnections();
    if (this.#server?.listening === true) await new Promise((done) => this.#server?.close(done));
  }
}

const hosts: Host[] = [];
const carriers: Carrier[] = [];
afterEach(async () => {
  for (const carrier of carriers.splice(0)) carrier.close();
  for (const host of hosts.splice(0)) await host.stop();
});

async function startHost(session = 'the-session'): Promise<Host> {
  const host = new Host();
  hosts.push(host);
  await host.start(session);
  return host;
}

function enter(
  host: Host,
  greeting: Greeting,
  storage: Storage = new MemoryStorage(),
): { carrier: Carrier; links: Link[] } {
  const links: Link[] = [];
  const carrier = openCarrier({ url: `ws://127.0.0.1:${host.port}/bridge`, greeting, storage, WebSocket });
  carriers.push(carrier);
  carrier.onLink((link) => links.push(link));
  return { carrier, links };
}

test('commands given before the way stands are carried once it does, answers find their commands', async () => {
  const host = await startHost();
  host.reply((command) => ({ ok: true, value: command }));
  const { carrier } = enter(host, { token: 'the-token' });
  const answers = await Promise.all([
    carrier.invoke('snapshot', null),
    carrier.invoke('message.retry', { id: 7 }),
  ]);
  expect(answers).toEqual([
    { ok: true, value: 'snapshot' },
    { ok: true, value: 'message.retry' },
  ]);
  expect(host.invoked).toEqual([
    ['snapshot', null],
    ['message.retry', { id: 7 }],
  ]);
});

test('events arrive in order until one stops listening', async () => {
  const host = await startHost();
  const { carrier } = enter(host, { token: 'the-token' });
  const shown: string[] = [];
  const off = carrier.on('show', (place) => shown.push('peer' in place ? place.peer : place.type));
  await carrier.invoke('snapshot', null);
  host.emit('show', { type: 'conversation', account: 'a', peer: 'one' });
  host.emit('show', { type: 'conversation', account: 'a', peer: 'two' });
  await expect.poll(() => shown).toEqual(['one', 'two']);
  off();
  host.emit('show', { type: 'conversation', account: 'a', peer: 'three' });
  await carrier.invoke('snapshot', null);
  expect(shown).toEqual(['one', 'two']);
});

describe('who may come in', () => {
  test('a wrong token is told so, and does not knock again', async () => {
    const host = await startHost();
    const { links } = enter(host, { token: 'guessed' });
    await expect.poll(() => links).toEqual(['no-token']);
  });

  test('a reload comes back with its session', async () => {
    const host = await startHost();
    const storage = new MemoryStorage();
    const first = enter(host, { token: 'the-token' }, storage);
    await first.carrier.invoke('snapshot', null);
    first.carrier.close();
    const greeting = takeGreeting(new URL('http://x/') as unknown as Location, {} as History, storage);
    expect(greeting).toEqual({ session: 'the-session' });
    const { carrier } = enter(host, greeting as Greeting, storage);
    expect(await carrier.invoke('snapshot', null)).toEqual({ ok: true, value: null });
  });
});

test('the token leaves the address of the page at once', () => {
  const replaced: unknown[] = [];
  const location = new URL('http://127.0.0.1:9/index.html#token=abc') as unknown as Location;
  const history = { replaceState: (...args: unknown[]) => replaced.push(args) } as unknown as History;
  expect(takeGreeting(location, history, new MemoryStorage())).toEqual({ token: 'abc' });
  expect(replaced).toEqual([[null, '', '/index.html']]);
  expect(bridgeUrl(location)).toBe('ws://127.0.0.1:9/bridge');
});

describe('a break', () => {
  test('fails what is under way, and the way is found again when the program is back', async () => {
    const host = await startHost();
    const { carrier, links } = enter(host, { token: 'the-token' });
    await carrier.invoke('snapshot', null);
    host.reply(() => new Promise(() => {}));
    const pending = carrier.invoke('message.retry', { id: 1 });
    await expect.poll(() => host.invoked.length).toBe(2);
    await host.stop();
    expect(await pending).toMatchObject({ ok: false, code: 'closed' });
    expect(await carrier.invoke('message.retry', { id: 2 })).toMatchObject({ ok: false, code: 'closed' });
    host.reply(() => ({ ok: true, value: null }));
    await host.start('the-session');
    await expect.poll(() => links.at(-1)).toBe('up');
    expect(await carrier.invoke('snapshot', null)).toEqual({ ok: true, value: null });
    // What failed was not given a second time behind anybody's back.
    expect(host.invoked.map(([command]) => command).filter((command) => command !== 'window.attend')).toEqual(
      ['snapshot', 'message.retry', 'snapshot'],
    );
  });

  test('that lasts is told', async () => {
    const host = await startHost();
    const { carrier, links } = enter(host, { token: 'the-token' });
    await carrier.invoke('snapshot', null);
    await host.stop();
    await expect.poll(() => links).toEqual(['stopped']);
  });
});
