import { t } from '../../../shared/i18n/t.ts';
import { useIsWriting } from '../../store/use-writing.ts';
import styles from './TypingLine.module.css';

interface Props {
  readonly account: string;
  readonly peer: string;
  readonly name: string;
}

/** Says that the other party writes, for as long as they have said that it holds. */
export function TypingLine({ account, peer, name }: Props) {
  const isWriting = useIsWriting(account, peer);
  return (
    <div className={styles.line} role="status">
      {isWriting && (
        <span className={styles.words}>
          <span>{t('log.typing', { name })}</span>
          <span className={styles.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
        </span>
      )}
    </div>
  );
}
