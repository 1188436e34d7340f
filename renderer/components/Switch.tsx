import type { ReactNode } from 'react';
import { Switch as AriaSwitch } from 'react-aria-components';
import styles from './Switch.module.css';

interface Props {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly isDisabled?: boolean;
  /** Stands beside it and says more. */
  readonly children?: ReactNode;
}

/** Something that is so or not; the place of the knob tells, not only the colour. */
export function Switch({ label, isOn, onChange, isDisabled = false, children }: Props) {
  return (
    <AriaSwitch
      className={styles.switch ?? ''}
      aria-label={label}
      isSelected={isOn}
      isDisabled={isDisabled}
      onChange={onChange}
    >
      <span className={styles.track} aria-hidden="true" />
      {children}
    </AriaSwitch>
  );
}
