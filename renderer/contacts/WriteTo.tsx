import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Account, Problem } from '../../shared/model.ts';
import { canonical, label } from '../address.ts';
import { problemOf } from '../bridge.ts';
import { Button } from '../components/Button.tsx';
import { Callout } from '../components/Callout.tsx';
import { Field } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { sentenceFor } from '../i18n/problems.ts';
import { t } from '../../shared/i18n/t.ts';
import { useProgram, useView } from '../store/hooks.ts';
import styles from './Home.module.css';

interface Props {
  readonly account: Account;
  /** What has been typed so far. */
  readonly address: string;
  readonly onAddress: (address: string) => void;
}

/** Opens the conversation with an address, whoever has it. */
export function WriteTo({ account, address, onAddress }: Props) {
  const { view } = useProgram();
  const page = useView((state) => state.page);
  const [problem, setProblem] = useState<Problem>();
  const form = useRef<HTMLFormElement>(null);

  // Whoever asked for it wants to type; whoever only comes by may do something else.
  useEffect(() => {
    if (page.type === 'write') form.current?.querySelector('input')?.focus();
  }, [page]);

  const open = (event: FormEvent): void => {
    event.preventDefault();
    if (address.trim() === '') return;
    try {
      view.getState().openConversation(account.id, canonical(address));
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <>
      <h1>{t('home.title')}</h1>
      <p className={styles.lede}>{t('home.lede')}</p>
      <form ref={form} className={styles.to} onSubmit={open} noValidate>
        <Field
          label={t('home.to')}
          isLabelHidden
          size="taller"
          placeholder={t('home.placeholder')}
          value={address}
          onChange={(value) => {
            onAddress(value);
            setProblem(undefined);
          }}
          error={problem === undefined ? undefined : sentenceFor(problem, { attempt: 'other', address })}
          inputMode="email"
          autoComplete="off"
          spellCheck="false"
          validationBehavior="aria"
          before={<Icon name="at" />}
          dir="ltr"
        />
        <span className={styles.go}>
          <Button type="submit" look="primary">
            {t('home.continue')}
          </Button>
        </span>
      </form>
      {account.secret === 'unavailable' && (
        <div className={styles.notice}>
          <Callout kind="plain">{t('connection.no-keychain', { address: label(account.id) })}</Callout>
        </div>
      )}
    </>
  );
}
