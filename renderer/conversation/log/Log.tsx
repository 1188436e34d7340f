import {
  type KeyboardEvent,
  type MouseEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { Message, Place } from '../../../shared/model.ts';
import { domainOf } from '../../address.ts';
import { Button } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../../shared/i18n/t.ts';
import { later } from '../../later.tsx';
import { useAccount, useMirror, useNow, useProgram, useView } from '../../store/hooks.ts';
import { comparePlaces } from '../../store/log.ts';
import { EMPTY_LOG, type Log as LoadedLog, pairKey } from '../../store/mirror.ts';
import { type Actions, ActionsContext, type Question } from '../actions.ts';
import type { MenuAction } from '../asked/MessageMenu.tsx';
import { createPreviews } from '../files/previews.ts';
import { abilitiesOf } from '../message/abilities.ts';
import { transcript } from '../message/words.ts';
import { GoToDay } from './GoToDay.tsx';
import { holdFocus, idOf, messageAt, moveByMessage, onMessageKey } from './keys.ts';
import { HistoryFault } from './HistoryFault.tsx';
import styles from './Log.module.css';
import { LogRow } from './LogRow.tsx';
import { rowsOf } from './rows.ts';
import { SelectionBar } from './SelectionBar.tsx';
import { useGoal } from './use-goal.ts';
import { usePlaces } from './use-place.ts';
import { isWatched, useReading } from './use-reading.ts';
import { useScroll } from './use-scroll.ts';
import { useSelection } from './use-selection.ts';

// What is open over the log is for later: the first screen does not wait for it.
const Asked = later(async () => (await import('../asked/Asked.tsx')).Asked);

interface Props {
  readonly account: string;
  readonly peer: string;
  readonly name: string;
  readonly onLeave: () => void;
  readonly onReply: (message: Message) => void;
  readonly onCorrect: (message: Message) => void;
  /** A message that was too large: another file is chosen in its place. */
  readonly onReplace: (message: Message) => void;
}

const MINUTE = 60_000;
const NEW = 'new';

/**
 * The messages of one conversation: a window of pages over all of them. Keyed by conversation.
 */
export function Log(props: Props) {
  const { account, peer, name, onLeave, onReply, onCorrect, onReplace } = props;
  const { call, view } = useProgram();
  const key = pairKey(account, peer);
  const log = useMirror((mirror) => mirror.logs.get(key));
  const conversation = useMirror((mirror) => mirror.conversations.get(key));
  const isRequest = conversation?.isRequest === true;
  const isOnline = useAccount(account)?.connection.phase === 'online';
  const isChoosingDay = useView((state) => state.isChoosingDay);
  const [question, setQuestion] = useState<Question>();
  const now = useNow(MINUTE);
  const { goal, failure, retry, load, jump, toEnd } = usePlaces(account, peer);

  // After a gap the log begins anew; until its page is here the old one stays on screen.
  const [shown, setShown] = useState<LoadedLog | undefined>(log?.isLoaded === true ? log : undefined);
  if (log?.isLoaded === true && shown !== log) setShown(log);
  const isGone = shown !== undefined && log === undefined;
  useEffect(() => {
    if (isGone) load('newest');
  }, [isGone, load]);

  const firstNew = useFirstNew(conversation?.unread ?? 0, conversation?.firstUnread);
  const rows = useMemo(() => rowsOf(shown ?? EMPTY_LOG, firstNew), [shown, firstNew]);
  const messages = shown?.messages ?? EMPTY_LOG.messages;
  const selection = useSelection(messages);
  const scroller = useRef<HTMLDivElement>(null);
  const scroll = useScroll(scroller, {
    rows,
    hasEnd: shown?.hasNewer === false,
    mark: NEW,
    // What failed is asked for again when somebody says so, not in a circle.
    onNearStart: () => {
      if (failure?.wanted === 'older') return;
      if (shown?.hasOlder === true && !shown.isWaiting && shown.held === undefined) load('older');
    },
    onNearEnd: () => {
      if (failure?.wanted === 'newer') return;
      if (shown?.hasNewer === true && shown.held === undefined) load('newer');
    },
  });
  const foundId = useGoal(goal, rows, scroll.go, scroller);
  useReading(scroll.isAtEnd && shown?.hasNewer === false ? conversation : undefined);

  const isWaiting = shown?.isWaiting === true;
  useEffect(() => {
    if (isOnline && isWaiting) load('older');
  }, [isOnline, isWaiting, load]);

  const ask = useCallback((next: Question) => {
    if ('message' in next) holdFocus(scroller.current, next.message.id);
    setQuestion(next);
  }, []);
  const previews = useMemo(() => createPreviews(call), [call]);
  const actions = useMemo(
    (): Actions => ({
      account,
      name,
      isRequest,
      previews,
      ask,
      reply: onReply,
      correct: onCorrect,
      jump: (place) => jump(place, 'found'),
    }),
    [account, name, isRequest, previews, ask, onReply, onCorrect, jump],
  );

  const copy = (chosen: readonly Message[], marked = ''): void => {
    const [only] = chosen;
    if (only === undefined) return;
    const text = chosen.length === 1 ? marked || only.text : transcript(chosen, name);
    navigator.clipboard.writeText(text).then(
      () => view.getState().announce(t('log.copied', { count: chosen.length })),
      // The browser refuses where it was not pressed: nothing was copied, and nothing is said to be.
      () => undefined,
    );
  };
  const act = (action: MenuAction, message: Message, marked = ''): void => {
    const can = abilitiesOf(message, isRequest, true);
    const chosen = selection.ids.has(message.id) ? selection.messages : [message];
    if (action === 'reply' && can.reply) onReply(message);
    else if (action === 'correct' && can.correct) onCorrect(message);
    else if (action === 'copy') copy(chosen, marked);
    else if (action === 'select') selection.toggle(message.id);
    else if (action === 'forward' && can.forward) ask({ type: 'forward', messages: [message] });
    else if (action === 'delete') ask({ type: 'delete', messages: chosen });
    else if (action === 'details') ask({ type: 'details', message });
    else if (action === 'react' && can.react) ask({ type: 'react', message });
    else if (action === 'retract' && can.retract) ask({ type: 'retract', message });
    else if (action === 'retry' || action === 'cancel') {
      // What comes of it is told by the message itself.
      call(`message.${action}`, { id: message.id }).catch(() => undefined);
    }
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const target = event.target as HTMLElement;
    const article = target.closest('article');
    const isRow = target === article || target === event.currentTarget;
    if (event.key === 'Escape') {
      event.preventDefault();
      if (!isRow) article?.focus();
      else if (selection.ids.size > 0) selection.clear();
      else onLeave();
      return;
    }
    if (!isRow) return;
    const message = messages.find(({ id }) => id === idOf(article));
    if (event.key === 'Home' && shown?.hasOlder === true) {
      event.preventDefault();
      jump({ at: 0, order: 0 }, 'day');
    } else if (event.key === 'End' && shown?.hasNewer === true) {
      event.preventDefault();
      toEnd();
    } else if (moveByMessage(event, scroller.current, selection)) return;
    else onMessageKey(event, message, selection, act, ask);
  };

  const onMouseDown = (event: MouseEvent): void => {
    // A range of messages, not of letters.
    if (event.shiftKey && messageAt(event) !== undefined) event.preventDefault();
  };
  const onClick = (event: MouseEvent): void => {
    const id = messageAt(event);
    if (id === undefined) return;
    if (event.shiftKey) selection.extend(id, id);
    else if (event.ctrlKey || event.metaKey) selection.toggle(id);
  };

  const unread = conversation?.unread ?? 0;
  const [first] = messages;
  const isNewAbove =
    unread > 0 &&
    firstNew !== undefined &&
    (scroll.isMarkAbove || (first !== undefined && comparePlaces(firstNew, first) < 0));
  return (
    <ActionsContext value={actions}>
      <div className={styles.frame}>
        {failure !== undefined && <HistoryFault count={failure.count} onRetry={() => retry(failure)} />}
        {/* The log is a stop of the keyboard like a list box: its arrows move by message. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <div
          ref={scroller}
          className={styles.log}
          // Pages come and go: read aloud is what the announcements choose, not each row that is drawn.
          role="log"
          aria-live="off"
          aria-busy={shown === undefined}
          aria-label={t('conversation.log', { name })}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          data-ring="conversation"
          onScroll={scroll.onScroll}
          onKeyDown={onKeyDown}
          onMouseDown={onMouseDown}
          onClick={onClick}
        >
          <div className={styles.rows}>
            {shown?.isWaiting === true ? (
              <div className={styles.edge}>
                {t('log.waiting', { domain: domainOf(account) })}
                {isOnline && (
                  <Button size="tiny" look="quiet" onPress={() => load('older')}>
                    {t('connection.try-now')}
                  </Button>
                )}
              </div>
            ) : (
              // Its room is there from the beginning: nothing moves when what it speaks of has come.
              shown?.hasOlder === true && <div className={styles.edge}>{t('log.older')}</div>
            )}
            {rows.length === 0 && shown !== undefined && !shown.hasOlder && (
              <p className={styles.empty}>{t('conversation.empty', { name })}</p>
            )}
            {rows.map((row) => (
              <LogRow
                key={row.key}
                row={row}
                now={now}
                domain={domainOf(account)}
                isSelected={row.type === 'message' && selection.ids.has(row.message.id)}
                isFound={row.type === 'message' && row.message.id === foundId}
              />
            ))}
          </div>
        </div>
        {isNewAbove && (
          <span className={styles.toNew}>
            <Button size="small" onPress={() => jump(firstNew, 'new')}>
              <Icon name="chev-up" size="small" />
              {t('log.to-new', { count: unread })}
            </Button>
          </span>
        )}
        {!(scroll.isAtEnd && shown?.hasNewer === false) && rows.length > 0 && (
          <span className={styles.toEnd}>
            <Button
              size="small"
              aria-label={
                unread > 0 ? t('conversation.to-end.unread', { count: unread }) : t('conversation.to-end')
              }
              onPress={toEnd}
            >
              <Icon name="chev-down" size="small" />
              {unread > 0 && t('sidebar.unread', { count: unread })}
            </Button>
          </span>
        )}
        {selection.messages.length > 0 && (
          <SelectionBar
            messages={selection.messages}
            canForward={selection.messages.every((one) => abilitiesOf(one, isRequest).forward)}
            onCopy={() => copy(selection.messages)}
            onForward={() => ask({ type: 'forward', messages: selection.messages })}
            onDelete={() => ask({ type: 'delete', messages: selection.messages })}
            onClear={selection.clear}
          />
        )}
        {question !== undefined && (
          <Asked
            question={question}
            isSelected={question.type === 'menu' && selection.ids.has(question.message.id)}
            onAction={act}
            onReplace={onReplace}
            onDone={selection.clear}
            onClose={() => setQuestion(undefined)}
          />
        )}
        {isChoosingDay && (
          <GoToDay
            first={first?.at}
            onGo={(at) => jump({ at, order: 0 }, 'day')}
            onClose={() => view.getState().chooseDay(false)}
          />
        )}
      </div>
    </ActionsContext>
  );
}

/** Where what is new begins: found when it comes while nobody looks, and kept while one reads. */
function useFirstNew(unread: number, firstUnread: Place | undefined): Place | undefined {
  const [firstNew, setFirstNew] = useState(unread > 0 ? firstUnread : undefined);
  const isLater =
    unread > 0 &&
    firstUnread !== undefined &&
    (firstNew === undefined || comparePlaces(firstNew, firstUnread) < 0);
  if (isLater && !isWatched()) setFirstNew(firstUnread);
  return firstNew;
}
