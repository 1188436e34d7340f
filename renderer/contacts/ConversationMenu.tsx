import { type ReactNode, useRef } from 'react';
import { Menu, MenuItem, MenuSection, Popover } from 'react-aria-components';
import type { Conversation } from '../../shared/model.ts';
import { Icon } from '../components/Icon.tsx';
import menu from '../components/Menu.module.css';
import { t } from '../../shared/i18n/t.ts';
import { useNow, useProgram } from '../store/hooks.ts';
import { act, type ActionName, ACTIONS, actionsFor } from './conversation-actions.ts';
import styles from './ConversationMenu.module.css';

/** Where a menu was asked for, in the window. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

interface MenuProps {
  readonly conversation: Conversation;
  readonly name: string;
  readonly spot: Spot;
  readonly onClose: () => void;
}

/** The menu of a conversation at the place where it was asked for. */
export function ConversationMenu({ conversation, name, spot, onClose }: MenuProps) {
  const anchor = useRef<HTMLSpanElement>(null);
  return (
    <>
      <span ref={anchor} className={styles.anchor} style={{ left: spot.x, top: spot.y }} aria-hidden="true" />
      <Popover
        className={menu.popover ?? ''}
        aria-label={t('chat.menu', { name })}
        triggerRef={anchor}
        placement="bottom start"
        offset={2}
        isOpen
        onOpenChange={onClose}
      >
        <Menu
          className={menu.menu ?? ''}
          aria-label={t('chat.menu', { name })}
          autoFocus="first"
          onClose={onClose}
        >
          <ConversationSections conversation={conversation} />
        </Menu>
      </Popover>
    </>
  );
}

/** What can be done with a conversation, as sections of a menu. */
export function ConversationSections({ conversation }: { readonly conversation: Conversation }): ReactNode {
  const now = useNow(MINUTE);
  return actionsFor(conversation, now).map((names) => (
    <MenuSection key={names[0]} className={menu.section ?? ''} aria-label={t('chat.actions')}>
      {names.map((name) => (
        <ActionItem key={name} name={name} conversation={conversation} />
      ))}
    </MenuSection>
  ));
}

const MINUTE = 60_000;

/** One of them. */
export function ActionItem({
  name,
  conversation,
}: {
  readonly name: ActionName;
  readonly conversation: Conversation;
}) {
  const program = useProgram();
  const action = ACTIONS[name];
  const words = t(action.words);
  return (
    <MenuItem
      id={`chat-${name}`}
      textValue={words}
      className={menu.item ?? ''}
      onAction={() => act(program, conversation, name)}
    >
      <Icon name={action.icon} />
      <span className={menu.words}>
        {words}
        {'hint' in action && <small>{t(action.hint)}</small>}
      </span>
    </MenuItem>
  );
}
