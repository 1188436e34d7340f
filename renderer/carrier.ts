// The bridge of the browser host: the same contract as Electron's preload, carried by a WebSocket to the program on
// this computer. The key that lets this window in comes once in the page's address and is taken out of it at once,
// so that it stays in no history, no bookmark and no screenshot.

import type { Answer, Bridge, CommandName, EventName, Events, RequestOf, ResponseOf } from '../shared/ipc.ts';

export type Link = 'up' | 'stopped' | 'no-token';

export interface Carrier extends Bridge {
  /** Tells when the way to the program breaks for good or is back; back means: ask for a new snapshot. */
  onLink(listener: (link: Link) => void): () => void;
  close(): void;
}

export interface CarrierOptions {
  /** `ws://host/bridge?token=...` */
  readonly url: string;
  readonly WebSocket: typeof globalThis.WebSocket;
}

/** No answer to a command within this many milliseconds is a failure; signing in has its own, shorter end inside. */
const DEADLINE = 90_000;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5_000;
/** Shorter breaks are not shown: a program that starts again is back before anybody has read it. */
const PATIENCE = 2_000;
const TOKEN = 'parley-token';

type Settle = (answer: Answer<never>) => void;
type Frame =
  | { readonly id: number; readonly answer: Answer<never> }
  | { readonly event: EventName; readonly payload: never };

const failed = (code: 'closed' | 'timeout', reason: string): Answer<never> => ({
  ok: false,
  code,
  reason,
  data: {},
});

/** Takes the token out of the address of the page, keeping it for reloads of this tab only. */
export function takeToken(location: Location, history: History, storage: Storage): string | undefined {
  const url = new URL(location.href);
  const inFragment = new URLSearchParams(url.hash.slice(1));
  const token = url.searchParams.get('token') ?? inFragment.get('token');
  if (token === null) return storage.getItem(TOKEN) ?? undefined;
  storage.setItem(TOKEN, token);
  url.searchParams.delete('token');
  url.hash = '';
  history.replaceState(null, '', url);
  return token;
}

/** The address of the bridge beside the page. */
export const bridgeUrl = (location: Location, token: string): string =>
  `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/bridge?token=${encodeURIComponent(token)}`;

export function openCarrier({ url, WebSocket }: CarrierOptions): Carrier {
  const listeners = new Map<EventName, Set<(payload: never) => void>>();
  const linkListeners = new Set<(link: Link) => void>();
  const open = new Map<number, Settle>();
  /** Commands given before the first connection stands, or while it is being renewed. */
  let unsent: string[] = [];
  let socket: WebSocket | undefined;
  let nextId = 1;
  let pause = FIRST_PAUSE;
  let hasBeenUp = false;
  let isClosed = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;

  const tell = (link: Link): void => {
    for (const listener of [...linkListeners]) listener(link);
  };

  const connect = (): void => {
    retry = undefined;
    const attempt = new WebSocket(url);
    socket = attempt;
    attempt.onopen = () => {
      pause = FIRST_PAUSE;
      clearTimeout(patience);
      patience = undefined;
      for (const frame of unsent) attempt.send(frame);
      unsent = [];
      if (hasBeenUp) tell('up');
      hasBeenUp = true;
    };
    attempt.onmessage = ({ data }: MessageEvent<unknown>) => receive(String(data));
    attempt.onclose = () => {
      if (socket !== attempt || isClosed) return;
      socket = undefined;
      // Whether a command was carried out is not known: it is not given again, and says so. What the program keeps
      // (an outbox row, a contact) comes back with the snapshot.
      for (const settle of [...open.values()])
        settle(failed('closed', 'the connection to the program broke'));
      unsent = [];
      patience ??= setTimeout(() => tell('stopped'), PATIENCE);
      retry = setTimeout(connect, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
  };

  const receive = (text: string): void => {
    const frame = JSON.parse(text) as Frame;
    if ('event' in frame) {
      for (const listener of [...(listeners.get(frame.event) ?? [])]) listener(frame.payload);
    } else {
      open.get(frame.id)?.(frame.answer);
    }
  };

  connect();

  return {
    invoke<C extends CommandName>(command: C, request: RequestOf<C>): Promise<Answer<ResponseOf<C>>> {
      return new Promise((resolve) => {
        const id = nextId++;
        const deadline = setTimeout(() => settle(failed('timeout', 'the program did not answer')), DEADLINE);
        const settle: Settle = (answer) => {
          clearTimeout(deadline);
          open.delete(id);
          resolve(answer);
        };
        open.set(id, settle);
        const frame = JSON.stringify({ id, command, request });
        if (socket?.readyState === WebSocket.OPEN) socket.send(frame);
        else if (hasBeenUp && command !== 'snapshot')
          settle(failed('closed', 'there is no connection to the program'));
        else unsent.push(frame);
      });
    },
    on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set);
      set.add(listener);
      return () => {
        set.delete(listener);
      };
    },
    onLink(listener) {
      linkListeners.add(listener);
      return () => {
        linkListeners.delete(listener);
      };
    },
    close() {
      isClosed = true;
      clearTimeout(retry);
      clearTimeout(patience);
      for (const settle of [...open.values()]) settle(failed('closed', 'the window closed'));
      socket?.close();
    },
  };
}
