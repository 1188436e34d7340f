import { useContext } from 'react';
import { MenuItem } from 'react-aria-components';
import { Icon } from './Icon.tsx';
import menu from './Menu.module.css';
import { AfterMenu } from './MenuAt.tsx';
import type { ControlSign } from './signs.tsx';

interface Props {
  readonly id: string;
  readonly icon: ControlSign;
  readonly words: string;
  readonly hint?: string | undefined;
  /** Where the menu itself does not do what is chosen in it. */
  readonly onAction?: () => void;
}

/** What can be chosen in a menu: its sign, its words, and what to know before. */
export function MenuLine({ id, icon, words, hint, onAction }: Props) {
  const afterMenu = useContext(AfterMenu);
  return (
    <MenuItem
      id={id}
      textValue={words}
      className={menu.item ?? ''}
      {...(onAction === undefined ? {} : { onAction: () => afterMenu(onAction) })}
    >
      <Icon name={icon} isDirected={icon === 'panel'} />
      <span className={menu.words}>
        {words}
        {hint !== undefined && <small>{hint}</small>}
      </span>
    </MenuItem>
  );
}
