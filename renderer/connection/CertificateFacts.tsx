import type { Certificate } from '../../shared/errors.ts';
import { t } from '../../shared/i18n/t.ts';
import { dayLong } from '../i18n/times.ts';
import { useNow } from '../store/hooks.ts';
import styles from './Banner.module.css';

/** Whose certificate it is, by whom, how long, and the mark by which it is compared with what others see. */
export function CertificateFacts({ certificate }: { readonly certificate: Certificate }) {
  const now = useNow(60_000);
  const { names, issuer, from, until, fingerprint } = certificate;
  return (
    <dl className={styles.facts}>
      <dt>{t('network.certificate.names')}</dt>
      <dd dir="ltr">{names}</dd>
      <dt>{t('network.certificate.issuer')}</dt>
      <dd dir="auto">{issuer}</dd>
      <dt>{t('network.certificate.time')}</dt>
      <dd dir="auto">
        {t('network.certificate.from-until', { from: dayLong(from, now), until: dayLong(until, now) })}
      </dd>
      <dt>{t('network.certificate.fingerprint')}</dt>
      <dd dir="ltr">{fingerprint}</dd>
    </dl>
  );
}
