import type { Conversation } from './model.ts';

/** Whether the conversation makes no noise at the moment. */
export const isMuted = ({ mutedUntil }: Pick<Conversation, 'mutedUntil'>, now: number): boolean =>
  mutedUntil !== undefined && (mutedUntil === 'changed' || mutedUntil > now);

/** Unread messages that one should know of: neither those of strangers nor those that one has muted. */
export function unreadOf(conversations: Iterable<Conversation>, now: number): number {
  let sum = 0;
  for (const one of conversations) if (!one.isRequest && !isMuted(one, now)) sum += one.unread;
  return sum;
}
