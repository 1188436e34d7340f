// Chromium as an app window: started as the desktop would, and asked over its own protocol what it shows.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_DEADLINE_MS = 30_000;
const ANSWER_DEADLINE_MS = 30_000;
/** How often is looked, in milliseconds: so much too long may a start be found. */
const LOOK = 3;

/** Of each window that is measured: no screen, and nothing of Chromium's own that asks the network. */
export const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--window-size=1280,800',
  '--remote-debugging-port=0',
] as const;

interface Target {
  readonly type: string;
  readonly url: string;
  readonly webSocketDebuggerUrl: string;
}

/** The one page of a Chromium whose profile is in `folder`, as soon as it has one whose address begins so. */
export async function pageOf(folder: string, address: string): Promise<Page> {
  const end = performance.now() + START_DEADLINE_MS;
  while (performance.now() < end) {
    const target = await look(folder, address);
    if (target !== undefined) return connect(target.webSocketDebuggerUrl);
    await sleep(LOOK);
  }
  throw new Error(`Chromium shows no ${address}`);
}

async function look(folder: string, address: string): Promise<Target | undefined> {
  try {
    const [port] = readFileSync(join(folder, 'DevToolsActivePort'), 'utf8').split('\n');
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
    const targets = (await answer.json()) as Target[];
    return targets.find(({ type, url }) => type === 'page' && url.startsWith(address));
  } catch {
    // Not listening yet.
    return undefined;
  }
}

export interface Page {
  /** Waits until an expression is true in the page. */
  until(expression: string): Promise<void>;
  /** Types as a person does, where the focus is. */
  type(text: string): Promise<void>;
  minimize(): Promise<void>;
  /** The window, and with its last one Chromium. */
  close(): Promise<void>;
}

interface Reply {
  readonly id?: number;
  readonly result?: never;
  readonly error?: { readonly message: string };
}

async function connect(url: string): Promise<Page> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error('Chromium does not answer'));
  });
  const waiting = new Map<number, PromiseWithResolvers<never>>();
  let next = 1;
  socket.onmessage = ({ data }) => {
    const { id = 0, result, error } = JSON.parse(String(data)) as Reply;
    const one = waiting.get(id);
    waiting.delete(id);
    if (error !== undefined) one?.reject(new Error(error.message));
    else one?.resolve(result as never);
  };
  socket.onclose = () => {
    for (const one of waiting.values()) one.reject(new Error('Chromium has gone'));
  };
  const ask = async <T>(method: string, params: object = {}): Promise<T> => {
    const id = next++;
    const one = Promise.withResolvers<never>();
    waiting.set(id, one);
    const late = setTimeout(() => one.reject(new Error(`no answer to ${method}`)), ANSWER_DEADLINE_MS);
    socket.send(JSON.stringify({ id, method, params }));
    try {
      return await one.promise;
    } finally {
      clearTimeout(late);
    }
  };
  return {
    async until(expression) {
      const end = performance.now() + START_DEADLINE_MS;
      while (performance.now() < end) {
        // Not waited for inside the page: its first document goes without a word when the real one comes.
        const { result } = await ask<{ readonly result?: { readonly value?: unknown } }>('Runtime.evaluate', {
          expression,
        }).catch(() => ({ result: undefined }));
        if (result?.value === true) return;
        await sleep(LOOK);
      }
      throw new Error(`the page never came to ${expression}`);
    },
    type: (text) => ask('Input.insertText', { text }),
    async minimize() {
      const { windowId } = await ask<{ readonly windowId: number }>('Browser.getWindowForTarget');
      await ask('Browser.setWindowBounds', { windowId, bounds: { windowState: 'minimized' } });
    },
    async close() {
      await ask('Browser.close').catch(() => {});
      socket.close();
    },
  };
}
