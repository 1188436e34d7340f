import type { MessagesPage } from '../../shared/ipc.ts';
import type { Message } from '../../shared/model.ts';
import { EMPTY_LOG, type Log } from './mirror.ts';

export type LogChange = { readonly set: Message } | { readonly removed: number };

/** The order of a conversation. */
export const inOrder = (a: Message, b: Message): number => a.at - b.at || a.order - b.order || a.id - b.id;

/** The log after live changes. A message older than all that is loaded waits for its page, unless nothing is older. */
export function changeLog(log: Log, changes: readonly LogChange[]): Log {
  let messages = [...log.messages];
  let removed = log.removed;
  for (const change of changes) {
    if ('removed' in change) {
      messages = messages.filter((one) => one.id !== change.removed);
      removed = new Set(removed).add(change.removed);
      continue;
    }
    const { set: message } = change;
    // Newest first: an outcome or a new message is nearly always at the end.
    const known = messages.findLastIndex((one) => one.id === message.id);
    if (known >= 0) {
      const before = messages[known];
      messages.splice(known, 1);
      if (before?.at === message.at) {
        messages.splice(known, 0, message);
        continue;
      }
    }
    const first = messages[0];
    const isBeforeAll = first !== undefined && inOrder(message, first) < 0;
    if (known < 0 && isBeforeAll && log.isLoaded && log.hasOlder) continue;
    messages.splice(messages.findLastIndex((one) => inOrder(one, message) < 0) + 1, 0, message);
  }
  return { ...log, messages, removed };
}

/** The log with a page that was asked for. What is already here is newer than the page and stays. */
export function addPage(log: Log | undefined, page: MessagesPage): Log {
  const base = log ?? EMPTY_LOG;
  const known = new Set(base.messages.map((one) => one.id));
  const fresh = page.messages.filter((one) => !known.has(one.id) && !base.removed.has(one.id));
  const messages = fresh.length === 0 ? base.messages : [...fresh, ...base.messages].sort(inOrder);
  return { ...base, messages, isLoaded: true, hasOlder: page.hasOlder };
}
