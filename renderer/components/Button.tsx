import { Button as AriaButton, type ButtonProps } from 'react-aria-components';
import styles from './Button.module.css';

interface Props extends Omit<ButtonProps, 'className' | 'style'> {
  readonly look?: 'plain' | 'primary' | 'danger' | 'quiet';
  readonly size?: 'normal' | 'small' | 'tiny' | 'wide';
}

export function Button({ look = 'plain', size = 'normal', ...props }: Props) {
  return <AriaButton {...props} className={`${styles.button} ${styles[look]} ${styles[size]}`} />;
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
