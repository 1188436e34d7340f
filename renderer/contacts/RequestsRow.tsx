import { Icon } from '../components/Icon.tsx';
import { t } from '../i18n/t.ts';
import { useMirror, useProgram, useView } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { personName } from '../store/names.ts';
import styles from './Rows.module.css';

/** Leads to the people who ask; absent while nobody does. */
export function RequestsRow() {
  const { view } = useProgram();
  const requests = useMirror((mirror) => mirror.requests);
  const contacts = useMirror((mirror) => mirror.contacts);
  const isCurrent = useView((state) => state.page.type === 'requests');
  if (requests.length === 0) return null;
  const names = requests
    .slice(0, 3)
    .map((one) =>
      one.name !== undefined && !contacts.has(pairKey(one.account, one.address))
        ? one.name
        : personName({ contacts }, one.account, one.address),
    );
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
        <span className={styles.second}>{names.join(', ')}</span>
      </span>
      <span
        className={`${styles.badge} ${styles.quietBadge}`}
        role="img"
        aria-label={t('sidebar.requests.count', { count: requests.length })}
      >
        {requests.length}
      </span>
    </button>
  );
}
