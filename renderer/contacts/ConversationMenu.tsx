import type { ReactNode } from 'react';
import { MenuSection } from 'react-aria-components';
import type { Conversation } from '../../shared/model.ts';
import menu from '../components/Menu.module.css';
import { MenuAt, type Spot } from '../components/MenuAt.tsx';
import { MenuLine } from '../components/MenuLine.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useNow, useProgram } from '../store/hooks.ts';
import { act, type ActionName, ACTIONS, actionsFor } from './conversation-actions.ts';

interface MenuProps {
  readonly conversation: Conversation;
  readonly name: string;
  readonly spot: Spot;
  readonly onClose: () => void;
}

/** The menu of a conversation at the place where it was asked for. */
export function ConversationMenu({ conversation, name, spot, onClose }: MenuProps) {
  return (
    <MenuAt label={t('chat.menu', { name })} spot={spot} onClose={onClose}>
      <ConversationSections conversation={conversation} />
    </MenuAt>
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
  return (
    <MenuLine
      id={`chat-${name}`}
      icon={action.icon}
      words={t(action.words)}
      hint={'hint' in action ? t(action.hint) : undefined}
      onAction={() => act(program, conversation, name)}
    />
  );
}
