import { useState } from 'react';
import { ImppError } from '../../shared/errors.ts';
import type { Account } from '../../shared/model.ts';
import { label } from '../address.ts';
import { Select } from '../components/Select.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useMirror } from '../store/hooks.ts';
import styles from './AccountChoice.module.css';

/** The account that a page is about, the first one until another is chosen. The window has one at least. */
export function useChosenAccount(): readonly [Account, (id: string) => void] {
  const accounts = useMirror((mirror) => mirror.accounts);
  const [chosen, choose] = useState<string>();
  const account = accounts.find(({ id }) => id === chosen) ?? accounts[0];
  if (account === undefined) throw new ImppError('internal-error', 'a page about an account, without one');
  return [account, choose];
}

/** Which account a page is about; absent when there is one only. */
export function AccountChoice({
  account,
  onChange,
}: {
  readonly account: string;
  readonly onChange: (id: string) => void;
}) {
  const accounts = useMirror((mirror) => mirror.accounts);
  if (accounts.length < 2) return null;
  return (
    <div className={styles.choice}>
      <Select
        label={t('watchers.account')}
        value={account}
        options={accounts.map(({ id }) => ({ value: id, text: label(id) }))}
        onChange={onChange}
      />
    </div>
  );
}
