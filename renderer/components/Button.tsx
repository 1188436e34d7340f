import { Button as AriaButton, type ButtonProps } from 'react-aria-components';
import styles from './Button.module.css';

interface Props extends Omit<ButtonProps, 'className' | 'style' | 'isPending'> {
  readonly look?: 'plain' | 'primary' | 'danger' | 'quiet';
  readonly size?: 'normal' | 'small' | 'tiny' | 'wide';
  /** What it began goes on. It can be pressed all the same: one command runs at a time. */
  readonly isBusy?: boolean;
}

export function Button({ look = 'plain', size = 'normal', isBusy = false, ...props }: Props) {
  return (
    <AriaButton
      {...props}
      // Not the library's own `isPending`: what it announces stays behind as an image without a name.
      data-busy={isBusy || undefined}
      className={`${styles.button} ${styles[look]} ${styles[size]}`}
    />
  );
}

interface IconButtonProps extends Omit<ButtonProps, 'className' | 'style' | 'aria-label'> {
  readonly label: string;
  readonly size?: 'normal' | 'small' | 'tiny';
  readonly isOn?: boolean;
  readonly isBack?: boolean;
}

/** A button that shows a sign only; its words are its name. */
export function IconButton({
  label,
  size = 'normal',
  isOn = false,
  isBack = false,
  ...props
}: IconButtonProps) {
  const look = size === 'normal' ? styles.iconNormal : size === 'small' ? styles.iconSmall : styles.iconTiny;
  return (
    <AriaButton
      {...props}
      aria-label={label}
      className={`${styles.icon} ${look} ${isOn ? styles.on : ''} ${isBack ? styles.back : ''}`}
    />
  );
}
