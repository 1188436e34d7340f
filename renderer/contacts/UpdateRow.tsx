import { t } from '../../shared/i18n/t.ts';
import { Icon } from '../components/Icon.tsx';
import { useMirror, useProgram } from '../store/hooks.ts';
import styles from './UpdateRow.module.css';

/** Below the lists, while there is a newer version to be downloaded or started; the page about the program has the rest. */
export function UpdateRow() {
  const { view } = useProgram();
  const update = useMirror((mirror) => mirror.update);
  if (update?.phase !== 'available' && update?.phase !== 'ready') return null;
  const { version } = update;
  return (
    <button
      type="button"
      className={styles.update}
      onClick={() => view.getState().open({ type: 'settings', pane: 'about' })}
    >
      <Icon name={update.phase === 'ready' ? 'refresh' : 'download'} size="small" />
      {t(update.phase === 'ready' ? 'about.ready' : 'about.available', { version })}
    </button>
  );
}
