import type { Account } from '../../../shared/model.ts';
import { t } from '../../../shared/i18n/t.ts';
import { AccountChoice, useChosenAccount } from '../AccountChoice.tsx';
import messages from '../Messages.module.css';
import styles from '../Settings.module.css';
import { CertificateRow } from './Certificate.tsx';
import { Now } from './Now.tsx';
import { ProxyRow } from './ProxyRow.tsx';
import { ServerRow } from './ServerRow.tsx';

/** The way from here to the domain of an account, and how it goes at this moment. */
export function Network() {
  const [account, choose] = useChosenAccount();
  return (
    <>
      <p className={styles.lede}>{t('network.lede')}</p>
      <AccountChoice account={account.id} onChange={choose} />
      {/* What one account was asked about is not another's. */}
      <Way key={account.id} account={account} />
    </>
  );
}

function Way({ account }: { readonly account: Account }) {
  return (
    <>
      <div className={styles.list}>
        <ProxyRow account={account} />
        <ServerRow account={account} />
        <CertificateRow account={account} />
      </div>
      <h2 className={messages.heading}>{t('network.now')}</h2>
      <Now account={account} />
    </>
  );
}
