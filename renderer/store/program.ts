// Everything a window holds: the way to the program, its mirror, and what is shown. Made once, closed with the window.

import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Bridge, RequestOf, Shown } from '../../shared/ipc.ts';
import { onSpoken } from '../../shared/i18n/t.ts';
import { label } from '../address.ts';
import { type Call, callOver } from '../bridge.ts';
import { announcementsOf } from './announcements.ts';
import { type Follow, follow } from './follow.ts';
import { sortContacts } from './contact-order.ts';
import { addPage, FIRST_PAGE, openingOf, PAGE, type PageWanted, rested } from './log.ts';
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
  /** Loads a page of a conversation; one at a time. Rejects as `messages.page` does. */
  readonly loadPage: (account: string, peer: string, wanted: PageWanted) => Promise<void>;
  /** Loads the first page while a row is being pressed, so that it is there when the conversation opens. */
  readonly prepare: (account: string, peer: string) => void;
  /** Lets go of what nobody looks at any more. */
  readonly rest: (account: string, peer: string) => void;
  /** After the carrier was cut: asks for everything anew. */
  readonly restart: () => void;
  /** What has to be said before the window loses its way to the program; the function returned takes it back. */
  readonly beforeClose: (listener: () => void) => () => void;
  readonly close: () => void;
}

/** Conversations whose end stays here when one goes on to others. */
const KEPT = 12;

interface Loading {
  readonly wanted: PageWanted;
  readonly done: Promise<void>;
}

export function createProgram(bridge: Bridge): Program {
  const call = callOver(bridge);
  const mirror = createStore<MirrorState>()(() => ({ mirror: undefined }));
  const view = createView();
  const closing = new Set<() => void>();
  const loading = new Map<PairKey, Loading>();

  /** A conversation of an account that is gone is no place to be, nor to come back to. */
  const leaveRemoved = ({ accounts }: Mirror): void => {
    const isThere = (page: Page): boolean =>
      page.type !== 'conversation' || accounts.some((one) => one.id === page.account);
    const { page, before } = view.getState();
    if (!isThere(before)) view.setState({ before: { type: 'home' } });
    if (!isThere(page)) view.setState({ page: { type: 'home' } });
  };

  const logOf = (key: PairKey): Log | undefined => mirror.getState().mirror?.logs.get(key);

  /** Without a log, forgets it. The one that was set last is the last to be forgotten. */
  const setLog = (key: PairKey, log: Log | undefined): void => {
    const current = mirror.getState().mirror;
    if (current === undefined) return;
    const logs = new Map(current.logs);
    logs.delete(key);
    if (log !== undefined) logs.set(key, log);
    for (const old of [...logs.keys()].slice(0, -KEPT)) if (!loading.has(old)) logs.delete(old);
    mirror.setState({ mirror: { ...current, logs } });
  };

  const following: Follow = follow({
    bridge,
    call,
    read: () => mirror.getState().mirror,
    write(next, changes) {
      const before = mirror.getState().mirror;
      // A new snapshot: all logs begin anew, and pages of the old ones say nothing about them.
      if (changes.length === 0) loading.clear();
      mirror.setState({ mirror: next });
      const { page, announce } = view.getState();
      for (const text of announcementsOf(before, next, changes, page)) announce(text);
      leaveRemoved(next);
    },
    open: (place) => showPlace(view.getState(), place, mirror.getState().mirror),
    failed: () => view.getState().setLink('stopped'),
  });

  // Names have another order in another language.
  const offSpoken = onSpoken(() => {
    const current = mirror.getState().mirror;
    if (current !== undefined)
      mirror.setState({ mirror: { ...current, contactOrder: sortContacts(current.contactOrder) } });
  });

  const offShow = bridge.on('show', (shown) => showPlace(view.getState(), shown, mirror.getState().mirror));

  async function load(account: string, peer: string, wanted: PageWanted): Promise<void> {
    const key = pairKey(account, peer);
    const log = logOf(key) ?? EMPTY_LOG;
    const place = placeOf(log, wanted);
    if (place === undefined) return;
    setLog(key, { ...log, held: [] });
    const mine = loading.get(key);
    const isStill = (): boolean => mine !== undefined && loading.get(key) === mine;
    try {
      const limit = log.isLoaded ? PAGE : FIRST_PAGE;
      const page = await call('messages.page', { account, peer, ...place, limit });
      // Removed meanwhile, with its conversation: there is nothing to put the page to.
      const current = logOf(key);
      if (isStill() && current !== undefined) setLog(key, addPage(current, page, wanted));
    } catch (error) {
      const current = logOf(key);
      if (isStill() && current !== undefined) setLog(key, { ...current, held: undefined });
      throw error;
    }
  }

  const loadPage = (account: string, peer: string, wanted: PageWanted): Promise<void> => {
    const key = pairKey(account, peer);
    const running = loading.get(key);
    // What is at the ends is asked for again where it still is to be seen; the same first page serves all who ask.
    if (running !== undefined && (wanted === 'older' || wanted === 'newer' || wanted === running.wanted))
      return running.done;
    const before = running?.done.catch(() => undefined) ?? Promise.resolve();
    const next: Loading = {
      wanted,
      done: before
        .then(() => load(account, peer, wanted))
        .finally(() => {
          if (loading.get(key) === next) loading.delete(key);
        }),
    };
    loading.set(key, next);
    return next.done;
  };

  return {
    call,
    mirror,
    view,
    loadPage,
    prepare(account, peer) {
      const key = pairKey(account, peer);
      const current = mirror.getState().mirror;
      const log = current?.logs.get(key);
      const wanted = openingOf(current?.conversations.get(key), log);
      if (log?.isLoaded === true && wanted === 'newest') return;
      // The conversation asks again when it is opened, and says then what is wrong.
      loadPage(account, peer, wanted).catch(() => undefined);
    },
    rest(account, peer) {
      const key = pairKey(account, peer);
      const log = logOf(key);
      if (log === undefined) return;
      const left = rested(log);
      if (left !== log) setLog(key, left);
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
      offSpoken();
    },
  };
}

/** Goes where something outside the window leads. */
function showPlace(view: View, shown: Shown, mirror: Mirror | undefined): void {
  if (shown.type === 'conversation') view.openConversation(shown.account, shown.peer);
  else if (shown.type === 'requests') view.open({ type: 'requests' });
  else if (shown.type === 'shortcut') view.setAsked(shown.shortcut);
  else if (shown.type === 'settings') view.open({ type: 'settings', pane: 'notifications' });
  else if (shown.type === 'invitation') {
    const { type: _, ...invitation } = shown;
    // Who has accounts may be in the midst of something.
    if ((mirror?.accounts.length ?? 0) > 0) view.ask({ type: 'invitation', invitation });
    else view.open({ type: 'sign-in', invitation });
  } else view.addContact(label(shown.address));
}

/** What to ask `messages.page` for; nothing, where there is nothing to ask. */
function placeOf(
  log: Log,
  wanted: PageWanted,
): Omit<RequestOf<'messages.page'>, 'account' | 'peer' | 'limit'> | undefined {
  if (wanted === 'newest') return {};
  if (typeof wanted !== 'string') return wanted;
  const end = wanted === 'older' ? log.messages[0] : log.messages.at(-1);
  const hasMore = wanted === 'older' ? log.hasOlder || log.isWaiting : log.hasNewer;
  if (!log.isLoaded || !hasMore) return undefined;
  if (end === undefined) return {};
  const { at, order } = end;
  return wanted === 'older' ? { before: { at, order } } : { after: { at, order } };
}
