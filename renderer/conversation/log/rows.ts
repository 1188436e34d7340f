// How a log becomes rows: days, groups of one sender, the line above what is new, what the domain keeps no longer.

import type { Message, Place } from '../../../shared/model.ts';
import { dayOf } from '../../i18n/times.ts';
import { comparePlaces } from '../../store/log.ts';
import type { Log } from '../../store/mirror.ts';

export type Row =
  | { readonly type: 'day'; readonly key: string; readonly at: number }
  | { readonly type: 'new'; readonly key: string }
  /** Between these times the domain had messages that it keeps no longer. */
  | { readonly type: 'lost'; readonly key: string; readonly from: number; readonly until: number }
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

/** The rows of what is here; the line "New" stands above the first message of others from `firstNew` on. */
export function rowsOf(log: Log, firstNew: Place | undefined): Row[] {
  const { messages } = log;
  const rows: Row[] = [];
  const newId = firstNew && messages.find((one) => !one.isMine && comparePlaces(one, firstNew) >= 0)?.id;
  const losses = lossesIn(log);
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    const lost = losses.get(index) ?? [];
    rows.push(...lost);
    const isNewDay = before === undefined || dayOf(before.at) !== dayOf(message.at);
    // A day may come twice when clocks disagree, so its key carries the message it stands above.
    if (isNewDay) rows.push({ type: 'day', key: `day ${message.id}`, at: message.at });
    const isFirstNew = message.id === newId;
    if (isFirstNew) rows.push({ type: 'new', key: 'new' });
    rows.push({
      type: 'message',
      key: `message ${message.id}`,
      message,
      isFirst: isNewDay || isFirstNew || lost.length > 0 || !belongs(before, message),
      isLast:
        after === undefined ||
        after.id === newId ||
        losses.has(index + 1) ||
        dayOf(after.at) !== dayOf(message.at) ||
        !belongs(message, after),
    });
  });
  rows.push(...(losses.get(messages.length) ?? []));
  return rows;
}

/** By the index of the message above which they stand. What belongs beyond an end waits for its page. */
function lossesIn(log: Log): Map<number, Row[]> {
  const { messages } = log;
  const found = new Map<number, Row[]>();
  const seen = new Set<string>();
  for (const { from, until } of log.losses) {
    const key = `lost ${from} ${until}`;
    const next = messages.findIndex((one) => one.at >= until);
    const index = next < 0 ? messages.length : next;
    const isBeyond =
      (index === 0 && (log.hasOlder || log.isWaiting)) || (index === messages.length && log.hasNewer);
    // Two pages may tell of the same loss.
    if (isBeyond || seen.has(key)) continue;
    seen.add(key);
    found.set(index, [...(found.get(index) ?? []), { type: 'lost', key, from, until }]);
  }
  return found;
}

function belongs(before: Message, after: Message): boolean {
  // What has words or buttons under it is joined by nothing from below.
  const { outcome, correctedAt } = before;
  if (outcome === 'failed' || outcome === 'expired' || correctedAt !== undefined) return false;
  return before.isMine === after.isMine && after.at - before.at < TOGETHER;
}
