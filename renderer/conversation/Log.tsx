import { type KeyboardEvent, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso';
import type { Conversation } from '../../shared/model.ts';
import { Button } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { sentenceFor } from '../i18n/problems.ts';
import { t } from '../i18n/t.ts';
import { dayHeading } from '../i18n/times.ts';
import { useMirror, useNow, useProgram } from '../store/hooks.ts';
import { type Log as LoadedLog, pairKey } from '../store/mirror.ts';
import { useCommand } from '../store/use-command.ts';
import styles from './Log.module.css';
import { MessageRow } from './MessageRow.tsx';
import { firstUnread, type Row, rowsOf } from './rows.ts';

interface Props {
  readonly account: string;
  readonly peer: string;
  readonly name: string;
  readonly onLeave: () => void;
}

/** Rows before the first loaded one get lower numbers, so that loading older pages moves nothing that is seen. */
const MIDDLE = 1_000_000;
/** This near to the end counts as being at the end. */
const NEAR_END = 60;
const MINUTE = 60_000;
/** More rows than the tallest window shows. */
const A_SCREENFUL = 40;
/** Longer than this many frames the list never takes to find its place. */
const FRAMES = 120;

/** The messages of one conversation; a new one is followed only by who is at the end. Keyed by conversation. */
export function Log({ account, peer, name, onLeave }: Props) {
  const { loadPage } = useProgram();
  const key = pairKey(account, peer);
  const log = useMirror((mirror) => mirror.logs.get(key));
  const conversation = useMirror((mirror) => mirror.conversations.get(key));
  const unread = conversation?.unread ?? 0;
  const { run, problem } = useCommand();
  const now = useNow(MINUTE);
  const virtuoso = useRef<VirtuosoHandle>(null);
  const root = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);

  const isLoaded = log?.isLoaded === true;
  useEffect(() => {
    if (!isLoaded) run(() => loadPage(account, peer, 'newest'));
  }, [isLoaded, run, loadPage, account, peer]);

  // After a gap the log begins anew; until its page is here the old one stays on screen.
  const [shown, setShown] = useState<LoadedLog | undefined>(isLoaded ? log : undefined);
  if (isLoaded && shown !== log) setShown(log);

  // Found once, when the conversation is opened: the line stays where it was while one reads.
  const [firstNew, setFirstNew] = useState<{ readonly id: number | undefined }>();
  if (firstNew === undefined && shown !== undefined) setFirstNew({ id: firstUnread(shown.messages, unread) });

  const messages = shown?.messages;
  const rows = useMemo(() => rowsOf(messages ?? [], firstNew?.id), [messages, firstNew]);
  const firstIndex = useFirstIndex(rows);
  const { scrollerRef, heightChanged } = useStayAtEnd();
  const isPlaced = usePlaced(root, rows.length > 0);
  useReading(isAtEnd && shown !== undefined ? conversation : undefined);

  const loadOlder = useCallback(() => {
    if (shown?.hasOlder === true) run(() => loadPage(account, peer, 'older'));
  }, [shown, run, loadPage, account, peer]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.key === 'Escape') onLeave();
    else moveByMessage(event);
  };

  if (shown === undefined) {
    return (
      <div className={styles.log} role="log" aria-label={t('conversation.log', { name })} aria-busy="true">
        {problem !== undefined && (
          <p className={styles.empty}>{sentenceFor(problem, { attempt: 'other' })}</p>
        )}
      </div>
    );
  }
  return (
    <div className={styles.frame}>
      {/* The log is a stop of the keyboard like a list box: its arrows move by message. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={root}
        className={styles.log}
        // Scrolling draws rows anew: read aloud is what the announcements choose, not each row that is drawn.
        role="log"
        aria-live="off"
        aria-label={t('conversation.log', { name })}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        data-ring="conversation"
        onKeyDown={onKeyDown}
      >
        {rows.length === 0 ? (
          <p className={styles.empty}>{t('conversation.empty', { name })}</p>
        ) : (
          <Virtuoso
            ref={virtuoso}
            className={styles.scroller ?? ''}
            // The log itself is the stop of Tab; its arrows move by message.
            tabIndex={-1}
            data={rows}
            computeItemKey={(_, row) => row.key}
            firstItemIndex={firstIndex}
            initialTopMostItemIndex={{ index: 'LAST', align: 'end' }}
            alignToBottom
            followOutput={(atEnd) => (atEnd ? 'auto' : false)}
            atBottomThreshold={NEAR_END}
            atBottomStateChange={setAtEnd}
            scrollerRef={scrollerRef}
            totalListHeightChanged={heightChanged}
            startReached={loadOlder}
            increaseViewportBy={400}
            itemContent={(_, row) => <LogRow row={row} name={name} now={now} />}
            components={{ Header: Space, Footer: Space }}
          />
        )}
        {!isAtEnd && rows.length > 0 && (
          <span className={styles.toEnd}>
            <Button
              size="small"
              aria-label={
                unread > 0 ? t('conversation.to-end.unread', { count: unread }) : t('conversation.to-end')
              }
              onPress={() => virtuoso.current?.scrollToIndex({ index: 'LAST', align: 'end' })}
            >
              <Icon name="chev-down" size="small" />
              {unread > 0 && t('sidebar.unread', { count: unread })}
            </Button>
          </span>
        )}
      </div>
      {!isPlaced && rows.length > 0 && <LastRows rows={rows} name={name} now={now} />}
    </div>
  );
}

/**
 * What the end of the log looks like, for the moment in which the list measures itself and shows nothing. It lies
 * over the log and is no part of it: nothing in the log stands twice.
 */
function LastRows({
  rows,
  name,
  now,
}: {
  readonly rows: readonly Row[];
  readonly name: string;
  readonly now: number;
}) {
  return (
    <div className={styles.lastRows} aria-hidden="true" inert>
      <div>
        {rows.slice(-A_SCREENFUL).map((row) => (
          <LogRow key={row.key} row={row} name={name} now={now} />
        ))}
        <Space />
      </div>
    </div>
  );
}

interface StayAtEnd {
  readonly scrollerRef: (scroller: HTMLElement | Window | null) => void;
  readonly heightChanged: (height: number) => void;
}

/**
 * Keeps whoever is at the end there when the room shrinks (a banner arrives, the field grows) and when the last
 * message gets a line of words (it was not delivered). What grows by more was opened to be read from where it was.
 */
function useStayAtEnd(): StayAtEnd {
  const state = useRef({ isAtEnd: true, height: 0, toEnd: () => {}, stop: () => {} });
  const scrollerRef = useCallback((scroller: HTMLElement | Window | null) => {
    const current = state.current;
    current.stop();
    if (!(scroller instanceof HTMLElement)) return;
    // Only scrolling tells where somebody is: what moves the end away from them fires no such event.
    const onScroll = (): void => {
      current.isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
    };
    current.toEnd = () => {
      if (current.isAtEnd) scroller.scrollTop = scroller.scrollHeight;
    };
    const observer = new ResizeObserver(current.toEnd);
    observer.observe(scroller);
    scroller.addEventListener('scroll', onScroll, { passive: true });
    current.stop = () => {
      observer.disconnect();
      scroller.removeEventListener('scroll', onScroll);
    };
  }, []);
  const heightChanged = useCallback((height: number) => {
    const { current } = state;
    const grown = height - current.height;
    current.height = height;
    if (grown > 0 && grown < NEAR_END) current.toEnd();
  }, []);
  return { scrollerRef, heightChanged };
}

/** Whether the list in `root` has measured itself, is where it begins, and shows its rows. */
function usePlaced(root: RefObject<HTMLElement | null>, hasRows: boolean): boolean {
  const [isPlaced, setPlaced] = useState(false);
  useEffect(() => {
    if (!hasRows || isPlaced) return;
    let left = FRAMES;
    const look = (): void => {
      const list = root.current?.querySelector('[data-testid="virtuoso-item-list"]');
      const isShown = list?.firstElementChild?.checkVisibility({ visibilityProperty: true }) === true;
      left -= 1;
      if (isShown || left === 0) setPlaced(true);
      else frame = requestAnimationFrame(look);
    };
    let frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [root, hasRows, isPlaced]);
  return isPlaced;
}

const Space = () => <div className={styles.space} />;

function LogRow({ row, name, now }: { readonly row: Row; readonly name: string; readonly now: number }) {
  switch (row.type) {
    case 'day':
      return (
        <div className={styles.day}>
          <span>{dayHeading(row.at, now)}</span>
        </div>
      );
    case 'new':
      return (
        <div className={styles.new}>
          <span>{t('conversation.new')}</span>
        </div>
      );
    case 'message':
      return <MessageRow message={row.message} name={name} isFirst={row.isFirst} isLast={row.isLast} />;
  }
}

/** The number of the first row, such that the row that was first when the log was opened keeps its number. */
function useFirstIndex(rows: readonly Row[]): number {
  const first = rows.find((row) => row.type === 'message')?.key;
  const [anchor, setAnchor] = useState(first);
  const place = rows.findIndex((row) => row.key === anchor);
  if (place < 0 && first !== anchor) setAnchor(first);
  return MIDDLE - Math.max(0, place);
}

/** Tells the program that the conversation was read, while its end is in sight of somebody. */
function useReading(conversation: Conversation | undefined): void {
  const { call } = useProgram();
  useEffect(() => {
    if (conversation === undefined || conversation.unread === 0) return;
    const { account, peer } = conversation;
    const read = (): void => {
      if (document.visibilityState !== 'visible' || !document.hasFocus()) return;
      // Read again with the next message, or when the window comes back.
      call('conversation.read', { account, peer }).catch(() => undefined);
    };
    read();
    addEventListener('focus', read);
    document.addEventListener('visibilitychange', read);
    return () => {
      removeEventListener('focus', read);
      document.removeEventListener('visibilitychange', read);
    };
    // The whole conversation, not its count: a message that comes while another is being read leaves that equal.
  }, [call, conversation]);
}

/** Arrows move by message, Home and End to the first and last that are drawn. */
function moveByMessage(event: KeyboardEvent<HTMLDivElement>): void {
  const target = event.target as HTMLElement;
  if (target !== event.currentTarget && target.closest('article') !== target) return;
  const articles = [...event.currentTarget.querySelectorAll<HTMLElement>('article')];
  const from = articles.indexOf(target);
  const to = {
    ArrowUp: from < 0 ? articles.length - 1 : from - 1,
    ArrowDown: from + 1,
    Home: 0,
    End: articles.length - 1,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const article = articles[Math.max(0, Math.min(articles.length - 1, to))];
  article?.focus();
  article?.scrollIntoView({ block: 'nearest' });
}
