import type { PresenceState } from '../../shared/model.ts';
import { t } from '../../shared/i18n/t.ts';
import { PRESENCE_SIGNS } from './signs.tsx';
import styles from './PresenceSign.module.css';

interface Props {
  readonly state: PresenceState;
  readonly size?: 'small' | 'middle' | 'large';
  /** The words stand beside it already. */
  readonly isSilent?: boolean;
}

/** Shape first, colour second. */
export function PresenceSign({ state, size = 'small', isSilent = false }: Props) {
  const spoken = isSilent
    ? ({ 'aria-hidden': true } as const)
    : ({ role: 'img', 'aria-label': t(`presence.${state}`) } as const);
  return (
    <svg className={`${styles.sign} ${styles[size]} ${styles[state]}`} viewBox="0 0 10 10" {...spoken}>
      {PRESENCE_SIGNS[state]}
    </svg>
  );
}
