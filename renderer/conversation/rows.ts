// How a log becomes rows: days, groups of one sender, the line above what is new.

import type { Message } from '../../shared/model.ts';
import { dayOf } from '../i18n/times.ts';

export type Row =
  | { readonly type: 'day'; readonly key: string; readonly at: number }
  | { readonly type: 'new'; readonly key: string }
  | {
      readonly type: 'message';
      readonly key: string;
      readonly message: Message;
      /** First and last of its group: they carry the round corners, the last one the time. */
      readonly isFirst: boolean;
      readonly isLast: boolean;
    };

/** Messages of one sender within this many milliseconds stand together under one time. */
const TOGETHER = 5 * 60_000;

export function rowsOf(messages: readonly Message[], firstNewId: number | undefined): Row[] {
  const rows: Row[] = [];
  let hasNewLine = false;
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    const isNewDay = before === undefined || dayOf(before.at) !== dayOf(message.at);
    // A day may come twice when clocks disagree, so its key carries the message it stands above.
    if (isNewDay) rows.push({ type: 'day', key: `day ${message.id}`, at: message.at });
    const isFirstNew = !hasNewLine && message.id === firstNewId;
    if (isFirstNew) {
      rows.push({ type: 'new', key: 'new' });
      hasNewLine = true;
    }
    rows.push({
      type: 'message',
      key: `message ${message.id}`,
      message,
      isFirst: isNewDay || isFirstNew || !belongs(before, message),
      isLast:
        after === undefined ||
        after.id === firstNewId ||
        dayOf(after.at) !== dayOf(message.at) ||
        !belongs(message, after),
    });
  });
  return rows;
}

function belongs(before: Message, after: Message): boolean {
  // What failed has its words and buttons under it, so nothing may join it from below.
  if (before.outcome === 'failed') return false;
  return before.isMine === after.isMine && after.at - before.at < TOGETHER;
}

/** The oldest of the newest `unread` messages of others: above it stands the line. */
export function firstUnread(messages: readonly Message[], unread: number): number | undefined {
  let left = unread;
  let first: number | undefined;
  for (let index = messages.length - 1; index >= 0 && left > 0; index -= 1) {
    const message = messages[index];
    if (message === undefined || message.isMine) continue;
    first = message.id;
    left -= 1;
  }
  return first;
}
