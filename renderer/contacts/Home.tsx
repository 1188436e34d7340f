import { useState } from 'react';
import { IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { Banner } from '../connection/Banner.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useMirror, useProgram, useView } from '../store/hooks.ts';
import pane from '../styles/pane.module.css';
import { FirstSteps } from './FirstSteps.tsx';
import styles from './Home.module.css';
import { NothingChosen } from './NothingChosen.tsx';
import { WriteTo } from './WriteTo.tsx';

/** What there is to do while no conversation is open. */
export function Home() {
  const { view } = useProgram();
  const account = useMirror((mirror) => mirror.accounts[0]);
  const isWriting = useView(({ page }) => page.type === 'write');
  const hasSomebody = useMirror(
    ({ contacts, conversations }) =>
      contacts.size > 0 || [...conversations.values()].some(({ isRequest }) => !isRequest),
  );
  const [address, setAddress] = useState('');
  if (account === undefined) return null;
  // Nor when somebody comes while an address is being typed, which would be gone with its field.
  const isCalm = hasSomebody && !isWriting && address === '';

  return (
    <main className={pane.pane} tabIndex={-1}>
      <div className={styles.back}>
        <IconButton isBack label={t('conversation.back')} onPress={() => view.getState().showList()}>
          <Icon name="chev-start" isDirected />
        </IconButton>
      </div>
      <Banner />
      <div className={styles.middle}>
        {isCalm ? (
          <NothingChosen />
        ) : (
          <div className={styles.first}>
            <WriteTo account={account} address={address} onAddress={setAddress} />
            {!hasSomebody && <FirstSteps account={account.id} />}
          </div>
        )}
      </div>
    </main>
  );
}
