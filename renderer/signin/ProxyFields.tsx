import { t } from '../../shared/i18n/t.ts';
import { Field } from '../components/Field.tsx';
import { PasswordField } from './PasswordField.tsx';
import type { ProxyDraft } from './proxy-draft.ts';

interface Props {
  readonly draft: ProxyDraft;
  readonly onChange: (draft: ProxyDraft) => void;
  /** It was to be used without a host and a port. */
  readonly isMissing: boolean;
  readonly isPasswordKept?: boolean;
  readonly autoFocus?: boolean;
}

/** Host and port, and the name and password that few proxies ask for. */
export function ProxyFields({
  draft,
  onChange,
  isMissing,
  isPasswordKept = false,
  autoFocus = false,
}: Props) {
  return (
    <>
      <Field
        label={t('network.proxy.server')}
        value={draft.server}
        onChange={(server) => onChange({ ...draft, server })}
        placeholder="127.0.0.1:9050"
        error={isMissing ? t('network.proxy.server.missing') : undefined}
        spellCheck="false"
        autoComplete="off"
        validationBehavior="aria"
        autoFocus={autoFocus}
        dir="ltr"
      />
      <Field
        label={t('network.proxy.user')}
        value={draft.user}
        onChange={(user) => onChange({ ...draft, user })}
        hint={t('network.proxy.optional')}
        spellCheck="false"
        autoComplete="off"
        dir="ltr"
      />
      {draft.user.trim() !== '' && (
        <PasswordField
          label={t('network.proxy.password')}
          value={draft.password}
          onChange={(password) => onChange({ ...draft, password })}
          size="normal"
          isOptional
          hint={isPasswordKept ? t('network.proxy.password.kept') : undefined}
        />
      )}
    </>
  );
}
