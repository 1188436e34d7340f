import type { Message } from '../../../shared/model.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../../shared/i18n/t.ts';
import styles from './Log.module.css';

interface Props {
  readonly messages: readonly Message[];
  readonly canForward: boolean;
  readonly onCopy: () => void;
  readonly onForward: () => void;
  readonly onDelete: () => void;
  readonly onClear: () => void;
}

/** What is done with the messages that are chosen. */
export function SelectionBar({ messages, canForward, onCopy, onForward, onDelete, onClear }: Props) {
  return (
    <div className={styles.selection} role="toolbar" aria-label={t('log.selection')}>
      <span className={styles.count} role="status">
        {t('log.selected', { count: messages.length })}
      </span>
      <Button size="small" onPress={onCopy}>
        <Icon name="copy" size="small" />
        {t('message.copy.several')}
      </Button>
      {canForward && (
        <Button size="small" onPress={onForward}>
          <Icon name="forward" size="small" isDirected />
          {t('message.forward')}
        </Button>
      )}
      <Button size="small" look="danger" onPress={onDelete}>
        <Icon name="trash" size="small" />
        {t('message.delete')}
      </Button>
      <IconButton size="small" label={t('cancel')} onPress={onClear}>
        <Icon name="close" size="small" />
      </IconButton>
    </div>
  );
}
