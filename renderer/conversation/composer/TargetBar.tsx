import type { Message } from '../../../shared/model.ts';
import { IconButton } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../../shared/i18n/t.ts';
import { contentLine } from '../message/words.ts';
import styles from './Composer.module.css';

/** What is written next answers a message, or takes its place. */
export interface Target {
  readonly type: 'reply' | 'correct';
  readonly message: Message;
}

interface Props {
  readonly target: Target;
  readonly name: string;
  readonly onCancel: () => void;
}

/** Above the field: the message that is answered or corrected. */
export function TargetBar({ target: { type, message }, name, onCancel }: Props) {
  const isReply = type === 'reply';
  const title = !isReply
    ? t('composer.correcting')
    : message.isMine
      ? t('composer.reply-to.you')
      : t('composer.reply-to', { name });
  return (
    <div className={styles.target}>
      <Icon name={isReply ? 'reply' : 'edit'} size="small" isDirected={isReply} />
      <div className={styles.about}>
        <b>{title}</b>
        <span dir="auto">{contentLine(message, name)}</span>
      </div>
      <IconButton
        size="small"
        label={isReply ? t('composer.cancel-reply') : t('composer.cancel-correct')}
        onPress={onCancel}
      >
        <Icon name="close" size="small" />
      </IconButton>
    </div>
  );
}
