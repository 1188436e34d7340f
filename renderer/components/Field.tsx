import type { ReactNode } from 'react';
import { FieldError, Input, Label, Text, TextField, type TextFieldProps } from 'react-aria-components';
import styles from './Field.module.css';

interface Props extends Omit<TextFieldProps, 'className' | 'style' | 'children'> {
  readonly label: string;
  readonly placeholder?: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly isLabelHidden?: boolean;
  readonly size?: 'normal' | 'tall' | 'taller';
  /** Stands before the text, such as a sign. */
  readonly before?: ReactNode;
  /** Stands after the text, such as a small button. */
  readonly after?: ReactNode;
  readonly dir?: 'auto' | 'ltr';
}

/** One line of text with its label, its hint and its error, each tied to it for screen readers. */
export function Field({
  label,
  placeholder,
  hint,
  error,
  isLabelHidden = false,
  size = 'normal',
  before,
  after,
  dir = 'auto',
  ...props
}: Props) {
  return (
    <TextField
      {...props}
      className={styles.field ?? ''}
      isInvalid={error !== undefined || props.isInvalid === true}
    >
      <Label className={isLabelHidden ? styles.hidden : styles.label}>{label}</Label>
      <span className={`${styles.box} ${styles[size]}`}>
        {before}
        <Input
          className={styles.input ?? ''}
          dir={dir}
          // Of one space where there is none: styles tell an empty field by it.
          placeholder={placeholder ?? ' '}
        />
        {after}
      </span>
      {hint !== undefined && error === undefined && (
        <Text slot="description" className={styles.hint ?? ''}>
          {hint}
        </Text>
      )}
      <FieldError className={styles.error ?? ''}>{error}</FieldError>
    </TextField>
  );
}
