import { useRef, useState } from 'react';
import { Button } from '../components/Button.tsx';
import { Field } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { t } from '../../shared/i18n/t.ts';
import styles from './SignIn.module.css';

export interface AuthorityFile {
  readonly name: string;
  readonly pem: string;
}

interface Props {
  readonly server: string;
  readonly onServer: (server: string) => void;
  readonly authority: AuthorityFile | undefined;
  readonly onAuthority: (file: AuthorityFile | undefined) => void;
  /** The server that DNS named. */
  readonly found: string | undefined;
  readonly serverError: string | undefined;
}

/** A certificate is a few kilobytes, a whole bundle of a system's authorities some hundred. */
const LARGEST = 1_000_000;
const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/u;

/** Where the server is when DNS does not say, and a private certificate authority. */
export function Advanced({ server, onServer, authority, onAuthority, found, serverError }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [isBad, setBad] = useState(false);

  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const pem = file.size > LARGEST ? '' : await file.text();
    const isCertificate = PEM.test(pem);
    setBad(!isCertificate);
    onAuthority(isCertificate ? { name: file.name, pem } : undefined);
  };

  return (
    <div className={styles.advanced}>
      <Field
        label={t('signin.server')}
        value={server}
        onChange={onServer}
        placeholder={
          found === undefined ? t('signin.server.found') : t('signin.server.found-at', { server: found })
        }
        hint={t('signin.server.hint')}
        error={serverError}
        spellCheck="false"
        autoComplete="off"
        validationBehavior="aria"
        dir="ltr"
      />
      <div className={styles.authority}>
        <span id="authority" className={styles.label}>
          {t('signin.ca')}
        </span>
        <span className={styles.file}>{authority?.name ?? t('signin.ca.none')}</span>
        {authority === undefined ? (
          <Button size="small" aria-describedby="authority" onPress={() => input.current?.click()}>
            <Icon name="certificate" size="small" />
            {t('signin.ca.choose')}
          </Button>
        ) : (
          <Button size="small" onPress={() => onAuthority(undefined)}>
            {t('signin.ca.remove')}
          </Button>
        )}
        <input
          ref={input}
          type="file"
          hidden
          accept=".pem,.crt,.cer"
          aria-labelledby="authority"
          onChange={(event) => {
            // A file that cannot be read is no certificate.
            read(event.currentTarget.files?.[0]).catch(() => setBad(true));
            event.currentTarget.value = '';
          }}
        />
        {isBad && (
          <p className={styles.bad} role="alert">
            {t('signin.ca.bad')}
          </p>
        )}
      </div>
    </div>
  );
}
