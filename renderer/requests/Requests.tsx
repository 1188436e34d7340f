import { IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { Banner } from '../connection/Banner.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useMirror, useProgram } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import pane from '../styles/pane.module.css';
import { AnsweredList } from './Answered.tsx';
import { answeredOf, askingOf } from './asking.ts';
import { RequestCard } from './RequestCard.tsx';
import styles from './Requests.module.css';
import { useAsking } from './use-asking.ts';

/** People who ask to see one's presence, or write for the first time, and wait for an answer; below, who had one. */
export function Requests() {
  const { view } = useProgram();
  const asking = useAsking(askingOf);
  const { aside, declined } = useAsking(answeredOf);
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
          {asking.length === 0 ? (
            <div className={styles.empty}>
              <h2>{t('requests.empty')}</h2>
              <p>{t('requests.empty.text')}</p>
            </div>
          ) : (
            asking.map((one) => (
              <RequestCard key={pairKey(one.account, one.address)} asking={one} hasAccount={isOneOfMany} />
            ))
          )}
          {(aside.length > 0 || declined.length > 0) && <AnsweredList aside={aside} declined={declined} />}
        </div>
      </div>
    </main>
  );
}
