import type { Message, Outcome } from '../../shared/model.ts';
import { domainOf } from '../address.ts';
import { sentenceFor } from './problems.ts';
import { hasMessage, t } from '../../shared/i18n/t.ts';
import { formatSize } from '../../shared/i18n/formats.ts';
import { timeOfDay } from './times.ts';

/** The name of the sign: one or two words. */
export const outcomeWord = (outcome: Outcome | 'read'): string => t(`outcome.${outcome}`);

/** The sign beside an own message: a receipt says more than any server does. */
export const signOf = ({ outcome, readAt }: Message): Outcome | 'read' | undefined =>
  outcome !== undefined && readAt !== undefined ? 'read' : outcome;

/** Why a message failed, as a sentence. */
export function outcomeBecause(message: Message, name: string): string {
  const { problem, peer, outcomeAt, files } = message;
  if (problem === undefined) return '';
  const because = sentenceFor(problem, { attempt: 'message', address: peer, name }, outcomeAt);
  if (problem.code !== 'message-too-large' || files.length === 0) return because;
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return `${because} ${t('outcome.this-one', { size: formatSize(size) })}`;
}

/** What became of an own message, as a sentence; empty for messages of others. */
export function outcomeSentence(message: Message, name: string): string {
  const { outcome, readAt } = message;
  if (outcome === undefined) return '';
  if (readAt !== undefined) return t('outcome.read.sentence', { time: timeOfDay(readAt) });
  switch (outcome) {
    case 'sent':
      return t('outcome.sent.sentence', { time: timeOfDay(message.outcomeAt ?? message.receivedAt) });
    case 'stored':
      return t('outcome.stored.sentence', { domain: domainOf(message.peer), name });
    case 'delivered':
      return t('outcome.delivered.sentence', { name });
    case 'failed':
      return t('outcome.failed.sentence', { because: outcomeBecause(message, name) }).trim();
    case 'expired':
      return t('outcome.expired.sentence', {
        time: timeOfDay(message.expires ?? message.outcomeAt ?? message.at),
      });
    case 'waiting':
    case 'unknown':
      return t(`outcome.${outcome}.sentence`);
  }
}

/** What stands under a message that failed: `Not delivered, too large`. */
export function failureShort(message: Message): string {
  if (message.outcome === 'expired') return t('outcome.expired.short');
  const key = `because.${message.problem?.code ?? ''}`;
  return hasMessage(key)
    ? t('message.failed.because', { because: t(key as 'because.timeout') })
    : t('message.failed.short');
}
