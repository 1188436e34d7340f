import { type ReactNode, useRef } from 'react';
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

/** A menu at the place where it was asked for. */
export function MenuAt({ label, spot, onClose, children }: Props) {
  const anchor = useRef<HTMLSpanElement>(null);
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
          {children}
        </Menu>
      </Popover>
    </>
  );
}
