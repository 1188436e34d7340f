import { useState } from 'react';
import { IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useMirror, useProgram, useView } from '../store/hooks.ts';
import { ContactList } from './ContactList.tsx';
import { ConversationList } from './ConversationList.tsx';
import { Me } from './Me.tsx';
import { RequestsRow } from './RequestsRow.tsx';
import { SearchButton } from './SearchButton.tsx';
import { UpdateRow } from './UpdateRow.tsx';
import styles from './Sidebar.module.css';

/** Who one is, who asks, with whom one talks, whom one knows. */
export function Sidebar() {
  const { view } = useProgram();
  const accounts = useMirror((mirror) => mirror.accounts);
  const pane = useView((state) => state.pane);
  const isAlone = useView((state) => state.isNarrow && state.pane === 'list');
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  return (
    <div
      className={styles.sidebar}
      aria-label={t('sidebar.label')}
      // The only pane of a narrow window is its main one.
      role={isAlone ? 'main' : 'complementary'}
      data-ring="sidebar"
      data-pane={pane}
    >
      {isAlone && <h1 className={styles.hidden}>{t('sidebar.label')}</h1>}
      <div className={styles.head}>
        <div className={styles.accounts}>
          {accounts.map((account) => (
            <Me key={account.id} account={account} />
          ))}
        </div>
        <IconButton label={t('sidebar.new')} onPress={() => view.getState().open({ type: 'write' })}>
          <Icon name="compose" />
        </IconButton>
        <IconButton
          data-opens="settings"
          label={t('sidebar.settings')}
          onPress={() => view.getState().open({ type: 'settings', pane: 'appearance' })}
        >
          <Icon name="sliders" />
        </IconButton>
      </div>
      <SearchButton className={styles.find} />
      <div ref={setScroller} className={styles.lists}>
        <RequestsRow />
        <ConversationList scroller={scroller} />
        <ContactList scroller={scroller} />
      </div>
      <UpdateRow />
    </div>
  );
}
