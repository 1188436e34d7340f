// Everything a window holds: the way to the program, its mirror, and what is shown. Made once, closed with the window.

import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Bridge } from '../../shared/ipc.ts';
import { type Call, callOver } from '../bridge.ts';
import { announcementsOf } from './announcements.ts';
import { type Follow, follow } from './follow.ts';
import { addPage } from './log.ts';
import { EMPTY_LOG, type Log, type Mirror, type PairKey, pairKey } from './mirror.ts';
import { createView, type Page, type View } from './view.ts';

export interface MirrorState {
  /** Absent until the first snapshot. */
  readonly mirror: Mirror | undefined;
}

export interface Program {
  readonly call: Call;
  readonly mirror: StoreApi<MirrorState>;
  readonly view: StoreApi<View>;
  /** Loads the newest page of a conversation, or the page before what is here. Rejects as `messages.page` does. */
  readonly loadPage: (account: string, peer: string) => Promise<void>;
  /** Loads the newest page while a row is being pressed, so that it is there when the conversation opens. */
  readonly prepare: (account: string, peer: string) => void;
  /** After the carrier was cut: asks for everything anew. */
  readonly restart: () => void;
  /** What has to be said before the window loses its way to the program; the function returned takes it back. */
  readonly beforeClose: (listener: () => void) => () => void;
  readonly close: () => void;
}

export const PAGE = 60;

export function createProgram(bridge: Bridge): Program {
  const call = callOver(bridge);
  const mirror = createStore<MirrorState>()(() => ({ mirror: undefined }));
  const view = createView();
  const closing = new Set<() => void>();
  const loading = new Map<PairKey, Promise<void>>();

  /** A conversation of an account that is gone is no place to be, nor to come back to. */
  const leaveRemoved = ({ accounts }: Mirror): void => {
    const isThere = (page: Page): boolean =>
      page.type !== 'conversation' || accounts.some((one) => one.id === page.account);
    const { page, before } = view.getState();
    if (!isThere(before)) view.setState({ before: { type: 'home' } });
    if (!isThere(page)) view.setState({ page: { type: 'home' } });
  };

  const setLog = (key: PairKey, log: Log): void => {
    const current = mirror.getState().mirror;
    if (current === undefined) return;
    mirror.setState({ mirror: { ...current, logs: new Map(current.logs).set(key, log) } });
  };

  const following: Follow = follow({
    bridge,
    call,
    read: () => mirror.getState().mirror,
    write(next, changes) {
      const before = mirror.getState().mirror;
      mirror.setState({ mirror: next });
      const { page, announce } = view.getState();
      for (const text of announcementsOf(before, next, changes, page)) announce(text);
      leaveRemoved(next);
    },
    failed: () => view.getState().setLink('stopped'),
  });

  const offShow = bridge.on('show', ({ account, peer }) => view.getState().openConversation(account, peer));

  async function load(account: string, peer: string, key: PairKey): Promise<void> {
    const log = mirror.getState().mirror?.logs.get(key);
    if (log === undefined) setLog(key, EMPTY_LOG);
    const first = log?.isLoaded === true ? log.messages[0] : undefined;
    const before = first === undefined ? {} : { before: { at: first.at, order: first.order } };
    const page = await call('messages.page', { account, peer, ...before, limit: PAGE });
    // The log may have begun anew meanwhile; its own page will come.
    const current = mirror.getState().mirror?.logs.get(key);
    if (current === undefined || current.isLoaded !== (log?.isLoaded ?? false)) return;
    setLog(key, addPage(current, page));
  }

  const loadPage = (account: string, peer: string): Promise<void> => {
    const key = pairKey(account, peer);
    const running = loading.get(key);
    if (running !== undefined) return running;
    const promise = load(account, peer, key).finally(() => loading.delete(key));
    loading.set(key, promise);
    return promise;
  };

  return {
    call,
    mirror,
    view,
    loadPage,
    prepare(account, peer) {
      if (mirror.getState().mirror?.logs.get(pairKey(account, peer))?.isLoaded === true) return;
      // The conversation asks again when it is opened, and says then what is wrong.
      loadPage(account, peer).catch(() => undefined);
    },
    restart: () => following.restart(),
    beforeClose(listener) {
      closing.add(listener);
      return () => {
        closing.delete(listener);
      };
    },
    close() {
      for (const listener of closing) listener();
      following.close();
      offShow();
    },
  };
}
