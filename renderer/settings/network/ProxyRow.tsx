import { useState } from 'react';
import type { Account, Proxy } from '../../../shared/model.ts';
import { t } from '../../../shared/i18n/t.ts';
import { domainOf, label } from '../../address.ts';
import { Button } from '../../components/Button.tsx';
import { Confirm } from '../../components/Confirm.tsx';
import { ProblemCallout } from '../../components/Problem.tsx';
import { Segments } from '../../components/Segments.tsx';
import { useProgram } from '../../store/hooks.ts';
import { useCommand } from '../../store/use-command.ts';
import styles from '../Settings.module.css';
import { ProxyDialog } from './ProxyDialog.tsx';

const KINDS = ['system', 'none', 'socks5'] as const satisfies readonly Proxy['kind'][];

/** Which way the account goes: a choice is gone at once, SOCKS5 once it is said where. */
export function ProxyRow({ account }: { readonly account: Account }) {
  const { call } = useProgram();
  const { run, problem } = useCommand();
  const [isAsking, setAsking] = useState(false);
  /** Where to, without the proxy: arrow keys lead there, too, and what then is asked of DNS cannot be taken back. */
  const [leaving, setLeaving] = useState<'system' | 'none'>();
  const { proxy } = account.network;
  const choose = (kind: Proxy['kind']): void => {
    if (kind === 'socks5') setAsking(true);
    else if (proxy.kind === 'socks5') setLeaving(kind);
    else run(() => call('account.network', { account: account.id, proxy: { kind } }));
  };
  return (
    <div className={styles.option}>
      <div className={styles.what}>
        <b>{t('network.proxy', { address: label(account.id) })}</b>
        <small>
          {proxy.kind === 'socks5'
            ? t('network.proxy.socks5.hint', { server: proxy.server })
            : t(`network.proxy.${proxy.kind}.hint`, { domain: domainOf(account.id) })}
        </small>
      </div>
      {proxy.kind === 'socks5' && (
        <Button size="small" aria-label={t('network.proxy.change.label')} onPress={() => setAsking(true)}>
          {t('network.proxy.change')}
        </Button>
      )}
      <Segments
        label={t('network.proxy', { address: label(account.id) })}
        value={proxy.kind}
        options={KINDS.map((value) => ({ value, text: t(`network.proxy.${value}`) }))}
        onChange={choose}
      />
      {problem !== undefined && (
        <div className={styles.problem}>
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
        </div>
      )}
      {leaving !== undefined && (
        <Confirm
          title={t('network.proxy.leave.title')}
          text={t('network.proxy.leave.text', { domain: domainOf(account.id) })}
          confirm={t('network.proxy.leave.confirm')}
          subject={{ attempt: 'other', address: account.id }}
          work={() => call('account.network', { account: account.id, proxy: { kind: leaving } })}
          onClose={() => setLeaving(undefined)}
        />
      )}
      {isAsking && <ProxyDialog account={account} onClose={() => setAsking(false)} />}
    </div>
  );
}
