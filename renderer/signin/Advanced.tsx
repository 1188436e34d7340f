import type { Proxy } from '../../shared/model.ts';
import { t } from '../../shared/i18n/t.ts';
import { Field } from '../components/Field.tsx';
import { Select } from '../components/Select.tsx';
import { AuthorityChoice } from './AuthorityChoice.tsx';
import { ProxyFields } from './ProxyFields.tsx';
import styles from './SignIn.module.css';
import type { Way, WayDraft } from './use-way.ts';

const KINDS = ['system', 'none', 'socks5'] as const satisfies readonly Proxy['kind'][];

interface Props {
  readonly way: Way;
  readonly onChange: (part: Partial<WayDraft>) => void;
  readonly isProxyMissing: boolean;
  /** The server that answered, where none was named by hand. */
  readonly found: string | undefined;
  readonly serverError: string | undefined;
}

/** Where the server is when DNS does not say, which way to go there, and a private certificate authority. */
export function Advanced({ way, onChange, isProxyMissing, found, serverError }: Props) {
  const { server, authority, kind, proxy } = way;
  const isProxied = kind === 'socks5';
  const known =
    found === undefined ? t('signin.server.found') : t('signin.server.found-at', { server: found });
  return (
    <div className={styles.advanced}>
      <Field
        label={t('signin.server')}
        value={server}
        onChange={(text) => onChange({ server: text })}
        placeholder={isProxied ? (found ?? t('network.proxy.signin.server')) : known}
        hint={t(isProxied ? 'network.proxy.signin.hint' : 'signin.server.hint')}
        error={serverError}
        spellCheck="false"
        autoComplete="off"
        validationBehavior="aria"
        dir="ltr"
      />
      <Select
        label={t('network.proxy.label')}
        value={kind}
        options={KINDS.map((value) => ({ value, text: t(`network.proxy.${value}`) }))}
        onChange={(chosen) => onChange({ kind: chosen })}
      />
      {isProxied && (
        <ProxyFields
          draft={proxy}
          onChange={(draft) => onChange({ proxy: draft })}
          isMissing={isProxyMissing}
        />
      )}
      <AuthorityChoice
        label={t('signin.ca')}
        words={authority?.name ?? t('signin.ca.none')}
        isOwn={authority !== undefined}
        onChange={(file) => onChange({ authority: file })}
      />
    </div>
  );
}
