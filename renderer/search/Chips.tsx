import { t } from '../../shared/i18n/t.ts';
import { dayLong } from '../i18n/times.ts';
import { useMirror } from '../store/hooks.ts';
import { type Mirror, pairKey } from '../store/mirror.ts';
import { nameFor } from '../store/names.ts';
import styles from './Palette.module.css';
import type { Understood } from './use-search.ts';

/** How the filters that were typed are understood, so that a wrong reading is seen. */
export function Chips({ understood }: { readonly understood: readonly Understood[] }) {
  const contacts = useMirror((mirror) => mirror.contacts);
  const accounts = useMirror((mirror) => mirror.accounts);
  if (understood.length === 0) return null;
  return (
    <ul className={styles.chips}>
      {understood.map((one, index) => (
        // One filter may be typed twice.
        <li key={`${index} ${one.filter.type}`} data-bad={isBad(one) || undefined}>
          {wordsFor(one, { contacts, accounts })}
        </li>
      ))}
    </ul>
  );
}

const isBad = ({ filter, person }: Understood): boolean =>
  filter.type === 'has'
    ? filter.value.toLowerCase() !== 'file'
    : filter.type === 'before' || filter.type === 'after'
      ? filter.at === undefined
      : person === undefined;

function wordsFor(
  { filter, person }: Understood,
  { contacts, accounts }: Pick<Mirror, 'contacts' | 'accounts'>,
): string {
  const { type, value } = filter;
  if (type === 'has') return value.toLowerCase() === 'file' ? t('search.has-file') : t('search.has-what');
  if (type === 'before' || type === 'after') {
    return filter.at === undefined
      ? t('search.no-date', { value })
      : t(`search.${type}`, { day: dayLong(filter.at, Date.now()) });
  }
  if (person === undefined) return t('search.nobody', { value });
  if (person.isMe === true) return t('search.from.me');
  const account = person.account ?? accounts.find(({ id }) => contacts.has(pairKey(id, person.address)))?.id;
  const contact = account === undefined ? undefined : contacts.get(pairKey(account, person.address));
  return t(`search.${type}`, { name: nameFor(contact, person.address) });
}
