import { formatList, formatNumber } from '../../shared/i18n/formats.ts';
import { Icon } from '../components/Icon.tsx';
import { t } from '../../shared/i18n/t.ts';
import { askingOf } from '../requests/asking.ts';
import { useAsking } from '../requests/use-asking.ts';
import { useProgram, useView } from '../store/hooks.ts';
import styles from './Rows.module.css';

/** So many are named; the number beside tells of all. */
const NAMED = 3;

/** Leads to the people who ask or write for the first time; absent while nobody does. */
export function RequestsRow() {
  const { view } = useProgram();
  const asking = useAsking(askingOf);
  const isCurrent = useView((state) => state.page.type === 'requests');
  if (asking.length === 0) return null;
  const names = asking.slice(0, NAMED).map(({ name }) => name);
  return (
    <button
      type="button"
      className={styles.request}
      aria-current={isCurrent || undefined}
      onClick={() => view.getState().open({ type: 'requests' })}
    >
      <span className={styles.disc}>
        <Icon name="inbox" />
      </span>
      <span className={styles.grow}>
        <span className={styles.strong}>{t('sidebar.requests')}</span>
        <span className={styles.second}>{formatList(names)}</span>
      </span>
      <span
        className={`${styles.badge} ${styles.quietBadge}`}
        role="img"
        aria-label={t('sidebar.requests.count', { count: asking.length })}
      >
        {formatNumber(asking.length)}
      </span>
    </button>
  );
}
