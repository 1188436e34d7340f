import { type FormEvent, useState } from 'react';
import { canonical, domainOf, label } from '../address.ts';
import { Button } from '../components/Button.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { Field } from '../components/Field.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { t } from '../../shared/i18n/t.ts';
import { useMirror, useProgram, useView } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { useCommand } from '../store/use-command.ts';
import styles from './AddContact.module.css';
import { DirectorySearch } from './DirectorySearch.tsx';
import { groupsOf } from './groups.ts';
import { useDirectory } from './use-directory.ts';

/** Adds somebody by address; they are asked whether their presence may be seen. */
export function AddContact() {
  const { call, view } = useProgram();
  const [isOwn, setOwn] = useState(false);
  const accounts = useMirror((mirror) => mirror.accounts);
  const begun = useView((state) => state.addressToAdd);
  const page = useView((state) => state.page);
  const contacts = useMirror((mirror) => mirror.contacts);
  const { run, problem, isBusy, clear } = useCommand();
  const [address, setAddress] = useState(begun);
  const [name, setName] = useState('');
  const [groups, setGroups] = useState('');
  const [account, setAccount] = useState(
    page.type === 'conversation' ? page.account : (accounts[0]?.id ?? ''),
  );
  const [picked, setPicked] = useState('');
  const found = useDirectory(account, address === picked ? '' : address);
  const close = (): void => view.getState().closeAddContact();

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (address.trim() === '') return;
    const url = urlOf(address);
    if (url === account) return setOwn(true);
    // Who is there already keeps the name and the groups that nobody typed anew.
    const known = url === undefined ? undefined : contacts.get(pairKey(account, url));
    const wanted = groupsOf(groups);
    run(
      () =>
        call('contact.add', {
          account,
          address: address.trim(),
          name: name.trim() || (known?.name ?? ''),
          groups: wanted.length > 0 ? wanted : [...(known?.groups ?? [])],
        }),
      (contact) => {
        close();
        view.getState().openConversation(contact.account, contact.address);
      },
    );
  };

  return (
    <Dialog title={t('add.title')} lede={t('add.lede')} onClose={close}>
      <form onSubmit={submit} noValidate>
        {problem !== undefined && (
          <ProblemCallout problem={problem} subject={{ attempt: 'watch', address: address.trim() }} />
        )}
        <Field
          label={t('add.address')}
          value={address}
          onChange={(value) => {
            setAddress(value);
            setOwn(false);
            clear();
          }}
          hint={t('directory.hint', { domain: domainOf(account) })}
          placeholder={t('home.placeholder')}
          inputMode="email"
          autoComplete="off"
          spellCheck="false"
          isRequired
          validationBehavior="aria"
          error={isOwn ? t('add.own') : undefined}
          isInvalid={problem?.code === 'invalid-address' || problem?.code === 'target-unknown'}
          autoFocus
          dir="auto"
        />
        {found !== undefined && (
          <DirectorySearch
            found={found}
            isAddress={address.includes('@')}
            onPick={(url, displayName) => {
              setAddress(label(url));
              setPicked(label(url));
              if (name === '') setName(displayName);
            }}
          />
        )}
        <Field
          label={t('add.name')}
          value={name}
          onChange={setName}
          hint={t('add.name.hint')}
          autoComplete="off"
          maxLength={200}
        />
        <Field
          label={t('add.groups')}
          value={groups}
          onChange={setGroups}
          placeholder={t('person.groups.placeholder')}
          hint={t('person.groups.hint')}
          autoComplete="off"
          maxLength={500}
        />
        {accounts.length > 1 && (
          <label className={styles.account}>
            <span>{t('add.account')}</span>
            <select value={account} onChange={(event) => setAccount(event.target.value)}>
              {accounts.map((one) => (
                <option key={one.id} value={one.id}>
                  {label(one.id)}
                </option>
              ))}
            </select>
          </label>
        )}
        <DialogButtons>
          <Button onPress={close}>{t('cancel')}</Button>
          <Button type="submit" look="primary" isBusy={isBusy} isDisabled={address.trim() === ''}>
            {t('add.submit')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

/** The canonical URL of what is typed; absent while it is none, which the program then says. */
function urlOf(typed: string): string | undefined {
  try {
    return canonical(typed);
  } catch {
    return undefined;
  }
}
