import type { ReactNode } from 'react';
import { Icon } from './Icon.tsx';
import styles from './Callout.module.css';

interface Props {
  readonly kind: 'plain' | 'bad' | 'warn' | 'good';
  readonly children: ReactNode;
  /** Read out when it appears. */
  readonly isAlert?: boolean;
}

export function Callout({ kind, children, isAlert = false }: Props) {
  return (
    <div className={`${styles.callout} ${styles[kind]}`} {...(isAlert ? { role: 'alert' } : {})}>
      <Icon name={kind === 'bad' || kind === 'warn' ? 'warning' : 'info'} />
      <span>{children}</span>
    </div>
  );
}
