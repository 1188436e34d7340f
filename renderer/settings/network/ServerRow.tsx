import { type FormEvent, useState } from 'react';
import type { Account } from '../../../shared/model.ts';
import { t } from '../../../shared/i18n/t.ts';
import { domainOf } from '../../address.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog, DialogButtons } from '../../components/Dialog.tsx';
import { Field } from '../../components/Field.tsx';
import { ProblemCallout } from '../../components/Problem.tsx';
import { useProgram } from '../../store/hooks.ts';
import { useCommand } from '../../store/use-command.ts';
import styles from '../Settings.module.css';

/** Which server it is, and who says so. */
function serverWords({ id, network, connection: { way } }: Account): string {
  if (network.server !== undefined) return t('network.server.given', { server: network.server });
  if (network.proxy.kind === 'socks5' || way?.proxy !== undefined)
    return t('network.server.proxied', { server: way?.server ?? domainOf(id) });
  return way === undefined ? t('network.server.dns.later') : t('network.server.dns', { server: way.server });
}

export function ServerRow({ account }: { readonly account: Account }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <div className={styles.option}>
      <div className={styles.what}>
        <b>{t('network.server')}</b>
        <small>{serverWords(account)}</small>
      </div>
      <Button size="small" onPress={() => setAsking(true)}>
        {t('network.server.set')}
      </Button>
      {isAsking && <ServerDialog account={account} onClose={() => setAsking(false)} />}
    </div>
  );
}

function ServerDialog({ account, onClose }: { readonly account: Account; readonly onClose: () => void }) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const [server, setServer] = useState(account.network.server ?? '');
  const isWrong = problem?.code === 'invalid-argument';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const given = server.trim();
    run(() => call('account.network', { account: account.id, server: given === '' ? null : given }), onClose);
  };
  return (
    <Dialog
      title={t('network.server.title', { domain: domainOf(account.id) })}
      lede={t('network.server.lede')}
      onClose={onClose}
    >
      <form onSubmit={submit} noValidate>
        {problem !== undefined && !isWrong && (
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
        )}
        <Field
          label={t('network.server')}
          value={server}
          onChange={setServer}
          placeholder={account.connection.way?.server ?? `${domainOf(account.id)}:2779`}
          error={isWrong ? t('error.invalid-server') : undefined}
          spellCheck="false"
          autoComplete="off"
          validationBehavior="aria"
          autoFocus
          dir="ltr"
        />
        <DialogButtons>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="primary" isBusy={isBusy}>
            {t('network.server.save')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
