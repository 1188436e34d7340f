import { type FormEvent, useState } from 'react';
import { Button } from '../components/Button.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { TimeField } from '../components/TimeField.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useNow } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import styles from './Requests.module.css';

interface Props {
  readonly name: string;
  readonly account: string;
  readonly work: (until: number) => Promise<unknown>;
  /** The chosen time in words. */
  readonly say: (until: number) => string;
  readonly onClose: () => void;
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Allows for a while: the rule ends by itself at the domain, whether or not anyone is there. */
export function UntilDialog({ name, account, work, say, onClose }: Props) {
  const { run, problem, isBusy } = useCommand();
  const now = useNow(MINUTE);
  const [until, setUntil] = useState<number | undefined>(() => Date.now() + DAY);
  const isGood = until !== undefined && until > now;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isGood) run(() => work(until), onClose);
  };
  return (
    <Dialog
      title={t('requests.until.title', { name })}
      lede={t('requests.until.text', { name })}
      onClose={onClose}
    >
      <form onSubmit={submit}>
        <div className={styles.choices}>
          <Button size="small" onPress={() => setUntil(Date.now() + DAY)}>
            {t('requests.until.day')}
          </Button>
          <Button size="small" onPress={() => setUntil(Date.now() + 7 * DAY)}>
            {t('requests.until.week')}
          </Button>
        </div>
        <TimeField
          label={t('presence.until.label')}
          value={until}
          min={now}
          onChange={setUntil}
          {...(until === undefined ? {} : { hint: say(until) })}
        />
        {problem !== undefined && (
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account }} />
        )}
        <DialogButtons>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="primary" isBusy={isBusy} isDisabled={!isGood}>
            {t('requests.until.allow')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
