import { useEffect, useState } from 'react';
import { Heading } from 'react-aria-components';
import type { Message, MessageStep, Outcome } from '../../../shared/model.ts';
import { domainOf } from '../../address.ts';
import { Button } from '../../components/Button.tsx';
import { OutcomeSign } from '../../components/OutcomeSign.tsx';
import { outcomeBecause, outcomeSentence, outcomeWord, signOf } from '../../i18n/outcomes.ts';
import { t } from '../../../shared/i18n/t.ts';
import { timeWithDay, timeWithSeconds } from '../../i18n/times.ts';
import { useMirror, useNow, useProgram } from '../../store/hooks.ts';
import { pairKey } from '../../store/mirror.ts';
import { useCommand } from '../../store/use-command.ts';
import { useActions } from '../actions.ts';
import { abilitiesOf } from '../message/abilities.ts';
import styles from './Asked.module.css';

const MINUTE = 60_000;

interface Props {
  readonly message: Message;
  readonly close: () => void;
  /** Chooses a file in the place of one that was too large; the message goes when one is chosen. */
  readonly onReplace: (message: Message) => void;
}

/** What became of a message: in words, then the steps, then the codes for whoever has to look into it. */
export function Details({ message: asked, close, onReplace }: Props) {
  const { call } = useProgram();
  const { name, isRequest } = useActions();
  const { run } = useCommand();
  const now = useNow(MINUTE);
  const [isCopied, setCopied] = useState(false);
  // As it is now: its outcome may come while one looks.
  const message = useMirror(
    (mirror) =>
      mirror.logs.get(pairKey(asked.account, asked.peer))?.messages.find(({ id }) => id === asked.id) ??
      asked,
  );
  const steps = useSteps(message);
  const { problem, expires } = message;
  const outcome = signOf(message);
  const can = abilitiesOf(message, isRequest);
  const isTooLarge = problem?.code === 'message-too-large' && message.files.length > 0;
  const title = outcome === undefined ? t('details.title.incoming') : outcomeWord(outcome);
  const facts = factsOf(message);

  const copy = async (): Promise<void> => {
    const lines = [
      title,
      ...steps.map((step) => `${new Date(step.at).toISOString()} ${stepWords(step, message, name)}`),
      ...facts.map(({ term, value }) => t('words.of', { first: term, second: value })),
    ];
    await navigator.clipboard.writeText(lines.join('\n'));
  };

  return (
    <>
      <Heading slot="title" level={2} className={styles.title ?? ''}>
        {outcome !== undefined && <OutcomeSign outcome={outcome} isSilent />}
        {title}
      </Heading>
      {outcome !== undefined && (
        <p className={styles.because}>
          {outcome === 'failed' ? outcomeBecause(message, name) : outcomeSentence(message, name)}
        </p>
      )}
      <div className={styles.steps}>
        {steps.map((step, index) => (
          <Step key={index} step={step} words={stepWords(step, message, name)} />
        ))}
      </div>
      <dl className={styles.facts}>
        {expires !== undefined && (
          <>
            <dt>{t('details.ends')}</dt>
            <dd className={styles.plain}>{timeWithDay(expires, now)}</dd>
          </>
        )}
        {facts.map(({ term, value }) => (
          <div key={term} className={styles.fact}>
            <dt>{term}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
      </dl>
      <div className={styles.foot}>
        {isTooLarge && (
          <Button
            size="small"
            look="primary"
            onPress={() => {
              close();
              onReplace(message);
            }}
          >
            {t('details.replace')}
          </Button>
        )}
        {can.retry && !isTooLarge && (
          <Button
            size="small"
            look="primary"
            onPress={() => run(() => call('message.retry', { id: message.id }), close)}
          >
            {t('message.retry')}
          </Button>
        )}
        <Button size="small" onPress={() => run(copy, () => setCopied(true))}>
          {isCopied ? t('message.copied') : t('message.copy-details')}
        </Button>
        <span className={styles.space} />
        {can.retry && (
          <Button
            size="small"
            look="quiet"
            onPress={() => run(() => call('message.delete', { id: message.id }), close)}
          >
            {t('message.remove')}
          </Button>
        )}
        {can.cancel && (
          <Button
            size="small"
            look="quiet"
            onPress={() => run(() => call('message.cancel', { id: message.id }), close)}
          >
            {t('message.cancel')}
          </Button>
        )}
      </div>
    </>
  );
}

function Step({ step, words }: { readonly step: MessageStep; readonly words: string }) {
  return (
    <>
      <time dateTime={new Date(step.at).toISOString()}>{timeWithSeconds(step.at)}</time>
      <OutcomeSign outcome={signOfStep(step)} size="small" isSilent />
      <span dir="auto">{words}</span>
    </>
  );
}

/** The steps as the program tells them, asked for again with each outcome; until then those that the message shows. */
function useSteps(message: Message): readonly MessageStep[] {
  const { call } = useProgram();
  const { id, outcome, outcomeAt, readAt } = message;
  const [steps, setSteps] = useState<readonly MessageStep[]>();
  useEffect(() => {
    let isHere = true;
    call('message.details', { id }).then(
      (told) => isHere && setSteps(told.steps),
      // Gone meanwhile: what the message itself shows is still true.
      () => undefined,
    );
    return () => {
      isHere = false;
    };
  }, [call, id, outcome, outcomeAt, readAt]);
  return steps ?? [{ at: message.receivedAt, step: message.isMine ? 'saved' : 'received' }];
}

function factsOf(message: Message): { term: string; value: string }[] {
  const { problem, messageId } = message;
  const facts: { term: string; value: string }[] = [];
  if (problem !== undefined) {
    facts.push({ term: t('message.answer'), value: problem.code });
    if (problem.reason !== '' && problem.reason !== problem.code)
      facts.push({ term: t('message.reason'), value: problem.reason });
    if (problem.domain !== undefined) facts.push({ term: t('details.server'), value: problem.domain });
  }
  return [...facts, { term: t('message.id'), value: messageId }];
}

function signOfStep({ step }: MessageStep): Outcome | 'read' {
  switch (step) {
    case 'saved':
    case 'sent':
    case 'received':
    case 'fetched':
      return 'delivered';
    case 'read':
    case 'stored':
    case 'delivered':
    case 'unknown':
    case 'failed':
    case 'expired':
      return step;
  }
}

function stepWords({ step, domain, problem }: MessageStep, message: Message, name: string): string {
  switch (step) {
    case 'saved':
      return t('details.step.saved');
    case 'sent':
    case 'received':
    case 'fetched':
    case 'unknown':
      return t(`details.step.${step}`, { domain: domain ?? domainOf(message.account) });
    case 'stored':
      return t('details.step.stored', { domain: domain ?? domainOf(message.peer) });
    case 'delivered':
    case 'read':
      return t(`details.step.${step}`, { name });
    case 'failed':
      return domain === undefined && problem?.domain === undefined
        ? t('details.step.failed.here')
        : t('details.step.failed', { domain: domain ?? problem?.domain ?? '' });
    case 'expired':
      return t('details.step.expired');
  }
}
