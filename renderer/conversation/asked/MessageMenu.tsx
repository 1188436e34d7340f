import { Keyboard, Menu, MenuItem, MenuSection } from 'react-aria-components';
import type { Message } from '../../../shared/model.ts';
import { Icon } from '../../components/Icon.tsx';
import menu from '../../components/Menu.module.css';
import type { ControlSign } from '../../components/signs.tsx';
import { t } from '../../../shared/i18n/t.ts';
import { ON_MESSAGE } from '../../../shared/shortcuts.ts';
import { keysWords } from '../../i18n/keys.ts';
import { useMirror } from '../../store/hooks.ts';
import { useActions } from '../actions.ts';
import { abilitiesOf } from '../message/abilities.ts';
import styles from './Asked.module.css';

export type MenuAction =
  | 'reply'
  | 'react'
  | 'correct'
  | 'copy'
  | 'forward'
  | 'select'
  | 'details'
  | 'retry'
  | 'cancel'
  | 'retract'
  | 'delete';

interface Item {
  readonly id: MenuAction;
  readonly sign: ControlSign;
  readonly words: string;
}

interface Props {
  readonly message: Message;
  readonly isSelected: boolean;
  /** Text of the message is marked: copying takes that. */
  readonly hasMarked: boolean;
  readonly onAction: (action: MenuAction) => void;
}

/** Whether a key does the same in the log. */
const hasKeys = (id: MenuAction): id is MenuAction & keyof typeof ON_MESSAGE => Object.hasOwn(ON_MESSAGE, id);

/** Everything that can be done with a message, here and now. */
export function MessageMenu({ message, isSelected, hasMarked, onAction }: Props) {
  const { isRequest } = useActions();
  const isTransferred = useMirror((mirror) => mirror.transfers.has(message.id));
  const platform = useMirror((mirror) => mirror.host.platform);
  const can = abilitiesOf(message, isRequest, isTransferred);
  const sections: (Item | false)[][] = [
    [
      can.reply && { id: 'reply', sign: 'reply', words: t('message.reply') },
      can.react && { id: 'react', sign: 'smile', words: t('message.react') },
      can.correct && { id: 'correct', sign: 'edit', words: t('message.correct') },
    ],
    [
      can.retry && { id: 'retry', sign: 'refresh', words: t('message.retry') },
      can.cancel && { id: 'cancel', sign: 'close', words: t('message.cancel') },
    ],
    [
      can.copy && {
        id: 'copy',
        sign: 'copy',
        words: hasMarked ? t('message.copy.selected') : t('message.copy'),
      },
      can.forward && { id: 'forward', sign: 'forward', words: t('message.forward') },
      { id: 'select', sign: 'check', words: isSelected ? t('message.unselect') : t('message.select') },
      { id: 'details', sign: 'info', words: t('message.details') },
    ],
    [
      can.retract && { id: 'retract', sign: 'history', words: t('message.retract') },
      { id: 'delete', sign: 'trash', words: t('message.delete') },
    ],
  ];
  return (
    <Menu
      className={menu.menu ?? ''}
      aria-label={t('message.actions')}
      autoFocus="first"
      onAction={(key) => onAction(key as MenuAction)}
    >
      {sections
        .map((section) => section.filter((item) => item !== false))
        .filter((section) => section.length > 0)
        .map((section) => (
          <MenuSection
            key={section[0]?.id ?? ''}
            className={menu.section ?? ''}
            aria-label={t('message.actions')}
          >
            {section.map(({ id, sign, words }) => (
              <MenuItem key={id} id={id} textValue={words} className={menu.item ?? ''}>
                <Icon name={sign} size="small" isDirected={sign === 'reply' || sign === 'forward'} />
                {words}
                {hasKeys(id) && (
                  <Keyboard className={styles.hint ?? ''}>
                    {keysWords(ON_MESSAGE[id].keys[0], platform)}
                  </Keyboard>
                )}
              </MenuItem>
            ))}
          </MenuSection>
        ))}
    </Menu>
  );
}
