import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import type { Spot } from './MenuAt.tsx';

interface Props {
  /** A row asks for its menu, by the pointer or by the keyboard; its key is its `data-row`. */
  readonly onMenu: (key: string, spot: Spot) => void;
  readonly children: ReactNode;
}

/** Around a list whose rows have menus. */
export function MenuRows({ onMenu, children }: Props) {
  const onContextMenu = (event: MouseEvent): void => {
    const row = rowOf(event.target);
    if (row === undefined) return;
    event.preventDefault();
    onMenu(row.key, { x: event.clientX, y: event.clientY });
  };
  // Not left to what the browser makes of these keys: it would open the menu where the pointer is.
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'ContextMenu' && !(event.key === 'F10' && event.shiftKey)) return;
    const row = rowOf(event.target);
    if (row === undefined) return;
    event.preventDefault();
    const { left, bottom, width } = row.element.getBoundingClientRect();
    onMenu(row.key, { x: left + width / 4, y: bottom });
  };
  return (
    // The rows are what has the menu; the list only hears that one asks for it.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div onContextMenu={onContextMenu} onKeyDown={onKeyDown}>
      {children}
    </div>
  );
}

function rowOf(target: EventTarget): { readonly element: HTMLElement; readonly key: string } | undefined {
  const element = (target as HTMLElement).closest<HTMLElement>('[data-row]');
  const key = element?.dataset['row'];
  return element === null || key === undefined ? undefined : { element, key };
}
