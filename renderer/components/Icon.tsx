import { CONTROL_SIGNS, type ControlSign } from './signs.tsx';
import styles from './Icon.module.css';

interface Props {
  readonly name: ControlSign;
  readonly size?: 'small' | 'middle' | 'large';
  /** Points along the line of text, so it turns with the direction of the window. */
  readonly isDirected?: boolean;
}

/** A sign of a control. Never alone the name of something: what it stands in carries the words. */
export function Icon({ name, size = 'middle', isDirected = false }: Props) {
  return (
    <svg
      className={`${styles.icon} ${styles[size]} ${isDirected ? styles.directed : ''}`}
      viewBox="0 0 24 24"
      aria-hidden="true"
    >
      {CONTROL_SIGNS[name]}
    </svg>
  );
}
