import { type FormEvent, useState } from 'react';
import { label } from '../address.ts';
import { Button } from '../components/Button.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { t } from '../../shared/i18n/t.ts';
import { PasswordField } from '../signin/PasswordField.tsx';
import { useProgram } from '../store/hooks.ts';
import { type Doing, useCommand } from '../store/use-command.ts';
import styles from './Messages.module.css';
import settings from './Settings.module.css';
import { strengthOf } from './strength.ts';
import { TaskProgress, useTask } from './TaskProgress.tsx';

/** All of an account in one encrypted file. */
export function BackUp({ account }: { readonly account: string }) {
  // Kept here: who closes the dialog is told all the same what came of it.
  const doing = useCommand();
  const task = useTask();
  const [isAsking, setAsking] = useState(false);
  const [path, setPath] = useState<string>();
  return (
    <div className={settings.option}>
      <div className={settings.what}>
        <b>{t('backup.create', { address: label(account) })}</b>
        <small>{t('backup.create.text')}</small>
      </div>
      <Button
        size="small"
        isDisabled={doing.isBusy}
        onPress={() => {
          setPath(undefined);
          doing.clear();
          setAsking(true);
        }}
      >
        {doing.isBusy ? t('backup.busy') : t('backup.action')}
      </Button>
      <p role="status" className={`${settings.problem} ${styles.done}`}>
        {path !== undefined && t('backup.done', { path })}
      </p>
      {doing.isBusy && !isAsking && (
        <div className={settings.problem}>
          <TaskProgress task={task} words={t('backup.busy')} />
        </div>
      )}
      {!isAsking && doing.problem !== undefined && doing.problem.code !== 'cancelled' && (
        <div className={settings.problem}>
          <ProblemCallout problem={doing.problem} subject={{ attempt: 'other', address: account }} />
        </div>
      )}
      {isAsking && (
        <BackupDialog
          account={account}
          task={task}
          doing={doing}
          onDone={setPath}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}

interface Props {
  readonly account: string;
  readonly task: string;
  readonly doing: Doing;
  readonly onDone: (path: string) => void;
  readonly onClose: () => void;
}

function BackupDialog({ account, task, doing, onDone, onClose }: Props) {
  const { call } = useProgram();
  const { run, problem, isBusy } = doing;
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [isTried, setTried] = useState(false);
  const strength = strengthOf(passphrase);
  const isSame = passphrase === again;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (passphrase === '' || !isSame) return;
    run(
      () => call('backup.create', { account, passphrase, task }),
      (made) => {
        // Null: no file was chosen; the passphrases stay for another try.
        if (made === null) return;
        onDone(made.path);
        onClose();
      },
    );
  };

  return (
    <Dialog title={t('backup.dialog.title', { address: label(account) })} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <p className={styles.text}>{t('backup.dialog.what')}</p>
        <PasswordField
          label={t('backup.passphrase')}
          value={passphrase}
          onChange={setPassphrase}
          isNew
          autoFocus
        />
        <div className={styles.strength} data-strength={strength} role="status">
          {t(`strength.${strength}`)}
        </div>
        <PasswordField
          label={t('backup.again')}
          value={again}
          onChange={setAgain}
          isNew
          error={isTried && !isSame ? t('backup.differ') : undefined}
        />
        <p className={styles.text}>{t('backup.dialog.lost')}</p>
        {isBusy && <TaskProgress task={task} words={t('backup.busy')} />}
        {problem !== undefined && problem.code !== 'cancelled' && (
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account }} />
        )}
        <DialogButtons>
          <Button onPress={onClose}>{isBusy ? t('close') : t('cancel')}</Button>
          <Button type="submit" look="primary" isBusy={isBusy} isDisabled={passphrase === ''}>
            {isBusy ? t('backup.busy') : t('backup.submit')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
