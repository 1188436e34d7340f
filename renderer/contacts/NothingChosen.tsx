import { Mark } from '../components/Mark.tsx';
import { t } from '../../shared/i18n/t.ts';
import styles from './NothingChosen.module.css';
import { SearchButton } from './SearchButton.tsx';

/** What stands beside the lists while nobody is chosen in them. */
export function NothingChosen() {
  return (
    <div className={styles.calm}>
      <Mark />
      <h1>{t('home.nothing')}</h1>
      <SearchButton className={styles.find} />
    </div>
  );
}
