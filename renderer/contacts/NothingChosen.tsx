import { Icon } from '../components/Icon.tsx';
import { Mark } from '../components/Mark.tsx';
import { t } from '../../shared/i18n/t.ts';
import { keysOf } from '../../shared/shortcuts.ts';
import { ariaKeys, keysWords } from '../i18n/keys.ts';
import { useMirror, useProgram } from '../store/hooks.ts';
import styles from './NothingChosen.module.css';

/** What stands beside the lists while nobody is chosen in them. */
export function NothingChosen() {
  const { view } = useProgram();
  const platform = useMirror((mirror) => mirror.host.platform);
  return (
    <div className={styles.calm}>
      <Mark />
      <h1>{t('home.nothing')}</h1>
      <button
        type="button"
        className={styles.find}
        aria-haspopup="dialog"
        aria-keyshortcuts={ariaKeys(keysOf('search'), platform)}
        onClick={() => view.getState().openSearch()}
      >
        <Icon name="search" size="small" />
        {t('sidebar.search')}
        <kbd aria-hidden="true">{keysWords(keysOf('search'), platform)}</kbd>
      </button>
    </div>
  );
}
