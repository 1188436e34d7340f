import { useId, useRef, useState } from 'react';
import { t } from '../../shared/i18n/t.ts';
import { Button } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import styles from './AuthorityChoice.module.css';

export interface AuthorityFile {
  readonly name: string;
  readonly pem: string;
}

interface Props {
  readonly label: string;
  /** Whom to believe now. */
  readonly words: string;
  /** That is one of one's own. */
  readonly isOwn: boolean;
  readonly onChange: (file: AuthorityFile | undefined) => void;
  /** In a list of settings. */
  readonly isRow?: boolean;
}

/** A certificate is a few kilobytes, a whole bundle of a system's authorities some hundred. */
const LARGEST = 1_000_000;
const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/u;

/** A private certificate authority, from a file. */
export function AuthorityChoice({ label, words, isOwn, onChange, isRow = false }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [isBad, setBad] = useState(false);

  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const pem = file.size > LARGEST ? '' : await file.text();
    const isCertificate = PEM.test(pem);
    setBad(!isCertificate);
    if (isCertificate) onChange({ name: file.name, pem });
  };

  return (
    <div className={`${styles.authority} ${isRow ? styles.row : ''}`}>
      <span id={id} className={styles.label}>
        {label}
      </span>
      <span className={styles.file}>{words}</span>
      {isOwn ? (
        <Button size="small" aria-describedby={id} onPress={() => onChange(undefined)}>
          {t('signin.ca.remove')}
        </Button>
      ) : (
        <Button size="small" aria-describedby={id} onPress={() => input.current?.click()}>
          <Icon name="certificate" size="small" />
          {t('signin.ca.choose')}
        </Button>
      )}
      <input
        ref={input}
        type="file"
        hidden
        accept=".pem,.crt,.cer"
        aria-labelledby={id}
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
  );
}
