import { type FormEvent, useRef, useState } from 'react';
import type { ResponseOf } from '../../shared/ipc.ts';
import type { Problem } from '../../shared/model.ts';
import { label } from '../address.ts';
import { Button } from '../components/Button.tsx';
import { Callout } from '../components/Callout.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { formatSize } from '../../shared/i18n/formats.ts';
import { t } from '../../shared/i18n/t.ts';
import { PasswordField } from '../signin/PasswordField.tsx';
import { useMirror, useProgram } from '../store/hooks.ts';
import { uploadFile } from '../store/upload.ts';
import { useCommand } from '../store/use-command.ts';
import styles from './Messages.module.css';
import settings from './Settings.module.css';
import { TaskProgress, useTask } from './TaskProgress.tsx';

type Restored = ResponseOf<'backup.restore'>;

/** A backup brought back, as a row of the settings. */
export function Restore() {
  return (
    <div className={settings.option}>
      <div className={settings.what}>
        <b>{t('restore.title')}</b>
        <small>{t('restore.text')}</small>
      </div>
      <RestoreButton words={t('restore.action')} />
    </div>
  );
}

/** Chooses a file, asks for its passphrase, and says what came of it. */
export function RestoreButton({ words }: { readonly words: string }) {
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File>();
  const [done, setDone] = useState<Restored>();
  return (
    <>
      <Button size="small" onPress={() => input.current?.click()}>
        {words}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={t('restore.title')}
        onChange={({ target }) => {
          const chosen = target.files?.[0];
          // So that the same file can be chosen once more.
          target.value = '';
          setDone(undefined);
          setFile(chosen);
        }}
      />
      <p role="status" className={`${settings.problem} ${styles.done}`}>
        {done !== undefined && <DoneWords {...done} />}
      </p>
      {file !== undefined && (
        <RestoreDialog
          file={file}
          onDone={(restored) => {
            setDone(restored);
            setFile(undefined);
          }}
          onClose={() => setFile(undefined)}
        />
      )}
    </>
  );
}

function DoneWords({ account, messages }: Restored) {
  const needsPassword = useMirror((mirror) =>
    mirror.accounts.some(({ id, connection }) => id === account && connection.phase !== 'online'),
  );
  const address = label(account);
  return (
    <>
      {t('restore.done', { messages, address })}
      {needsPassword && ` ${t('restore.done.sign-in', { address })}`}
    </>
  );
}

interface Props {
  readonly file: File;
  readonly onDone: (restored: Restored) => void;
  readonly onClose: () => void;
}

function RestoreDialog({ file, onDone, onClose }: Props) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const task = useTask();
  const [passphrase, setPassphrase] = useState('');
  const [read, setRead] = useState<number>();
  const [stop] = useState(() => new AbortController());

  const close = (): void => {
    stop.abort();
    onClose();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // The dialog may stand in the form that signs in, which hears what is sent in it, too.
    event.stopPropagation();
    if (passphrase === '') return;
    setRead(0);
    run(async () => {
      // Each try brings the file anew: a try uses up what was brought.
      const upload = await uploadFile(call, file, {
        onProgress: setRead,
        signal: stop.signal,
        isBackup: true,
      });
      return call('backup.restore', { upload, passphrase, task });
    }, onDone);
  };

  return (
    <Dialog
      title={t('restore.title')}
      lede={t('restore.size', { name: file.name, size: formatSize(file.size) })}
      onClose={close}
    >
      <form onSubmit={submit} noValidate>
        <p className={styles.text}>{t('restore.text')}</p>
        <PasswordField
          label={t('restore.passphrase')}
          value={passphrase}
          onChange={setPassphrase}
          autoFocus
        />
        {isBusy && read !== undefined && read < file.size && (
          <label className={styles.strength}>
            {t('restore.reading')}
            <progress className={styles.progress} max={file.size} value={read} />
          </label>
        )}
        {isBusy && read === file.size && <TaskProgress task={task} words={t('restore.busy')} />}
        {!isBusy && problem !== undefined && problem.code !== 'cancelled' && <Trouble problem={problem} />}
        <DialogButtons>
          <Button onPress={close}>{t('cancel')}</Button>
          <Button type="submit" look="primary" isBusy={isBusy} isDisabled={passphrase === ''}>
            {t('restore.submit')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

function Trouble({ problem }: { readonly problem: Problem }) {
  if (problem.code === 'authentication-failed') {
    return (
      <Callout kind="bad" isAlert>
        {t('restore.wrong')}
      </Callout>
    );
  }
  return <ProblemCallout problem={problem} subject={{ attempt: 'other' }} />;
}
