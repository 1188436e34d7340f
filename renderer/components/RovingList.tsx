import { type KeyboardEvent, type ReactNode, useCallback, useRef, useState } from 'react';
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso';

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
    // Not drawn yet: scrolled to, then focused once it is there (see `rendered`).
    wanted.current = key;
    virtuoso.current?.scrollIntoView({ index: items.indexOf(item) });
  };

  const rendered = (): void => {
    if (wanted.current !== undefined && focusRow(wanted.current)) wanted.current = undefined;
  };

  // The row that Tab reaches may have gone; then it is the first one.
  const activeIndex = active === undefined ? -1 : items.findIndex((item) => keyOf(item) === active);

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
    } else if (event.key.length === 1 && event.key !== ' ') {
      const now = event.timeStamp;
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
    <div ref={root} role="list" aria-label={label} onKeyDown={onKeyDown} onFocus={onFocus}>
      {isLong && scroller !== null ? (
        <Virtuoso
          ref={virtuoso}
          data={items}
          customScrollParent={scroller}
          computeItemKey={(_, item) => keyOf(item)}
          increaseViewportBy={200}
          itemsRendered={rendered}
          itemContent={(index, item) => <div role="listitem">{row(item, index)}</div>}
        />
      ) : (
        items.slice(0, isLong ? WHOLE : items.length).map((item, index) => (
          <div key={keyOf(item)} role="listitem">
            {row(item, index)}
          </div>
        ))
      )}
    </div>
  );
}
