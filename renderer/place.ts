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

/** What would be lost with the window: a program that sees this mark keeps it, however long it is hidden. */
const HELD = '!';
const holders = new Set<object>();
let renew = (): void => {};

/** Says whether there is something of `holder`'s that is kept nowhere else. */
export function holdWindow(holder: object, hasSomething: boolean): void {
  if (hasSomething) holders.add(holder);
  else holders.delete(holder);
  renew();
}

type Kept = Pick<ViewState, 'page' | 'pane'>;

/** Goes back to where the window was, and keeps where it goes. Before the first snapshot. */
export function followPlace({ view }: Program, keeper: Keeper): void {
  const kept = placeIn(keeper.read());
  if (kept !== undefined) view.setState(kept);
  let words = '';
  renew = () => {
    const { page, pane, held } = view.getState();
    const isHeld = held !== undefined || holders.size > 0;
    const next = (isHeld ? HELD : '') + wordsFor(page, pane);
    if (next === words) return;
    words = next;
    keeper.keep(next);
  };
  view.subscribe(renew);
}

/** Settings are no place to come back to. */
const wordsFor = (page: Page, pane: Kept['pane']): string =>
  page.type === 'conversation'
    ? JSON.stringify([pane, page.account, page.peer])
    : page.type === 'requests'
      ? JSON.stringify([pane])
      : '';

function placeIn(kept: string): Kept | undefined {
  const words = kept.startsWith(HELD) ? kept.slice(HELD.length) : kept;
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
