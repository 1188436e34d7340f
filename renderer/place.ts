// Where the window is, for when it is made anew: the program drops one that stays hidden, a browser does as well.

import type { Program } from './store/program.ts';
import type { Page, ViewState } from './store/view.ts';

/** Keeps a few words for as long as this window may come back. */
export interface Keeper {
  read(): string;
  keep(words: string): void;
}

/** The address of the page, which Electron's program reads before it drops the window. */
export const addressKeeper = (location: Location, history: History): Keeper => ({
  read: () => decodeURIComponent(location.hash.slice(1)),
  keep: (words) => history.replaceState(null, '', `${location.pathname}#${encodeURIComponent(words)}`),
});

const PLACE = 'parley-place';

/** A tab of a browser: not its address, which the browser's history would keep. */
export const tabKeeper = (storage: Storage): Keeper => ({
  read: () => storage.getItem(PLACE) ?? '',
  keep: (words) => storage.setItem(PLACE, words),
});

type Kept = Pick<ViewState, 'page' | 'pane'>;

/** Goes back to where the window was, and keeps where it goes. Before the first snapshot. */
export function followPlace({ view }: Program, keeper: Keeper): void {
  const kept = placeIn(keeper.read());
  if (kept !== undefined) view.setState(kept);
  let words = '';
  view.subscribe(({ page, pane }) => {
    const next = wordsFor(page, pane);
    if (next === words) return;
    words = next;
    keeper.keep(next);
  });
}

/** Settings are no place to come back to. */
const wordsFor = (page: Page, pane: Kept['pane']): string =>
  page.type === 'conversation'
    ? JSON.stringify([pane, page.account, page.peer])
    : page.type === 'requests'
      ? JSON.stringify([pane])
      : '';

function placeIn(words: string): Kept | undefined {
  if (words === '') return undefined;
  let read: unknown;
  try {
    read = JSON.parse(words);
  } catch {
    return undefined;
  }
  if (!Array.isArray(read)) return undefined;
  const [side, account, peer] = read as readonly unknown[];
  const pane = side === 'list' ? 'list' : 'conversation';
  if (typeof account !== 'string' || typeof peer !== 'string') return { page: { type: 'requests' }, pane };
  return { page: { type: 'conversation', account, peer }, pane };
}
