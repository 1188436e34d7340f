// Where somebody is in the log, and that they stay there whatever comes above, below or in between. The rows are real
// elements, all of them: what holds a place is one that is in sight, not a guess at heights.

import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';

/** This near to the end counts as being at the end. */
const NEAR_END = 60;
/** What changes within so many milliseconds after a press is what was pressed for. */
const PRESS = 1000;
/** So many heights of the log before an end the next page is asked for. */
const AHEAD = 1.5;
/** Rows in sight that are remembered: the first of them that is still there holds the place. */
const REMEMBERED = 8;

export interface Target {
  readonly key: string;
  /** `near-start`: below the upper edge, with what came before in sight. */
  readonly align: 'center' | 'near-start' | 'nearest';
}

export interface Scroll {
  readonly onScroll: () => void;
  readonly isAtEnd: boolean;
  /** The row of `mark` is above what is in sight. */
  readonly isMarkAbove: boolean;
  /** The key of the first row in sight. */
  readonly firstInSight: () => string | undefined;
  /** With the next rows, or now if they are here. */
  readonly go: (target: Target | 'end') => void;
}

interface Held {
  readonly key: string;
  /** Below the upper edge of the log, in pixels. */
  readonly top: number;
}

export interface ScrollOptions {
  /** What is drawn: with each change the place is held. */
  readonly rows: unknown;
  /** The newest message is among the rows. */
  readonly hasEnd: boolean;
  /** The key of a row that is watched for. */
  readonly mark: string;
  readonly onNearStart: () => void;
  readonly onNearEnd: () => void;
}

/** Rows carry `data-row-key`. */
export function useScroll(
  scroller: RefObject<HTMLDivElement | null>,
  { rows, hasEnd, mark, onNearStart, onNearEnd }: ScrollOptions,
): Scroll {
  // Not before it has been looked at: what nobody saw has not been read.
  const [isAtEnd, setAtEnd] = useState(false);
  const [isMarkAbove, setMarkAbove] = useState(false);
  const state = useRef({
    /** Where somebody put themselves: at the end they are taken along with it. */
    isAtEnd: true,
    held: [] as readonly Held[],
    wanted: 'end' as Target | 'end' | undefined,
    height: 0,
  });
  const near = useRef({ onNearStart, onNearEnd, hasEnd });
  // Before the rows are placed, which asks it.
  useLayoutEffect(() => {
    near.current = { onNearStart, onNearEnd, hasEnd };
  });

  const look = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const below = scrollHeight - scrollTop - clientHeight;
    state.current.isAtEnd = near.current.hasEnd && below < NEAR_END;
    state.current.held = inSight(element);
    setAtEnd(state.current.isAtEnd);
    const marked = find(element, mark)?.getBoundingClientRect();
    setMarkAbove(marked !== undefined && marked.bottom < element.getBoundingClientRect().top);
    if (scrollTop < clientHeight * AHEAD) near.current.onNearStart();
    if (below < clientHeight * AHEAD) near.current.onNearEnd();
  }, [scroller, mark]);

  const place = useCallback((): void => {
    const element = scroller.current;
    if (element === null) return;
    const { wanted, held, isAtEnd: wasAtEnd } = state.current;
    if (wanted === 'end' || (wanted === undefined && wasAtEnd && near.current.hasEnd)) {
      toEnd(element);
      state.current.wanted = undefined;
    } else if (wanted !== undefined && show(element, wanted)) state.current.wanted = undefined;
    else hold(element, held);
    look();
  }, [scroller, look]);

  const go = useCallback(
    (target: Target | 'end') => {
      state.current.wanted = target;
      place();
    },
    [place],
  );

  useLayoutEffect(place, [rows, place]);

  // The room changes (a banner comes, the field grows), or a row does (a message gets a line of words).
  useEffect(() => {
    const element = scroller.current;
    const content = element?.firstElementChild;
    if (element === null || content === null || content === undefined) return;
    let pressed = Number.NEGATIVE_INFINITY;
    const onPress = (): void => {
      pressed = performance.now();
    };
    const observer = new ResizeObserver(() => {
      const grown = content.clientHeight - state.current.height;
      state.current.height = content.clientHeight;
      // What grows by much after a press was opened to be read from where it was.
      const isOpened = grown >= NEAR_END && performance.now() - pressed < PRESS;
      if (state.current.isAtEnd && !isOpened) toEnd(element);
      look();
    });
    observer.observe(element);
    observer.observe(content);
    element.addEventListener('pointerdown', onPress);
    element.addEventListener('keydown', onPress);
    return () => {
      observer.disconnect();
      element.removeEventListener('pointerdown', onPress);
      element.removeEventListener('keydown', onPress);
    };
  }, [scroller, look]);

  const firstInSight = useCallback(() => state.current.held[0]?.key, []);
  return useMemo(
    () => ({ onScroll: look, isAtEnd, isMarkAbove, firstInSight, go }),
    [look, isAtEnd, isMarkAbove, firstInSight, go],
  );
}

const toEnd = (scroller: HTMLElement): void => scroller.scrollTo({ top: scroller.scrollHeight });

const rowsIn = (scroller: Element): HTMLElement[] =>
  [...(scroller.firstElementChild?.children ?? [])].filter(
    (row): row is HTMLElement => row instanceof HTMLElement && row.dataset['rowKey'] !== undefined,
  );

/** The first rows in sight; found by halving, as there are hundreds and this runs with each step of scrolling. */
function inSight(scroller: HTMLElement): Held[] {
  const rows = rowsIn(scroller);
  const upper = scroller.getBoundingClientRect().top;
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.getBoundingClientRect().bottom ?? 0) > upper) high = middle;
    else low = middle + 1;
  }
  return rows.slice(low, low + REMEMBERED).map((row) => ({
    key: row.dataset['rowKey'] ?? '',
    top: row.getBoundingClientRect().top - upper,
  }));
}

const find = (scroller: Element, key: string): HTMLElement | undefined =>
  scroller.querySelector<HTMLElement>(`[data-row-key="${CSS.escape(key)}"]`) ?? undefined;

function hold(scroller: HTMLElement, held: readonly Held[]): void {
  const upper = scroller.getBoundingClientRect().top;
  for (const { key, top } of held) {
    const row = find(scroller, key);
    if (row === undefined) continue;
    const moved = row.getBoundingClientRect().top - upper - top;
    if (moved !== 0) scroller.scrollBy({ top: moved });
    return;
  }
}

function show(scroller: HTMLElement, { key, align }: Target): boolean {
  const row = find(scroller, key);
  if (row === undefined) return false;
  const outer = scroller.getBoundingClientRect();
  const inner = row.getBoundingClientRect();
  const above = inner.top - outer.top;
  if (align === 'nearest') row.scrollIntoView({ block: 'nearest' });
  else {
    const room = align === 'center' ? Math.max(0, (outer.height - inner.height) / 2) : outer.height / 5;
    scroller.scrollBy({ top: above - room });
  }
  return true;
}
