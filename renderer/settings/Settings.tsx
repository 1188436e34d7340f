import { formatNumber } from '../../shared/i18n/formats.ts';
import { Fragment, type ReactNode } from 'react';
import { IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useMirror, useProgram } from '../store/hooks.ts';
import type { SettingsPane } from '../store/view.ts';
import { RulesPage } from '../rules/RulesPage.tsx';
import { About } from './About.tsx';
import { Accounts } from './Accounts.tsx';
import { Appearance } from './Appearance.tsx';
import { ContactCards } from './ContactCards.tsx';
import { MessagesPane } from './Messages.tsx';
import { Network } from './network/Network.tsx';
import { Notifications } from './Notifications.tsx';
import { SECTIONS, SETTINGS_PANES } from './panes.ts';
import { ProfilePane } from './ProfilePane.tsx';
import styles from './Settings.module.css';
import { Shortcuts } from './Shortcuts.tsx';
import { Views } from '../views/Views.tsx';
import { Watchers } from '../watchers/Watchers.tsx';

const PANES: Readonly<Record<SettingsPane, () => ReactNode>> = {
  rules: () => <RulesPage />,
  watchers: () => <Watchers />,
  views: () => <Views />,
  profile: () => <ProfilePane />,
  contacts: () => <ContactCards />,
  notifications: () => <Notifications />,
  messages: () => <MessagesPane />,
  appearance: () => <Appearance />,
  shortcuts: () => <Shortcuts />,
  accounts: () => <Accounts />,
  network: () => <Network />,
  about: () => <About />,
};
/** Pages with a table of their own width. */
const WIDE: readonly SettingsPane[] = ['watchers'];

/** Where the row of pages is wider than the window, the one that is shown is in it. */
const scrollTo = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'nearest' });

export function Settings({ pane }: { readonly pane: SettingsPane }) {
  const { view } = useProgram();
  const asking = useMirror((mirror) => mirror.requests.length);
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
        {SECTIONS.map(({ title, panes }) => (
          <Fragment key={title}>
            <h2 className={styles.heading}>{t(title)}</h2>
            {panes.map(([name, icon]) => (
              <button
                key={name}
                type="button"
                className={styles.entry}
                aria-current={pane === name ? 'page' : undefined}
                onClick={() => view.getState().open({ type: 'settings', pane: name })}
              >
                <Icon name={icon} />
                {t(`settings.${name}`)}
                {name === 'watchers' && asking > 0 && (
                  <span
                    className={styles.badge}
                    role="img"
                    aria-label={t('settings.watchers.asking', { count: asking })}
                  >
                    {formatNumber(asking)}
                  </span>
                )}
              </button>
            ))}
          </Fragment>
        ))}
        <p className={styles.version}>{t('settings.version', { version })}</p>
      </nav>
      <main
        className={`${styles.page} ${pane === 'rules' ? styles.split : ''}`}
        // What holds nothing to stop at is scrolled by keys itself.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={pane === 'shortcuts' ? 0 : -1}
      >
        <div className={styles.narrow}>
          <IconButton label={t('settings.back')} onPress={back}>
            <Icon name="chev-start" isDirected />
          </IconButton>
          {SETTINGS_PANES.map(([name]) => (
            <button
              key={name}
              type="button"
              className={styles.tab}
              aria-current={pane === name ? 'page' : undefined}
              ref={pane === name ? scrollTo : undefined}
              onClick={() => view.getState().open({ type: 'settings', pane: name })}
            >
              {t(`settings.${name}`)}
            </button>
          ))}
        </div>
        {pane === 'rules' ? (
          PANES[pane]()
        ) : (
          <div className={`${styles.inner} ${WIDE.includes(pane) ? styles.wide : ''}`}>
            <h1>{t(`settings.${pane}`)}</h1>
            {PANES[pane]()}
          </div>
        )}
      </main>
    </div>
  );
}
