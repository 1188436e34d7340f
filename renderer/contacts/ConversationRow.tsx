import { memo } from 'react';
import { Avatar } from '../components/Avatar.tsx';
import { Icon } from '../components/Icon.tsx';
import { OutcomeSign } from '../components/OutcomeSign.tsx';
import type { RowProps } from '../components/RovingList.tsx';
import type { Contact, Conversation } from '../../shared/model.ts';
import { plain } from '../../shared/text/format.ts';
import { label } from '../address.ts';
import { presenceSummary } from '../i18n/presence.ts';
import { formatList, formatNumber, formatSize } from '../../shared/i18n/formats.ts';
import { timeInList } from '../i18n/times.ts';
import { t } from '../../shared/i18n/t.ts';
import { isMuted } from '../../shared/unread.ts';
import { useAccount, useProgram } from '../store/hooks.ts';
import { nameFor } from '../store/names.ts';
import { useIsWriting } from '../store/use-writing.ts';
import { mutedWords } from './muted-words.ts';
import styles from './Rows.module.css';

interface Props extends RowProps {
  readonly conversation: Conversation;
  readonly contact: Contact | undefined;
  readonly isCurrent: boolean;
  /** Not of the first account: the row says of which. */
  readonly hasAccount: boolean;
  readonly now: number;
}

/** One conversation in the list: with whom, what came last, and whether one has read it. */
export const ConversationRow = memo(function ConversationRow({
  conversation,
  contact,
  isCurrent,
  hasAccount,
  now,
  ...row
}: Props) {
  const { view, prepare } = useProgram();
  const { account, peer, unread, last } = conversation;
  const name = nameFor(contact, peer);
  const muted = isMuted(conversation, now);
  const isOnline = useAccount(account)?.connection.phase === 'online';
  return (
    <button
      type="button"
      {...row}
      className={`${styles.conversation} ${unread > 0 && !muted ? styles.unread : ''}`}
      aria-current={isCurrent || undefined}
      aria-haspopup="menu"
      {...(contact === undefined ? {} : { title: presenceSummary(contact, name, isOnline, now) })}
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
          {muted && (
            <span className={styles.sign} role="img" aria-label={mutedWords(conversation, now)}>
              <Icon name="bell-off" size="small" />
            </span>
          )}
          {last !== undefined && (
            <time dateTime={new Date(last.at).toISOString()}>{timeInList(last.at, now)}</time>
          )}
        </span>
        <span className={styles.bottom}>
          <Preview conversation={conversation} isCurrent={isCurrent} />
          {hasAccount && <span className={styles.account}>{label(account)}</span>}
          {unread > 0 && (
            <span
              className={`${styles.badge} ${muted ? styles.quietBadge : ''}`}
              role="img"
              aria-label={t('sidebar.unread', { count: unread })}
            >
              {unread > 999 ? `${formatNumber(999)}+` : formatNumber(unread)}
            </span>
          )}
        </span>
      </span>
    </button>
  );
});

/** The row shows one line; the rest of a long text would only cost layout. */
const SHOWN = 160;

function Preview({ conversation, isCurrent }: Pick<Props, 'conversation' | 'isCurrent'>) {
  const { account, peer, draft, last } = conversation;
  const isWriting = useIsWriting(account, peer);
  if (isWriting) return <span className={`${styles.preview} ${styles.draft}`}>{t('sidebar.typing')}</span>;
  if (draft.trim() !== '' && !isCurrent) {
    return (
      <>
        <span className={styles.draft}>{t('sidebar.draft')}</span>{' '}
        <span className={styles.preview} dir="auto">
          {draft.slice(0, SHOWN)}
        </span>
      </>
    );
  }
  if (last === undefined) return <span className={styles.preview} />;
  return (
    <>
      {last.outcome !== undefined && (
        <OutcomeSign outcome={last.readAt === undefined ? last.outcome : 'read'} size="small" />
      )}
      <span className={styles.preview} dir="auto">
        {/* The sign shows whose it is; who does not see it is told. */}
        {last.isMine && <bdi className={styles.hidden}>{t('sidebar.you')} </bdi>}
        {previewOf(last)}
      </span>
    </>
  );
}

function previewOf({ text, files, isRetracted, deferred }: NonNullable<Conversation['last']>): string {
  if (isRetracted === true) return t('sidebar.retracted');
  // Twice as much, because the marks go.
  if (text !== '') return plain(text.slice(0, 2 * SHOWN)).slice(0, SHOWN);
  if (files.length > 0) return formatList(files.map(({ name }) => name));
  return deferred === undefined ? '' : t('sidebar.deferred', { size: formatSize(deferred) });
}
