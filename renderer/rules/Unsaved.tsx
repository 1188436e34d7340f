import { useEffect, useState } from 'react';
import { Button } from '../components/Button.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import styles from './Access.module.css';

/** While something is unsaved, whoever leaves the page is held: what they wanted is here until it is answered. */
export function useLeaving(isEdited: boolean): {
  readonly leave: (() => void) | undefined;
  readonly stay: () => void;
} {
  const { view } = useProgram();
  const [held, setHeld] = useState<{ readonly go: () => void }>();
  useEffect(() => (isEdited ? view.getState().guard((go) => setHeld({ go })) : undefined), [view, isEdited]);
  return { leave: held?.go, stay: () => setHeld(undefined) };
}

interface Props {
  readonly account: string;
  /** Whom the rule is about. */
  readonly who: string;
  /** Absent: the rule cannot be saved as it is. */
  readonly save: (() => Promise<unknown>) | undefined;
  readonly leave: () => void;
  readonly stay: () => void;
}

/** What becomes of an edit when its rule is left. Esc goes on editing. */
export function Unsaved({ account, who, save, leave, stay }: Props) {
  const { run, problem, isBusy } = useCommand();
  const go = (): void => {
    stay();
    leave();
  };
  return (
    <Dialog title={t('rules.unsaved.title', { who })} role="alertdialog" onClose={stay}>
      <p className={styles.text}>{t('rules.unsaved.text')}</p>
      {problem !== undefined && (
        <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account }} />
      )}
      <DialogButtons>
        <Button onPress={stay}>{t('rules.unsaved.stay')}</Button>
        <Button look="danger" isDisabled={isBusy} onPress={go}>
          {t('rules.discard')}
        </Button>
        <Button
          look="primary"
          isBusy={isBusy}
          isDisabled={save === undefined}
          onPress={() => {
            if (save !== undefined) run(save, go);
          }}
        >
          {t('rules.save')}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
