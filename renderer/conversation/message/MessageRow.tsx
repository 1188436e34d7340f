import { memo, type MouseEvent, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { Message } from '../../../shared/model.ts';
import { Icon } from '../../components/Icon.tsx';
import { failureShort } from '../../i18n/outcomes.ts';
import { sentenceFor } from '../../i18n/problems.ts';
import { t } from '../../../shared/i18n/t.ts';
import { timeOfDay, timeWithDay } from '../../i18n/times.ts';
import { useNow, useProgram } from '../../store/hooks.ts';
import { useCommand } from '../../store/use-command.ts';
import { StopContext, useActions, useStop } from '../actions.ts';
import { DeferredRow, FileRow } from '../files/FileRow.tsx';
import { Pictures, picturesOf } from '../files/Pictures.tsx';
import { markedIn } from '../marked.ts';
import { MessageText } from './MessageText.tsx';
import styles from './MessageRow.module.css';
import { OutcomeMark } from './OutcomeMark.tsx';
import { Quote } from './Quote.tsx';
import { Reactions } from './Reactions.tsx';
import { Tools } from './Tools.tsx';
import { contentLine, messageLabel } from './words.ts';

interface Props {
  readonly message: Message;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly isSelected: boolean;
  /** It was gone to: for a moment it is seen which one it is. */
  readonly isFound: boolean;
  /** Noon of the day that it is: with the next day, what is said of times is another. */
  readonly today: number;
}

const MINUTE = 60_000;

/** One message, its outcome beside it, its reactions and words below it, and under the last of a group the time. */
export const MessageRow = memo(function MessageRow(props: Props) {
  const { message, isFirst, isLast, isSelected, isFound, today } = props;
  const { name, ask } = useActions();
  const { isMine, outcome } = message;
  const [isFocused, setFocused] = useState(false);
  const [isInside, setInside] = useState(false);
  const [isUnder, setUnder] = useState(false);
  const hasFailed = outcome === 'failed' || outcome === 'expired';
  const classes = [
    styles.row,
    isMine ? styles.mine : styles.theirs,
    isFirst && styles.first,
    isLast && styles.last,
    isSelected && styles.selected,
    isFound && styles.found,
  ];
  const openMenu = (event: MouseEvent): void => {
    // The program's own menu for links and pictures does not exist: what stands in a message has this one.
    event.preventDefault();
    ask({ type: 'menu', message, at: { x: event.clientX, y: event.clientY }, marked: markedIn(message) });
  };
  return (
    <StopContext value={isInside}>
      <div
        className={classes.filter(Boolean).join(' ')}
        data-row-key={`message ${message.id}`}
        onPointerEnter={({ pointerType }) => setUnder(pointerType === 'mouse')}
        onPointerLeave={() => setUnder(false)}
        onFocus={() => setInside(true)}
        onBlur={(event) => setInside(event.currentTarget.contains(event.relatedTarget))}
      >
        {/* Focus comes by the arrows of the log; Enter opens what can be done with it, like the pointer's menu. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <article
          className={styles.message}
          aria-label={messageLabel(message, name, isSelected, today)}
          tabIndex={-1}
          data-message={message.id}
          onContextMenu={openMenu}
          onFocus={(event) => setFocused(event.target.matches('article:focus-visible'))}
          onBlur={() => setFocused(false)}
        >
          <div className={styles.bubble}>
            <Content message={message} />
          </div>
          <OutcomeMark
            message={message}
            name={name}
            isHot={isUnder || isInside}
            isFocused={isFocused}
            onDismiss={() => setFocused(false)}
          />
          {(isUnder || isInside) && <Tools message={message} />}
        </article>
        {message.reactions.length > 0 && message.isRetracted !== true && <Reactions message={message} />}
        {hasFailed ? <Failure message={message} /> : isLast && <Meta message={message} />}
      </div>
    </StopContext>
  );
});

/** What is in the bubble. */
function Content({ message }: { readonly message: Message }) {
  const { name, isRequest } = useActions();
  const { quote, deferred } = message;
  if (message.isRetracted === true) return <p className={styles.retracted}>{contentLine(message, name)}</p>;
  const pictures = picturesOf(message, isRequest);
  return (
    <>
      {message.isForwarded === true && (
        <span className={styles.forwarded}>
          <Icon name="forward" size="small" isDirected />
          {t('message.forwarded')}
        </span>
      )}
      {quote !== undefined && <Quote quote={quote} />}
      {pictures.length > 0 && (
        <div className={styles.pictures}>
          <Pictures message={message} files={pictures} />
        </div>
      )}
      {message.files
        .filter((file) => !pictures.includes(file))
        .map((file) => (
          <FileRow key={file.index} message={message} file={file} />
        ))}
      {deferred !== undefined && <DeferredRow message={message} octets={deferred} />}
      {message.text !== '' && <MessageText text={message.text} />}
    </>
  );
}

function Meta({ message }: { readonly message: Message }) {
  const { ask } = useActions();
  const stop = useStop();
  const { outcome, expires, correctedAt, isRetracted } = message;
  const isOpen = outcome === 'waiting' || outcome === 'sent' || outcome === 'stored';
  return (
    <div className={styles.meta}>
      {outcome === 'waiting' && (
        <span aria-hidden="true">{t('outcome.waiting.sentence').replace(/\.$/, '')}</span>
      )}
      {isOpen && expires !== undefined && <Ends at={expires} />}
      {correctedAt !== undefined && isRetracted !== true && (
        <AriaButton
          className={styles.link ?? ''}
          excludeFromTabOrder={stop < 0}
          onPress={() => ask({ type: 'versions', message })}
        >
          {t('message.corrected', { time: timeOfDay(correctedAt) })}
        </AriaButton>
      )}
      <time dateTime={new Date(message.at).toISOString()} aria-hidden="true">
        {timeOfDay(message.at)}
      </time>
    </div>
  );
}

/** The end that was set for a message which is still on its way. */
function Ends({ at }: { readonly at: number }) {
  const now = useNow(MINUTE);
  return <span>{t('message.expires', { time: timeWithDay(at, now) })}</span>;
}

function Failure({ message }: { readonly message: Message }) {
  const { call } = useProgram();
  const { ask } = useActions();
  const { run, isBusy, problem } = useCommand();
  const stop = useStop();
  return (
    <div className={`${styles.meta} ${styles.failure}`}>
      <span>{failureShort(message)}</span>
      <AriaButton
        className={styles.link ?? ''}
        excludeFromTabOrder={stop < 0}
        onPress={() => ask({ type: 'details', message })}
      >
        {t('message.details')}
      </AriaButton>
      <AriaButton
        className={styles.link ?? ''}
        excludeFromTabOrder={stop < 0}
        isDisabled={isBusy}
        onPress={() => run(() => call('message.retry', { id: message.id }))}
      >
        {t('message.retry')}
      </AriaButton>
      {problem !== undefined && <span role="alert">{sentenceFor(problem, { attempt: 'other' })}</span>}
    </div>
  );
}
