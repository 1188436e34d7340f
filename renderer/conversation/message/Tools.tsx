import type { Message } from '../../../shared/model.ts';
import { IconButton } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../../shared/i18n/t.ts';
import { useActions, useStop } from '../actions.ts';
import { abilitiesOf } from './abilities.ts';
import styles from './Tools.module.css';

/** What one does most with a message, beside it where there is room, else over its corner, while the pointer or the focus is there. */
export function Tools({ message }: { readonly message: Message }) {
  const { ask, reply, isRequest } = useActions();
  const stop = useStop();
  const can = abilitiesOf(message, isRequest);
  return (
    <div
      className={`${styles.tools} ${message.isMine ? styles.mine : styles.theirs}`}
      role="toolbar"
      aria-label={t('message.actions')}
    >
      {can.react && (
        <IconButton
          size="small"
          label={t('message.react')}
          excludeFromTabOrder={stop < 0}
          onPress={() => ask({ type: 'react', message })}
        >
          <Icon name="smile" size="small" />
        </IconButton>
      )}
      {can.reply && (
        <IconButton
          size="small"
          label={t('message.reply')}
          excludeFromTabOrder={stop < 0}
          onPress={() => reply(message)}
        >
          <Icon name="reply" size="small" isDirected />
        </IconButton>
      )}
      <IconButton
        size="small"
        label={t('message.more-actions')}
        excludeFromTabOrder={stop < 0}
        onPress={() => ask({ type: 'menu', message, marked: '' })}
      >
        <Icon name="more" size="small" />
      </IconButton>
    </div>
  );
}
