import { useEffect, useState } from 'react';
import { t } from '../../i18n/t.ts';
import { useMirror } from '../../store/hooks.ts';
import { pairKey } from '../../store/mirror.ts';
import styles from './TypingLine.module.css';

interface Props {
  readonly account: string;
  readonly peer: string;
  readonly name: string;
}

/** Says that the other party writes, for as long as they have said that it holds. */
export function TypingLine({ account, peer, name }: Props) {
  const until = useMirror((mirror) => mirror.typing.get(pairKey(account, peer)));
  const [over, setOver] = useState<number>();
  useEffect(() => {
    if (until === undefined) return;
    const timer = setTimeout(() => setOver(until), Math.max(0, until - Date.now()));
    return () => clearTimeout(timer);
  }, [until]);
  const isShown = until !== undefined && until !== over;
  return (
    <div className={styles.line} role="status">
      {isShown && (
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
