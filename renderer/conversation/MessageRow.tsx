import { memo, useState } from 'react';
import {
  Button as AriaButton,
  DialogTrigger,
  Focusable,
  Tooltip,
  TooltipTrigger,
} from 'react-aria-components';
import type { Message, Outcome } from '../../shared/model.ts';
import { Icon } from '../components/Icon.tsx';
import { OutcomeSign } from '../components/OutcomeSign.tsx';
import { failureShort, outcomeSentence, outcomeWord } from '../i18n/outcomes.ts';
import { sentenceFor } from '../i18n/problems.ts';
import { t } from '../i18n/t.ts';
import { timeOfDay } from '../i18n/times.ts';
import { useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import { MessageText } from './MessageText.tsx';
import { OutcomeDetails } from './OutcomeDetails.tsx';
import styles from './MessageRow.module.css';

interface Props {
  readonly message: Message;
  /** The other party. */
  readonly name: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** One message, its outcome beside it, and under the last of a group the time. */
export const MessageRow = memo(function MessageRow({ message, name, isFirst, isLast }: Props) {
  const { isMine, outcome } = message;
  const place = `${isMine ? styles.mine : styles.theirs} ${isFirst ? styles.first : ''} ${isLast ? styles.last : ''}`;
  const hasFailed = outcome === 'failed';
  const [isFocused, setFocused] = useState(false);
  return (
    <div className={`${styles.row} ${place}`}>
      {/* Focus comes by the arrows of the log; it only shows the words of the outcome. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <article
        className={styles.message}
        aria-label={messageLabel(message, name)}
        tabIndex={-1}
        data-message={message.id}
        onFocus={(event) => setFocused(event.target.matches('article:focus-visible'))}
        onBlur={() => setFocused(false)}
      >
        <div className={styles.bubble}>
          {message.text !== '' && <MessageText text={message.text} />}
          {message.files.map(({ index, name: file }) => (
            <span key={index} className={styles.attachment}>
              <Icon name="file" size="small" />
              <span dir="auto">{t('message.attachment', { name: file })}</span>
            </span>
          ))}
        </div>
        {outcome !== undefined && (
          <OutcomeMark
            message={message}
            outcome={outcome}
            name={name}
            isFocused={isFocused}
            onDismiss={() => setFocused(false)}
          />
        )}
      </article>
      {hasFailed ? <Failure message={message} name={name} /> : isLast && <Meta message={message} />}
    </div>
  );
});

/** One sentence with sender, time, text and outcome. */
export function messageLabel(message: Message, name: string): string {
  const values = {
    sender: message.isMine ? t('message.you') : name,
    time: timeOfDay(message.at),
    text: [message.text, ...message.files.map(({ name: file }) => t('message.attachment', { name: file }))]
      .join(' ')
      .trim()
      .slice(0, 1000),
  };
  if (message.outcome === undefined) return t('message.label', values);
  return t('message.label.outcome', { ...values, outcome: outcomeSentence(message, name) });
}

interface OutcomeMarkProps {
  readonly message: Message;
  readonly outcome: Outcome;
  readonly name: string;
  /** The message has the focus of the keyboard. */
  readonly isFocused: boolean;
  /** Its words were closed, as by Esc, which then does not leave the log. */
  readonly onDismiss: () => void;
}

/** The sign in the outcome column; its sentence on hover, and while the message has the focus. */
function OutcomeMark({ message, outcome, name, isFocused, onDismiss }: OutcomeMarkProps) {
  const [isOpen, setOpen] = useState(false);
  const change = (next: boolean): void => {
    setOpen(next);
    if (!next) onDismiss();
  };
  return (
    <TooltipTrigger delay={300} closeDelay={0} isOpen={isOpen || isFocused} onOpenChange={change}>
      <Focusable>
        <span className={styles.outcome} role="img" tabIndex={-1} aria-label={outcomeWord(outcome)}>
          <OutcomeSign outcome={outcome} isSilent />
        </span>
      </Focusable>
      <Tooltip className={styles.tooltip ?? ''} placement="top end" offset={6}>
        {outcomeSentence(message, name)}
      </Tooltip>
    </TooltipTrigger>
  );
}

function Meta({ message }: { readonly message: Message }) {
  return (
    <div className={styles.meta} aria-hidden="true">
      {message.outcome === 'waiting' && <span>{t('outcome.waiting.sentence').replace(/\.$/, '')}</span>}
      <time dateTime={new Date(message.at).toISOString()}>{timeOfDay(message.at)}</time>
    </div>
  );
}

function Failure({ message, name }: { readonly message: Message; readonly name: string }) {
  const { call } = useProgram();
  const { run, isBusy, problem } = useCommand();
  return (
    <div className={`${styles.meta} ${styles.failure}`}>
      <span>{failureShort(message)}</span>
      <DialogTrigger>
        <AriaButton className={styles.link ?? ''}>{t('message.details')}</AriaButton>
        <OutcomeDetails message={message} name={name} />
      </DialogTrigger>
      <AriaButton
        className={styles.link ?? ''}
        isDisabled={isBusy}
        onPress={() => run(() => call('message.retry', { id: message.id }))}
      >
        {t('message.retry')}
      </AriaButton>
      {problem !== undefined && <span role="alert">{sentenceFor(problem, { attempt: 'other' })}</span>}
    </div>
  );
}
