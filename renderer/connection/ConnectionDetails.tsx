import type { Problem } from '../../shared/model.ts';
import { label } from '../address.ts';
import { Button } from '../components/Button.tsx';
import { Dialog, DialogButtons } from '../components/Dialog.tsx';
import { t } from '../../shared/i18n/t.ts';
import styles from './Banner.module.css';
import { CertificateFacts } from './CertificateFacts.tsx';

interface Props {
  readonly account: string;
  readonly problem: Problem;
  readonly onClose: () => void;
}

/** What the domain answered, in its own words. */
export function ConnectionDetails({ account, problem, onClose }: Props) {
  return (
    <Dialog title={t('connection.details.title')} lede={label(account)} onClose={onClose}>
      <dl className={styles.facts}>
        <dt>{t('message.answer')}</dt>
        <dd>{problem.code}</dd>
        <dt>{t('message.reason')}</dt>
        <dd dir="auto">{problem.reason}</dd>
      </dl>
      {problem.certificate !== undefined && (
        <>
          <h3 className={styles.heading}>{t('connection.certificate')}</h3>
          <CertificateFacts certificate={problem.certificate} />
        </>
      )}
      <DialogButtons>
        <Button onPress={onClose}>{t('close')}</Button>
      </DialogButtons>
    </Dialog>
  );
}
