import { useState } from 'react';
import { Dialog, Heading, Popover } from 'react-aria-components';
import type { Message } from '../../shared/model.ts';
import { domainOf } from '../address.ts';
import { Button } from '../components/Button.tsx';
import { OutcomeSign } from '../components/OutcomeSign.tsx';
import { outcomeBecause } from '../i18n/outcomes.ts';
import { t } from '../i18n/t.ts';
import { timeWithSeconds } from '../i18n/times.ts';
import { useProgram } from '../store/hooks.ts';
import { useCommand } from '../store/use-command.ts';
import styles from './OutcomeDetails.module.css';

/** Why a message was not delivered: in words, then the steps, then the codes for whoever has to look into it. */
export function OutcomeDetails({ message, name }: { readonly message: Message; readonly name: string }) {
  return (
    <Popover className={styles.popover ?? ''} placement="top end" offset={8}>
      <Dialog className={styles.dialog ?? ''}>
        {({ close }) => <Details message={message} name={name} close={close} />}
      </Dialog>
    </Popover>
  );
}

interface Props {
  readonly message: Message;
  readonly name: string;
  readonly close: () => void;
}

function Details({ message, name, close }: Props) {
  const { call } = useProgram();
  const { run } = useCommand();
  const [isCopied, setCopied] = useState(false);
  const { problem } = message;
  const domain = problem?.domain ?? domainOf(message.peer);

  const copy = async (): Promise<void> => {
    const facts = [
      t('message.failed.short'),
      `${t('message.answer')}: ${problem?.code ?? ''}`,
      `${t('message.reason')}: ${problem?.reason ?? ''}`,
      `${t('message.id')}: ${message.messageId}`,
      `${t('message.refused-by', { domain })}: ${new Date(message.outcomeAt ?? message.receivedAt).toISOString()}`,
    ];
    await navigator.clipboard.writeText(facts.join('\n'));
  };

  return (
    <>
      <Heading slot="title" level={2} className={styles.title ?? ''}>
        <OutcomeSign outcome="failed" isSilent />
        {t('message.failed.short')}
      </Heading>
      <p className={styles.because}>{outcomeBecause(message, name)}</p>
      <div className={styles.steps}>
        <time>{timeWithSeconds(message.receivedAt)}</time>
        <OutcomeSign outcome="delivered" size="small" isSilent />
        <span>{t('message.saved-here')}</span>
        {message.outcomeAt !== undefined && (
          <>
            <time>{timeWithSeconds(message.outcomeAt)}</time>
            <OutcomeSign outcome="failed" size="small" isSilent />
            <span>{t('message.refused-by', { domain })}</span>
          </>
        )}
      </div>
      <dl className={styles.facts}>
        {problem !== undefined && (
          <>
            <dt>{t('message.answer')}</dt>
            <dd>{problem.code}</dd>
            {problem.reason !== '' && problem.reason !== problem.code && (
              <>
                <dt>{t('message.reason')}</dt>
                <dd dir="auto">{problem.reason}</dd>
              </>
            )}
          </>
        )}
        <dt>{t('message.id')}</dt>
        <dd>{message.messageId}</dd>
      </dl>
      <div className={styles.foot}>
        <Button
          size="small"
          look="primary"
          onPress={() => run(() => call('message.retry', { id: message.id }), close)}
        >
          {t('message.retry')}
        </Button>
        <Button size="small" onPress={() => run(copy, () => setCopied(true))}>
          {isCopied ? t('message.copied') : t('message.copy-details')}
        </Button>
        <span className={styles.space} />
        <Button
          size="small"
          look="quiet"
          onPress={() => run(() => call('message.delete', { id: message.id }), close)}
        >
          {t('message.remove')}
        </Button>
      </div>
    </>
  );
}
