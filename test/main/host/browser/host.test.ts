// The loopback door: who may come in, and what is carried.

import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type BrowserWindows, serveCore } from '../../../../main/host/browser/host.ts';
import type { Core } from '../../../../main/host/host.ts';
import { DEFAULTS } from '../../../../main/settings.ts';

/** A core that answers with what it was asked, and can be made to emit. */
function echoCore(): Core & { emit(): void } {
  const listeners = new Set<Parameters<Core['on']>[0]>();
  return {
    invoke: (command, given) => Promise.resolve({ ok: true, value: { command, given } }),
    on: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    settings: () => DEFAULTS,
    openAddress: () => {},
    show: () => {},
    close: () => Promise.resolve(),
    emit: () => {
      for (const listener of listeners)
        listener('show', {
          type: 'conversation',
          account: 'impp://a.example/a',
          peer: 'impp://a.example/b',
        });
    },
  };
}

let folder: string;
let windows: BrowserWindows;
let core: ReturnType<typeof echoCore>;
let origin: string;
let token: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-pages-'));
  const pages = join(folder, 'pages');
  mkdirSync(pages);
  writeFileSync(join(pages, 'index.html'), '<!doctype html><title>Parley</title>');
  writeFileSync(join(folder, 'parley-secret.html'), 'secret');
  core = echoCore();
  windows = await serveCore(core, pages);
  const url = new URL(windows.url);
  origin = url.origin;
  token = url.hash.replace('#token=', '');
});

afterEach(async () => {
  await windows.close();
  rmSync(folder, { recursive: true });
});

const bridge = (headers: Record<string, string> = { Origin: origin }) =>
  new WebSocket(`${origin.replace('http', 'ws')}/bridge`, { headers });

/** Opens a socket and greets; gives the first frame that comes back, or the code of the closing. */
async function greet(greeting: unknown): Promise<{ socket: WebSocket; reply: unknown }> {
  const socket = bridge();
  const reply = new Promise<unknown>((resolve) => {
    socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString())));
    socket.once('close', (code) => resolve(code));
  });
  await once(socket, 'open');
  socket.send(typeof greeting === 'string' ? greeting : JSON.stringify(greeting));
  return { socket, reply: await reply };
}

async function ask(socket: WebSocket, frame: unknown): Promise<unknown> {
  const answer = once(socket, 'message');
  socket.send(JSON.stringify(frame));
  const [data] = (await answer) as [unknown];
  return JSON.parse(String(data));
}

/** The status of a raw request, whose path is sent as it stands. */
async function statusOf(path: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  const { hostname, port } = new URL(origin);
  const asked = request({ hostname, port, path, headers }).end();
  const [response] = (await once(asked, 'response')) as [{ statusCode?: number; resume(): void }];
  response.resume();
  return response.statusCode;
}

describe('pages', () => {
  test('come with a strict policy', async () => {
    const response = await fetch(origin);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test.each([
    '/../parley-secret.html',
    '/%2e%2e/parley-secret.html',
    '/..%2fparley-secret.html',
    '/%00',
    '/%',
    '//etc/passwd',
  ])('outside the folder are not found: %s', async (path) => {
    expect(await statusOf(path)).toBe(404);
  });

  test('are refused to a name that was rebound to loopback', async () => {
    expect(await statusOf('/', { Host: 'evil.example' })).toBe(421);
  });
});

describe('the bridge', () => {
  test('carries commands, answers and events to a window with the token', async () => {
    const { socket, reply } = await greet({ token });
    expect(reply).toEqual({ session: expect.any(String) as string });
    expect(await ask(socket, { id: 7, command: 'snapshot', request: null })).toEqual({
      id: 7,
      answer: { ok: true, value: { command: 'snapshot', given: null } },
    });
    const event = once(socket, 'message');
    core.emit();
    const [data] = (await event) as [unknown];
    expect(JSON.parse(String(data))).toMatchObject({ event: 'show' });
    socket.close();
  });

  test.each([
    ['a wrong token', { token: 'x'.repeat(32) }],
    ['no token', {}],
    ['a session nobody gave', { session: 'x'.repeat(32) }],
    ['something else', [1]],
    ['no JSON', 'hello'],
  ])('is closed to %s', async (_what, greeting) => {
    expect((await greet(greeting)).reply).toBe(4401);
  });

  test('spends the token while the window is there, and takes it again when it has gone', async () => {
    const { socket } = await greet({ token });
    expect((await greet({ token })).reply).toBe(4401);
    const gone = once(socket, 'close');
    socket.close();
    await gone;
    await expect
      .poll(async () => (await greet({ token })).reply)
      .toEqual({ session: expect.any(String) as string });
  });

  test('lets the window back in by its session', async () => {
    const { socket, reply } = await greet({ token });
    socket.close();
    expect((await greet(reply)).reply).toEqual(reply);
  });

  test.each([
    ['another origin', { Origin: 'https://evil.example' }],
    ['no origin', {}],
  ])('is refused to %s', async (_what, headers) => {
    const socket = bridge(headers as Record<string, string>);
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('403');
  });

  test('closes on a frame that is not a command', async () => {
    const { socket } = await greet({ token });
    socket.send('{"id": "one"}');
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(4400);
  });
});
