import { IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import type { ControlSign } from '../components/signs.tsx';
import { t } from '../i18n/t.ts';
import { useMirror, useProgram } from '../store/hooks.ts';
import type { SettingsPane } from '../store/view.ts';
import { Accounts } from './Accounts.tsx';
import { Appearance } from './Appearance.tsx';
import styles from './Settings.module.css';

const PANES = [
  ['appearance', 'contrast'],
  ['accounts', 'at'],
] as const satisfies readonly (readonly [SettingsPane, ControlSign])[];

export function Settings({ pane }: { readonly pane: SettingsPane }) {
  const { view } = useProgram();
  const version = useMirror((mirror) => mirror.host.version);
  const back = (): void => view.getState().closeSettings();
  return (
    <div className={styles.shell}>
      <nav className={styles.nav} aria-label={t('settings.title')}>
        <button type="button" className={styles.entry} onClick={back}>
          <Icon name="chev-start" isDirected />
          <span>{t('settings.back')}</span>
          <kbd aria-hidden="true">Esc</kbd>
        </button>
        {PANES.map(([name, icon]) => (
          <button
            key={name}
            type="button"
            className={styles.entry}
            aria-current={pane === name ? 'page' : undefined}
            onClick={() => view.getState().open({ type: 'settings', pane: name })}
          >
            <Icon name={icon} />
            {t(`settings.${name}`)}
          </button>
        ))}
        <p className={styles.version}>{t('settings.version', { version })}</p>
      </nav>
      <main className={styles.page}>
        <div className={styles.narrow}>
          <IconButton label={t('settings.back')} onPress={back}>
            <Icon name="chev-start" isDirected />
          </IconButton>
          {PANES.map(([name]) => (
            <button
              key={name}
              type="button"
              className={styles.tab}
              aria-current={pane === name ? 'page' : undefined}
              onClick={() => view.getState().open({ type: 'settings', pane: name })}
            >
              {t(`settings.${name}`)}
            </button>
          ))}
        </div>
        <div className={styles.inner}>
          <h1>{t(`settings.${pane}`)}</h1>
          {pane === 'appearance' ? <Appearance /> : <Accounts />}
        </div>
      </main>
    </div>
  );
}
