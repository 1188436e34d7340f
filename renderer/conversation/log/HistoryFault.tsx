import { Button } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../../shared/i18n/t.ts';
import styles from './Log.module.css';

interface Props {
  /** How often one after the other. */
  readonly count: number;
  readonly onRetry: () => void;
}

/** A page could not be read: above the log, because its place may be out of sight. */
export function HistoryFault({ count, onRetry }: Props) {
  return (
    <div className={styles.fault}>
      <Icon name="warning" size="small" />
      {/* Said again when it failed again. */}
      <p key={count} role="alert">
        {t('log.failed')}
      </p>
      <Button size="tiny" onPress={onRetry}>
        {t('message.retry')}
      </Button>
    </div>
  );
}
