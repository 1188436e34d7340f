import { useState } from 'react';
import { Focusable, Tooltip, TooltipTrigger } from 'react-aria-components';
import type { Message } from '../../../shared/model.ts';
import { OutcomeSign } from '../../components/OutcomeSign.tsx';
import { outcomeSentence, outcomeWord, signOf } from '../../i18n/outcomes.ts';
import styles from './MessageRow.module.css';

interface Props {
  readonly message: Message;
  readonly name: string;
  /** The pointer or the focus is in the message: the words of the sign may be asked for. */
  readonly isHot: boolean;
  /** The message has the focus of the keyboard. */
  readonly isFocused: boolean;
  /** Its words were closed, as by Esc, which then does not leave the log. */
  readonly onDismiss: () => void;
}

/** The sign in the outcome column; its sentence on hover, and while the message has the focus. */
export function OutcomeMark({ message, name, isHot, isFocused, onDismiss }: Props) {
  const [isOpen, setOpen] = useState(false);
  const outcome = signOf(message);
  if (outcome === undefined) return null;
  const sign = (
    <span className={styles.outcome} role="img" tabIndex={-1} aria-label={outcomeWord(outcome)}>
      <OutcomeSign outcome={outcome} isSilent />
    </span>
  );
  // A log of hundreds of messages has one or two such triggers, not hundreds.
  if (!isHot && !isFocused) return sign;
  const change = (next: boolean): void => {
    setOpen(next);
    if (!next) onDismiss();
  };
  return (
    <TooltipTrigger delay={300} closeDelay={0} isOpen={isOpen || isFocused} onOpenChange={change}>
      <Focusable>{sign}</Focusable>
      <Tooltip className={styles.tooltip ?? ''} placement="top end" offset={6}>
        {outcomeSentence(message, name)}
      </Tooltip>
    </TooltipTrigger>
  );
}
