// The stretch of a conversation that a window holds: pages are put to both its ends, and what is far from them is let
// go, so that a conversation of a million messages takes no more memory than one of five hundred.

import type { MessagesPage } from '../../shared/ipc.ts';
import type { Conversation, Message, Place } from '../../shared/model.ts';
import type { Log, LogChange } from './mirror.ts';

/** Which page: the newest, one at an end of what is here, or one around a place instead of what is here. */
export type PageWanted = 'newest' | 'older' | 'newer' | { readonly around: Place };

/** Messages of a page, and of the first one: it fills most windows, and is there sooner. */
export const PAGE = 60;
export const FIRST_PAGE = 40;
/** Messages that stay here when pages are put to an end. */
export const MOST = 240;
/** When so many have come by themselves, the oldest are let go. */
const MOST_LIVE = 2 * MOST;

/** The order of a conversation. */
export const comparePlaces = (a: Place, b: Place): number => a.at - b.at || a.order - b.order;

export const inOrder = (a: Message, b: Message): number => comparePlaces(a, b) || a.id - b.id;

/**
 * The log after live changes. A message beyond an end at which there are more waits for its page; while a page is on
 * its way, all that happens is kept and done again after it.
 */
export function changeLog(log: Log, changes: readonly LogChange[]): Log {
  let messages = [...log.messages];
  if (log.isLoaded) {
    for (const change of changes) {
      if ('removed' in change) messages = messages.filter((one) => one.id !== change.removed);
      else put(messages, change.set, log);
    }
  }
  const held = log.held === undefined ? undefined : [...log.held, ...changes];
  const isTooMany = messages.length > MOST_LIVE;
  if (isTooMany) messages = messages.slice(-MOST);
  return { ...log, messages, held, hasOlder: log.hasOlder || isTooMany };
}

function put(messages: Message[], message: Message, { hasOlder, isWaiting, hasNewer }: Log): void {
  // Newest first: an outcome or a new message is nearly always at the end.
  const known = messages.findLastIndex((one) => one.id === message.id);
  const before = messages[known];
  if (before !== undefined) {
    messages.splice(known, 1);
    if (comparePlaces(before, message) === 0) {
      messages.splice(known, 0, message);
      return;
    }
  }
  const at = messages.findLastIndex((one) => inOrder(one, message) < 0) + 1;
  const isBeyond = (at === 0 && (hasOlder || isWaiting)) || (at === messages.length && hasNewer);
  if (known < 0 && isBeyond && (messages.length > 0 || hasNewer)) return;
  messages.splice(at, 0, message);
}

/** The log with a page that was asked for. What is already here is newer than the page and stays. */
export function addPage(log: Log, page: MessagesPage, wanted: PageWanted): Log {
  const isWaiting = page.isWaiting === true;
  const { hasOlder, hasNewer, losses } = page;
  let next: Log;
  if (wanted === 'older') {
    const all = merged(log, page);
    const isCut = all.length > MOST;
    next = {
      ...log,
      messages: isCut ? all.slice(0, MOST) : all,
      losses: [...losses, ...log.losses],
      hasOlder,
      // Nothing came and there is more: it is not asked for in a circle.
      isWaiting: isWaiting || (hasOlder && all === log.messages),
      hasNewer: log.hasNewer || isCut,
    };
  } else if (wanted === 'newer') {
    const all = merged(log, page);
    const isCut = all.length > MOST;
    next = {
      ...log,
      messages: isCut ? all.slice(-MOST) : all,
      losses: [...log.losses, ...losses],
      hasNewer,
      hasOlder: log.hasOlder || isCut,
    };
  } else {
    next = { ...log, messages: page.messages.toSorted(inOrder), losses, hasOlder, hasNewer, isWaiting };
  }
  return changeLog({ ...next, isLoaded: true, held: undefined }, log.held ?? []);
}

function merged(log: Log, page: MessagesPage): readonly Message[] {
  const known = new Set(log.messages.map((one) => one.id));
  const fresh = page.messages.filter((one) => !known.has(one.id));
  return fresh.length === 0 ? log.messages : [...fresh, ...log.messages].sort(inOrder);
}

/** What stays of a log that nobody looks at: its end, to be shown at once when somebody does; else nothing. */
export function rested(log: Log): Log | undefined {
  if (!log.isLoaded || log.hasNewer || log.held !== undefined) return undefined;
  const isCut = log.messages.length > PAGE;
  return isCut ? { ...log, messages: log.messages.slice(-PAGE), hasOlder: true } : log;
}

/** Where a conversation is opened: at its end, unless what is unread begins before the page that shows it. */
export function openingOf(conversation: Conversation | undefined, log: Log | undefined): PageWanted {
  const { unread = 0, firstUnread } = conversation ?? {};
  if (firstUnread === undefined || unread === 0) return 'newest';
  const first = log?.messages[0];
  const isHere =
    log?.isLoaded === true && !log.hasNewer && first !== undefined && comparePlaces(first, firstUnread) <= 0;
  return isHere || unread < FIRST_PAGE / 2 ? 'newest' : { around: firstUnread };
}
