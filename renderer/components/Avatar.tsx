import type { CSSProperties } from 'react';
import type { PresenceState } from '../../shared/model.ts';
import { hueOf, initialsOf } from './avatar-look.ts';
import { PresenceSign } from './PresenceSign.tsx';
import styles from './Avatar.module.css';

interface Props {
  readonly address: string;
  readonly name: string;
  readonly state?: PresenceState;
  readonly size?: 'small' | 'middle' | 'normal' | 'huge';
  /** The presence is said in words beside it. */
  readonly isSilent?: boolean;
}

export function Avatar({ address, name, state, size = 'normal', isSilent = false }: Props) {
  return (
    <span className={`${styles.avatar} ${styles[size]}`} style={{ '--h': hueOf(address) } as CSSProperties}>
      <span aria-hidden="true">{initialsOf(name)}</span>
      {state !== undefined && (
        <span className={styles.presence}>
          <PresenceSign state={state} size={size === 'huge' ? 'large' : 'small'} isSilent={isSilent} />
        </span>
      )}
    </span>
  );
}
