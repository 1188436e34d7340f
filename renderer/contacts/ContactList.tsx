import { formatNumber } from '../../shared/i18n/formats.ts';
import { memo, useCallback, useState } from 'react';
import { IconButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import type { Spot } from '../components/MenuAt.tsx';
import { MenuRows } from '../components/MenuRows.tsx';
import { PresenceSign } from '../components/PresenceSign.tsx';
import { RovingList, type RowProps } from '../components/RovingList.tsx';
import type { Contact } from '../../shared/model.ts';
import { label } from '../address.ts';
import { presenceSummary } from '../i18n/presence.ts';
import { t } from '../../shared/i18n/t.ts';
import { later } from '../later.tsx';
import { nameOf } from '../store/contact-order.ts';
import { useMirror, useNow, useProgram, useView } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import styles from './Rows.module.css';
import sidebar from './Sidebar.module.css';

const ContactMenu = later(async () => (await import('./ContactMenu.tsx')).ContactMenu);

const MINUTE = 60_000;
const keyOf = (one: Contact): string => pairKey(one.account, one.address);

export function ContactList({ scroller }: { readonly scroller: HTMLElement | null }) {
  const { view } = useProgram();
  const contacts = useMirror((mirror) => mirror.contactOrder);
  const firstAccount = useMirror((mirror) => mirror.accounts[0]?.id);
  const accounts = useMirror((mirror) => mirror.accounts);
  const [asked, setAsked] = useState<{ readonly key: string; readonly spot: Spot }>();
  const ask = useCallback((key: string, spot: Spot) => setAsked({ key, spot }), []);
  const chosen = asked === undefined ? undefined : contacts.find((one) => keyOf(one) === asked.key);
  const now = useNow(MINUTE);
  const current = useView(({ page }) =>
    page.type === 'conversation' ? pairKey(page.account, page.peer) : undefined,
  );
  return (
    <section aria-label={t('sidebar.contacts')}>
      <div className={sidebar.section}>
        <h2>{t('sidebar.contacts')}</h2>
        {contacts.length > 0 && <span className={sidebar.count}>{formatNumber(contacts.length)}</span>}
        <IconButton size="tiny" label={t('sidebar.add-contact')} onPress={() => view.getState().addContact()}>
          <Icon name="plus" size="small" />
        </IconButton>
      </div>
      {contacts.length === 0 && <p className={sidebar.hint}>{t('sidebar.no-contacts')}</p>}
      <MenuRows onMenu={ask}>
        <RovingList
          items={contacts}
          keyOf={keyOf}
          textOf={nameOf}
          label={t('sidebar.contacts')}
          scroller={scroller}
          render={(one, row) => (
            <ContactRow
              contact={one}
              isCurrent={keyOf(one) === current}
              hasAccount={one.account !== firstAccount}
              isOnline={accounts.find(({ id }) => id === one.account)?.connection.phase === 'online'}
              now={now}
              {...row}
            />
          )}
        />
      </MenuRows>
      {asked !== undefined && chosen !== undefined && (
        <ContactMenu contact={chosen} spot={asked.spot} onClose={() => setAsked(undefined)} />
      )}
    </section>
  );
}

/** What stands behind the name: why there is no presence, or what the person says. */
function noteOf({ watch, problem, presence }: Contact): string {
  if (watch === 'asked') return t('sidebar.watch.asked');
  if (watch === 'refused') return t('sidebar.watch.refused');
  if (watch === 'failed' && problem?.code === 'target-unknown') return t('because.target-unknown');
  return presence.note ?? '';
}

interface ContactRowProps extends RowProps {
  readonly contact: Contact;
  readonly isCurrent: boolean;
  readonly hasAccount: boolean;
  readonly isOnline: boolean;
  readonly now: number;
}

const ContactRow = memo(function ContactRow({
  contact,
  isCurrent,
  hasAccount,
  isOnline,
  now,
  ...row
}: ContactRowProps) {
  const { view, prepare } = useProgram();
  const note = noteOf(contact);
  return (
    <button
      type="button"
      {...row}
      className={styles.contact}
      data-current={isCurrent || undefined}
      aria-haspopup="menu"
      // The description of the row, too: its name is what stands in it.
      title={`${label(contact.address)}\n${presenceSummary(contact, nameOf(contact), isOnline, now)}`}
      onPointerDown={() => prepare(contact.account, contact.address)}
      onClick={() => view.getState().openConversation(contact.account, contact.address)}
    >
      <PresenceSign state={contact.presence.state} />
      <span className={styles.contactName} dir="auto">
        {nameOf(contact)}
      </span>
      {note !== '' && (
        <span className={styles.note} dir="auto">
          {note}
        </span>
      )}
      {hasAccount && <span className={styles.account}>{label(contact.account)}</span>}
    </button>
  );
});
