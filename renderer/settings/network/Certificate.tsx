import { useState } from 'react';
import type { Certificate } from '../../../shared/errors.ts';
import type { Account } from '../../../shared/model.ts';
import { t } from '../../../shared/i18n/t.ts';
import { domainOf } from '../../address.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog, DialogButtons } from '../../components/Dialog.tsx';
import { ProblemCallout } from '../../components/Problem.tsx';
import { CertificateFacts } from '../../connection/CertificateFacts.tsx';
import { dayLong } from '../../i18n/times.ts';
import { AuthorityChoice } from '../../signin/AuthorityChoice.tsx';
import { useNow, useProgram } from '../../store/hooks.ts';
import { useCommand } from '../../store/use-command.ts';
import styles from '../Settings.module.css';

/** The one that was shown last, whether it was believed or not. */
const shownBy = ({ connection: { way, problem } }: Account): Certificate | undefined =>
  way === undefined ? problem?.certificate : way.tls?.certificate;

function certificateWords(account: Account, now: number): string {
  const { way, problem } = account.connection;
  const certificate = shownBy(account);
  if (certificate === undefined)
    return way === undefined ? t('network.certificate.later') : t('network.certificate.none');
  const { names, until } = certificate;
  return problem?.code === 'certificate-refused'
    ? t('network.certificate.refused', { names })
    : t('network.certificate.valid', { names, date: dayLong(until, now) });
}

/** By what the domain proved who it is, and whom to believe about that. */
export function CertificateRow({ account }: { readonly account: Account }) {
  const { call } = useProgram();
  const { run, problem } = useCommand();
  const [isShown, setShown] = useState(false);
  const now = useNow(60_000);
  const certificate = shownBy(account);
  const { authority } = account.network;
  return (
    <>
      <div className={styles.option}>
        <div className={styles.what}>
          <b>{t('network.certificate')}</b>
          <small>{certificateWords(account, now)}</small>
        </div>
        {certificate !== undefined && (
          <Button size="small" onPress={() => setShown(true)}>
            {t('network.certificate.show')}
          </Button>
        )}
        {isShown && certificate !== undefined && (
          <Dialog
            title={t('network.certificate.title', { domain: domainOf(account.id) })}
            onClose={() => setShown(false)}
          >
            <CertificateFacts certificate={certificate} />
            <DialogButtons>
              <Button onPress={() => setShown(false)}>{t('close')}</Button>
            </DialogButtons>
          </Dialog>
        )}
      </div>
      <div className={styles.option}>
        <AuthorityChoice
          label={t('network.authority')}
          words={
            authority === undefined ? t('signin.ca.none') : t('network.authority.own', { name: authority })
          }
          isRow
          isOwn={authority !== undefined}
          onChange={(file) =>
            run(() => call('account.network', { account: account.id, ca: file?.pem ?? null }))
          }
        />
        {problem !== undefined && (
          <div className={styles.problem}>
            <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account.id }} />
          </div>
        )}
      </div>
    </>
  );
}
