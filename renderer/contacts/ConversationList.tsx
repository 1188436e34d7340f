import { formatNumber } from '../../shared/i18n/formats.ts';
import { useCallback, useMemo, useState } from 'react';
import type { Spot } from '../components/MenuAt.tsx';
import { MenuRows } from '../components/MenuRows.tsx';
import { RovingList, type RowProps } from '../components/RovingList.tsx';
import { Icon } from '../components/Icon.tsx';
import type { Conversation } from '../../shared/model.ts';
import { t } from '../../shared/i18n/t.ts';
import { later } from '../later.tsx';
import { unreadOf } from '../../shared/unread.ts';
import { arrange } from '../store/conversation-order.ts';
import { useMirror, useNow, useView } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { nameFor } from '../store/names.ts';
import { ConversationRow } from './ConversationRow.tsx';
import sidebar from './Sidebar.module.css';

const ConversationMenu = later(async () => (await import('./ConversationMenu.tsx')).ConversationMenu);

const MINUTE = 60_000;
const keyOf = (one: Conversation): string => pairKey(one.account, one.peer);

interface Props {
  readonly scroller: HTMLElement | null;
}

/** Pinned conversations, the others, and those that are put away. */
export function ConversationList({ scroller }: Props) {
  const conversations = useMirror((mirror) => mirror.conversations);
  const contacts = useMirror((mirror) => mirror.contacts);
  const { pinned, open, archived } = useMemo(
    () => arrange(conversations.values(), contacts),
    [conversations, contacts],
  );
  const [asked, setAsked] = useState<{ readonly key: string; readonly spot: Spot }>();
  const [isUnfolded, setUnfolded] = useState(false);
  const now = useNow(MINUTE);
  const chosen = asked === undefined ? undefined : conversations.get(asked.key as ReturnType<typeof pairKey>);
  const unread = unreadOf(archived, now);

  const ask = useCallback((key: string, spot: Spot) => setAsked({ key, spot }), []);
  const list = (label: string, items: readonly Conversation[]) => (
    <Rows label={label} items={items} scroller={scroller} now={now} onMenu={ask} />
  );
  return (
    <>
      {pinned.length > 0 && (
        <section aria-label={t('sidebar.pinned')}>
          <div className={sidebar.section}>
            <h2>{t('sidebar.pinned')}</h2>
          </div>
          {list(t('sidebar.pinned'), pinned)}
        </section>
      )}
      <section aria-label={t('sidebar.conversations')}>
        <div className={sidebar.section}>
          <h2>{t('sidebar.conversations')}</h2>
        </div>
        {pinned.length + open.length + archived.length === 0 && (
          <p className={sidebar.hint}>{t('sidebar.no-conversations')}</p>
        )}
        {list(t('sidebar.conversations'), open)}
      </section>
      {archived.length > 0 && (
        <section aria-label={t('sidebar.archived')}>
          <h2 className={sidebar.section}>
            <button
              type="button"
              className={sidebar.fold}
              aria-expanded={isUnfolded}
              onClick={() => setUnfolded(!isUnfolded)}
            >
              <Icon name={isUnfolded ? 'chev-down' : 'chev-end'} size="small" isDirected={!isUnfolded} />
              {t('sidebar.archived')}
              <span className={sidebar.count}>{formatNumber(archived.length)}</span>
              {unread > 0 && (
                <span
                  className={sidebar.unread}
                  role="img"
                  aria-label={t('sidebar.archived.unread', { count: unread })}
                >
                  {formatNumber(unread)}
                </span>
              )}
            </button>
          </h2>
          {isUnfolded && list(t('sidebar.archived'), archived)}
        </section>
      )}
      {asked !== undefined && chosen !== undefined && (
        <ConversationMenu
          conversation={chosen}
          name={nameFor(contacts.get(pairKey(chosen.account, chosen.peer)), chosen.peer)}
          spot={asked.spot}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}

interface RowsProps extends Props {
  readonly label: string;
  readonly items: readonly Conversation[];
  readonly now: number;
  readonly onMenu: (key: string, spot: Spot) => void;
}

function Rows({ label, items, scroller, now, onMenu }: RowsProps) {
  const contacts = useMirror((mirror) => mirror.contacts);
  const firstAccount = useMirror((mirror) => mirror.accounts[0]?.id);
  const current = useView(({ page }) =>
    page.type === 'conversation' ? pairKey(page.account, page.peer) : undefined,
  );
  return (
    <MenuRows onMenu={onMenu}>
      <RovingList
        items={items}
        keyOf={keyOf}
        textOf={(one) => nameFor(contacts.get(pairKey(one.account, one.peer)), one.peer)}
        label={label}
        scroller={scroller}
        render={(one: Conversation, row: RowProps) => (
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
    </MenuRows>
  );
}
