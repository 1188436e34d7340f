import type { Subject } from '../i18n/problems.ts';
import { t } from '../../shared/i18n/t.ts';
import { useCommand } from '../store/use-command.ts';
import { Button } from './Button.tsx';
import styles from './Confirm.module.css';
import { Dialog, DialogButtons } from './Dialog.tsx';
import { ProblemCallout } from './Problem.tsx';

interface Props {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly subject: Subject;
  readonly work: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before something that others notice; closes when it is done, and says why when it is not. */
export function Confirm({ title, text, confirm, subject, work, onClose }: Props) {
  const { run, problem, isBusy } = useCommand();
  return (
    <Dialog title={title} role="alertdialog" onClose={onClose}>
      <p className={styles.text}>{text}</p>
      {problem !== undefined && <ProblemCallout problem={problem} subject={subject} />}
      <DialogButtons>
        <Button onPress={onClose}>{t('cancel')}</Button>
        <Button look="danger" isBusy={isBusy} onPress={() => run(work, onClose)}>
          {confirm}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
