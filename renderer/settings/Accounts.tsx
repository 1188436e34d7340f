import { together } from '../../shared/i18n/formats.ts';
import { useEffect, useState } from 'react';
import type { Account } from '../../shared/model.ts';
import { domainOf, label } from '../address.ts';
import { Avatar } from '../components/Avatar.tsx';
import { Button } from '../components/Button.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { Icon } from '../components/Icon.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { PasswordDialog } from '../connection/PasswordDialog.tsx';
import { ownStateWords, shownOwnState } from '../i18n/presence.ts';
import { sentenceFor } from '../i18n/problems.ts';
import { formatSize } from '../../shared/i18n/formats.ts';
import { t } from '../../shared/i18n/t.ts';
import { useMirror, useProgram } from '../store/hooks.ts';
import { ownName } from '../store/names.ts';
import { useCommand } from '../store/use-command.ts';
import styles from './Settings.module.css';

export function Accounts() {
  const { view } = useProgram();
  const accounts = useMirror((mirror) => mirror.accounts);
  return (
    <>
      <p className={styles.lede}>{t('settings.accounts.lede')}</p>
      <div className={styles.list}>
        {accounts.map((account) => (
          <AccountRow key={account.id} account={account} />
        ))}
        <div className={styles.option}>
          <Button size="small" onPress={() => view.getState().open({ type: 'sign-in' })}>
            <Icon name="plus" size="small" />
            {t('settings.account.add')}
          </Button>
        </div>
      </div>
    </>
  );
}

function AccountRow({ account }: { readonly account: Account }) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const [open, setOpen] = useState<'remove' | 'password'>();
  const { phase, passwordNeeded } = account.connection;
  const request = { account: account.id };
  const address = label(account.id);
  return (
    <div className={styles.option}>
      <Avatar address={account.id} name={ownName(account)} state={shownOwnState(account)} isSilent />
      <div className={styles.what}>
        <b className={styles.name}>
          <bdi>{address}</bdi>
        </b>
        <small>{accountWords(account)}</small>
        <KeepingLine account={account} />
      </div>
      <span className={styles.actions}>
        {passwordNeeded === true ? (
          <Button size="small" onPress={() => setOpen('password')}>
            {t('connection.password')}
          </Button>
        ) : phase === 'signed-out' ? (
          <Button size="small" isBusy={isBusy} onPress={() => run(() => call('account.connect', request))}>
            {t('settings.account.connect')}
          </Button>
        ) : (
          <Button size="small" isBusy={isBusy} onPress={() => run(() => call('account.disconnect', request))}>
            {t('settings.account.sign-out')}
          </Button>
        )}
        <Button size="small" look="danger" onPress={() => setOpen('remove')}>
          {t('settings.account.remove')}
        </Button>
      </span>
      {problem !== undefined && (
        <div className={styles.problem}>
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
        </div>
      )}
      {open === 'password' && <PasswordDialog account={account} onClose={() => setOpen(undefined)} />}
      {open === 'remove' && (
        <Dialog
          title={t('settings.account.remove.title', { address })}
          role="alertdialog"
          onClose={() => setOpen(undefined)}
        >
          <p className={styles.text}>{t('settings.account.remove.text', { domain: domainOf(account.id) })}</p>
          <DialogButtons>
            <Button onPress={() => setOpen(undefined)}>{t('cancel')}</Button>
            <Button
              look="danger"
              isBusy={isBusy}
              onPress={() =>
                run(
                  () => call('account.remove', request),
                  () => setOpen(undefined),
                )
              }
            >
              {t('settings.account.remove.confirm')}
            </Button>
          </DialogButtons>
        </Dialog>
      )}
    </div>
  );
}

/** What the domain keeps, as of now; said before it is full, because then the oldest goes. */
function KeepingLine({ account: { id, keeping, connection } }: { readonly account: Account }) {
  const { call } = useProgram();
  const isOnline = connection.phase === 'online';
  useEffect(() => {
    // What was known before stays shown where the domain does not answer.
    if (isOnline) call('account.keeping', { account: id }).catch(() => undefined);
  }, [call, id, isOnline]);
  if (keeping === undefined) return null;
  const isSoonFull = keeping.used >= NEARLY_FULL * keeping.quota;
  const words = t(isSoonFull ? 'settings.account.keeping.soon' : 'settings.account.keeping', {
    domain: domainOf(id),
    days: keeping.days,
    used: formatSize(keeping.used),
    quota: formatSize(keeping.quota),
  });
  return (
    <small className={isSoonFull ? styles.warning : undefined}>
      {isSoonFull && <Icon name="warning" size="small" />}
      <span>{words}</span>
    </small>
  );
}

/** From this share of the quota on, people are told what comes. */
const NEARLY_FULL = 0.9;

/** How the account stands: its connection, whether that is private, where its password is. */
function accountWords(account: Account): string {
  const { connection } = account;
  const { phase, problem } = connection;
  if (phase === 'online') {
    const way =
      connection.isPrivate === true ? t('settings.account.private') : t('settings.account.not-private');
    return together(way, t(`settings.account.secret.${account.secret}`));
  }
  if (problem === undefined) return ownStateWords(account);
  return `${ownStateWords(account)}. ${sentenceFor(problem, { attempt: 'connection', address: account.id })}`;
}
