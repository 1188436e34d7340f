// A message as one sentence, for screen readers and for what is copied.

import { plain } from '../../../shared/text/format.ts';
import type { Message, Quote } from '../../../shared/model.ts';
import { domainOf } from '../../address.ts';
import { outcomeSentence } from '../../i18n/outcomes.ts';
import { language, t } from '../../../shared/i18n/t.ts';
import { formatSize, together } from '../../../shared/i18n/formats.ts';
import { dayOf, timeOfDay, timeOnDay, timeWithDay } from '../../i18n/times.ts';

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

/** Who hears the sentence hears no heading of a day before it. */
const timeInWords = (ms: number, now: number): string =>
  Math.abs(dayOf(now) - dayOf(ms)) < 7 ? timeWithDay(ms, now) : timeOnDay(ms, now);

/** A part of the sentence with a pause after it, where it has none of its own. */
const closed = (part: string): string =>
  /\p{P}$/u.test(part) ? part : `${part}${language().language === 'ja' ? '。' : '.'}`;

/** One sentence with sender, time, what it answers, text, files, reactions and outcome. */
export function messageLabel(message: Message, name: string, isSelected = false, now = Date.now()): string {
  const { quote } = message;
  const isRetracted = message.isRetracted === true;
  const parts = [
    ...(message.isForwarded === true && !isRetracted ? [`${t('message.forwarded')}:`] : []),
    ...(quote === undefined || isRetracted ? [] : [`${quoteWords(quote, name)}:`]),
    isRetracted ? contentLine(message, name) : plain(message.text),
    ...(isRetracted ? [] : fileWords(message).map((words) => t('message.attachment', { name: words }))),
    ...(message.correctedAt === undefined || isRetracted
      ? []
      : [t('message.corrected', { time: timeOfDay(message.correctedAt) })]),
    ...message.reactions.map(({ isMine, emoji }) =>
      isMine ? t('message.reaction.mine', { emoji }) : t('message.reaction', { name, emoji }),
    ),
    ...(isSelected ? [t('message.spoken.selected')] : []),
  ];
  const values = {
    sender: senderOf(message, name),
    time: timeInWords(message.at, now),
    text: spoken(parts.filter(Boolean).map(closed).join(' ')),
  };
  if (message.outcome === undefined) return t('message.label', values);
  return t('message.label.outcome', { ...values, outcome: outcomeSentence(message, name) });
}

function spoken(text: string): string {
  const characters = Array.from(text.slice(0, 2 * SPOKEN + 2));
  return characters.length > SPOKEN ? `${characters.slice(0, SPOKEN - 1).join('')}…` : text;
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
