import { type KeyboardEvent, type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso';
import styles from './RovingList.module.css';

export interface RowProps {
  /** 0 for the one row that Tab reaches, -1 for the others. */
  readonly tabIndex: 0 | -1;
  readonly 'data-row': string;
}

interface Props<T> {
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  /** What the first letters find. */
  readonly textOf: (item: T) => string;
  readonly render: (item: T, props: RowProps) => ReactNode;
  readonly label: string;
  /** The element that scrolls; a long list draws only what is to be seen in it. */
  readonly scroller: HTMLElement | null;
}

/** Shorter lists are drawn whole: searching in the page and reading aloud then work without further ado. */
const WHOLE = 80;
/** So many of a long one are drawn before it is known what scrolls: about a screen of them. */
const FIRST = 24;
/** A row that is scrolled to is there within so many frames, or the list has changed meanwhile. */
const FRAMES = 60;
/** Letters typed within this many milliseconds belong together. */
const TYPING = 700;

/** A list of buttons that is one stop of Tab; arrows, Home, End and first letters move inside. */
export function RovingList<T>({ items, keyOf, textOf, render, label, scroller }: Props<T>) {
  const root = useRef<HTMLDivElement>(null);
  const virtuoso = useRef<VirtuosoHandle>(null);
  const [active, setActive] = useState<string>();
  const wanted = useRef<string>(undefined);
  const typed = useRef({ text: '', at: 0 });
  const isLong = items.length > WHOLE;

  const focusRow = useCallback((key: string): boolean => {
    const row = root.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`);
    row?.focus();
    return row !== null && row !== undefined;
  }, []);

  const moveTo = (index: number): void => {
    const item = items[Math.max(0, Math.min(items.length - 1, index))];
    if (item === undefined) return;
    const key = keyOf(item);
    setActive(key);
    if (focusRow(key)) return;
    // Not drawn yet: the list keeps the focus while it scrolls there, so that keys are heard, and hands it on.
    root.current?.focus({ preventScroll: true });
    virtuoso.current?.scrollIntoView({ index: items.indexOf(item) });
    wanted.current = key;
    handOn(key, FRAMES);
  };

  const handOn = (key: string, frames: number): void => {
    if (wanted.current !== key || frames === 0 || focusRow(key)) return;
    requestAnimationFrame(() => handOn(key, frames - 1));
  };

  // The row that Tab reaches may have gone; then it is the first one.
  const activeIndex = useMemo(
    () => (active === undefined ? -1 : items.findIndex((item) => keyOf(item) === active)),
    [active, items, keyOf],
  );

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = Math.max(0, activeIndex);
    const moves: Record<string, number> = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      Home: 0,
      End: items.length - 1,
      PageDown: from + 10,
      PageUp: from - 10,
    };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      moveTo(to);
    } else if (event.key.length === 1) {
      const now = event.timeStamp;
      // A space presses the row, but between letters it belongs to the name.
      if (event.key === ' ' && now - typed.current.at >= TYPING) return;
      event.preventDefault();
      const text =
        (now - typed.current.at < TYPING ? typed.current.text : '') + event.key.toLocaleLowerCase();
      typed.current = { text, at: now };
      const found = items.findIndex((item) => textOf(item).toLocaleLowerCase().startsWith(text));
      if (found >= 0) moveTo(found);
    }
  };

  const row = (item: T, index: number): ReactNode => {
    const key = keyOf(item);
    const isStop = activeIndex < 0 ? index === 0 : index === activeIndex;
    return render(item, { tabIndex: isStop ? 0 : -1, 'data-row': key });
  };

  // Focus tells which row is the active one, however it came there.
  const onFocus = (event: { target: EventTarget }): void => {
    const key = (event.target as HTMLElement).closest<HTMLElement>('[data-row]')?.dataset['row'];
    if (key !== undefined) setActive(key);
  };

  return (
    // What is pressed are the buttons in it; the list only hears their keys.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={root}
      className={styles.list}
      tabIndex={-1}
      role="list"
      aria-label={label}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
    >
      {isLong && scroller !== null ? (
        <Virtuoso
          ref={virtuoso}
          data={items}
          customScrollParent={scroller}
          computeItemKey={(_, item) => keyOf(item)}
          increaseViewportBy={200}
          itemContent={(index, item) => <div role="listitem">{row(item, index)}</div>}
        />
      ) : (
        items.slice(0, isLong ? FIRST : items.length).map((item, index) => (
          <div key={keyOf(item)} role="listitem">
            {row(item, index)}
          </div>
        ))
      )}
    </div>
  );
}
