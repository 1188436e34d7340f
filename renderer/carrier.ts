// The bridge of the browser host: the same contract as Electron's preload, carried by a WebSocket to the program on
// this computer. The token that lets this window in comes in the page's address and is taken out of it at once, so
// that it stays in no history, no bookmark and no screenshot; a reload comes back with the session key that the
// program gave in exchange.

import type { Answer, Bridge, CommandName, EventName, Events, RequestOf, ResponseOf } from '../shared/ipc.ts';

export type Link = 'up' | 'stopped' | 'no-token';

export interface Carrier extends Bridge {
  /** Tells when the way to the program breaks for good or is back; back means: ask for a new snapshot. */
  onLink(listener: (link: Link) => void): () => void;
  close(): void;
}

/** What proves that this window may come in. */
export type Greeting = { readonly token: string } | { readonly session: string };

export interface CarrierOptions {
  /** `ws://host/bridge` */
  readonly url: string;
  readonly greeting: Greeting;
  /** Where the session key is kept for reloads: this tab only. */
  readonly storage: Storage;
  readonly WebSocket: typeof globalThis.WebSocket;
}

/** No answer to a command within this many milliseconds is a failure; signing in has its own, shorter end inside. */
const DEADLINE = 90_000;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5_000;
/** Shorter breaks are not shown: a program that starts again is back before anybody has read it. */
const PATIENCE = 2_000;
const SESSION = 'parley-session';
/** The program's code of closing for a window that it does not let in. */
const REFUSED = 4401;

type Settle = (answer: Answer<never>) => void;
type Frame =
  | { readonly id: number; readonly answer: Answer<never> }
  | { readonly event: EventName; readonly payload: Events[EventName] }
  | { readonly session: string };

const failed = (code: 'closed' | 'timeout', reason: string): Answer<never> => ({
  ok: false,
  code,
  reason,
  data: {},
});

/** Takes the token out of the address of the page, or finds the session key of this tab. */
export function takeGreeting(location: Location, history: History, storage: Storage): Greeting | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) {
    history.replaceState(null, '', location.pathname);
    return { token };
  }
  const session = storage.getItem(SESSION);
  return session === null ? undefined : { session };
}

/** The address of the bridge beside the page. */
export const bridgeUrl = (location: Location): string =>
  `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/bridge`;

export function openCarrier({ url, greeting: first, storage, WebSocket }: CarrierOptions): Carrier {
  const listeners = new Map<EventName, Set<(payload: never) => void>>();
  const linkListeners = new Set<(link: Link) => void>();
  const open = new Map<number, Settle>();
  /** Commands given before the first connection stands, or while it is being renewed. */
  let unsent: string[] = [];
  let socket: WebSocket | undefined;
  let greeting = first;
  let nextId = 1;
  let pause = FIRST_PAUSE;
  let hasBeenUp = false;
  let isAdmitted = false;
  let admit = (): void => {};
  let isClosed = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;

  const tell = (link: Link): void => {
    for (const listener of linkListeners) listener(link);
  };

  const connect = (): void => {
    retry = undefined;
    const attempt = new WebSocket(url);
    socket = attempt;
    attempt.onopen = () => attempt.send(JSON.stringify(greeting));
    isAdmitted = false;
    admit = () => {
      isAdmitted = true;
      pause = FIRST_PAUSE;
      clearTimeout(patience);
      patience = undefined;
      for (const frame of unsent) attempt.send(frame);
      unsent = [];
      if (hasBeenUp) tell('up');
      hasBeenUp = true;
    };
    attempt.onmessage = ({ data }: MessageEvent<unknown>) => receive(String(data));
    attempt.onclose = ({ code }: CloseEvent) => {
      if (socket !== attempt || isClosed) return;
      socket = undefined;
      isAdmitted = false;
      if (code === REFUSED) {
        storage.removeItem(SESSION);
        return tell('no-token');
      }
      // Whether a command was carried out is not known: it is not given again, and says so. What the program keeps
      // (an outbox row, a contact) comes back with the snapshot.
      for (const settle of open.values()) settle(failed('closed', 'the connection to the program broke'));
      unsent = [];
      patience ??= setTimeout(() => tell('stopped'), PATIENCE);
      retry = setTimeout(connect, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
  };

  const receive = (text: string): void => {
    const frame = JSON.parse(text) as Frame;
    if ('event' in frame) {
      for (const listener of listeners.get(frame.event) ?? []) listener(frame.payload as never);
    } else if ('id' in frame) {
      open.get(frame.id)?.(frame.answer);
    } else {
      greeting = { session: frame.session };
      storage.setItem(SESSION, frame.session);
      admit();
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
        if (isAdmitted) socket?.send(frame);
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
      for (const settle of open.values()) settle(failed('closed', 'the window closed'));
      socket?.close();
    },
  };
}
