import { memo, useMemo } from 'react';
import { Avatar } from '../components/Avatar.tsx';
import { OutcomeSign } from '../components/OutcomeSign.tsx';
import { RovingList, type RowProps } from '../components/RovingList.tsx';
import type { Contact, Conversation } from '../../shared/model.ts';
import { label } from '../address.ts';
import { timeInList } from '../i18n/times.ts';
import { t } from '../i18n/t.ts';
import { sortConversations } from '../store/conversation-order.ts';
import { useMirror, useNow, useProgram, useView } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { nameFor } from '../store/names.ts';
import styles from './Rows.module.css';
import sidebar from './Sidebar.module.css';

const MINUTE = 60_000;
const keyOf = (one: Conversation): string => pairKey(one.account, one.peer);

export function ConversationList({ scroller }: { readonly scroller: HTMLElement | null }) {
  const conversations = useMirror((mirror) => mirror.conversations);
  const contacts = useMirror((mirror) => mirror.contacts);
  const firstAccount = useMirror((mirror) => mirror.accounts[0]?.id);
  const current = useView(({ page }) =>
    page.type === 'conversation' ? pairKey(page.account, page.peer) : undefined,
  );
  const ordered = useMemo(() => sortConversations(conversations.values()), [conversations]);
  const now = useNow(MINUTE);
  return (
    <section aria-label={t('sidebar.conversations')}>
      <div className={sidebar.section}>
        <h2>{t('sidebar.conversations')}</h2>
      </div>
      {ordered.length === 0 && <p className={sidebar.hint}>{t('sidebar.no-conversations')}</p>}
      <RovingList
        items={ordered}
        keyOf={keyOf}
        textOf={(one) => nameFor(contacts.get(pairKey(one.account, one.peer)), one.peer)}
        label={t('sidebar.conversations')}
        scroller={scroller}
        render={(one, row) => (
          <ConversationRow
            conversation={one}
            contact={contacts.get(pairKey(one.account, one.peer))}
            isCurrent={keyOf(one) === current}
            hasAccount={one.account !== firstAccount}
            now={now}
            {...row}
          />
        )}
      />
    </section>
  );
}

interface ConversationRowProps extends RowProps {
  readonly conversation: Conversation;
  readonly contact: Contact | undefined;
  readonly isCurrent: boolean;
  /** Not of the first account: the row says of which. */
  readonly hasAccount: boolean;
  readonly now: number;
}

const ConversationRow = memo(function ConversationRow({
  conversation,
  contact,
  isCurrent,
  hasAccount,
  now,
  ...row
}: ConversationRowProps) {
  const { view, prepare } = useProgram();
  const { account, peer, unread, draft, last } = conversation;
  const name = nameFor(contact, peer);
  const text = last === undefined ? '' : last.text || last.files.map(({ name }) => name).join(', ');
  const hasDraft = draft.trim() !== '' && !isCurrent;
  return (
    <button
      type="button"
      {...row}
      className={`${styles.conversation} ${unread > 0 ? styles.unread : ''}`}
      aria-current={isCurrent || undefined}
      onPointerDown={() => prepare(account, peer)}
      onClick={() => view.getState().openConversation(account, peer)}
    >
      <Avatar
        address={peer}
        name={name}
        {...(contact === undefined ? {} : { state: contact.presence.state })}
      />
      <span className={styles.grow}>
        <span className={styles.top}>
          <span className={styles.name} dir="auto">
            {name}
          </span>
          {last !== undefined && (
            <time dateTime={new Date(last.at).toISOString()}>{timeInList(last.at, now)}</time>
          )}
        </span>
        <span className={styles.bottom}>
          {!hasDraft && last?.outcome !== undefined && <OutcomeSign outcome={last.outcome} size="small" />}
          <span className={styles.preview} dir="auto">
            {hasDraft ? (
              <>
                <span className={styles.draft}>{t('sidebar.draft')}</span> {draft.slice(0, 120)}
              </>
            ) : (
              // The row shows one line; the rest of a long text would only cost layout.
              text.slice(0, 160)
            )}
          </span>
          {hasAccount && <span className={styles.account}>{label(account)}</span>}
          {unread > 0 && (
            <span className={styles.badge} role="img" aria-label={t('sidebar.unread', { count: unread })}>
              {unread > 999 ? '999+' : unread}
            </span>
          )}
        </span>
      </span>
    </button>
  );
});
