import { useState } from 'react';
import { Button } from '../components/Button.tsx';
import { ProblemCallout } from '../components/Problem.tsx';
import { t } from '../../shared/i18n/t.ts';
import { AccessDialog } from '../rules/AccessDialogs.tsx';
import { useMirror, useProgram } from '../store/hooks.ts';
import { pairKey } from '../store/mirror.ts';
import { useCommand } from '../store/use-command.ts';
import styles from './Conversation.module.css';

interface Props {
  readonly account: string;
  readonly peer: string;
  readonly name: string;
}

/** In the place of the field, while somebody who wrote first is not accepted. */
export function RequestBar({ account, peer, name }: Props) {
  const { call } = useProgram();
  const { run, problem, isBusy } = useCommand();
  const isContact = useMirror((mirror) => mirror.contacts.has(pairKey(account, peer)));
  const [isBlocking, setBlocking] = useState(false);
  const accept = async (): Promise<void> => {
    if (!isContact) await call('contact.add', { account, address: peer, name: '', groups: [] });
    await call('rules.change', { account, who: peer, change: { send: 'allow' } });
  };
  return (
    <section className={styles.request} aria-label={t('requests.title')} data-ring="composer">
      <p>{t('composer.request.text', { name })}</p>
      {problem !== undefined && (
        <ProblemCallout problem={problem} subject={{ attempt: 'other', address: account }} />
      )}
      <div className={styles.answers}>
        <Button size="small" look="primary" isBusy={isBusy} onPress={() => run(accept)}>
          {t('composer.request.accept')}
        </Button>
        <Button size="small" look="danger" onPress={() => setBlocking(true)}>
          {t('composer.request.block')}
        </Button>
      </div>
      {isBlocking && (
        <AccessDialog
          account={account}
          address={peer}
          name={name}
          question="block"
          onClose={() => setBlocking(false)}
        />
      )}
    </section>
  );
}
