import { ListBox, ListBoxItem } from 'react-aria-components';
import { label } from '../address.ts';
import { Avatar } from '../components/Avatar.tsx';
import { sentenceFor } from '../i18n/problems.ts';
import { t } from '../../shared/i18n/t.ts';
import styles from './AddContact.module.css';
import type { Found } from './use-directory.ts';

interface Props {
  readonly found: Found;
  /** What was typed is an address already: only who is found is worth a line. */
  readonly isAddress: boolean;
  readonly onPick: (address: string, displayName: string) => void;
}

/** Those listed at a domain under what was typed; picking one fills the form. */
export function DirectorySearch({ found, isAddress, onPick }: Props) {
  const { domain, people, problem } = found;
  if (problem !== undefined) {
    return (
      <p className={styles.quiet}>
        {isAddress
          ? t('directory.failed.address', { domain })
          : t('directory.failed', { domain, why: sentenceFor(problem, { attempt: 'other', domain }) })}
      </p>
    );
  }
  if (people.length === 0 && isAddress) return null;
  if (people.length === 0) return <p className={styles.quiet}>{t('directory.nobody', { domain })}</p>;
  return (
    <div>
      <p id="directory-found" className={styles.quiet}>
        {t('directory.found', { domain })}
      </p>
      <ListBox
        className={styles.found ?? ''}
        aria-labelledby="directory-found"
        selectionMode="single"
        items={people.map((one) => ({ ...one, id: one.address }))}
        onSelectionChange={(keys) => {
          const [key] = keys === 'all' ? [] : keys;
          const person = people.find((one) => one.address === key);
          if (person !== undefined) onPick(person.address, person.displayName);
        }}
      >
        {({ address, displayName }) => {
          const name = displayName === '' ? label(address) : displayName;
          return (
            <ListBoxItem id={address} textValue={name} className={styles.person ?? ''}>
              <Avatar address={address} name={name} size="middle" />
              <span className={styles.names}>
                <b dir="auto">{name}</b>
                {name !== label(address) && <bdi>{label(address)}</bdi>}
              </span>
            </ListBoxItem>
          );
        }}
      </ListBox>
    </div>
  );
}
