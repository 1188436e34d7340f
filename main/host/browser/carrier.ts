// Carries the IPC contract over a loopback WebSocket. The first frame proves that the page was opened from
// the address that this program printed; then commands and answers, and events.
//   page  {"token": T} or {"session": S}      program  {"session": S}
//   page  {"id": 1, "command": C, "request"}  program  {"id": 1, "answer"}
//                                             program  {"event": E, "payload"}

import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Core } from '../host.ts';

/** Longest command frame, in octets: an address book fits. */
const MAX_FRAME = 16 * 1024 * 1024;
/** How long a page may take to prove itself, in milliseconds. */
const GREETING_TIME = 10_000;
/** Codes of WebSocket closing that the page understands. */
export const CLOSE = { refused: 4401, badFrame: 4400 } as const;

const greeting = z.union([
  z.object({ token: z.string().max(100) }).strict(),
  z.object({ session: z.string().max(100) }).strict(),
]);
const command = z
  .object({ id: z.number().int(), command: z.string().max(100), request: z.unknown() })
  .strict();

export interface Carrier {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/**
 * `token` opens one window: it is spent while that window is there, and good again once it has gone, so that
 * the address can be opened anew. `random` makes the session key by which that window comes back on reload.
 */
export function createCarrier(core: Core, token: string, random: () => string): Carrier {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME, perMessageDeflate: false });
  const windows = new Set<WebSocket>();
  let session = random();

  function admit(frame: unknown): boolean {
    const given = greeting.safeParse(frame);
    if (!given.success) return false;
    if ('session' in given.data) return isSame(given.data.session, session);
    if (windows.size > 0 || !isSame(given.data.token, token)) return false;
    session = random();
    return true;
  }

  function join(socket: WebSocket): void {
    windows.add(socket);
    const off = core.on((event, payload) => socket.send(JSON.stringify({ event, payload })));
    socket.on('close', () => {
      windows.delete(socket);
      off();
      // Nobody looks at a window that is gone.
      if (windows.size === 0) void core.invoke('window.attend', { conversation: null });
    });
    socket.on('message', (data) => {
      const frame = command.safeParse(readJson(data));
      if (!frame.success) return socket.close(CLOSE.badFrame, 'not a command');
      const { id } = frame.data;
      void core.invoke(frame.data.command, frame.data.request).then((answer) => {
        if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ id, answer }));
      });
    });
    socket.send(JSON.stringify({ session }));
  }

  sockets.on('connection', (socket) => {
    socket.on('error', () => socket.terminate());
    const late = setTimeout(() => socket.close(CLOSE.refused, 'no greeting'), GREETING_TIME);
    socket.once('close', () => clearTimeout(late));
    socket.once('message', (data) => {
      clearTimeout(late);
      if (admit(readJson(data))) join(socket);
      else socket.close(CLOSE.refused, 'not this window');
    });
  });

  return {
    upgrade: (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request)),
    close: () => {
      for (const socket of sockets.clients) socket.close(1001, 'the program ends');
      sockets.close();
    },
  };
}

function readJson(data: unknown): unknown {
  try {
    return JSON.parse(String(data)) as unknown;
  } catch {
    return undefined;
  }
}

function isSame(given: string, kept: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(kept)];
  return a.length === b.length && timingSafeEqual(a, b);
}
