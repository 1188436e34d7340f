import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Account } from '../../shared/model.ts';
import { label } from '../address.ts';
import { Button } from '../components/Button.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { t } from '../../shared/i18n/t.ts';
import { PasswordField } from '../signin/PasswordField.tsx';
import { useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import { passwordWords } from './banner-words.ts';

/** Asks for the password that the program does not have. It goes to the program and stays in no state here. */
export function PasswordDialog({
  account,
  onClose,
}: {
  readonly account: Account;
  readonly onClose: () => void;
}) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const [password, setPassword] = useState('');
  // Why it was asked; what then goes wrong is said by itself.
  const [why] = useState(() => passwordWords(account));
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (problem !== undefined) form.current?.querySelector('input')?.select();
  }, [problem]);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (password === '') return;
    run(
      () =>
        call('account.password', { account: account.id, password, remember: account.secret !== 'not-kept' }),
      onClose,
    );
  };
  return (
    <Dialog title={t('password.title', { address: label(account.id) })} lede={why} onClose={onClose}>
      <form ref={form} onSubmit={submit} noValidate>
        {problem !== undefined && (
          <ProblemCallout problem={problem} subject={{ attempt: 'sign-in', address: account.id }} />
        )}
        <PasswordField value={password} onChange={setPassword} isInvalid={problem !== undefined} autoFocus />
        <DialogButtons>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="primary" isBusy={isBusy} isDisabled={password === ''}>
            {t('password.submit')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
