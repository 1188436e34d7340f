// A message as one sentence, for screen readers and for what is copied.

import { plain } from '../../../shared/text/format.ts';
import type { Message, Quote } from '../../../shared/model.ts';
import { domainOf } from '../../address.ts';
import { outcomeSentence } from '../../i18n/outcomes.ts';
import { t } from '../../../shared/i18n/t.ts';
import { formatSize, together } from '../../../shared/i18n/formats.ts';
import { timeOfDay, timeOnDay } from '../../i18n/times.ts';

/** Characters of a text that a sentence says: a pasted log is not read aloud whole. */
const SPOKEN = 1000;

export const senderOf = (message: Pick<Message, 'isMine'>, name: string): string =>
  message.isMine ? t('message.you') : name;

/** Who wrote what is quoted; the other party where it is not known. */
export const quotedName = (quote: Quote, name: string): string =>
  quote.isMine === true ? t('message.you') : name;

const fileWords = (message: Message): string[] => {
  const files = message.files.map(({ name, size }) => t('file.label', { name, size: formatSize(size) }));
  if (message.deferred === undefined) return files;
  const rest = { size: formatSize(message.deferred), domain: domainOf(message.account) };
  return [...files, t('file.deferred', rest)];
};

/** What it says, in one line: its text without marks, the names of its files. */
export function contentLine(message: Message, name: string): string {
  if (message.isRetracted === true)
    return message.isMine ? t('message.retracted.mine') : t('message.retracted', { name });
  return [plain(message.text), ...message.files.map((file) => file.name)].filter(Boolean).join(' ');
}

/** One sentence with sender, time, what it answers, text, files, reactions and outcome. */
export function messageLabel(message: Message, name: string, isSelected = false): string {
  const { quote } = message;
  const isRetracted = message.isRetracted === true;
  const parts = [
    ...(quote === undefined || isRetracted ? [] : [`${quoteWords(quote, name)}:`]),
    isRetracted ? contentLine(message, name) : plain(message.text),
    ...(isRetracted ? [] : fileWords(message).map((words) => t('message.attachment', { name: words }))),
    ...(message.correctedAt === undefined || isRetracted
      ? []
      : [`${t('message.corrected', { time: timeOfDay(message.correctedAt) })}.`]),
    ...message.reactions.map(({ isMine, emoji }) =>
      isMine ? t('message.reaction.mine', { emoji }) : t('message.reaction', { name, emoji }),
    ),
    ...(isSelected ? [t('message.spoken.selected')] : []),
  ];
  const values = {
    sender: senderOf(message, name),
    time: timeOfDay(message.at),
    text: parts.filter(Boolean).join(' ').slice(0, SPOKEN),
  };
  if (message.outcome === undefined) return t('message.label', values);
  return t('message.label.outcome', { ...values, outcome: outcomeSentence(message, name) });
}

const quoteWords = (quote: Quote, name: string): string =>
  quote.text === undefined
    ? t('message.in-reply.unknown')
    : t('message.in-reply', { name: quotedName(quote, name), text: plain(quote.text) });

/** Several messages as text, each with who wrote it and when. */
export function transcript(messages: readonly Message[], name: string, now = Date.now()): string {
  return messages
    .map((message) => {
      const files = message.files.map((file) => file.name);
      const text = message.isRetracted === true ? contentLine(message, name) : message.text;
      const body = [text, ...files].filter(Boolean).join('\n');
      return `${together(senderOf(message, name), timeOnDay(message.at, now))}\n${body}`;
    })
    .join('\n\n');
}
