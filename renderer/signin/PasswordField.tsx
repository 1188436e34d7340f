import { useState } from 'react';
import { IconButton } from '../components/Button.tsx';
import { Field } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { t } from '../../shared/i18n/t.ts';

interface Props {
  /** Absent: the password of an account. */
  readonly label?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isNew?: boolean;
  readonly isOptional?: boolean;
  readonly size?: 'normal' | 'tall';
  readonly isInvalid?: boolean;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly autoFocus?: boolean;
}

/** A password that can be looked at while it is typed. */
export function PasswordField({
  label = t('signin.password'),
  value,
  onChange,
  isNew = false,
  isOptional = false,
  size = 'tall',
  isInvalid = false,
  hint,
  error,
  autoFocus = false,
}: Props) {
  const [isShown, setShown] = useState(false);
  return (
    <Field
      label={label}
      type={isShown ? 'text' : 'password'}
      autoComplete={isNew ? 'new-password' : 'current-password'}
      spellCheck="false"
      value={value}
      onChange={onChange}
      isInvalid={isInvalid}
      isRequired={!isOptional}
      validationBehavior="aria"
      autoFocus={autoFocus}
      hint={hint}
      error={error}
      size={size}
      dir="ltr"
      after={
        <IconButton
          size="tiny"
          label={isShown ? t('password.hide') : t('password.show')}
          onPress={() => setShown(!isShown)}
        >
          <Icon name={isShown ? 'eye-off' : 'eye'} size="small" />
        </IconButton>
      }
    />
  );
}
