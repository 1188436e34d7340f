import { useState } from 'react';
import { Button } from '../components/Button.tsx';
import { Confirm } from '../components/Confirm.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { Select } from '../components/Select.tsx';
import { t } from '../../shared/i18n/t.ts';
import { viewTitle } from '../i18n/views.ts';
import { useProgram, useRules, useViews } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import { accessOf, BLOCK, HIDE, POLITELY, seesSentence, SHOW } from './person-access.ts';
import styles from './Access.module.css';
import { isFor, judged } from './judge.ts';
import { UntilField } from './UntilField.tsx';
import { useJudged } from './use-rules.ts';

export type AccessQuestion = 'more' | 'hide' | 'polite' | 'block';

interface Props {
  readonly account: string;
  readonly address: string;
  readonly name: string;
  readonly question: AccessQuestion;
  readonly onClose: () => void;
}

const CHANGES = { hide: HIDE, polite: POLITELY, block: BLOCK } as const;

/** What is asked before something that the other person notices, or that ends by itself. */
export function AccessDialog({ account, address, name, question, onClose }: Props) {
  const { call } = useProgram();
  if (question === 'more')
    return <ShowMore account={account} address={address} name={name} onClose={onClose} />;
  return (
    <Confirm
      title={t(`access.${question}.title`, { name })}
      text={t(`access.${question}.text`, { name })}
      confirm={t(`access.${question}.confirm`)}
      subject={{ attempt: 'other', address: account }}
      work={() => call('rules.change', { account, who: address, change: { ...CHANGES[question] } })}
      onClose={onClose}
    />
  );
}

const HOUR = 3_600_000;

/** Another view until a time; says what holds afterwards, because a rule that ends is gone as a whole. */
function ShowMore({ account, address, name, onClose }: Omit<Props, 'question'>) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const list = useRules(account);
  const views = useViews(account);
  const { rules, now } = useJudged(account);
  const [until, setUntil] = useState(() => Date.now() + HOUR);
  const current = accessOf(rules, address, account, now);
  const [view, setView] = useState(() => views.find(({ id }) => id !== current.effect.view)?.id ?? 'default');
  const after = accessOf(
    judged(
      list.filter((rule) => !isFor(rule, address)),
      until,
    ),
    address,
    account,
    until,
  );
  return (
    <Dialog title={t('access.more.title', { name })} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          run(
            () => call('rules.change', { account, who: address, change: { ...SHOW(view), until } }),
            onClose,
          );
        }}
      >
        <div className={styles.row}>
          <Select
            label={t('access.more.view')}
            value={view}
            options={views.map(({ id }) => ({ value: id, text: viewTitle(id, views) }))}
            onChange={setView}
          />
        </div>
        <div className={styles.row}>
          <UntilField
            label={t('access.more.until')}
            isLabelHidden={false}
            isRequired
            value={until}
            now={now}
            onChange={(at) => setUntil(at ?? until)}
          />
        </div>
        <p className={styles.text}>
          {t('access.more.after', { sentence: seesSentence(after, name, views) })}
          {current.own !== undefined && ` ${t('access.more.replaces', { name })}`}
        </p>
        {problem !== undefined && (
          <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account }} />
        )}
        <DialogButtons>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="primary" isBusy={isBusy} isDisabled={until <= now}>
            {t('access.more.confirm')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
