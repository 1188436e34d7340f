import { useState } from 'react';
import type { RequestOf, ResponseOf } from '../../shared/ipc.ts';
import { Button } from '../components/Button.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { Segments } from '../components/Segments.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useProgram } from '../store/hooks.ts';
import { type Doing, useCommand } from '../store/use-command.ts';
import styles from './Export.module.css';
import settings from './Settings.module.css';
import { TaskProgress, useTask } from './TaskProgress.tsx';

type Format = RequestOf<'history.export'>['format'];
const FORMATS = ['mbox', 'json'] as const satisfies readonly Format[];

interface Props {
  readonly account: string;
  /** One conversation; absent: all of the account. */
  readonly peer?: string;
}

interface Exporting extends Doing {
  readonly task: string;
  readonly format: Format;
  readonly setFormat: (format: Format) => void;
  readonly done: NonNullable<ResponseOf<'history.export'>> | undefined;
  readonly begin: () => void;
}

function useExport({ account, peer }: Props): Exporting {
  const { call } = useProgram();
  const doing = useCommand();
  const task = useTask();
  const [format, setFormat] = useState<Format>('mbox');
  const [done, setDone] = useState<Exporting['done']>();
  return {
    ...doing,
    task,
    format,
    setFormat: (next) => {
      setFormat(next);
      setDone(undefined);
    },
    done,
    begin: () => {
      setDone(undefined);
      doing.run(
        () => call('history.export', { account, format, task, ...(peer === undefined ? {} : { peer }) }),
        // Null: no file was chosen, so nothing is to be said.
        (result) => setDone(result ?? undefined),
      );
    },
  };
}

/** One conversation as a file. */
export function ExportDialog({ title, onClose, ...what }: Props & { title: string; onClose: () => void }) {
  const exporting = useExport(what);
  return (
    <Dialog title={title} onClose={onClose}>
      <Choice {...exporting} />
      <Result {...exporting} account={what.account} />
      <DialogButtons>
        <Button onPress={onClose}>{exporting.done === undefined ? t('cancel') : t('close')}</Button>
        <Button look="primary" isBusy={exporting.isBusy} onPress={exporting.begin}>
          {exporting.isBusy ? t('export.busy') : t('export.action')}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}

/** All conversations of an account, as a row of the settings. */
export function ExportAll({ account }: { readonly account: string }) {
  const exporting = useExport({ account });
  return (
    <div className={settings.option}>
      <div className={settings.what}>
        <b>{t('export.all')}</b>
        <small>{t('export.all.text')}</small>
      </div>
      <Button size="small" isBusy={exporting.isBusy} onPress={exporting.begin}>
        {exporting.isBusy ? t('export.busy') : t('export.action')}
      </Button>
      <div className={settings.problem}>
        <Choice {...exporting} />
        <Result {...exporting} account={account} />
      </div>
    </div>
  );
}

function Choice({ format, setFormat }: Exporting) {
  return (
    <div className={styles.choice}>
      <Segments
        label={t('export.format')}
        value={format}
        options={FORMATS.map((value) => ({ value, text: t(`export.${value}`) }))}
        onChange={setFormat}
      />
      <p>
        {t(`export.${format}.text`)} {t('export.open')}
      </p>
    </div>
  );
}

function Result({ done, problem, account, isBusy, task }: Exporting & { readonly account: string }) {
  return (
    <>
      {isBusy && <TaskProgress task={task} words={t('export.busy')} />}
      {/* Whoever stopped it knows. */}
      {problem !== undefined && problem.code !== 'cancelled' && (
        <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account }} />
      )}
      <p role="status" className={styles.done}>
        {done !== undefined && t('export.done', done)}
      </p>
    </>
  );
}
