import type { Outcome } from '../../shared/model.ts';
import { outcomeWord } from '../i18n/outcomes.ts';
import { OUTCOME_SIGNS } from './signs.tsx';
import styles from './OutcomeSign.module.css';

interface Props {
  /** `read`: its reader's receipt says so. */
  readonly outcome: Outcome | 'read';
  readonly size?: 'small' | 'middle';
  readonly isSilent?: boolean;
}

/** What became of an own message, as a sign that stays apart from the others in grey. */
export function OutcomeSign({ outcome, size = 'middle', isSilent = false }: Props) {
  // Sent and not answered looks like waiting: to the person it is the same, and the words tell them apart.
  const sign = outcome === 'sent' ? 'waiting' : outcome;
  const spoken = isSilent
    ? ({ 'aria-hidden': true } as const)
    : ({ role: 'img', 'aria-label': outcomeWord(outcome) } as const);
  return (
    <svg className={`${styles.sign} ${styles[size]} ${styles[sign]}`} viewBox="0 0 16 16" {...spoken}>
      {OUTCOME_SIGNS[sign]}
    </svg>
  );
}
