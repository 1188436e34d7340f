import { IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { Banner } from '../connection/Banner.tsx';
import { t } from '../i18n/t.ts';
import { useMirror, useProgram } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import pane from '../styles/pane.module.css';
import { Answered } from './Answered.tsx';
import { RequestCard } from './RequestCard.tsx';
import styles from './Requests.module.css';

/** People who ask to see one's presence and wait for an answer. */
export function Requests() {
  const { view } = useProgram();
  const requests = useMirror((mirror) => mirror.requests);
  const contacts = useMirror((mirror) => mirror.contacts);
  const isOneOfMany = useMirror((mirror) => mirror.accounts.length > 1);
  return (
    <main className={pane.pane} tabIndex={-1}>
      <header className={pane.bar}>
        <IconButton isBack label={t('conversation.back')} onPress={() => view.getState().showList()}>
          <Icon name="chev-start" isDirected />
        </IconButton>
        <div className={pane.title}>
          <h1>{t('requests.title')}</h1>
          <div className={pane.lede}>{t('requests.lede')}</div>
        </div>
      </header>
      <Banner />
      <div className={pane.body}>
        <div className={styles.requests}>
          {requests.length === 0 ? (
            <div className={styles.empty}>
              <h2>{t('requests.empty')}</h2>
              <p>{t('requests.empty.text')}</p>
            </div>
          ) : (
            requests.map((one) => (
              <RequestCard
                key={pairKey(one.account, one.address)}
                request={one}
                contact={contacts.get(pairKey(one.account, one.address))}
                hasAccount={isOneOfMany}
              />
            ))
          )}
          <Answered />
        </div>
      </div>
    </main>
  );
}
