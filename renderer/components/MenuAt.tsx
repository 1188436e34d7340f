import { createContext, type ReactNode, useRef } from 'react';
import { flushSync } from 'react-dom';
import { Menu, Popover } from 'react-aria-components';
import menu from './Menu.module.css';
import styles from './MenuAt.module.css';

/** Where a menu was asked for, in the window. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

interface Props {
  readonly label: string;
  readonly spot: Spot;
  readonly onClose: () => void;
  /** Sections of the menu. */
  readonly children: ReactNode;
}

/** Does what was chosen when the menu has gone, and focus is where it was: a dialog gives it back to there. */
export const AfterMenu = createContext((action: () => void): void => action());

/** A menu at the place where it was asked for. */
export function MenuAt({ label, spot, onClose, children }: Props) {
  const anchor = useRef<HTMLSpanElement>(null);
  const opener = useRef(document.activeElement);
  const afterwards = (action: () => void): void => {
    flushSync(onClose);
    if (opener.current instanceof HTMLElement) opener.current.focus();
    action();
  };
  return (
    <>
      <span ref={anchor} className={styles.anchor} style={{ left: spot.x, top: spot.y }} aria-hidden="true" />
      <Popover
        className={menu.popover ?? ''}
        aria-label={label}
        triggerRef={anchor}
        placement="bottom start"
        offset={2}
        isOpen
        onOpenChange={onClose}
      >
        <Menu className={menu.menu ?? ''} aria-label={label} autoFocus="first" onClose={onClose}>
          <AfterMenu value={afterwards}>{children}</AfterMenu>
        </Menu>
      </Popover>
    </>
  );
}
