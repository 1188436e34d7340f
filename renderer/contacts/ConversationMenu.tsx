import { type ReactNode, useRef } from 'react';
import { Menu, MenuItem, MenuSection, MenuTrigger, Popover } from 'react-aria-components';
import type { Conversation } from '../../shared/model.ts';
import { IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import menu from '../components/Menu.module.css';
import { t } from '../../shared/i18n/t.ts';
import { isMuted } from '../../shared/unread.ts';
import { useMirror, useNow, useProgram } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { act, type ActionName, ACTIONS, actionsFor, muteActions } from './conversation-actions.ts';
import styles from './ConversationMenu.module.css';
import { mutedWords } from './muted-words.ts';

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
        <Item key={name} name={name} conversation={conversation} />
      ))}
    </MenuSection>
  ));
}

const MINUTE = 60_000;

function Item({ name, conversation }: { readonly name: ActionName; readonly conversation: Conversation }) {
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

interface MuteProps {
  readonly account: string;
  readonly peer: string;
}

/** The bell in the header: whether this conversation makes noise, and for how long not. */
export function MuteMenu({ account, peer }: MuteProps) {
  const now = useNow(MINUTE);
  const conversation = useMirror((mirror) => mirror.conversations.get(pairKey(account, peer)));
  if (conversation === undefined) return null;
  const muted = isMuted(conversation, now);
  return (
    <MenuTrigger>
      <IconButton label={muted ? mutedWords(conversation, now) : t('chat.mute')} isOn={muted}>
        <Icon name={muted ? 'bell-off' : 'bell'} />
      </IconButton>
      <Popover className={menu.popover ?? ''} placement="bottom end">
        <Menu className={menu.menu ?? ''}>
          {muteActions(conversation, now).map((name) => (
            <Item key={name} name={name} conversation={conversation} />
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
